import PatrolCore
import PatrolWire
import Testing

@testable import PatrolJournal

/// A destination that holds other records is the first to notice that a journal was rolled back.
@Suite struct ContradictionTests {
    private let nothing = PerLane<SequenceNumber?>(both: nil)

    /// Sends all that waits.
    private func drain(_ bench: Bench) async throws -> [(JournalID, PerLane<ClosedRange<SequenceNumber>?>, Int)] {
        var sent: [(JournalID, PerLane<ClosedRange<SequenceNumber>?>, Int)] = []
        while true {
            let batch = try await bench.journal.nextBatch(for: "station", maximumEvents: 9, maximumPositions: 100)
            guard !batch.isEmpty else { return sent }
            let positions = try batch.positionBlocks.flatMap { try PositionBlockCodec.decode($0) }
            #expect(positions.first?.sequence == batch.positionRange?.lowerBound)
            #expect(positions.last?.sequence == batch.positionRange?.upperBound)
            sent.append(
                (batch.journalID, PerLane(events: batch.eventRange, positions: batch.positionRange), batch.boots.count)
            )
            try await bench.journal.acknowledge(
                events: batch.eventRange?.upperBound,
                positions: batch.positionRange?.upperBound,
                by: "station"
            )
        }
    }

    /// Events 1–6 and positions 1–60 of an earlier run, in one block.
    private func restarted() async throws -> (Bench, JournalID) {
        let bench = try Bench()
        bench.drive(1...60)
        for number in 1...6 { try await bench.journal.append(bench.event("\(number)")) }
        let id = bench.journal.id
        return (try await bench.restarted(bootID: "boot-b"), id)
    }

    @Test func `an epoch begins in the middle of a block, and each record goes once under its identity`() async throws {
        let (bench, id) = try await restarted()
        #expect(bench.journal.id == id)
        var first = nothing
        first.positions = 41
        #expect(try await bench.journal.contradicted(from: first, under: id, by: "station", because: "409"))
        #expect(bench.journal.id != id)
        #expect(bench.journal.health.incidents.last?.contains("409") == true)
        bench.drive(61...70)
        let sent = try await drain(bench)
        #expect(sent.map(\.0) == [id, bench.journal.id])
        #expect(sent.map(\.1.positions) == [1...40, 41...70])
        #expect(sent.map(\.1.events) == [1...6, 7...7])
        #expect(sent.map(\.2) == [1, 2], "the present boot may be another one to whom knows the old identity")
        try await bench.journal.checkInvariants()
        let again = try await bench.restarted(bootID: "boot-b")
        #expect(again.journal.id == bench.journal.id)
        try await again.journal.checkInvariants()
    }

    @Test func `the other lane may contradict later and lower, in an epoch of its own`() async throws {
        let (bench, id) = try await restarted()
        var first = nothing
        first.positions = 41
        #expect(try await bench.journal.contradicted(from: first, under: id, by: "station", because: "409"))
        let second = bench.journal.id
        var events = nothing
        events.events = 4
        #expect(try await bench.journal.contradicted(from: events, under: id, by: "station", because: "409"))
        let third = bench.journal.id
        #expect(Set([id, second, third]).count == 3)
        let batch = try await bench.journal.nextBatch(for: "station", maximumEvents: 9, maximumPositions: 0)
        #expect(batch.journalID == id && batch.eventRange == 1...3 && batch.given.events == 3)
        let sent = try await drain(bench)
        #expect(sent.filter { $0.0 == id }.compactMap(\.1.events) == [1...3])
        #expect(sent.filter { $0.0 == third }.compactMap(\.1.events).first?.lowerBound == 4)
        #expect(sent.compactMap(\.1.positions).map(\.upperBound).last == 60)
        try await bench.journal.checkInvariants()
    }

    @Test func `of an identity that began in this run nobody can hold anything else`() async throws {
        let bench = try Bench()
        try await bench.journal.append(bench.event())
        let id = bench.journal.id
        var first = nothing
        first.events = 1
        #expect(try await !bench.journal.contradicted(from: first, under: id, by: "station", because: "409"))
        #expect(bench.journal.id == id)
        let (again, old) = try await restarted()
        #expect(try await again.journal.contradicted(from: first, under: old, by: "station", because: "409"))
        let new = again.journal.id
        #expect(try await !again.journal.contradicted(from: first, under: new, by: "station", because: "409"))
        // Somebody else says the same of the old one: that is done already.
        #expect(try await again.journal.contradicted(from: first, under: old, by: "other", because: "409"))
        #expect(again.journal.id == new)
    }
}
