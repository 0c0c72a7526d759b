import PatrolCore
import PatrolSQLite
import PatrolWire
import Testing

@testable import PatrolJournal

@Suite("What a destination refuses")
struct QuarantineTests {
    private static let memory = UploadMemory(hasAcknowledged: true, eventsRefusedInARow: 1)

    /// Three events and 300 positions.
    private func filled() async throws -> Bench {
        let bench = try Bench()
        for number in 1...3 { try await bench.journal.append(bench.event("\(number)")) }
        bench.drive(1...300)
        try await bench.journal.commit()
        return bench
    }

    private func refuse(
        _ lane: Lane,
        _ sequence: SequenceNumber,
        _ bench: Bench,
        by destination: String = "station",
        reason: String = "422"
    ) async throws {
        let receipt = Event(
            .recordQuarantined(destination: destination, lane: lane, sequence, reason: reason),
            at: bench.clock.now,
            time: WallTime(millisecondsSince1970: 1_795_525_200_000)
        )
        try await bench.journal.quarantine(
            lane,
            sequence,
            by: destination,
            reason: reason,
            receipt: receipt,
            keeping: Self.memory.kept(of: destination)
        )
        try await bench.journal.checkInvariants()
    }

    private func retry(_ bench: Bench) async throws {
        let order = Event(.recordsRetried(destination: "station", count: 1, by: "x"), at: bench.clock.now)
        try await bench.journal.retryQuarantined(of: "station", order: order)
        try await bench.journal.checkInvariants()
    }

    private func release(_ lane: Lane, _ sequence: SequenceNumber, _ bench: Bench) async throws {
        let receipt = Event(
            .recordReleased(destination: "station", lane: lane, sequence),
            at: bench.clock.now
        )
        try await bench.journal.release(lane, sequence, by: "station", receipt: receipt)
        try await bench.journal.checkInvariants()
    }

    @Test(
        "It is kept with its reason, counted apart from what was acknowledged, and survives a power cut with its receipt"
    )
    func kept() async throws {
        let bench = try await filled()
        try await bench.journal.acknowledge(events: nil, positions: 99, by: "station")
        try await refuse(.positions, 100, bench)
        try await bench.journal.acknowledge(events: nil, positions: 150, by: "station")
        try await refuse(.events, 1, bench, reason: "400 bad")
        let after = try bench.afterPowerCut()
        for journal in [bench.journal, after.journal] {
            let backlog = try await journal.backlog(of: "station")
            #expect(backlog.positions.acknowledged == 149)
            #expect(backlog.positions.quarantined == QuarantineCount(held: 1, retrying: 0))
            #expect(backlog.positions.count == 150)
            #expect(backlog.events.acknowledged == 0 && backlog.events.quarantined.held == 1)
            let refused = try await journal.quarantined(by: "station", limit: 10)
            #expect(refused.map(\.reason) == ["400 bad", "422"])
            #expect(refused.map(\.range) == [1...1, 100...100])
            #expect(refused.first?.time == WallTime(millisecondsSince1970: 1_795_525_200_000))
            #expect(try await journal.quarantined(by: "other", limit: 10).isEmpty)
        }
        #expect(
            try await after.allEvents().map(\.recorded.record.name).suffix(2).allSatisfy { $0 == "records.quarantined" }
        )
        #expect(UploadMemory(kept: after.journal.statesAtStart["upload.station"]) == Self.memory)
        #expect(try await after.odometers() == Array(1...300), "the record itself stays")
        try await after.journal.checkInvariants()
    }

    @Test("The lane goes on behind it, for that destination and no other")
    func goesOn() async throws {
        let bench = try await filled()
        try await refuse(.events, 1, bench)
        let next = try await bench.journal.nextBatch(for: "station", maximumEvents: 1, maximumPositions: 0)
        #expect(next.eventRange == 2...2)
        let other = try await bench.journal.nextBatch(for: "other", maximumEvents: 1, maximumPositions: 0)
        #expect(other.eventRange == 1...1)
    }

    @Test("Neighbours with the same reason are shown as one")
    func neighbours() async throws {
        let bench = try await filled()
        for sequence in [1, 2, 3] as [SequenceNumber] { try await refuse(.positions, sequence, bench) }
        try await refuse(.positions, 4, bench, reason: "other")
        try await bench.journal.acknowledge(events: nil, positions: 5, by: "station")
        try await refuse(.positions, 6, bench, reason: "other")
        let refused = try await bench.journal.quarantined(by: "station", limit: 100)
        #expect(refused.map(\.range) == [1...3, 4...4, 6...6])
        #expect(try await bench.journal.quarantined(by: "station", limit: 2).map(\.range) == [1...2])
    }

    @Test("By order they go again one by one, events first; what is taken counts as acknowledged, over restarts")
    func retried() async throws {
        var bench = try await filled()
        try await bench.journal.acknowledge(events: nil, positions: 99, by: "station")
        try await refuse(.positions, 100, bench)
        try await refuse(.events, 1, bench)
        #expect(try await bench.journal.nextRetry(for: "station").isEmpty, "nobody asked yet")
        try await retry(bench)
        bench = try await bench.restarted(bootID: "boot-b")
        #expect(
            try await bench.journal.backlog(of: "station").events.quarantined == QuarantineCount(held: 1, retrying: 1)
        )
        let event = try await bench.journal.nextRetry(for: "station")
        #expect(event.eventRange == 1...1 && event.positionRange == nil)
        #expect(event.boots.map(\.number.rawValue) == [1, 2])
        try await release(.events, 1, bench)
        let position = try await bench.journal.nextRetry(for: "station")
        #expect(position.positionRange == 100...100 && position.events.isEmpty)
        let decoded = try position.positionBlocks.flatMap { try PositionBlockCodec.decode($0) }
        #expect(decoded.map(\.record.odometerMetres) == [100])
        try await refuse(.positions, 100, bench, reason: "again")
        #expect(try await bench.journal.nextRetry(for: "station").isEmpty)
        let refused = try await bench.journal.quarantined(by: "station", limit: 10)
        #expect(refused.map(\.reason) == ["again"])
        let backlog = try await bench.journal.backlog(of: "station")
        #expect(backlog.events.acknowledged == 1 && backlog.events.quarantined.held == 0)
        #expect(backlog.positions.acknowledged == 99 && backlog.positions.quarantined.held == 1)
    }

    @Test("On a full disk nothing is set aside, and nothing is ordered; the records wait as before")
    func fullDisk() async throws {
        let bench = try await filled()
        try await refuse(.events, 1, bench)
        try await bench.fillDisk()
        bench.driveFar(301...900)
        let receipt = Event(.recordReleased(destination: "station", lane: .events, 2), at: bench.clock.now)
        for attempt in 1...3 {
            let error = await #expect(throws: JournalError.self) {
                try await bench.journal.quarantine(
                    .events,
                    2,
                    by: "station",
                    reason: "422",
                    receipt: receipt,
                    keeping: Self.memory.kept(of: "station")
                )
            }
            #expect(error?.isEventLost == true, "attempt \(attempt)")
            await #expect(throws: JournalError.self) {
                try await bench.journal.retryQuarantined(of: "station", order: receipt)
            }
        }
        let backlog = try await bench.journal.backlog(of: "station")
        #expect(backlog.events.quarantined == QuarantineCount(held: 1, retrying: 0))
        #expect(backlog.events.settled == 1)
        #expect(bench.journal.health.pendingEvents == 0)
        try await bench.freeDisk()
        try await refuse(.events, 2, bench)
        #expect(try await bench.journal.backlog(of: "station").events.quarantined.held == 2)
    }

    @Test("A record that does not exist cannot be refused")
    func unknown() async throws {
        let bench = try await filled()
        for sequence in [SequenceNumber.none, 99, SequenceNumber(rawValue: .max)] {
            await #expect(throws: JournalError.self) { try await refuse(.events, sequence, bench) }
        }
        try await bench.journal.checkInvariants()
    }

    @Test("A journal of the version before opens, and what it acknowledged stays so")
    func versionTwo() async throws {
        let bench = try await filled()
        try await bench.journal.acknowledge(events: nil, positions: 99, by: "station")
        let after = try await bench.restarted(asVersion: 2)
        #expect(try await after.journal.backlog(of: "station").positions.acknowledged == 99)
        #expect(try await after.journal.integer("PRAGMA user_version") == 4)
        #expect(UploadMemory(kept: after.journal.statesAtStart["upload.station"]) == UploadMemory())
        try await refuse(.positions, 100, after)
    }
}
