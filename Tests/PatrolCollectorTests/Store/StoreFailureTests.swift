import PatrolCore
import PatrolSQLite
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("A store that cannot")
struct StoreFailureTests {
    @Test("A full disk refuses the whole batch, and takes it once there is room")
    func full() async throws {
        try await TemporaryFolder.with { folder in
            let large = try Samples.batch(positions: 1...5000)
            try await TestStore.with(folder: folder.path, maximumPages: 1) { store in
                try await store.store(try Samples.batch(vehicle: "cart-02", positions: 1...1))
                await #expect(throws: SQLiteError.self) { try await store.store(large) }
                #expect(try await store.reader.vehicles().map(\.name) == ["cart-02"])
                // What is small enough is stored even now.
                try await store.store(try Samples.batch(vehicle: "cart-02", positions: 2...2))
            }
            try await TestStore.with(folder: folder.path) { store in
                let stored = try await store.store(large)
                #expect(stored.positions.new == 5000)
            }
        }
    }

    @Test("A file that belongs to somebody else is left alone")
    func foreign() async throws {
        try await TemporaryFolder.with { folder in
            let other = try Database(path: "\(folder.path)/collector.sqlite", access: .create)
            try other.execute("CREATE TABLE theirs (a)")
            other.close()
            let storeFolder = try StoreFolder(path: folder.path)
            let error = try #require(throws: CollectorError.self) { try StoreWriter(folder: storeFolder) }
            #expect(error.description.contains(storeFolder.databasePath))
            let untouched = try Database(path: storeFolder.databasePath, access: .readOnly)
            #expect(try untouched.text("PRAGMA journal_mode") == "delete")
        }
    }

    @Test("A folder that cannot be made or written is named", arguments: ["/proc/collector", "/dev/null/x"])
    func folder(path: String) throws {
        let error = try #require(throws: CollectorError.self) { try StoreFolder(path: path) }
        #expect(error.description.contains(path))
    }

    @Test("The questions by time are answered from an index, without sorting")
    func plans() async throws {
        try await TemporaryFolder.with { folder in
            try await TestStore.with(folder: folder.path) { _ in
                let database = try Database(path: "\(folder.path)/collector.sqlite", access: .readOnly)
                for sql in [
                    StoreReader.blockPage, StoreReader.oldPositionPage, StoreReader.eventPage,
                    StoreReader.eventPageOfKind,
                ] {
                    var plan: [String] = []
                    let statement = try database.prepare("EXPLAIN QUERY PLAN " + sql)
                    while try statement.step() { plan.append(try statement.text(3)) }
                    #expect(plan.contains { $0.hasPrefix("SEARCH") && $0.contains("USING INDEX") }, "\(plan)")
                    #expect(!plan.contains { $0.hasPrefix("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan)")
                }
            }
        }
    }
}
