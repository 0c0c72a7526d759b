import Foundation
import PatrolCore
import PatrolWire
import Testing

@Suite("Batches")
struct BatchTests {
    private func batch(_ seed: UInt64, blocks: Int = 3) throws -> (content: BatchContent, decoded: DecodedBatch) {
        var generator = Generator(seed: seed)
        var positions: [Recorded<Position>] = []
        for block in 0..<blocks {
            positions += try (1...40).map { index in
                Recorded(
                    sequence: SequenceNumber(rawValue: Int64(block * 40 + index)),
                    boot: BootNumber(rawValue: 2),
                    record: try Self.jsonSafe(try Samples.random(using: &generator))
                )
            }
        }
        let encoded = try stride(from: 0, to: positions.count, by: 40).map {
            try PositionBlockCodec.encode(Array(positions[$0..<$0 + 40]))
        }
        let events = [
            Recorded(
                sequence: SequenceNumber(rawValue: 7),
                boot: BootNumber(rawValue: 1),
                record: StoredEvent(
                    at: Instant(millisecondsSinceBoot: 1234),
                    time: nil,
                    coordinate: nil,
                    name: "gps.lost",
                    details: ["reason": .string("no-fix, \"quoted\" \u{1F697}"), "count": .integer(-3)]
                )
            ),
            Recorded(
                sequence: SequenceNumber(rawValue: 9),
                boot: BootNumber(rawValue: 2),
                record: StoredEvent(
                    at: Instant(millisecondsSinceBoot: 0),
                    time: WallTime(millisecondsSince1970: 1_795_525_200_123),
                    coordinate: Coordinate(latitudeE7: -1, longitudeE7: 1_800_000_000),
                    name: "clock.stepped",
                    details: ["fraction": .number(0.25), "yes": .bool(true)]
                )
            ),
        ]
        let boots = [
            BootRecord(number: BootNumber(rawValue: 1), bootID: "a-1", clock: nil),
            BootRecord(
                number: BootNumber(rawValue: 2),
                bootID: "b-2",
                clock: ClockOffset(utcAtBootMilliseconds: -5, source: .gps, uncertaintyMilliseconds: 900)
            ),
        ]
        let journalID = JournalID.random(using: &generator)
        let latest = positions.last.map { Latest(boot: $0.boot, position: $0.record) }
        return (
            BatchContent(
                vehicle: "cart-07",
                journalID: journalID,
                latest: latest,
                boots: boots,
                positionBlocks: encoded,
                positionRange: positions.first.map { $0.sequence...positions[positions.count - 1].sequence },
                events: events
            ),
            DecodedBatch(
                vehicle: "cart-07",
                journalID: journalID,
                latest: latest,
                boots: boots,
                positions: positions,
                events: events
            )
        )
    }

    /// RFC 3339 has years 1 to 9999.
    private static func jsonSafe(_ position: Position) throws -> Position {
        var position = position
        if position.time != nil { position.time = WallTime(millisecondsSince1970: 1_795_525_200_001) }
        if position.time == nil { position.timeMark = .missing }
        return position
    }

    @Test("Both encodings mean the same", arguments: WireEncoding.allCases, [0, 1, 3])
    func roundTrip(encoding: WireEncoding, blocks: Int) throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            let (content, expected) = try batch(seed, blocks: blocks)
            let decoded = try BatchDecoder.decode(try BatchEncoder.encode(content, as: encoding), as: encoding)
            #expect(decoded == expected, "seed \(seed)")
        }
    }

    @Test("Blocks travel as the very bytes that lie on disk")
    func spliced() throws {
        let (content, _) = try batch(1)
        let body = Data(try BatchEncoder.encode(content, as: .protobuf))
        for block in content.positionBlocks {
            #expect(body.firstRange(of: Data(block)) != nil)
        }
    }

    @Test(
        "Debian's protoc reads a batch by patrol.proto alone",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/protoc"), "protoc is not installed")
    )
    func stockProtoc() throws {
        let (content, _) = try batch(2)
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources/PatrolWire").path
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/protoc")
        process.arguments = ["--decode=patrol.v1.Batch", "-I", folder, "patrol.proto"]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(try BatchEncoder.encode(content, as: .protobuf)))
        try input.fileHandleForWriting.close()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(text.contains("vehicle: \"cart-07\""))
        #expect(text.ranges(of: "position_blocks {").count == 3)
        #expect(text.contains("first_sequence: 41"))
        #expect(!text.contains(#/^ *\d+: /#.anchorsMatchLineEndings()), "unknown fields")
    }

    @Test("What does not belong together is refused, and the error names it")
    func refused() throws {
        var (content, _) = try batch(3)
        content.boots.removeFirst()
        #expect(throws: WireError(field: "boots", reason: "lack number 1, to which a record belongs")) {
            try BatchDecoder.decode(try BatchEncoder.encode(content, as: .protobuf), as: .protobuf)
        }
        (content, _) = try batch(3)
        content.events.reverse()
        #expect(throws: WireError(field: "events.sequence", reason: "is 7; allowed: more than the one before, 9")) {
            try BatchDecoder.decode(try BatchEncoder.encode(content, as: .json), as: .json)
        }
        (content, _) = try batch(3)
        content.positionBlocks.reverse()
        #expect(throws: WireError.self) {
            try BatchDecoder.decode(try BatchEncoder.encode(content, as: .protobuf), as: .protobuf)
        }
        (content, _) = try batch(3)
        content.events[0].record.name = "GPS lost"
        #expect(
            throws: WireError(
                field: "events[1].kind",
                reason: "is \"GPS lost\"; allowed: 1 to 64 of a-z, 0-9, \"-\" and \".\""
            )
        ) {
            try BatchDecoder.decode(try BatchEncoder.encode(content, as: .protobuf), as: .protobuf)
        }
    }

    @Test(
        "JSON that is none of ours is refused with the member's name",
        arguments: [
            ("", "the text"), ("[]", "json"), ("{}", "vehicle"),
            (#"{"vehicle":1,"journal_id":"","boots":[],"positions":[],"events":[]}"#, "vehicle"),
            (#"{"vehicle":"a","journal_id":"x","boots":[],"positions":[],"events":[]}"#, "journal_id"),
            (
                #"{"vehicle":"a","journal_id":"00000000-0000-4000-8000-000000000000","boots":[],"events":[],"positions":[{"latitude":91,"longitude":0,"mode":3,"odometer_m":0,"boot":1,"boot_time_s":0,"sequence":1}]}"#,
                "positions[1].latitude_e7, longitude_e7"
            ),
        ]
    )
    func json(text: String, field: String) {
        #expect {
            try BatchDecoder.decode(Array(text.utf8), as: .json)
        } throws: { ($0 as? WireError)?.field == field }
    }

    @Test("Damaged batches are refused or mean something, and never trap", arguments: WireEncoding.allCases)
    func hostile(encoding: WireEncoding) throws {
        let seed: UInt64 = 11
        var generator = Generator(seed: seed)
        let whole = try BatchEncoder.encode(try batch(4).content, as: encoding)
        for _ in 0..<2000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(
                    in: .min ... .max,
                    using: &generator
                )
            }
            if Bool.random(using: &generator) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
            do {
                _ = try BatchDecoder.decode(bytes, as: encoding)
            } catch {
                #expect(!error.field.isEmpty && !error.reason.isEmpty, "seed \(seed)")
            }
        }
    }
}
