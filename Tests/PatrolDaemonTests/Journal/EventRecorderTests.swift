import Foundation
import Logging
import PatrolAPI
import PatrolCore
import PatrolSQLite
import Synchronization
import Testing

@testable import PatrolDaemon
@testable import PatrolJournal

@Suite("Done means durable")
struct EventRecorderTests {
    /// A recorder that runs beside a real journal in a folder of its own.
    private func with(
        answerLimit: Duration = EventRecorder.answerLimit,
        _ body: (EventRecorder, Journal) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/patrold-recorder-" + UUID().uuidString
        defer {
            do {
                try FileManager.default.removeItem(atPath: folder)
            } catch {
                print("\(folder) is left behind: \(error)")
            }
        }
        let clocks = Clocks(
            now: { Instant(millisecondsSinceBoot: 100_000) },
            systemTime: { WallTime(millisecondsSince1970: 0) }
        )
        let journal = try Journal(folder: folder, bootID: "boot-a", clocks: clocks, commitInterval: .seconds(10))
        let recorder = EventRecorder(
            journal: journal,
            board: StatusBoard(destinations: []),
            stream: StreamHub(),
            clocks: clocks,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            answerLimit: answerLimit
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await recorder.run() }
            defer { group.cancelAll() }
            try await body(recorder, journal)
        }
        try await journal.setDisk(full: false)
        try await journal.close()
    }

    private func marks(_ journal: Journal) async throws -> Int {
        try await journal.events(HistoryQuery(kinds: ["mark"], limit: 1000)).count
    }

    private func mark(_ recorder: EventRecorder) async -> Durability {
        let lostBefore = recorder.lostCount
        recorder.record(.mark(text: String(repeating: "x", count: 400), by: "test"))
        return await recorder.settle(lostBefore: lostBefore)
    }

    @Test("On a disk that takes it, it is durable")
    func durable() async throws {
        try await with { recorder, journal in
            for number in 1...5 {
                #expect(await mark(recorder) == .durable)
                let there = try await marks(journal)
                #expect(there == number)
            }
        }
    }

    @Test("On a full disk it waits in memory, and says so; when there is room it is on disk")
    func fullDisk() async throws {
        try await with { recorder, journal in
            try await journal.setDisk(full: true)
            for _ in 1...20 {
                guard case .waiting(let reason) = await mark(recorder) else { continue }
                #expect(reason.contains("full"), "\(reason)")
            }
            #expect(journal.health.pendingEvents > 0)
            let recorded = 20 - journal.health.pendingEvents
            let there = try await marks(journal)
            #expect(there == recorded, "what was answered as durable, and no more")
            try await journal.setDisk(full: false)
            #expect(await mark(recorder) == .durable)
            let later = try await marks(journal)
            #expect(later == 21)
        }
    }

    @Test("What the journal wrote by itself in the meantime is durable too")
    func writtenMeanwhile() async throws {
        try await with { recorder, journal in
            try await journal.setDisk(full: true)
            while await mark(recorder) == .durable {}
            try await journal.setDisk(full: false)
            try await journal.commit()
            #expect(await recorder.settle(lostBefore: recorder.lostCount) == .durable)
        }
    }

    @Test("Memory is bounded: orders are refused before it is full, and what finds no room is never called kept")
    func bound() async throws {
        try await with { recorder, journal in
            try await journal.setDisk(full: true)
            while await mark(recorder) == .durable {}
            while journal.health.pendingEvents < EventRecorder.maximumWaitingForOrders {
                #expect(recorder.hasRoomForOrder)
                guard case .waiting = await mark(recorder) else {
                    Issue.record("there is room in memory")
                    break
                }
            }
            #expect(!recorder.hasRoomForOrder)
            while journal.health.droppedEvents == 0 {
                recorder.record(.mark(text: "by itself", by: "x")); _ = await mark(recorder)
            }
            guard case .lost = await mark(recorder) else {
                Issue.record("it found no room")
                return
            }
            let kept = Int(journal.health.durable.events.rawValue) + journal.health.pendingEvents
            try await journal.setDisk(full: false)
            try await journal.commit()
            #expect(recorder.hasRoomForOrder)
            #expect(Int(journal.health.durable.events.rawValue) == kept, "all that was called kept")
        }
    }

    @Test("A disk that hangs does not hang the answer, and what is answered meanwhile is written afterwards")
    func hangingDisk() async throws {
        try await with(answerLimit: .milliseconds(50)) { recorder, journal in
            let release = DispatchSemaphore(value: 0)
            async let hung: Void = journal.hang(until: release)
            let reasons = [await mark(recorder), await mark(recorder)]
            for case .waiting(let reason) in reasons { #expect(reason.contains("has not answered for 50 ms")) }
            #expect(reasons.filter { $0 == .durable }.count <= 1, "the first may come before the disk hangs")
            release.signal()
            await hung
            // The limit is short, and the machine may be busy.
            while await recorder.settle(lostBefore: recorder.lostCount) != .durable {}
            let there = try await marks(journal)
            #expect(there == 2)
        }
    }

    @Test("The state that goes with an event is kept even where the event finds no room")
    func state() async throws {
        try await with { recorder, journal in
            try await journal.setDisk(full: true)
            while journal.health.droppedEvents == 0 { _ = await mark(recorder) }
            recorder.record(
                .mark(text: "mute", by: "x"),
                keeping: KeptState(name: "mute", details: ["by": .string("x")])
            )
            _ = await recorder.settle(lostBefore: 0)
            try await journal.setDisk(full: false)
            try await journal.commit()
            let isKept = try await journal.isStateKept("mute")
            #expect(isKept)
        }
    }

    @Test("The answer says whether it is in force, kept, or not taken")
    func words() {
        let waiting = APIError.notDurable("the mark", .waiting(reason: "no space"))
        #expect(waiting.error.code == "not_durable")
        #expect(waiting.error.message.contains("kept in memory and tried again"))
        #expect(waiting.error.message.hasSuffix("no space"))
        #expect(
            APIError.notDurable("the mute", .waiting(reason: "x"), isInForce: true).error.message.contains("in force")
        )
        #expect(APIError.notDurable("the mark", .lost(reason: "x")).error.message == "the mark was NOT taken: x")
    }
}

extension Journal {
    /// A disk without a free byte, as SQLite sees it: the file may not grow any more.
    fileprivate func setDisk(full: Bool) throws {
        let database = try openStore().database
        if full { try database.execute("VACUUM") }
        try database.execute("PRAGMA max_page_count = \(full ? 1 : 1_000_000)")
    }

    /// What a disk does that does not answer: the journal's thread stands still.
    fileprivate func hang(until release: DispatchSemaphore) {
        release.wait()
    }

    fileprivate func isStateKept(_ name: String) throws -> Bool {
        try openStore().database.integer("SELECT count(*) FROM states WHERE name = '\(name)'") == 1
    }
}
