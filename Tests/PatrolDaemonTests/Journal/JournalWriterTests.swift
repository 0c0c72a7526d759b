import Foundation
import PatrolControl
import PatrolCore
import PatrolSQLite
import PatrolSystem
import ServiceLifecycle
import Testing

@testable import PatrolDaemon
@testable import PatrolJournal

@Suite("Done means durable")
struct JournalWriterTests {
    private func marks(_ journal: Journal) async throws -> Int {
        try await journal.events(HistoryQuery(kinds: ["mark"], limit: 1000)).count
    }

    @Test("On a disk that takes it, it is durable")
    func durable() async throws {
        try await CartRig.run { rig in
            for number in 1...5 {
                #expect(try await rig.mark() == .durable)
                let there = try await marks(rig.journal)
                #expect(there == number)
            }
        }
    }

    @Test("On a full disk it waits in memory, and says so; when there is room it is on disk")
    func fullDisk() async throws {
        try await CartRig.run { rig in
            let journal = rig.journal
            #expect(try await rig.mark() == .durable)
            try await journal.setDisk(full: true)
            for _ in 1...20 {
                guard case .waiting(let reason) = try await rig.mark() else { continue }
                #expect(reason.contains("full"), "\(reason)")
            }
            let pending = journal.health.pendingEvents
            #expect(pending > 0)
            let there = try await marks(journal)
            #expect(there >= 21 - pending, "what was answered as durable")
            try await journal.setDisk(full: false)
            #expect(try await rig.mark() == .durable)
            let later = try await marks(journal)
            #expect(later == 22)
        }
    }

    @Test("Memory is bounded: orders are refused before it is full, and what finds no room is never called kept")
    func bound() async throws {
        try await CartRig.run { rig in
            let journal = rig.journal
            try await journal.setDisk(full: true)
            while try await rig.mark() == .durable {}
            while journal.health.pendingEvents < 900 {
                guard case .waiting = try await rig.mark() else {
                    Issue.record("there is room in memory")
                    break
                }
            }
            #expect(
                try await rig.mark() == .lost(reason: "the disk takes nothing, and enough waits in memory already")
            )
            // What happens by itself has the rest of the room.
            for _ in 0..<200 { rig.cart.post(.happened(.mark(text: "by itself", by: "x"))) }
            try await eventually("it found no room") { journal.health.droppedEvents > 0 }
            // A mute is taken whatever the disk does, and said not to be recorded.
            try await settled(rig)
            let kept = Int(journal.health.durable.events.rawValue) + journal.health.pendingEvents
            try await journal.setDisk(full: false)
            try await journal.commit()
            let counts = try await journal.counts()
            #expect(counts.held.events == Int64(kept) + 1, "all that was called kept, and the receipt for the rest")
            #expect(counts.receipted.events == [.memoryFull: journal.health.droppedEvents] && counts.isBalanced)
            #expect(try await rig.mark() == .durable, "there is room again")
        }
    }

    /// The writer has worked off all that was posted before.
    private func settled(_ rig: CartRig) async throws {
        try await rig.writer.inTurn { _ in }
    }

    @Test("A disk that hangs does not hang the answer, and what is answered meanwhile is written afterwards")
    func hangingDisk() async throws {
        try await CartRig.run(answerLimit: .milliseconds(50)) { rig in
            let journal = rig.journal
            let release = DispatchSemaphore(value: 0)
            async let hung: Void = journal.hang(until: release)
            let reasons = [try await rig.mark(), try await rig.mark()]
            for case .waiting(let reason) in reasons { #expect(reason.contains("has not answered for 50 ms")) }
            #expect(reasons.filter { $0 == .durable }.count <= 1, "the first may come before the disk hangs")
            release.signal()
            await hung
            try await settled(rig)
            let there = try await marks(journal)
            #expect(there == 2)
        }
    }

    @Test("What waits for a disk that hangs is written with one sync")
    func oneSync() async throws {
        try await CartRig.run { rig in
            let journal = rig.journal
            try await settled(rig)
            let release = DispatchSemaphore(value: 0)
            let (began, begin) = AsyncStream.makeStream(of: Void.self)
            async let hung: Void = journal.hang(begin, until: release)
            for await _ in began { break }
            for _ in 0..<40 { rig.cart.post(.happened(.mark(text: "while it hangs", by: "x"))) }
            try await eventually("all of them wait") { rig.writer.undecidedEvents >= 40 }
            func commits() throws -> Int {
                try WriteAheadLog(path: journal.path + "-wal")?.frames.filter(\.isCommit).count ?? 0
            }
            let before = try commits()
            release.signal()
            await hung
            try await settled(rig)
            let there = try await marks(journal)
            #expect(there == 40 && rig.writer.undecidedEvents == 0)
            // The first one may have been on its way alone.
            #expect(try commits() - before <= 2)
        }
    }

    @Test("The state that goes with an event is kept even where the event finds no room")
    func state() async throws {
        try await CartRig.run { rig in
            let journal = rig.journal
            try await journal.setDisk(full: true)
            while journal.health.droppedEvents == 0 {
                for _ in 0..<100 { rig.cart.post(.happened(.mark(text: String(repeating: "x", count: 400), by: "x"))) }
                _ = await rig.cart.snapshot()
                try await settled(rig)
            }
            rig.writer.record(
                Event(.mark(text: "mute", by: "x"), at: Instant(millisecondsSinceBoot: 1)),
                as: RecordID(rawValue: 1_000_000),
                keeping: KeptState(name: "mute", details: ["by": .string("x")])
            )
            try await settled(rig)
            try await journal.setDisk(full: false)
            try await journal.commit()
            let isKept = try await journal.isStateKept("mute")
            #expect(isKept)
        }
    }

    @Test("What is recorded before the stop is on disk after it; what comes later is told to be lost")
    func stop() async throws {
        let folder = try TestFolder()
        let journal = try open(folder, bootID: "boot-a")
        let inbox = try CartInbox()
        let writer = writer(to: journal, telling: inbox)
        func record(_ number: UInt64) {
            writer.record(
                Event(.mark(text: "\(number)", by: "x"), at: Instant(millisecondsSinceBoot: Int64(number))),
                as: RecordID(rawValue: number),
                keeping: nil
            )
        }
        func outcome(of number: UInt64) async throws -> Durability {
            try await inbox.next("nothing is told of \(number)") {
                if case .recorded(RecordID(rawValue: number), let durability) = $0 { durability } else { nil }
            }
        }
        let group = ServiceGroup(services: [writer], logger: CartRig.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            for number in 1...100 as ClosedRange<UInt64> { record(number) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        // In their order.
        for number in 1...100 as ClosedRange<UInt64> { #expect(try await outcome(of: number) == .durable) }
        record(101)
        guard case .lost(let reason) = try await outcome(of: 101) else {
            Issue.record("it was taken")
            return
        }
        #expect(reason.contains("the daemon stops"))
        await #expect(throws: JournalWriter.NotDone.noRoom) { try await writer.inTurn { _ in } }
        #expect(try await marks(journal) == 100)
        try await journal.close()
        #expect(try await marks(reopened(folder)) == 100)
    }

    private func writer(to journal: Journal, telling inbox: CartInbox) -> JournalWriter {
        JournalWriter(journal: journal, cart: inbox.cart, uploads: [], stream: StreamHub(), logger: CartRig.logger)
    }

    private func reopened(_ folder: TestFolder) throws -> Journal {
        try open(folder, bootID: "boot-b")
    }

    private func open(_ folder: TestFolder, bootID: String) throws -> Journal {
        try Journal(
            folder: folder.path("journal"),
            bootID: bootID,
            machineID: "",
            clocks: .system,
            commitInterval: .seconds(10),
            limits: .standard,
            destinations: []
        )
    }

    @Test(
        "Behind a disk that hangs so many wait and no more: those beyond are told to be lost, the others are written in order"
    )
    func manyWait() async throws {
        let folder = try TestFolder()
        let journal = try reopened(folder)
        let inbox = try CartInbox()
        let writer = writer(to: journal, telling: inbox)
        // Nobody takes anything yet: the same as a disk that hangs from the first one on.
        for number in 1...UInt64(JournalWriter.maximumWaiting) + 2 {
            writer.record(
                Event(.mark(text: nil, by: "x"), at: Instant(millisecondsSinceBoot: 1)),
                as: RecordID(rawValue: number),
                keeping: nil
            )
        }
        let lost = inbox.inputs.compactMap { input -> UInt64? in
            if case .recorded(let id, .lost) = input { id.rawValue } else { nil }
        }
        #expect(lost == [10_001, 10_002])
        try await journal.close()
    }

    @Test("A journal that is closed takes nothing, and each of its records is told to be lost")
    func closed() async throws {
        let folder = try TestFolder()
        let journal = try reopened(folder)
        let inbox = try CartInbox()
        let writer = writer(to: journal, telling: inbox)
        try await journal.close()
        writer.record(
            Event(.mark(text: nil, by: "x"), at: Instant(millisecondsSinceBoot: 1)),
            as: RecordID(rawValue: 1),
            keeping: nil
        )
        let task = Task { try await writer.run() }
        let durability = try await inbox.next("nothing is told") {
            if case .recorded(_, let durability) = $0 { durability } else { nil }
        }
        guard case .lost = durability else {
            Issue.record("\(durability)")
            return
        }
        task.cancel()
        _ = try await task.value
    }
}

extension Journal {
    /// As ``hang(until:)``, and tells when it has begun.
    fileprivate func hang(_ begin: AsyncStream<Void>.Continuation, until release: DispatchSemaphore) {
        begin.yield()
        release.wait()
    }
}
