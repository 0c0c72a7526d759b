import PatrolCore
import PatrolSQLite
import Testing

@testable import PatrolJournal

@Suite("What a destination is told of numbers without a record")
struct AccountTests {
    private func number(_ value: Int64) -> SequenceNumber { SequenceNumber(rawValue: value) }

    private func refuse(_ lane: Lane, _ sequence: Int64, _ bench: Bench) async throws {
        try await bench.journal.quarantine(
            lane,
            number(sequence),
            by: "station",
            reason: "422",
            receipt: Event(
                .recordQuarantined(destination: "station", lane: lane, number(sequence), reason: "422"),
                at: bench.clock.now
            ),
            keeping: UploadMemory(hasAcknowledged: true).kept(of: "station")
        )
    }

    /// Nine events and 30 positions; event 4 and position 11 refused.
    private func filled() async throws -> Bench {
        let bench = try Bench()
        for index in 1...9 { try await bench.journal.append(bench.event("\(index)")) }
        bench.drive(1...30)
        try await bench.journal.commit()
        try await bench.journal.acknowledge(events: number(3), positions: number(10), by: "station")
        try await refuse(.events, 4, bench)
        try await refuse(.positions, 11, bench)
        return bench
    }

    @Test("The highest numbers go along; without losses nothing else")
    func given() async throws {
        let bench = try Bench()
        try await bench.journal.append(bench.event("1"))
        let batch = try await bench.journal.nextBatch(for: "station", maximumEvents: 10, maximumPositions: 10)
        #expect(batch.given == PerLane(events: number(1), positions: number(0)))
        #expect(batch.absent.isEmpty)
        #expect(batch.previousID == nil)
    }

    @Test("What it refused is no gap, until it has acknowledged beyond; a stranger hears nothing of it")
    func quarantined() async throws {
        let bench = try await filled()
        let batch = try await bench.journal.nextBatch(for: "station", maximumEvents: 100, maximumPositions: 100)
        #expect(
            batch.absent == [
                AbsentRange(lane: .events, range: number(4)...number(4), count: 1, reason: .quarantined),
                AbsentRange(lane: .positions, range: number(11)...number(11), count: 1, reason: .quarantined),
            ]
        )
        let later = try await bench.journal.nextBatch(
            for: "station",
            maximumEvents: 100,
            maximumPositions: 100,
            told: PerLane(events: number(4), positions: number(10))
        )
        #expect(later.absent.map(\.lane) == [.positions])
        let other = try await bench.journal.nextBatch(for: "other", maximumEvents: 100, maximumPositions: 100)
        #expect(other.absent.isEmpty)
    }

    @Test("Who has lost what he acknowledged gets it again, what he refused included, and never less than he has")
    func rewound() async throws {
        let bench = try await filled()
        let last = PerLane(events: number(11), positions: number(30))
        try await bench.journal.acknowledge(events: last.events, positions: last.positions, by: "station")
        #expect(try await bench.journal.backlog(of: "station").lanes.map(\.count) == PerLane(both: 0))

        try await bench.journal.rewind("station", to: PerLane(events: number(2), positions: nil))
        try await bench.journal.checkInvariants()
        let counts = await bench.journal.quarantineCounts(of: "station")
        #expect(counts.events.held == 0)
        #expect(counts.positions.held == 1)
        let batch = try await bench.journal.nextBatch(for: "station", maximumEvents: 100, maximumPositions: 100)
        #expect(batch.events.map(\.sequence.rawValue) == Array(3...11))
        #expect(batch.positionRange == nil)

        // Forward it never goes.
        try await bench.journal.rewind("station", to: PerLane(events: number(7), positions: number(99)))
        #expect(try await bench.journal.backlog(of: "station").lanes.map(\.count) == PerLane(events: 9, positions: 0))
        let again = try await bench.restarted()
        #expect(try await again.journal.backlog(of: "station").lanes.map(\.count) == PerLane(events: 9, positions: 0))
    }

    @Test("A new epoch names the one before, and says where it begins")
    func epoch() async throws {
        let bench = try await filled()
        let old = bench.journal.id
        try await bench.journal.close()
        let copy = try Bench(in: bench.folder, clock: bench.clock, fileNumber: 8)
        try await copy.journal.append(copy.event("new"))
        var batch = try await copy.journal.nextBatch(for: "station", maximumEvents: 100, maximumPositions: 0)
        #expect(batch.journalID == old)
        #expect(batch.given.events == batch.eventRange?.upperBound)
        #expect(batch.previousID == nil)
        try await copy.journal.acknowledge(events: batch.eventRange?.upperBound, positions: nil, by: "station")
        batch = try await copy.journal.nextBatch(for: "station", maximumEvents: 100, maximumPositions: 0)
        #expect(batch.journalID != old)
        #expect(batch.previousID == old)
        let first = try #require(batch.events.first?.sequence)
        #expect(batch.epoch.first.events <= first)
        #expect(batch.given.events == batch.events.last?.sequence)
        // What lies between the epochs belongs to neither, and is said of neither.
        #expect(batch.absent.allSatisfy { $0.range.lowerBound >= batch.epoch.first.events })
    }
}
