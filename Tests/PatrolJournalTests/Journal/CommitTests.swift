import Foundation
import PatrolCore
import Testing

@testable import PatrolJournal

@Suite struct CommitDeadlineTests {
    private func due(_ bench: Bench) -> Instant? {
        bench.journal.inbox.commitDue(after: Bench.commitInterval)
    }

    @Test func `nothing is due while nothing waits, so that nothing wakes up`() async throws {
        let bench = try Bench()
        #expect(due(bench) == nil)
        try await bench.journal.append(bench.event())
        #expect(due(bench) == nil)
    }

    @Test func `the commit is due one interval after the first waiting position, whatever comes after it`() async throws
    {
        let bench = try Bench()
        let first = bench.clock.now
        bench.drive(1...8)
        #expect(due(bench) == first + Bench.commitInterval)
        try await bench.journal.commit()
        #expect(due(bench) == nil)
        bench.clock.advance(by: .seconds(100))
        bench.journal.append(bench.position(9))
        #expect(due(bench) == bench.clock.now + Bench.commitInterval)
    }

    @Test func `at one position a second there is one commit every ten seconds`() async throws {
        let bench = try Bench()
        var commits = 0
        for number in Int64(1)...600 {
            bench.journal.append(bench.position(number))
            bench.clock.advance(by: .seconds(1))
            if let due = due(bench), due <= bench.clock.now {
                try await bench.journal.commit()
                commits += 1
            }
        }
        #expect(commits == 60)
    }

    @Test func `an event's commit moves the deadline`() async throws {
        let bench = try Bench()
        bench.drive(1...9)
        try await bench.journal.append(bench.event())
        #expect(due(bench) == nil)
        bench.journal.append(bench.position(10))
        #expect(due(bench) == bench.clock.now + Bench.commitInterval)
    }

    @Test func `after a commit that failed the next attempt is due one interval later`() async throws {
        let bench = try Bench()
        bench.driveFar(1...400)
        try await bench.fillDisk()
        await #expect(throws: JournalError.self) { try await bench.journal.commit() }
        #expect(due(bench) == bench.clock.now + Bench.commitInterval)
        bench.clock.advance(by: Bench.commitInterval)
        try await bench.freeDisk()
        try await bench.journal.commit()
        #expect(due(bench) == nil)
    }
}

/// The one loop, in real time: it is about the sleeping itself, which a virtual clock would leave out. Tens of
/// milliseconds each, and none of them depends on how many.
@Suite(.timeLimit(.minutes(1))) struct CommitLoopTests {
    private static let clocks = Clocks(
        now: { Instant(nanosecondsSinceBoot: Int64(clock_gettime_nsec_np(CLOCK_BOOTTIME))) },
        systemTime: { WallTime(millisecondsSince1970: 0) }
    )

    private func journal(in folder: TemporaryFolder, commitInterval: Duration) throws -> Journal {
        try Journal(
            folder: folder.path,
            bootID: "boot-a",
            machineID: "",
            clocks: Self.clocks,
            commitInterval: commitInterval,
            limits: .standard,
            destinations: []
        )
    }

    private func waitUntil(_ condition: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(20)
        while try await !condition() {
            try #require(ContinuousClock.now < end, "it does not become durable")
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    @Test func `positions become durable by themselves, an interval after the first, again and again`() async throws {
        let folder = try TemporaryFolder()
        let journal = try journal(in: folder, commitInterval: .milliseconds(30))
        let loop = Task { try await journal.run() }
        for number in Int64(1)...3 {
            let before = Self.clocks.now()
            journal.append(Position.sample(number, receivedAt: before))
            try await waitUntil { journal.health.durable.positions.rawValue == number }
            let commit = try #require(journal.health.lastCommit)
            #expect(commit - before >= .milliseconds(30))
        }
        loop.cancel()
        try await loop.value
    }

    @Test func `cancelling the loop commits at once what waits`() async throws {
        let folder = try TemporaryFolder()
        let journal = try journal(in: folder, commitInterval: .seconds(3600))
        let loop = Task { try await journal.run() }
        journal.append(Position.sample(1, receivedAt: Self.clocks.now()))
        loop.cancel()
        try await loop.value
        #expect(journal.health.durable.positions == 1)
    }

    @Test func `cancelling the loop before it has begun or while it is idle ends it`() async throws {
        let folder = try TemporaryFolder()
        let journal = try journal(in: folder, commitInterval: .seconds(3600))
        let loop = Task { try await journal.run() }
        await Task.yield()
        loop.cancel()
        try await loop.value
        #expect(journal.health.lastCommit == nil)
    }

    @Test func `closing the journal ends the loop without an error`() async throws {
        let folder = try TemporaryFolder()
        let journal = try journal(in: folder, commitInterval: .milliseconds(5))
        let loop = Task { try await journal.run() }
        journal.append(Position.sample(1, receivedAt: Self.clocks.now()))
        try await journal.close()
        try await loop.value
        #expect(journal.health.durable.positions == 1)
    }

    @Test func `the loop tries again after a failure, and an event that failed is written without another one`()
        async throws
    {
        let folder = try TemporaryFolder()
        let journal = try journal(in: folder, commitInterval: .milliseconds(20))
        let loop = Task { try await journal.run() }
        try await journal.setPageLimit(full: true)
        let event = Event(.daemonStopped(reason: String(repeating: "x", count: 5000)), at: Self.clocks.now())
        await #expect(throws: JournalError.self) { try await journal.append(event) }
        #expect(journal.health.pendingEvents == 1)
        try await journal.setPageLimit(full: false)
        try await waitUntil { journal.health.durable.events == 1 }
        #expect(journal.health.pendingEvents == 0)
        loop.cancel()
        try await loop.value
    }
}

/// `CLOCK_BOOTTIME` in nanoseconds.
private func clock_gettime_nsec_np(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
