import PatrolCore
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("An account of every number")
struct AccountTests {
    private static func given(_ events: Int64, _ positions: Int64) -> PerLane<Int64> {
        PerLane(events: events, positions: positions)
    }

    private static func missing(_ lane: Lane, _ range: ClosedRange<Int64>) -> Acknowledgement.Missing {
        Acknowledgement.Missing(
            lane: lane,
            range: SequenceNumber(rawValue: range.lowerBound)...SequenceNumber(rawValue: range.upperBound)
        )
    }

    @Test(
        "Holes are what lies between, less what is explained",
        arguments: [
            (0, [1...3, 4...9], [], []),
            (0, [4...9], [], [1...3]),
            (3, [4...4, 10...10, 20...25], [], [5...9, 11...19]),
            (3, [4...4, 10...10, 20...25], [5...9, 12...13], [11...11, 14...19]),
            (50, [4...4, 10...10], [], []),
            (7, [4...9, 12...12], [1...10], [11...11]),
        ] as [(Int64, [ClosedRange<Int64>], [ClosedRange<Int64>], [ClosedRange<Int64>])]
    )
    func holes(
        known: Int64,
        arrived: [ClosedRange<Int64>],
        explained: [ClosedRange<Int64>],
        holes: [ClosedRange<Int64>]
    ) {
        #expect(LaneAccount.holes(after: known, arrived, explained: explained) == holes)
    }

    @Test("10 is not acknowledged while 4 to 9 are missing; once they come it is")
    func prefix() async throws {
        try await TestStore.with { store in
            try await store.store(try Samples.batch(positions: 1...3, events: 1...2, given: Self.given(20, 20)))
            let late = try Samples.batch(positions: 10...12, events: 5...5, given: Self.given(20, 20))
            let stored = try await store.store(late)
            #expect(stored.positions.acknowledged.rawValue == 3)
            #expect(stored.events.acknowledged.rawValue == 2)
            #expect(stored.missing == [Self.missing(.events, 3...4), Self.missing(.positions, 4...9)])
            let summary = try await store.vehicle().journals[0]
            #expect(summary.positions.gaps == [4...9])
            #expect(summary.positions.missing == 6)
            #expect(summary.positions.complete == 3)
            let part = try await store.store(try Samples.batch(positions: 4...6, given: Self.given(20, 20)))
            #expect(part.positions.acknowledged.rawValue == 6)
            #expect(part.missing == [Self.missing(.events, 3...4), Self.missing(.positions, 7...9)])
            let whole = try await store.store(
                try Samples.batch(positions: 7...9, events: 3...4, given: Self.given(20, 20))
            )
            #expect(whole.positions.acknowledged.rawValue == 12)
            #expect(whole.events.acknowledged.rawValue == 5)
            #expect(whole.missing.isEmpty)
            #expect(try await store.positions().map(\.sequence) == Array(1...12))
        }
    }

    @Test("What the cart says it never sends is no gap, and is kept and counted")
    func absent() async throws {
        try await TestStore.with { store in
            var batch = try Samples.batch(
                events: 3...3,
                absent: [
                    Samples.absent(.events, 1...2), Samples.absent(.positions, 1...90, count: 81, .thinned),
                    Samples.absent(.positions, 101...200, .damaged),
                ],
                given: Self.given(3, 220)
            )
            batch.positions = try stride(from: Int64(1), through: 81, by: 10).map { try Samples.position($0) }
            batch.positions += try Samples.positions(91...100) + Samples.positions(201...210)
            let stored = try await store.store(batch)
            #expect(stored.events.acknowledged.rawValue == 3)
            #expect(stored.positions.acknowledged.rawValue == 210)
            #expect(stored.missing.isEmpty)
            let summary = try await store.vehicle().journals[0]
            #expect(summary.positions.held == 29)
            #expect(summary.positions.absent == 181)
            #expect(summary.positions.missing == 0)
            #expect(summary.events.absent == 2)
            #expect(summary.positions.absences.map(\.reason) == ["thinned", "damaged"])
            // Told again it counts once.
            #expect(try await store.store(batch).positions.acknowledged.rawValue == 210)
            #expect(try await store.vehicle().journals[0].positions.absent == 181)
        }
    }

    @Test("A record that comes after all is stored, and no longer counts as absent")
    func released() async throws {
        try await TestStore.with { store in
            try await store.store(
                try Samples.batch(
                    events: 4...5,
                    absent: [Samples.absent(.events, 1...3, .quarantined)],
                    given: Self.given(5, 0)
                )
            )
            #expect(try await store.vehicle().journals[0].events.absent == 3)
            let stored = try await store.store(try Samples.batch(events: 2...2, given: Self.given(5, 0)))
            #expect(stored.events.acknowledged.rawValue == 5)
            #expect(stored.events.new == 1)
            let summary = try await store.vehicle().journals[0].events
            #expect(summary.absent == 2 && summary.held == 3 && summary.missing == 0)
        }
    }

    @Test("Absent ranges alone move the acknowledgement; what lies before them is missing")
    func absentAlone() async throws {
        try await TestStore.with { store in
            let batch = try Samples.batch(
                absent: [Samples.absent(.positions, 5...9)],
                given: Self.given(0, 9)
            )
            let stored = try await store.store(batch)
            #expect(stored.positions.acknowledged.rawValue == 0)
            #expect(stored.missing == [Self.missing(.positions, 1...4)])
            let whole = try await store.store(try Samples.batch(positions: 1...4, given: Self.given(0, 9)))
            #expect(whole.positions.acknowledged.rawValue == 9)
        }
    }

    @Test("An epoch begins at its own first numbers")
    func epoch() async throws {
        try await TestStore.with { store in
            var batch = try Samples.batch(
                journal: Samples.otherJournal,
                positions: 101...103,
                events: 52...52,
                given: Self.given(52, 103)
            )
            batch.epoch = JournalEpoch(
                number: 2,
                previousID: Samples.journal,
                first: PerLane(events: SequenceNumber(rawValue: 51), positions: SequenceNumber(rawValue: 101)),
                reason: "the file was rolled back"
            )
            let stored = try await store.store(batch)
            #expect(stored.positions.acknowledged.rawValue == 103)
            #expect(stored.events.acknowledged.rawValue == 50)
            #expect(stored.missing == [Self.missing(.events, 51...51)])
            let journal = try await store.vehicle().journals[0]
            #expect(journal.epoch.reason == "the file was rolled back" && journal.epoch.number == 2)
            #expect(journal.positions.missing == 0 && journal.events.missing == 1)
        }
    }

    @Test("A collector that came back older names what it lacks, and takes it again")
    func restored() async throws {
        try await TestStore.with { store in
            try await store.store(try Samples.batch(positions: 1...100, given: Self.given(0, 100)))
            // What it had once acknowledged up to 130 is not there any more.
            let stored = try await store.store(try Samples.batch(positions: 131...140, given: Self.given(0, 140)))
            #expect(stored.positions.acknowledged.rawValue == 100)
            #expect(stored.missing == [Self.missing(.positions, 101...130)])
            let again = try await store.store(try Samples.batch(positions: 101...130, given: Self.given(0, 140)))
            #expect(again.positions.acknowledged.rawValue == 140)
        }
    }

    @Test("No more than a hundred gaps are named at a time")
    func manyGaps() async throws {
        try await TestStore.with { store in
            var batch = try Samples.batch(given: Self.given(0, 1000))
            batch.positions = try stride(from: Int64(2), through: 1000, by: 2).map { try Samples.position($0) }
            let stored = try await store.store(batch)
            #expect(stored.missing.count == Acknowledgement.maximumMissing)
            #expect(stored.missing.first == Self.missing(.positions, 1...1))
            #expect(try await store.vehicle().journals[0].positions.missing == 500)
        }
    }
}
