import PatrolCore
import PatrolWire
import Testing

@testable import PatrolJournal

/// A small journal that gets more than it may keep.
@Suite struct RetentionTests {
    private static let small = JournalLimits(
        maximumBytes: 384 << 10,
        maximumAge: .seconds(30 * 86_400),
        minimumFreeBytes: 0
    )

    /// Positions in full blocks with a track that does not compress to nothing.
    private func drive(_ bench: Bench, from first: Int64, blocks: Int64) async throws {
        for block in 0..<blocks {
            for number in (first + block * 120)..<(first + block * 120 + 120) {
                bench.journal.append(bench.position(number))
                bench.clock.advance(by: .milliseconds(900))
            }
            try await bench.journal.commit()
        }
    }

    private func told(_ bench: Bench) async throws -> [[String: DetailValue]] {
        try await bench.allEvents().map(\.recorded.record).filter { $0.name == "records.dropped" }.map(\.details)
    }

    @Test func `in a long outage old positions are thinned, then dropped, and every one of them is told of`()
        async throws
    {
        let bench = try Bench(limits: Self.small)
        try await bench.journal.append(bench.event("first"))
        try await drive(bench, from: 1, blocks: 600)
        let counts = try await bench.journal.counts()
        #expect(counts.produced.positions == 72_000 && counts.isBalanced)
        #expect(counts.receipted.positions.keys.sorted { $0.rawValue < $1.rawValue } == [.dropped, .thinned])
        #expect(counts.receipted.events.isEmpty, "events are last")
        #expect(bench.journal.health.lost == counts.receipted, "nobody has any of them")
        #expect(bench.journal.health.freeBytes ?? 0 > 0 && bench.journal.health.clearingFailure == nil)
        try await bench.journal.checkInvariants()
        let size = try await bench.journal.size()
        #expect(size.used <= Self.small.maximumBytes + Self.small.stepBytes, "\(size)")
        let sum = try await told(bench).reduce(into: Int64(0)) { sum, details in
            if case .integer(let count)? = details["count"] { sum += count }
        }
        #expect(sum == counts.receipted.positions.values.reduce(0, +), "the station can reckon it up")
        // What is left goes out in order, and nothing twice.
        var sent: [Int64] = []
        while true {
            let batch = try await bench.journal.nextBatch(for: "station", maximumEvents: 0, maximumPositions: 1200)
            guard let last = batch.positionRange?.upperBound else { break }
            sent += try batch.positionBlocks.flatMap { try PositionBlockCodec.decode($0) }.map(\.sequence.rawValue)
            try await bench.journal.acknowledge(events: nil, positions: last, by: "station")
        }
        #expect(sent.count == Int(counts.held.positions) && sent == sent.sorted() && sent.last == 72_000)
        #expect(try await bench.journal.backlog(of: "station").positions.acknowledged == counts.held.positions)
        #expect(try await bench.journal.backlog(of: "station").positions.count == 0)
        let after = try await bench.restarted()
        #expect(try await after.journal.counts() == counts)
    }

    @Test func `health knows the age of the oldest record that is not on disk`() async throws {
        let bench = try Bench()
        #expect(bench.journal.health.uncommittedSince == nil)
        let first = bench.clock.now
        bench.journal.append(bench.position(1))
        bench.clock.advance(by: .seconds(3))
        bench.journal.append(bench.position(2))
        #expect(bench.journal.health.uncommittedSince == first)
        try await bench.journal.append(bench.event("first"))
        #expect(bench.journal.health.uncommittedSince == nil)
    }

    @Test func `what every destination has goes first, and nobody is told`() async throws {
        let bench = try Bench(limits: Self.small, destinations: ["station", "backup"])
        for round in Int64(0)..<60 {
            try await drive(bench, from: round * 1200 + 1, blocks: 10)
            let last = bench.journal.health.durable.positions
            try await bench.journal.acknowledge(events: nil, positions: last, by: "station")
            try await bench.journal.acknowledge(events: nil, positions: last, by: "backup")
        }
        let counts = try await bench.journal.counts()
        #expect(Set(counts.receipted.positions.keys) == [.acknowledged] && counts.isBalanced)
        #expect(try await told(bench).isEmpty)
        #expect(try await bench.journal.backlog(of: "station").positions.acknowledged == 72_000)
        #expect(await bench.journal.receipts.rows.count == 1, "months of clearing up are one row")
        try await bench.journal.checkInvariants()
    }

    @Test func `one destination that is away keeps nothing from the others' sight, and nothing is called acknowledged`()
        async throws
    {
        let bench = try Bench(limits: Self.small, destinations: ["station", "backup"])
        for round in Int64(0)..<60 {
            try await drive(bench, from: round * 1200 + 1, blocks: 10)
            let last = bench.journal.health.durable.positions
            try await bench.journal.acknowledge(events: nil, positions: last, by: "station")
        }
        #expect(try await bench.journal.counts().receipted.positions[.acknowledged] == nil)
        try await bench.journal.checkInvariants()
    }

    @Test func `what is older than thirty days goes, with a receipt that says when it was`() async throws {
        let bench = try Bench(limits: Self.small)
        let noon = try utc("2026-11-24T12:00:00Z")
        let offset = noon.millisecondsSince1970 - bench.clock.now.millisecondsSinceBoot
        try await bench.journal.learnClock(
            ClockOffset(utcAtBootMilliseconds: offset, source: .gps, uncertaintyMilliseconds: 9)
        )
        try await drive(bench, from: 1, blocks: 3)
        bench.clock.advance(by: .seconds(29 * 86_400))
        try await drive(bench, from: 361, blocks: 1)
        #expect(try await told(bench).isEmpty)
        bench.clock.advance(by: .seconds(86_400))
        try await drive(bench, from: 481, blocks: 1)
        let details = try #require(try await told(bench).first)
        #expect(details["first"] == .integer(1) && details["last"] == .integer(360))
        #expect(details["reason"] == .string("dropped"))
        #expect(details["from"] == .string((noon).description))
        try await bench.journal.checkInvariants()
    }

    @Test func `only events: the oldest go last of all, the newest stay`() async throws {
        let bench = try Bench(limits: Self.small)
        for number in 1...2500 {
            try await bench.journal.append(bench.event("\(number) " + String(repeating: "x", count: 150)))
            bench.clock.advance(by: .seconds(10))
        }
        let counts = try await bench.journal.counts()
        #expect(counts.isBalanced && counts.receipted.events[.dropped] ?? 0 > 100)
        #expect(try await bench.journal.size().used <= Self.small.maximumBytes + Self.small.stepBytes)
        #expect(try await !told(bench).isEmpty)
        try await bench.journal.checkInvariants()
    }

    @Test func `a quarantined record is kept while others that everybody has go`() async throws {
        let bench = try Bench(limits: Self.small)
        try await drive(bench, from: 1, blocks: 2)
        try await bench.journal.acknowledge(events: nil, positions: 9, by: "station")
        try await bench.journal.quarantine(
            .positions,
            10,
            by: "station",
            reason: "422",
            receipt: bench.event(),
            keeping: KeptState(name: "upload.station", details: [:])
        )
        for round in Int64(0)..<40 {
            try await drive(bench, from: round * 1200 + 241, blocks: 10)
            let last = bench.journal.health.durable.positions
            try await bench.journal.acknowledge(events: nil, positions: last, by: "station")
        }
        #expect(try await bench.odometers().contains(10))
        #expect(try await bench.journal.backlog(of: "station").positions.quarantined.held == 1)
        try await bench.journal.checkInvariants()
    }

    @Test func `a file that was too large gives its pages back`() async throws {
        let folder = try TemporaryFolder()
        var bench = try Bench(in: folder)
        try await drive(bench, from: 1, blocks: 600)
        try await bench.journal.close()
        let before = try folder.bytes("journal.sqlite").count
        let tiny = JournalLimits(maximumBytes: 128 << 10, maximumAge: .seconds(86_400), minimumFreeBytes: 0)
        bench = try Bench(in: folder, clock: bench.clock, limits: tiny)
        for block in Int64(0)..<20 {
            bench.clock.advance(by: .seconds(60))
            try await drive(bench, from: 72_001 + block * 120, blocks: 1)
        }
        try await bench.journal.checkInvariants()
        try await bench.journal.close()
        let after = try folder.bytes("journal.sqlite").count
        #expect(before > 600_000 && after < before / 2, "\(before) to \(after) bytes")
    }

    @Test func `an old file that cannot give pages back moves into one that can, piece by piece, and loses nothing`()
        async throws
    {
        let folder = try TemporaryFolder()
        var bench = try Bench(in: folder)
        try await drive(bench, from: 1, blocks: 600)
        for number in 1...700 { try await bench.journal.append(bench.event("\(number)")) }
        try await bench.journal.execute("PRAGMA auto_vacuum = NONE; VACUUM")
        #expect(try await bench.journal.integer("PRAGMA auto_vacuum") == 0)
        let id = bench.journal.id
        try await bench.journal.close()
        let before = try folder.bytes("journal.sqlite").count
        let tiny = JournalLimits(maximumBytes: 400 << 10, maximumAge: .seconds(86_400), minimumFreeBytes: 0)
        bench = try Bench(in: folder, clock: bench.clock, limits: tiny)
        var block = Int64(0)
        var longest = Duration.zero
        while try await bench.journal.integer("PRAGMA auto_vacuum") == 0 {
            try #require(block < 300)
            bench.clock.advance(by: .seconds(60))
            let begin = ContinuousClock.now
            try await drive(bench, from: 72_001 + block * 120, blocks: 1)
            longest = max(longest, ContinuousClock.now - begin)
            // Some of what was copied goes again.
            if block == 1 {
                let last = bench.journal.health.durable.positions
                try await bench.journal.acknowledge(events: nil, positions: last, by: "station")
            }
            block += 1
        }
        print("moved in \(block) commits, of which the longest took \(longest)")
        #expect(block >= 3, "piece by piece")
        try await bench.journal.checkInvariants()
        #expect(bench.journal.health.clearingFailure == nil && bench.journal.id == id)
        let counts = try await bench.journal.counts()
        let odometers = try await bench.odometers()
        for _ in 0..<20 {
            bench.clock.advance(by: .seconds(60))
            try await bench.journal.append(bench.event("later"))
        }
        try await bench.journal.close()
        let after = try folder.bytes("journal.sqlite").count
        #expect(before > 600_000 && after < before / 2, "\(before) to \(after) bytes")
        #expect(try !folder.names().contains { $0.contains("rebuilt") })
        let again = try Bench(in: folder, clock: bench.clock)
        #expect(again.journal.id == id && again.journal.health.incidents.isEmpty, "not taken for a copy")
        #expect(try await again.odometers() == odometers)
        #expect(try await again.journal.counts().held.positions == counts.held.positions)
    }
}

extension Journal {
    fileprivate func size() throws -> (used: Int64, spare: Int64) { try openStore().size() }
}
