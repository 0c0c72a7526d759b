import Foundation
import PatrolCore
import Testing

@testable import PatrolJournal

@Suite struct PowerCutTests {
    @Test func `a power cut costs the positions since the last commit, and nothing else`() async throws {
        let bench = try Bench()
        bench.drive(1...10)
        try await bench.journal.commit()
        bench.drive(11...19)
        let after = try bench.afterPowerCut()
        #expect(try await after.odometers() == Array(1...10))
        // The next numbers follow without a gap, in another boot and in another block.
        after.drive(20...21)
        try await after.journal.commit()
        #expect(try await after.odometers() == Array(1...10) + [20, 21])
        #expect(try await after.journal.blockRanges() == [1...10, 11...12])
        try await after.journal.checkInvariants()
    }

    /// The log is written from its start to its end, so that after a power cut any piece of its end may be missing that
    /// was not synced. Everything that was promised before a given size must be there from that size on.
    @Test func `wherever the log is torn, what was promised before that place is there`() async throws {
        let bench = try Bench()
        var promises: [(logBytes: Int, durable: PerLane<SequenceNumber>, marks: [UInt8])] = []
        for step in Int64(0)..<12 {
            bench.drive((step * 7 + 1)...(step * 7 + 7))
            if step % 3 == 0 {
                try await bench.journal.append(bench.event("\(step)"))
            } else {
                try await bench.journal.commit()
            }
            let marks = try bench.folder.bytes("journal.marks")
            promises.append((try bench.folder.logBytes(), bench.journal.health.durable, marks))
        }
        let end = try #require(promises.last).logBytes
        let start = promises[0].logBytes
        for cut in stride(from: start, through: end, by: 409) {
            let (_, promised, marks) = try #require(promises.last { $0.logBytes <= cut })
            let copy = try bench.folder.copyAfterPowerCut(logBytes: cut)
            // They are written behind each sync of the log, so they never know of more than is in it.
            try copy.write(marks, to: "journal.marks")
            let after = try Bench(in: copy, bootID: "boot-b")
            #expect(after.journal.id == bench.journal.id)
            #expect(after.journal.health.durable == promised, "cut at \(cut) of \(end)")
            #expect(try await after.odometers() == Array(1..<(promised.positions.rawValue + 1)))
            try await after.journal.checkInvariants()
        }
    }

    @Test func `a log of hours is brought back, and stays bounded`() async throws {
        let bench = try Bench()
        var largest = 0
        for commit in Int64(0)..<800 {
            bench.drive((commit * 10 + 1)...(commit * 10 + 10))
            try await bench.journal.commit()
            largest = max(largest, try bench.folder.logBytes())
        }
        #expect((900_000...1_100_000).contains(largest), "\(largest) bytes")
        let after = try bench.afterPowerCut()
        #expect(after.journal.health.durable.positions == 8000)
        try await after.journal.checkInvariants()
    }

    /// Each round is another process, killed with SIGKILL by a thread of its own at a moment that nobody chose.
    @Test(arguments: [UInt64(1), 2, 3, 4])
    func `a process that is killed at any moment loses no event that append has returned for`(seed: UInt64) async throws
    {
        let folder = try TemporaryFolder()
        for round in Int64(1)...2 {
            let promises = folder.path + "/promises"
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [
                    path = folder.path as String, promises = promises as String, seed = seed as UInt64,
                    round = round as Int64
                ] in
                let journal = try Bench.journal(in: path)
                let note = open(promises, O_WRONLY | O_CREAT | O_APPEND, 0o600)
                var generator = SplitMix64(seed: seed &* 31 &+ UInt64(round))
                let microseconds = UInt32.random(in: 0...60_000, using: &generator)
                Thread.detachNewThread {
                    // Real time by nature: the cut comes at any moment.
                    usleep(microseconds)
                    kill(getpid(), SIGKILL)
                }
                while true {
                    let event = Event(.daemonStopped(reason: "round \(round)"), at: VirtualClock().now)
                    for _ in 1...7 { journal.append(Position.sample(round, receivedAt: VirtualClock().now)) }
                    let sequence = try await journal.append(event)
                    let line = "\(sequence.rawValue)\n"
                    write(note, line, line.utf8.count)
                }
            }
            // No file: killed before the first promise.
            let lines = FileManager.default.contents(atPath: promises) ?? Data()
            let promised =
                lines.split(separator: UInt8(ascii: "\n")).last
                .flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? 0
            let after = try Bench(in: folder)
            #expect(after.journal.health.durable.events.rawValue >= promised, "seed \(seed), round \(round)")
            #expect(
                after.journal.health.durable.positions.rawValue == after.journal.health.durable.events.rawValue * 7,
                "an event and the positions before it are one commit; seed \(seed), round \(round)"
            )
            try await after.journal.checkInvariants()
            try await after.journal.close()
        }
    }
}
