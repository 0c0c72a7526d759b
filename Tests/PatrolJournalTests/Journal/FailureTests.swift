import Foundation
import PatrolCore
import Testing

@testable import PatrolJournal

extension Journal {
    /// A disk without a free byte, as SQLite sees it: the file may not grow any more.
    /// "PRAGMA max_page_count … a maximum page count smaller than the current size" is taken as the current size.
    func setPageLimit(full: Bool) throws {
        if full {
            // The free pages inside the file would still take something.
            try execute("VACUUM")
            try execute("PRAGMA max_page_count = 1")
        } else {
            try execute("PRAGMA max_page_count = 1000000")
        }
    }
}

extension Bench {
    func fillDisk() async throws {
        try await journal.setPageLimit(full: true)
    }

    func freeDisk() async throws {
        try await journal.setPageLimit(full: false)
    }

    /// Positions that do not fit into the pages that are there.
    func driveFar(_ numbers: ClosedRange<Int64>) {
        for number in numbers {
            journal.append(position(number, time: WallTime(millisecondsSince1970: number * number * 1_000_003)))
        }
    }

    func longEvent(_ number: Int) -> Event {
        event("\(number) " + String(repeating: "x", count: 2000))
    }
}

@Suite struct FailureTests {
    @Test func `on a full disk everything is kept in memory, in order, and written when there is room`() async throws {
        let bench = try Bench()
        try await bench.journal.append(bench.event("first"))
        try await bench.fillDisk()
        for number in 1...5 {
            bench.driveFar((Int64(number) * 200 - 199)...(Int64(number) * 200))
            let error = await #expect(throws: JournalError.self) {
                try await bench.journal.append(bench.longEvent(number))
            }
            #expect(error?.cause == .storageFull)
            #expect(error?.reason.hasSuffix("; the event is kept in memory until it can be written") == true)
            try await bench.journal.checkInvariants()
        }
        #expect(bench.journal.health.pendingEvents == 5)
        #expect(bench.journal.health.pendingPositions == 1000)
        #expect(bench.journal.health.durable == PerLane(events: 1, positions: 0))
        #expect(try await bench.odometers() == Array(1...1000), "the track is shown all the same")
        try await bench.freeDisk()
        #expect(try await bench.journal.append(bench.longEvent(6)) == 7)
        #expect(bench.journal.health.pendingEvents == 0)
        #expect(bench.journal.health.pendingPositions == 0)
        let after = try await bench.afterPowerCut().allEvents().compactMap { $0.recorded.record.details["reason"] }
        #expect(
            after == [.string("first")] + (1...6).map { bench.longEvent($0) }.compactMap { $0.kind.details["reason"] }
        )
        #expect(try await bench.odometers() == Array(1...1000))
        try await bench.journal.checkInvariants()
    }

    @Test func `the health says since when and why the storage fails, and forgets it afterwards`() async throws {
        let bench = try Bench()
        #expect(bench.journal.health.failure == nil)
        try await bench.fillDisk()
        let since = bench.clock.now
        for _ in 1...3 {
            bench.driveFar(1...400)
            await #expect(throws: JournalError.self) { try await bench.journal.commit() }
            bench.clock.advance(by: .seconds(10))
        }
        #expect(bench.journal.health.failingSince == since)
        #expect(bench.journal.health.failure?.cause == .storageFull)
        #expect(bench.journal.health.failure?.description.contains("full") == true)
        try await bench.freeDisk()
        try await bench.journal.commit()
        #expect(bench.journal.health.failingSince == nil)
        #expect(bench.journal.health.failure == nil)
        #expect(bench.journal.health.lastCommit == bench.clock.now)
    }

    @Test func `when the memory for positions is full the oldest go, and are counted`() async throws {
        let bench = try Bench()
        try await bench.fillDisk()
        bench.driveFar(1...Int64(Inbox.defaultCapacity + 5))
        await #expect(throws: JournalError.self) { try await bench.journal.commit() }
        #expect(bench.journal.health.droppedPositions == 5)
        #expect(bench.journal.health.pendingPositions == Inbox.defaultCapacity)
        try await bench.freeDisk()
        try await bench.journal.commit()
        #expect(try await bench.odometers().first == 6)
        #expect(bench.journal.health.durable.positions.rawValue == Int64(Inbox.defaultCapacity + 5))
        #expect(try await bench.journal.counts().receipted.positions == [.memoryFull: 5])
        let told = try #require(try await bench.allEvents().last?.recorded.record)
        #expect(told.name == "records.dropped" && told.details["reason"] == .string("memory-full"))
        #expect(told.details["first"] == .integer(1) && told.details["last"] == .integer(5))
        #expect(told.details["from"] != nil && told.details["to"] != nil)
        #expect(bench.journal.health.droppedPositions == 5)
        try await bench.journal.checkInvariants()
    }

    @Test func `when the memory for events is full new ones are refused with a word, and counted`() async throws {
        let bench = try Bench()
        try await bench.fillDisk()
        for number in 1...Unwritten.maximumEvents {
            await #expect(throws: JournalError.self) { try await bench.journal.append(bench.longEvent(number)) }
        }
        let error = await #expect(throws: JournalError.self) { try await bench.journal.append(bench.longEvent(0)) }
        #expect(error?.reason.hasSuffix("; 1000 events wait already, so that this one is lost") == true)
        #expect(bench.journal.health.droppedEvents == 1)
        try await bench.freeDisk()
        #expect(try await bench.journal.append(bench.longEvent(1001)) == 1003)
        #expect(bench.journal.health.droppedEvents == 1)
        #expect(try await bench.journal.counts().receipted.events == [.memoryFull: 1])
        let told = try await bench.allEvents().suffix(2).map(\.recorded)
        #expect(told.map(\.sequence) == [1002, 1003] && told.first?.record.name == "records.dropped")
        try await bench.journal.checkInvariants()
    }

    @Test func `a cursor and a clock that could not be written are written later`() async throws {
        let bench = try Bench()
        bench.drive(1...3)
        try await bench.journal.commit()
        try await bench.fillDisk()
        let name = String(repeating: "station", count: 300)
        let clock = ClockOffset(utcAtBootMilliseconds: 1_000_000, source: .gps, uncertaintyMilliseconds: 5)
        let backlog = try await bench.journal.acknowledge(events: nil, positions: 2, by: name)
        #expect(backlog.positions.acknowledged == 2, "in force, whatever the disk does")
        await #expect(throws: JournalError.self) { try await bench.journal.commit() }
        await #expect(throws: JournalError.self) { try await bench.journal.learnClock(clock) }
        try await bench.freeDisk()
        try await bench.journal.commit()
        let after = try bench.afterPowerCut()
        #expect(try await after.journal.backlog(of: name).positions.acknowledged == 2)
        #expect(try await after.allPositions().allSatisfy(\.isCorrected))
    }

    @Test func `while the storage fails what is durable can still be uploaded`() async throws {
        let bench = try Bench()
        bench.drive(1...10)
        try await bench.journal.append(bench.event())
        try await bench.fillDisk()
        bench.driveFar(11...400)
        let batch = try await bench.journal.nextBatch(for: "station", maximumEvents: 10, maximumPositions: 1000)
        #expect(batch.eventRange == 1...1)
        #expect(batch.positionRange == 1...10)
        #expect(try await bench.journal.backlog(of: "station").positions.count == 400)
    }

    @Test func `a real limit on the file's size keeps everything, and recovers`() async throws {
        // In a child: the limit is the process's. EFBIG comes from the system call itself, below SQLite.
        await #expect(processExitsWith: .success) {
            let bench = try Bench()
            try await bench.journal.append(bench.event("before"))
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let usual = limit.rlim_cur
            limit.rlim_cur = rlim_t(try bench.folder.logBytes())
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            bench.drive(1...5)
            let error = await #expect(throws: JournalError.self) {
                try await bench.journal.append(bench.event("during"))
            }
            #expect(error?.cause == .storage, "\(error as Any)")
            #expect(error?.reason.hasPrefix("disk I/O error") == true, "\(error as Any)")
            #expect(bench.journal.health.pendingEvents == 1)
            limit.rlim_cur = usual
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            try await bench.journal.commit()
            #expect(try await bench.allEvents().count == 2)
            #expect(try await bench.odometers() == Array(1...5))
            try await bench.journal.checkInvariants()
        }
    }

    @Test func `a closed journal says so, and counts the positions that it is still given`() async throws {
        let bench = try Bench()
        bench.drive(1...2)
        try await bench.journal.close()
        try await bench.journal.close()
        #expect(bench.journal.health.durable.positions == 2)
        bench.drive(3...5)
        #expect(bench.journal.health.droppedPositions == 3)
        let error = await #expect(throws: JournalError.self) { try await bench.journal.append(bench.event()) }
        #expect(error?.cause == .closed)
        #expect(error?.description == "journal \(bench.journal.path): is closed")
        await #expect(throws: JournalError.self) { try await bench.journal.positions(HistoryQuery(limit: 1)) }
        await #expect(throws: JournalError.self) {
            try await bench.journal.nextBatch(for: "station", maximumEvents: 1, maximumPositions: 1)
        }
    }

    @Test func `closing with a full disk says that what waited is lost`() async throws {
        let bench = try Bench()
        try await bench.fillDisk()
        bench.driveFar(1...500)
        let error = await #expect(throws: JournalError.self) { try await bench.journal.close() }
        #expect(error?.cause == .storageFull)
        let after = try Bench(in: bench.folder)
        #expect(after.journal.health.durable.positions == 0, "closed all the same")
        try await after.journal.append(after.event())
        #expect(try await after.journal.counts().receipted.positions == [.memoryFull: 500], "and told by the next run")
        try await after.journal.checkInvariants()
        let again = try await after.restarted()
        try await again.journal.append(again.event())
        #expect(try await again.journal.counts().receipted.positions == [.memoryFull: 500], "once")
    }
}
