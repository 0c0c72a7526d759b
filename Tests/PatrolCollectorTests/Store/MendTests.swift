import Foundation
import Logging
import PatrolCore
import PatrolSQLite
import PatrolService
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("A store whose file is damaged while it is in use", .serialized)
struct MendTests {
    private static let given = PerLane<Int64>(events: 400, positions: 12_000)

    /// Makes nonsense of the first page of a table, behind SQLite's back.
    private func destroy(_ table: String, _ folder: String) throws {
        let file = "\(folder)/collector.sqlite"
        let database = try Database(path: file, access: .readOnly)
        let page = try #require(try database.integer("SELECT rootpage FROM sqlite_schema WHERE name = '\(table)'"))
        database.close()
        // The log, kept at the stop, has newer states of the pages.
        try FileManager.default.removeItem(atPath: file + "-wal")
        let handle = try FileHandle(forUpdating: URL(filePath: file))
        try handle.seek(toOffset: UInt64(page - 1) * 4096)
        try handle.write(contentsOf: Data(repeating: 0xA5, count: 64))
        try handle.close()
    }

    @Test("It is set aside, what can be read goes on, and the cart is asked for what is gone, without a restart")
    func mended() async throws {
        try await TemporaryFolder.with { folder in
            _ = try await TestStore.with(folder: folder.path) { store in
                try await store.store(try Samples.batch(positions: 1...12_000, events: 1...400, given: Self.given))
            }
            try destroy("event", folder.path)
            try await TestStore.with(folder: folder.path) { store in
                #expect(store.writer.openingNote == nil, "the start looks at something else")
                let next = try Samples.batch(events: 401...410, given: PerLane(events: 410, positions: 12_000))
                let error = await #expect(throws: SQLiteError.self) { try await store.store(next) }
                #expect(error?.isDamageOfFile == true, "\(String(describing: error))")
                let note = try #require(try await store.writer.mend())
                #expect(note.contains("while it was in use") && note.contains("aside-1"), "\(note)")
                try await store.reader.reopen()
                #expect(try await store.writer.mend() == nil)
                let stored = try await store.store(next)
                #expect(stored.events.new == 10 && stored.events.acknowledged == .none)
                let missing = try #require(stored.missing.first)
                #expect(missing.lane == .events && missing.range.lowerBound.rawValue == 1, "\(missing)")
                let journal = try #require(try await store.vehicle().journals.first)
                #expect(journal.positions.held == 12_000, "what was sound is there")
                // The cart sends it again.
                try await store.store(try Samples.batch(events: 1...400, given: Self.given))
                let healed = try #require(try await store.vehicle().journals.first)
                #expect(healed.events.held == 410 && healed.events.missing == 0)
                #expect(try await store.events().count == 410)
            }
            #expect(FileManager.default.fileExists(atPath: "\(folder.path)/collector.sqlite.aside-1"))
        }
    }

    @Test(
        "A start with a table of which nothing can be read, or whose end cannot, comes to an end",
        .timeLimit(.minutes(2)),
        arguments: ["event", "block", "absent"]
    )
    func start(table: String) async throws {
        try await TemporaryFolder.with { folder in
            _ = try await TestStore.with(folder: folder.path) { store in
                try await store.store(try Samples.batch(positions: 1...12_000, events: 1...400, given: Self.given))
            }
            try destroy(table, folder.path)
            // The mark is another program's: so it is salvaged at once.
            let handle = try FileHandle(forUpdating: URL(filePath: "\(folder.path)/collector.sqlite"))
            try handle.seek(toOffset: 70)
            try handle.write(contentsOf: Data([0x7F]))
            try handle.close()
            try await TestStore.with(folder: folder.path) { store in
                #expect(store.writer.openingNote?.contains("aside-1") == true)
                let next = try Samples.batch(events: 401...410, given: PerLane(events: 410, positions: 12_000))
                #expect(try await store.store(next).events.new == 10)
            }
        }
    }

    @Test("The loop beside the batches does it, says so, and the reader goes along")
    func loop() async throws {
        try await TemporaryFolder.with { folder in
            _ = try await TestStore.with(folder: folder.path) { store in
                try await store.store(try Samples.batch(positions: 1...12_000, events: 1...400, given: Self.given))
            }
            try destroy("event", folder.path)
            try await TestStore.with(folder: folder.path) { store in
                let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                let condition = StoreCondition(
                    logger: logger,
                    notification: ServiceNotification(notifySocket: nil)
                )
                let upkeep = UpkeepLoop(
                    writer: store.writer,
                    reader: store.reader,
                    condition: condition,
                    keep: nil,
                    systemTime: { TestStore.arrival },
                    logger: logger
                )
                async let work: Void = upkeep.run()
                let next = try Samples.batch(events: 401...410, given: PerLane(events: 410, positions: 12_000))
                await #expect(throws: SQLiteError.self) { try await store.store(next) }
                let begin = ContinuousClock.now
                while condition.damage == nil {
                    try #require(ContinuousClock.now - begin < .seconds(60))
                    await Task.yield()
                }
                #expect(condition.damage?.contains("were taken over") == true, "\(condition.damage ?? "")")
                #expect(try await store.store(next).events.new == 10)
                upkeep.stop()
                await work
                #expect(try await store.events().count == 10)
            }
        }
    }
}
