import PatrolCore
import SwiftProtobuf
import Testing

@testable import PatrolWire

@Suite("What a batch may cost before it is looked at")
struct BatchBoundsTests {
    /// A field of protobuf with a length: its tag, the length, and so many zeros.
    private static func field(_ number: UInt8, _ length: Int) -> [UInt8] {
        var bytes = [number << 3 | 2]
        var rest = length
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)] + [UInt8](repeating: 0, count: length)
    }

    private static func many(_ number: UInt8, _ count: Int, length: Int = 0) -> [UInt8] {
        let one = field(number, length)
        return Array((0..<count).map { _ in one }.joined())
    }

    @Test(
        "Too much of anything is told by its name, and as too large",
        arguments: [
            (many(5, 4_000_000), "position_blocks has 2401 elements"), (many(6, 100_000), "events has 2001 elements"),
            (many(4, 100_000), "boots has 2401 elements"),
            (field(5, 32 * 1024 + 1), "position_blocks[1] has 32769 bytes"),
            (field(6, 100_000), "events[1] has 100000 bytes"), (many(1, 100_000), "batch has 7901 fields"),
            (many(15, 100_000), "batch has 7901 fields"),
        ]
    )
    func tooMuch(bytes: [UInt8], words: String) throws {
        let began = ContinuousClock.now
        let error = #expect(throws: WireError.self) { try BatchDecoder.decode(bytes, as: .protobuf) }
        #expect(try #require(error).isTooLarge)
        #expect("\(try #require(error))".contains(words))
        // Real time, since that is what it is for: the whole of 8 MB took 7 s before.
        #expect(ContinuousClock.now - began < .milliseconds(500))
    }

    @Test(
        "What is no protobuf is said so, and is not too large",
        arguments: [
            [0x2A], [0x2A, 0x05, 0x00], [0x80], [UInt8](repeating: 0xFF, count: 11), [0x0B], [0x0C], [0x09, 1, 2],
            [0x0D, 1],
            [0x2A] + [UInt8](repeating: 0xFF, count: 9) + [0x01],
        ] as [[UInt8]]
    )
    func damaged(bytes: [UInt8]) {
        let error = #expect(throws: WireError.self) { try BatchScan.check(bytes) }
        #expect(error?.isTooLarge == false && error?.reason == "is not protobuf")
    }

    @Test("Positions are counted over all blocks")
    func positions() throws {
        var message = Patrol_V1_Batch()
        message.vehicle = "cart-01"
        message.journalID = .init(repeating: 1, count: 16)
        var block = Patrol_V1_PositionBlock()
        block.count = 120
        message.positionBlocks = Array(repeating: block, count: 101)
        let bytes: [UInt8] = try message.serializedBytes()
        let error = #expect(throws: WireError.self) { try BatchDecoder.decode(bytes, as: .protobuf) }
        #expect(try #require(error).isTooLarge)
        #expect("\(try #require(error))".contains("positions has 12120 elements"))
    }

    @Test("JSON too: objects, depth, members, members of one object, bytes")
    func json() throws {
        let lists = [
            "[" + String(repeating: "{},", count: 500_000) + "{}]", String(repeating: "[", count: 100_000),
            "[" + String(repeating: "1,", count: 100_000) + "1]",
            "[{" + (0..<65).map { "\"\($0)\":0" }.joined(separator: ",") + "}]",
            "[{\"x\":\"" + String(repeating: "x", count: 2 * 1024 * 1024) + "\"}]",
        ]
        let words = ["5001 objects", "5001 objects", "members", "65 members", "bytes of JSON"]
        for (list, words) in zip(lists, words) {
            let text =
                #"{"vehicle":"cart-01","journal_id":"00000000-0000-0000-0000-000000000001","boots":[],"events":[],"positions":"#
                + list + "}"
            let error = #expect(throws: WireError.self) { try BatchDecoder.decode(Array(text.utf8), as: .json) }
            #expect(try #require(error).isTooLarge)
            #expect(error.map { "\($0)".contains(words) } == true)
        }
    }

    @Test("What lies deeper in a block or an event counts too")
    func nested() throws {
        var column = Patrol_V1_PositionBlock()
        column.latitudeE7 = [Int64](repeating: 0, count: 20_000)
        var inner = Patrol_V1_PositionBlock()
        inner.timeMs.runLength = [UInt32](repeating: 0, count: 20_000)
        for block in [column, inner] {
            var message = Patrol_V1_Batch()
            message.positionBlocks = Array(repeating: block, count: 30)
            try refuses(message, "position_blocks has")
        }
        var event = Patrol_V1_Event()
        event.detailsJson = "{" + (0..<64).map { "\"\($0)\":0" }.joined(separator: ",") + "}"
        var message = Patrol_V1_Batch()
        message.events = Array(repeating: event, count: 157)
        try refuses(message, "events has 10048 details")
        event.detailsJson = "{\"a\":[[[0]]]}"
        message.events = [event]
        try refuses(message, "details_json has 2 objects")
        event.detailsJson = "{\"a\":\"" + String(repeating: ",", count: 16_000) + "\"}"
        message.events = Array(repeating: event, count: 66)
        try refuses(message, "events has 1056726 bytes")
        message.events = Array(repeating: event, count: 65)
        try BatchScan.check(message.serializedBytes())
    }

    private func refuses(_ message: Patrol_V1_Batch, _ words: String) throws {
        let bytes: [UInt8] = try message.serializedBytes()
        let error = #expect(throws: WireError.self) { try BatchScan.check(bytes) }
        #expect(try #require(error).isTooLarge)
        let said = "\(try #require(error))"
        #expect(said.contains(words))
    }

    @Test("The largest batch that a cart sends passes, each position in a block and a boot of its own")
    func largest() throws {
        var block = Patrol_V1_PositionBlock()
        block.count = 1
        let all: [Int64] = [.max]
        block.latitudeE7 = all
        block.longitudeE7 = all
        block.odometerM = all
        block.receivedDs.each = all
        block.timeMs.each = all
        block.timeMark.each = all
        block.altitudeDm = all
        block.speedCmps = all
        block.courseDdeg = all
        block.horizontalErrorDm.each = all
        block.satellites.each = all
        block.mode.each = all
        block.status.each = all
        var event = Patrol_V1_Event()
        event.detailsJson = "{" + (0..<40).map { "\"key-\($0)\":\"\($0)\"" }.joined(separator: ",") + "}"
        var message = Patrol_V1_Batch()
        message.positionBlocks = Array(repeating: block, count: 1200)
        message.boots = Array(repeating: Patrol_V1_Boot(), count: 1400)
        message.events = Array(repeating: event, count: 200)
        try BatchScan.check(message.serializedBytes())
        block.count = 120
        block.latitudeE7 = [Int64](repeating: .max, count: 120)
        block.timeMs.each = block.latitudeE7
        message.positionBlocks = Array(repeating: block, count: 100)
        try BatchScan.check(message.serializedBytes())
    }

    @Test("What stands in a text is not counted")
    func text() throws {
        try JSONScan.check(batch: Array(#"{"a":"\#(String(repeating: "{,[\\\"", count: 50_000))"}"#.utf8))
    }
}
