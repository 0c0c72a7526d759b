import Foundation
import PatrolCore
import PatrolSQLite
import Testing

@testable import PatrolJournal

/// What is durable is read, and acknowledged, while the writer waits for the disk.
@Suite struct ReaderTests {
    /// With a writer that stands still until `body` is done, as in a sync that does not come back.
    private func whileTheDiskHangs(_ journal: Journal, _ body: () async throws -> Void) async throws {
        let release = DispatchSemaphore(value: 0)
        let (began, begin) = AsyncStream.makeStream(of: Void.self)
        async let hung: Void = journal.hang(begin, until: release)
        for await _ in began { break }
        do {
            try await body()
        } catch {
            release.signal()
            throw error
        }
        release.signal()
        await hung
    }

    @Test func `a hanging disk holds up neither queries nor uploads nor acknowledgements`() async throws {
        let bench = try Bench()
        let journal = bench.journal
        for reason in ["a", "b"] { try await journal.append(bench.event(reason)) }
        bench.drive(1...150)
        try await journal.commit()
        bench.drive(151...160)
        try await whileTheDiskHangs(journal) {
            let batch = try await journal.nextBatch(for: "station", maximumEvents: 10, maximumPositions: 120)
            #expect(batch.eventRange == 1...2 && batch.positionRange == 1...120)
            let backlog = try await journal.acknowledge(events: 2, positions: 120, by: "station")
            #expect(backlog.events.count == 0 && backlog.positions.count == 40)
            let next = try await journal.nextBatch(for: "station", maximumEvents: 10, maximumPositions: 120)
            #expect(next.positionRange == 121...150, "what waits for its commit does not go")
            #expect(try await bench.odometers() == Array(1...160), "but is shown")
            #expect(try await bench.allEvents().count == 2)
            #expect(try await journal.quarantined(by: "station", limit: 10).isEmpty)
        }
        try await journal.commit()
        try await journal.checkInvariants()
        let after = try bench.afterPowerCut()
        #expect(try await after.journal.backlog(of: "station").positions.settled == 120, "kept with the next commit")
        #expect(try await journal.blockRanges() == [1...120, 121...160], "an upload closes no block")
    }

    @Test func `damage that a reader meets is repaired by the writer`() async throws {
        let bench = try Bench()
        bench.drive(1...250)
        try await bench.journal.commit()
        #expect(try await bench.odometers().count == 250)
        try await bench.journal.execute("UPDATE position_blocks SET block = x'00' WHERE first_sequence = 121")
        #expect(try await bench.odometers() == Array(1...120) + Array(241...250))
        #expect(bench.journal.health.incidents.contains { $0.contains("1 of position_blocks") })
        try await bench.journal.checkInvariants()
    }

    @Test func `a reader follows the writer to another file`() async throws {
        let bench = try Bench()
        bench.drive(1...10)
        try await bench.journal.commit()
        #expect(try await bench.odometers().count == 10)
        try await bench.journal.repair(because: JournalError(.damaged, path: "", reason: "a page is not as it was"))
        bench.drive(11...20)
        try await bench.journal.commit()
        #expect(try await bench.odometers() == Array(1...20))
        try await bench.journal.close()
    }

    @Test func `the log starts again from its beginning with a reader beside it`() async throws {
        let bench = try Bench()
        for number in 1...Int64(900) {
            bench.drive(number...number)
            try await bench.journal.commit()
            if number % 30 == 0 { _ = try await bench.journal.backlog(of: "station") }
        }
        let checkpoint = 1000 * (1024 + 24)
        #expect(try bench.folder.logBytes() < checkpoint * 12 / 10)
    }

    @Test func `events that wait together are one commit`() async throws {
        let bench = try Bench()
        func commits() throws -> Int {
            try WriteAheadLog(path: bench.journal.path + "-wal")?.frames.filter(\.isCommit).count ?? 0
        }
        let before = try commits()
        let results = await bench.journal.append(
            (1...50).map { number in
                NewEvent(
                    bench.event("\(number)"),
                    keeping: number == 7 ? KeptState(name: "seven", details: ["at": .integer(7)]) : nil
                )
            }
        )
        #expect(try results.map { try $0.get().rawValue } == Array(1...50))
        #expect(try commits() == before + 1)
        let after = try bench.afterPowerCut()
        #expect(try await after.allEvents().count >= 50)
        #expect(after.journal.statesAtStart["seven"] == ["at": .integer(7)])
    }

    @Test func `of events that find no room each is said to be lost, and the others to be kept`() async throws {
        let bench = try Bench()
        try await bench.journal.execute("PRAGMA max_page_count = 1")
        let events = (1...1200).map {
            NewEvent(bench.event(String(repeating: "x", count: 200) + "\($0)"), keeping: nil)
        }
        let results = await bench.journal.append(events)
        let errors = results.compactMap { if case .failure(let error) = $0 { error } else { nil } }
        #expect(errors.filter(\.isEventLost).count == 200)
        #expect(errors.filter { !$0.isEventLost }.count == 1000 && bench.journal.health.droppedEvents == 200)
        try await bench.journal.execute("PRAGMA max_page_count = 1000000")
        let after = try await bench.journal.append(bench.event("after"))
        #expect(after > 1000, "behind the receipt for the lost ones")
        let counts = try await bench.journal.counts()
        #expect(counts.receipted.events == [.memoryFull: 200] && counts.isBalanced)
        try await bench.journal.checkInvariants()
    }
}

extension Journal {
    fileprivate func hang(_ begin: AsyncStream<Void>.Continuation, until release: DispatchSemaphore) {
        inbox.commitBegan(at: clocks.now())
        begin.yield()
        release.wait()
    }
}
