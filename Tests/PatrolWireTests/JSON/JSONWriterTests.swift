import Foundation
import PatrolCore
import Testing

@testable import PatrolWire

@Suite("Positions by hand") struct JSONWriterTests {
    /// What JSON says, whatever the order and the digits.
    private func read(_ bytes: [UInt8]) throws -> NSDictionary {
        try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? NSDictionary)
    }

    @Test("They are what the encoder makes of PositionJSON and PositionFeature")
    func same() throws {
        var dice = Generator(seed: 7)
        for (number, position) in try Samples.random(500, using: &dice).enumerated() {
            let time = number % 3 == 0 ? nil : WallTime(millisecondsSince1970: 1_790_000_000_000 + Int64(number) * 777)
            let isCorrected = number % 5 == 0
            let encoded = PositionJSON(position, time: time, isCorrected: isCorrected)
            var json = JSONWriter()
            json.position(position, time: time, isCorrected: isCorrected)
            #expect(try read(json.bytes) == read(Array(try JSONEncoder().encode(encoded))))
            json = JSONWriter()
            json.feature(position, time: time, isCorrected: isCorrected)
            #expect(try read(json.bytes) == read(Array(try JSONEncoder().encode(PositionFeature(encoded)))))
        }
    }
}
