import Foundation
import PatrolCore
import PatrolWire
import Testing

@testable import PatrolJournal

@Suite struct DamagedRowTests {
    /// Events 1–5, positions 1–300 in the blocks 1…120, 121…240 and 241…300; everything dated.
    private func filled() async throws -> Bench {
        let bench = try Bench()
        let noon = try utc("2026-11-24T12:00:00Z")
        for number in Int64(1)...300 { bench.journal.append(bench.position(number, time: noon + .seconds(number))) }
        for number in 1...5 { try await bench.journal.append(bench.event("\(number)")) }
        return bench
    }

    /// Everything that a destination is given, in order, until nothing waits.
    private func drain(_ bench: Bench, by destination: String = "station") async throws -> (
        events: [Recorded<StoredEvent>], positions: [Recorded<Position>]
    ) {
        var all: (events: [Recorded<StoredEvent>], positions: [Recorded<Position>]) = ([], [])
        for _ in 0..<100 {
            let batch = try await bench.journal.nextBatch(for: destination, maximumEvents: 3, maximumPositions: 100)
            guard !batch.isEmpty else { break }
            all.events += batch.events
            all.positions += try batch.positionBlocks.flatMap { try PositionBlockCodec.decode($0) }
            try await bench.journal.acknowledge(
                events: batch.eventRange?.upperBound,
                positions: batch.positionRange?.upperBound,
                by: destination
            )
        }
        let backlog = try await bench.journal.backlog(of: destination)
        #expect([backlog.events.count, backlog.positions.count] == [0, 0])
        return all
    }

    @Test func `one bad event: the others go, its place is receipted, and the station hears of it`() async throws {
        let bench = try await filled()
        try await bench.journal.execute("UPDATE events SET details = replace(details, '3', '8') WHERE sequence = 3")
        let sent = try await drain(bench)
        #expect(sent.events.map(\.sequence.rawValue) == [1, 2, 4, 5, 6, 7])
        #expect(sent.events.suffix(2).map(\.record.name) == ["journal.damaged", "records.dropped"])
        let receipt = try #require(sent.events.last?.record.details)
        #expect(receipt["lane"] == .string("events") && receipt["reason"] == .string("damaged"))
        #expect(receipt["first"] == .integer(3) && receipt["last"] == .integer(3) && receipt["count"] == .integer(1))
        #expect(sent.positions.count == 300, "the other lane does not wait")
        try await bench.journal.checkInvariants()
        let kept = try #require(try bench.folder.names().first { $0.hasPrefix("journal.damaged-") })
        #expect(try String(decoding: bench.folder.bytes(kept), as: UTF8.self).contains("\"8\""))
        let mode = try FileManager.default.attributesOfItem(atPath: bench.folder.path + "/" + kept)[.posixPermissions]
        #expect(mode as? Int == 0o640)
        #expect(bench.journal.health.incidents.contains { $0.contains("journal.damaged") })
    }

    @Test func `one bad block: the events and the other blocks go, and its span of time is told`() async throws {
        let bench = try await filled()
        let noon = try utc("2026-11-24T12:00:00Z")
        try await bench.journal.execute(
            "UPDATE position_blocks SET block = CAST(block || x'00' AS BLOB) WHERE first_sequence = 121"
        )
        let sent = try await drain(bench)
        #expect(sent.positions.map(\.sequence.rawValue) == Array(1...120) + Array(241...300))
        let receipt = try #require(sent.events.last?.record.details)
        #expect(receipt["first"] == .integer(121) && receipt["last"] == .integer(240))
        #expect(receipt["from"] == .string((noon + .seconds(120)).description))
        #expect(receipt["to"] == .string((noon + .seconds(241)).description))
        try await bench.journal.checkInvariants()
        let counts = try await bench.journal.counts()
        #expect(counts.produced.positions == 300 && counts.held.positions == 180)
        #expect(counts.receipted.positions == [.damaged: 120])
        #expect(try await bench.odometers() == Array(1...120) + Array(241...300))
    }

    @Test(arguments: [
        "UPDATE events SET sequence = 77 WHERE sequence = 2",
        "UPDATE events SET time_ms = coalesce(time_ms, 0) + 1 WHERE sequence = 2",
        "UPDATE events SET boot = 2 WHERE sequence = 2",
        "UPDATE events SET name = 'mark' WHERE sequence = 2",
        "UPDATE events SET checksum = NULL WHERE sequence = 2",
        "DELETE FROM events WHERE sequence = 2",
    ])
    func `whatever of an event is altered, it is never delivered, and its number is accounted for`(
        sql: String
    ) async throws {
        let bench = try await filled()
        try await bench.journal.execute(sql)
        let sent = try await drain(bench)
        #expect(sent.events.map(\.sequence.rawValue).starts(with: [1, 3, 4, 5]))
        try await bench.journal.checkInvariants()
        let after = try await bench.restarted()
        #expect(after.journal.id == bench.journal.id, "no new epoch: nothing that was promised is unknown")
        try await after.journal.checkInvariants()
    }

    @Test func `a block that takes another one's number is found`() async throws {
        let bench = try await filled()
        try await bench.journal.execute("DELETE FROM position_blocks WHERE first_sequence = 1")
        try await bench.journal.execute("UPDATE position_blocks SET first_sequence = 1 WHERE first_sequence = 121")
        #expect(try await drain(bench).positions.map(\.sequence.rawValue) == Array(241...300))
        try await bench.journal.checkInvariants()
    }

    @Test func `while it runs everything small comes back from memory`() async throws {
        let bench = try await filled()
        try await bench.journal.learnClock(
            ClockOffset(utcAtBootMilliseconds: 1_000_000, source: .gps, uncertaintyMilliseconds: 9)
        )
        try await bench.journal.append(bench.event("6"), keeping: KeptState(name: "duty", details: ["on": .bool(true)]))
        try await bench.journal.acknowledge(events: 2, positions: 100, by: "station")
        try await bench.journal.commit()
        for sql in [
            "UPDATE boots SET utc_at_boot_ms = 5", "UPDATE cursors SET acknowledged = 6",
            "UPDATE states SET details = '{}'",
            "UPDATE epochs SET first_event = 4", "UPDATE events SET boot = 9 WHERE sequence = 3",
        ] { try await bench.journal.execute(sql) }
        let batch = try await bench.journal.nextBatch(for: "station", maximumEvents: 10, maximumPositions: 10)
        #expect(batch.events.map(\.sequence.rawValue).starts(with: [4, 5, 6]))
        #expect(batch.boots.first?.clock?.utcAtBootMilliseconds == 1_000_000)
        try await bench.journal.checkInvariants()
        let after = try await bench.restarted()
        #expect(after.journal.id == bench.journal.id)
        #expect(after.journal.statesAtStart["duty"] == ["on": .bool(true)])
        #expect(try await after.journal.backlog(of: "station").positions.settled == 100)
    }

    @Test(arguments: [
        ("UPDATE boots SET utc_at_boot_ms = 5", "boots"), ("UPDATE states SET details = '{}'", "states"),
        ("UPDATE cursors SET acknowledged = 300 WHERE lane = 'positions'", "cursors"),
        ("UPDATE receipts SET count = 3", "receipts"), ("UPDATE epochs SET first_event = 4", "epochs"),
        ("UPDATE events SET boot = 9 WHERE sequence = (SELECT max(sequence) FROM events)", "events"),
        ("UPDATE quarantine SET first_sequence = 9", "quarantine"),
    ])
    func `at a start too: what is damaged is taken out and told, and everything else is there`(
        sql: String,
        table: String
    ) async throws {
        let bench = try await filled()
        try await bench.journal.append(bench.event("6"), keeping: KeptState(name: "duty", details: ["on": .bool(true)]))
        try await bench.journal.execute("DELETE FROM position_blocks WHERE first_sequence = 121")
        try await bench.journal.acknowledge(events: 2, positions: 100, by: "station")
        _ = try await drain(bench, by: "other")
        try await bench.journal.quarantine(
            .positions,
            101,
            by: "station",
            reason: "422",
            receipt: bench.event("q"),
            keeping: KeptState(name: "upload.station", details: [:])
        )
        try await bench.journal.execute(sql)
        try await bench.journal.close()
        let after = try Bench(in: bench.folder)
        #expect(
            after.journal.health.incidents.contains { $0.contains("of \(table)") },
            "\(after.journal.health.incidents)"
        )
        let told = try await after.allEvents().filter { $0.recorded.record.name == "journal.damaged" }
        #expect(told.last?.recorded.record.details["what"]?.text.contains(" of \(table)") == true)
        #expect(try await after.odometers() == Array(1...120) + Array(241...300))
        try await after.journal.checkInvariants()
        // Whatever it was that was lost, everything is sent at least once more, and only what was written.
        let sent = try await drain(after)
        #expect(sent.positions.allSatisfy { $0.sequence.rawValue == $0.record.odometerMetres })
        #expect(Set(sent.positions.map(\.sequence.rawValue)).isSuperset(of: Set(102...120).union(241...300)))
    }

    @Test func `what a repair takes out is kept in a bounded number of files`() async throws {
        let bench = try await filled()
        for number in Int64(1)...Int64(JournalFiles.maximumDamaged + 5) {
            let sequence = try await bench.journal.append(bench.event("\(number)"))
            try await bench.journal.execute("UPDATE events SET boot = 9 WHERE sequence = \(sequence.rawValue)")
            _ = try await bench.journal.nextBatch(for: "station", maximumEvents: 1000, maximumPositions: 0)
        }
        let kept = try bench.folder.names().filter { $0.hasPrefix("journal.damaged-") }
        #expect(kept.count == JournalFiles.maximumDamaged)
        #expect(kept.last == "journal.damaged-00\(JournalFiles.maximumDamaged + 5)")
    }

    @Test(arguments: [1, 2, 3])
    func `a journal of an earlier version opens, gets its checksums, and goes on under its identity`(
        version: Int
    ) async throws {
        let bench = try await filled()
        try await bench.journal.acknowledge(events: 2, positions: 100, by: "station")
        let id = bench.journal.id
        let after = try await bench.restarted(asVersion: version)
        #expect(after.journal.id == id)
        #expect(after.journal.health.incidents.isEmpty)
        try await after.journal.checkInvariants()
        #expect(try await after.odometers() == Array(1...300))
        #expect(try await after.allEvents().count == 5)
        #expect(try await after.journal.backlog(of: "station").positions.acknowledged == 100)
        #expect(try await after.journal.append(after.event()) == 6)
        try await after.journal.execute("UPDATE events SET boot = 9 WHERE sequence = 3")
        #expect(try await drain(after).events.map(\.sequence.rawValue) == [4, 5, 6, 7, 8])
    }
}
