import Foundation
import PatrolCore
import PatrolWire
import Testing

@testable import PatrolJournal

/// Damage anywhere in the files: the journal starts, delivers nothing that was not recorded, and accounts for everything
/// that was promised. `PATROLD_FLIPS` and `PATROLD_CUTS` say how often, `PATROLD_SEED` where.
@Suite struct FlippedByteTests {
    private static func setting(_ name: String, _ usual: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap(Int.init) ?? usual
    }

    private static let seed = UInt64(setting("PATROLD_SEED", 9))

    /// Promised: events 1–25 and positions 1–700, half of it in the log.
    private struct Original {
        let folder = try? TemporaryFolder()
        let files: [(name: String, bytes: [UInt8])]
        let last: PerLane<SequenceNumber>

        init() async throws {
            let bench = try Bench()
            for number in Int64(1)...25 {
                bench.drive((number * 28 - 27)...(number * 28))
                try await bench.journal.append(bench.event("\(number)"))
                if number == 13 { try await bench.journal.execute("PRAGMA wal_checkpoint(RESTART)") }
            }
            try await bench.journal.acknowledge(events: 3, positions: 40, by: "station")
            try await bench.journal.append(bench.event("26"))
            last = bench.journal.health.durable
            files = try bench.folder.names().map { ($0, try bench.folder.bytes($0)) }
        }
    }

    private static func open(
        _ original: Original,
        _ comment: Comment,
        _ change: (String, [UInt8]) -> [UInt8]?
    ) async throws {
        let folder = try TemporaryFolder()
        for (name, bytes) in original.files {
            if let bytes = change(name, bytes) { try folder.write(bytes, to: name) }
        }
        let bench = try Bench(in: folder, bootID: "boot-b")
        #expect(bench.journal.health.inMemoryBecause == nil, comment)
        // All that anybody reads survives.
        _ = try await bench.allEvents()
        _ = try await bench.allPositions()
        var events: [Recorded<StoredEvent>] = []
        for _ in 0..<200 {
            let batch = try await bench.journal.nextBatch(for: "new", maximumEvents: 200, maximumPositions: 1200)
            guard !batch.isEmpty else { break }
            events += batch.events
            for position in try batch.positionBlocks.flatMap({ try PositionBlockCodec.decode($0) }) {
                #expect(position.record.odometerMetres == position.sequence.rawValue, comment)
            }
            try await bench.journal.acknowledge(
                events: batch.eventRange?.upperBound,
                positions: batch.positionRange?.upperBound,
                by: "new"
            )
        }
        let backlog = try await bench.journal.backlog(of: "new")
        #expect(backlog.events.count == 0 && backlog.positions.count == 0, comment)
        for event in events where event.sequence <= original.last.events {
            #expect(event.record.details["reason"] == .string("\(event.sequence.rawValue)"), comment)
        }
        // Every number that was promised has a record or a receipt.
        try await bench.journal.checkInvariants()
        let durable = bench.journal.health.durable
        #expect(durable.events >= original.last.events && durable.positions >= original.last.positions, comment)
        let counts = try await bench.journal.counts()
        #expect(counts.produced.positions == original.last.positions.rawValue, comment)
        try await bench.journal.close()
    }

    @Test(.timeLimit(.minutes(10)))
    func `a byte that flips anywhere in the database or its log alters nothing and hides nothing`() async throws {
        let original = try await Original()
        var random = SplitMix64(seed: Self.seed)
        for round in 0..<Self.setting("PATROLD_FLIPS", 60) {
            let name = round % 2 == 0 ? "journal.sqlite" : "journal.sqlite-wal"
            let size = try #require(original.files.first { $0.name == name }).bytes.count
            let place = Int.random(in: 0..<size, using: &random)
            let mask = UInt8.random(in: 1...255, using: &random)
            let comment = Comment(rawValue: "seed \(Self.seed), round \(round): \(name) at \(place) ^ \(mask)")
            try await Self.open(original, comment) { file, bytes in
                guard file == name else { return bytes }
                var bytes = bytes
                bytes[place] ^= mask
                return bytes
            }
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func `a database or a log that is cut anywhere, emptied or gone hides nothing`() async throws {
        let original = try await Original()
        var random = SplitMix64(seed: Self.seed)
        for round in 0..<Self.setting("PATROLD_CUTS", 20) {
            let name = round % 2 == 0 ? "journal.sqlite" : "journal.sqlite-wal"
            let size = try #require(original.files.first { $0.name == name }).bytes.count
            let length = round < 2 ? 0 : Int.random(in: 0..<size, using: &random)
            let comment = Comment(rawValue: "seed \(Self.seed), round \(round): \(name) cut at \(length)")
            try await Self.open(original, comment) { file, bytes in
                file == name ? (round == 2 || round == 3 ? nil : Array(bytes.prefix(length))) : bytes
            }
        }
    }
}
