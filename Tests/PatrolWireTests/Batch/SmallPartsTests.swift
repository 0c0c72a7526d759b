import Foundation
import PatrolCore
import PatrolWire
import Testing

@Suite("gzip within bounds")
struct GzipTests {
    @Test("There and back", arguments: [0, 1, 100, 16_384, 100_000])
    func roundTrip(count: Int) throws {
        var generator = Generator(seed: UInt64(count))
        for bytes in [
            [UInt8](repeating: 7, count: count),
            (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) },
        ] {
            let compressed = try Gzip.compress(bytes)
            #expect(Array(compressed.prefix(2)) == [0x1F, 0x8B])
            #expect(try Gzip.decompress(compressed, limit: count) == bytes)
        }
    }

    @Test("A bomb stops at the limit")
    func bomb() throws {
        let bomb = try Gzip.compress([UInt8](repeating: 0, count: 10_000_000))
        #expect(bomb.count < 20_000)
        #expect(throws: Gzip.Failure.tooLarge(limit: 9_999_999)) {
            try Gzip.decompress(bomb, limit: 9_999_999)
        }
    }

    @Test("Cut at any byte, damaged, followed by anything, or not gzip at all: refused")
    func refused() throws {
        let whole = try Gzip.compress(Array("positions and events".utf8))
        for length in 0..<whole.count {
            #expect(throws: Gzip.Failure.self, "cut at \(length)") {
                try Gzip.decompress(Array(whole[..<length]), limit: 1000)
            }
        }
        #expect(throws: Gzip.Failure.self) { try Gzip.decompress(whole + [0], limit: 1000) }
        #expect(throws: Gzip.Failure.self) { try Gzip.decompress(whole + whole, limit: 1000) }
        var damaged = whole
        damaged[damaged.count - 6] ^= 1
        #expect(throws: Gzip.Failure.self, "the checksum is wrong") { try Gzip.decompress(damaged, limit: 1000) }
        #expect(throws: Gzip.Failure.self) { try Gzip.decompress(Array("hello".utf8), limit: 1000) }
    }
}

@Suite("Acknowledgements and details")
struct SmallPartsTests {
    @Test("An acknowledgement has the form that the protocol says")
    func acknowledgement() throws {
        let acknowledgement = Acknowledgement(
            events: SequenceNumber(rawValue: 0),
            positions: SequenceNumber(rawValue: .max)
        )
        let text = String(decoding: acknowledgement.json, as: UTF8.self)
        #expect(text == #"{"acknowledged":{"events":0,"positions":9223372036854775807}}"#)
        #expect(try Acknowledgement(json: acknowledgement.json) == acknowledgement)
    }

    @Test("What the receiver lacks is named, with a bound")
    func missing() throws {
        let ranges = (1...150 as ClosedRange<Int64>).map {
            Acknowledgement.Missing(
                lane: .positions,
                range: SequenceNumber(rawValue: $0 * 10)...SequenceNumber(rawValue: $0 * 10 + 4)
            )
        }
        var acknowledgement = Acknowledgement(events: .none, positions: SequenceNumber(rawValue: 9), missing: ranges)
        let text = String(decoding: acknowledgement.json, as: UTF8.self)
        #expect(
            text.hasPrefix(
                #"{"acknowledged":{"events":0,"positions":9},"missing":[{"lane":"positions","first":10,"last":14},"#
            )
        )
        acknowledgement.missing = Array(ranges.prefix(100))
        #expect(try Acknowledgement(json: Array(text.utf8)) == acknowledgement)
    }

    @Test(
        "Anything else is none",
        arguments: [
            "", "{}", "null", #"{"acknowledged":{"events":1}}"#, #"{"acknowledged":{"events":-1,"positions":0}}"#,
            #"{"acknowledged":{"events":"1","positions":0}}"#, #"{"acknowledged":{"events":1.5,"positions":0}}"#,
            #"{"acknowledged":{"events":9223372036854775808,"positions":0}}"#,
            #"{"acknowledged":{"events":1,"positions":1},"missing":[{"lane":"x","first":1,"last":2}]}"#,
            #"{"acknowledged":{"events":1,"positions":1},"missing":[{"lane":"events","first":0,"last":2}]}"#,
            #"{"acknowledged":{"events":1,"positions":1},"missing":[{"lane":"events","first":3,"last":2}]}"#,
        ]
    )
    func noAcknowledgement(text: String) {
        #expect(throws: WireError.self) { try Acknowledgement(json: Array(text.utf8)) }
    }

    @Test("Details are one object with sorted keys, and come back")
    func details() throws {
        let details: [String: DetailValue] = [
            "b": .integer(.max), "a": .string("\u{0}\n\"\\/€"), "d": .bool(false), "c": .number(-0.1),
        ]
        let text = DetailsJSON.encode(details)
        #expect(text.hasPrefix(#"{"a":"#))
        #expect(try DetailsJSON.decode(text) == details)
        #expect(DetailsJSON.encode([:]) == "{}")
        #expect(try DetailsJSON.decode(DetailsJSON.encode(["x": .number(.infinity)])) == ["x": .string("inf")])
        #expect(try DetailsJSON.decode(DetailsJSON.encode(["x": .number(2)])) == ["x": .integer(2)])
    }

    @Test("Details of every type are read back, in the order of their keys, and what JSON cannot say is a text")
    func everyDetail() throws {
        let details: [String: DetailValue] = [
            "z": .bool(true), "a": .string("\"x\""), "m": .integer(.min), "n": .number(1.5e-9), "o": .number(.infinity),
            "p": .number(-.infinity), "q": .number(.nan),
        ]
        let text = #"{"a":"\"x\"","m":-9223372036854775808,"n":1.5e-09,"o":"inf","p":"-inf","q":"nan","z":true}"#
        #expect(DetailsJSON.encode(details) == text)
        // On the socket an event with such a number is still told, and says the same.
        let event = StoredEvent(
            at: Instant(millisecondsSinceBoot: 1),
            time: nil,
            coordinate: nil,
            name: "x",
            details: details
        )
        let told = EventJSON(
            Recorded(sequence: SequenceNumber(rawValue: 1), boot: BootNumber(rawValue: 1), record: event),
            time: nil,
            isCorrected: false
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(told), as: UTF8.self).contains(text))
    }

    @Test(
        "What is no object of plain values is refused",
        arguments: ["", "[]", "1", #"{"a":null}"#, #"{"a":[1]}"#, #"{"a":{}}"#]
    )
    func noDetails(text: String) {
        #expect(throws: WireError.self) { try DetailsJSON.decode(text) }
    }
}
