import PatrolCore
import PatrolSQLite
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("A store of an earlier version")
struct OldStoreTests {
    /// Writes a store as version 1 did: a row each.
    private static func write(_ folder: String, positions: Int64, events: Int64) throws {
        let database = try Database(path: "\(folder)/collector.sqlite", access: .create)
        try database.migrate([StoreSchema.migrations[0]], applicationID: StoreSchema.applicationID)
        let start = Samples.start.millisecondsSince1970
        let uuid = try #require(Samples.journal)
        try database.execute(
            """
            PRAGMA journal_mode = WAL;
            INSERT INTO vehicle VALUES (1, 'cart-01', \(start + 1000));
            INSERT INTO journal VALUES (1, 1, '\(uuid)', \(events), \(positions), \(events), \(positions), 0, 0);
            INSERT INTO boot VALUES (1, 1, '\(Samples.boot().bootID)', \(start), 'gps', 300);
            WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(positions))
            INSERT INTO position
                SELECT 1, i, 1, 1, i * 1000, \(start) + i * 1000, 0, \(start) + i * 1000, 0, 293000000 + i * 100,
                    1063000000, 2513, 420, 0, 31, 9, 3, 0, i FROM n;
            WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(events))
            INSERT INTO event
                SELECT 1, i, 1, 1, i * 1000, \(start) + i * 1000, 0, 'gps.lost', -10, -20, '{"reason":"no-fix"}' FROM n;
            INSERT INTO latest
                SELECT 1, 1, boot, boot_ms, effective_ms, time_source, receiver_ms, time_mark, latitude_e7, longitude_e7,
                    altitude_dm, speed_cms, course_ddeg, error_dm, satellites, mode, status, odometer_m
                FROM position WHERE sequence = \(positions);
            """
        )
    }

    @Test("It is read and written from the start, moves into blocks step by step, and nothing changes")
    func move() async throws {
        try await TemporaryFolder.with { folder in
            try Self.write(folder.path, positions: 20_000, events: 1500)
            try await TestStore.with(folder: folder.path) { store in
                let expected = try Samples.positions(1...20_000).map(\.record)
                #expect(try await store.positions().map(\.record.position) == expected)
                #expect(try await store.vehicle().latest?.position == expected.last)
                // A repeat, a conflict and something new, before anything has moved.
                let stored = try await store.store(try Samples.batch(positions: 19_990...20_010, events: 1...3))
                #expect(stored.positions.repeated == 11 && stored.positions.new == 10)
                #expect(stored.events.repeated == 3)
                var conflict = try Samples.batch()
                conflict.positions = [try Samples.position(500)]
                conflict.positions[0].record.odometerMetres = 7
                guard case .conflict(_, .positions, 500...500) = try await store.outcome(conflict) else {
                    Issue.record("no conflict")
                    return
                }
                let all = try Samples.positions(1...20_010).map(\.record)
                var steps = 0
                while try await store.writer.upkeep(keep: nil, now: TestStore.arrival) != .idle {
                    steps += 1
                    #expect(try await store.positions().map(\.record.position) == all)
                }
                #expect(steps >= 5)
                #expect(try await store.events().count == 1500)
                let summary = try await store.vehicle().journals[0]
                #expect(summary.positions.held == 20_010 && summary.positions.missing == 0)
                #expect(summary.events.held == 1500)
            }
            let database = try Database(path: "\(folder.path)/collector.sqlite", access: .readOnly)
            #expect(try database.integer("SELECT count(*) FROM position") == 0)
            #expect(try database.integer("SELECT count(*) FROM event WHERE crc IS NULL") == 0)
            #expect(try database.integer("SELECT sum(count) FROM block") == 20_010)
            #expect(try database.text("PRAGMA integrity_check") == "ok")
            #expect(try database.integer("PRAGMA auto_vacuum") == 2)
        }
    }

    @Test("A move that ended half-way goes on where it was")
    func resumed() async throws {
        try await TemporaryFolder.with { folder in
            try Self.write(folder.path, positions: 15_000, events: 10)
            for _ in 0..<2 {
                try await TestStore.with(folder: folder.path) { store in
                    _ = try await store.writer.upkeep(keep: nil, now: TestStore.arrival)
                    #expect(try await store.positions().map(\.sequence) == Array(1...15_000))
                }
            }
            try await TestStore.with(folder: folder.path) { store in
                try await store.upkeep()
                #expect(try await store.positions().map(\.sequence) == Array(1...15_000))
            }
        }
    }
}
