import Foundation
import PatrolCore
import PatrolSQLite
import PatrolWire
import Testing

@testable import PatrolJournal

/// A journal of weeks: what is asked often must cost the same as on the first day.
@Suite struct LongJournalTests {
    /// Reading by number must go straight to its row. `SCAN` of a table with records is allowed nowhere but in the partial
    /// index that holds starts and stops only, from its end.
    @Test func `no statement walks through the records to find its place`() async throws {
        let bench = try Bench()
        let plans = try await bench.journal.queryPlans(
            JournalSQL.allCases.map(\.text) + [JournalSQL.events(.oldestFirst), JournalSQL.events(.newestFirst)]
        )
        #expect(plans.count == JournalSQL.allCases.count + 2)
        for (sql, plan) in plans {
            let small = [
                "SCAN epochs", "SCAN receipts", "SCAN cursors", "SCAN states", "SCAN quarantine", "SCAN q",
                "SCAN e USING INDEX runs",
            ]
            let scans = plan.filter { $0.hasPrefix("SCAN") && !small.contains($0) }
            #expect(scans.isEmpty, "\(sql)\n\(plan)")
            #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(sql)\n\(plan)")
        }
    }

    @Test func `a hundred thousand events and a thousand blocks are handled like ten`() async throws {
        var bench = try Bench()
        for block in Int64(0)..<1000 {
            for number in (block * 120 + 1)...(block * 120 + 120) { bench.journal.append(bench.position(number)) }
            if block % 25 == 24 { try await bench.journal.commit() }
        }
        try await bench.journal.execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
            INSERT INTO events SELECT i, 1, i * 1000, NULL, NULL, NULL, 'gps.restored', '{"after_s":1}',
                row_checksum('events', i, 1, i * 1000, NULL, NULL, NULL, 'gps.restored', '{"after_s":1}') FROM n
            """
        )
        try await bench.journal.close()
        try bench.folder.changeMarks { marks in
            marks.durable = PerLane(events: 100_000, positions: 120_000)
            marks.reserved = marks.durable
        }
        bench = try Bench(in: bench.folder, bootID: "boot-b")
        let journal = bench.journal
        #expect(journal.health.durable == PerLane(events: 100_000, positions: 120_000))
        let before = try await journal.bytesReadByThread()
        try await journal.acknowledge(events: 99_000, positions: nil, by: "station")
        try await journal.acknowledge(events: nil, positions: 60_030, by: "station")
        let backlog = try await journal.backlog(of: "station")
        #expect(backlog.events.count == 1000)
        #expect(backlog.positions.count == 59_970)
        let batch = try await journal.nextBatch(for: "station", maximumEvents: 10, maximumPositions: 500)
        #expect(batch.eventRange == 99_001...99_010)
        #expect(batch.positionRange == 60_031...60_480)
        let newest = try await journal.positions(HistoryQuery(order: .newestFirst, limit: 3))
        #expect(newest.map(\.recorded.sequence) == [120_000, 119_999, 119_998])
        let last = try await journal.events(HistoryQuery(order: .newestFirst, limit: 2))
        #expect(last.map(\.recorded.sequence) == [100_000, 99_999])
        let bytesRead = try await journal.bytesReadByThread() - before
        #expect(bytesRead < 100_000, "\(bytesRead) bytes of some ten million")
    }
}

extension Journal {
    /// What the journal's own thread has read from files, by the kernel's count (proc(5), `rchar`).
    fileprivate func bytesReadByThread() throws -> Int {
        let lines = try String(contentsOfFile: "/proc/thread-self/io", encoding: .utf8).split(separator: "\n")
        return try #require(lines.first { $0.hasPrefix("rchar: ") }.flatMap { Int($0.dropFirst(7)) })
    }

    fileprivate func queryPlans(_ texts: [String]) throws -> [(sql: String, plan: [String])] {
        try texts.map { sql in
            let statement = try openStore().database.prepare("EXPLAIN QUERY PLAN " + sql)
            var plan: [String] = []
            while try statement.step() { plan.append(try statement.text(3)) }
            return (sql, plan)
        }
    }
}
