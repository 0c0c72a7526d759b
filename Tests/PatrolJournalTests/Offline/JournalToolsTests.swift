import Foundation
import PatrolCore
import Testing

@testable import PatrolJournal

/// The journal of a daemon that is stopped, as a person looks after it.
@Suite struct JournalToolsTests {
    private let nothing: JournalTools.Progress = { _, _ in }

    /// 300 positions and 5 events in a journal that was closed in order.
    private func closed() async throws -> TemporaryFolder {
        let bench = try Bench(fileNumber: 0)
        for number in Int64(1)...300 {
            bench.journal.append(
                bench.position(number, time: WallTime(millisecondsSince1970: 1_800_000_000_000 + number * 1000))
            )
            bench.clock.advance(by: .seconds(1))
            if number % 60 == 0 { try await bench.journal.append(bench.event("mark, \"\(number)\"")) }
        }
        try await bench.journal.acknowledge(
            events: SequenceNumber(rawValue: 2),
            positions: SequenceNumber(rawValue: 100),
            by: "station"
        )
        try await bench.journal.close()
        return bench.folder
    }

    private func content(_ folder: TemporaryFolder) throws -> [String: [UInt8]] {
        Dictionary(uniqueKeysWithValues: try folder.names().map { ($0, try folder.bytes($0)) })
    }

    /// Changes one byte of an event's text.
    private func flip(_ folder: TemporaryFolder) throws {
        var bytes = try folder.bytes("journal.sqlite")
        let place = try #require(Data(bytes).range(of: Data("mark, \\\"120".utf8)))
        bytes[place.lowerBound] ^= 1
        try folder.write(bytes, to: "journal.sqlite")
    }

    @Test func `a sound journal is fine, every number is accounted for, and nothing is touched`() async throws {
        let folder = try await closed()
        let before = try content(folder)
        let check = try await JournalTools.check(folder: folder.path, progress: nothing)
        #expect(check.damages.isEmpty, "\(check.damages)")
        #expect(check.counts?.isBalanced == true && check.counts?.held.positions == 300)
        let stats = try await JournalTools.stats(folder: folder.path, progress: nothing)
        #expect(stats.epochs.count == 1 && stats.receipts.isEmpty)
        #expect(stats.destinations.map(\.name) == ["station"])
        #expect(stats.destinations.first?.backlog.positions.acknowledged == 100)
        #expect(stats.spans.positions != nil)
        let repair = try await JournalTools.rehearsal(folder: folder.path, progress: nothing)
        #expect(repair.counts == check.counts)
        #expect(try content(folder) == before)
    }

    @Test func `each damage is named, a repair does what it said, and then the journal is fine`() async throws {
        let folder = try await closed()
        try flip(folder)
        let before = try content(folder)
        let check = try await JournalTools.check(folder: folder.path, progress: nothing)
        #expect(check.damages.contains { $0.hasPrefix("row of events: 2,") }, "\(check.damages)")
        #expect(check.damages.contains { $0.contains("no sound events 2 to 2") }, "\(check.damages)")
        #expect(check.lost == PerLane(events: 1, positions: 0))
        let said = try await JournalTools.rehearsal(folder: folder.path, progress: nothing)
        #expect(said.counts.receipted.events == [.damaged: 1] && said.lost.events == 1)
        #expect(try content(folder) == before)
        let done = try await JournalTools.repair(folder: folder.path, bootID: "boot-r")
        #expect(done.counts.receipted.events == [.damaged: 1] && done.counts.isBalanced)
        #expect(try folder.names().contains("journal.damaged-0001"))
        #expect(try await JournalTools.check(folder: folder.path, progress: nothing).damages.isEmpty)
    }

    @Test func `a lost log, foreign tables and missing marks are damage too`() async throws {
        let orphaned = try await closed()
        try orphaned.write([], to: "journal.sqlite")
        try orphaned.write([1, 2, 3], to: "journal.sqlite-wal")
        #expect(try await JournalTools.check(folder: orphaned.path, progress: nothing).damages.count == 1)
        let foreign = try await closed()
        try foreign.write(Array("This is no database, but a text of some length.".utf8), to: "journal.sqlite")
        let check = try await JournalTools.check(folder: foreign.path, progress: nothing)
        #expect(check.damages.contains { $0.contains("is not a journal") }, "\(check.damages)")
        #expect(check.lost == PerLane(events: 5, positions: 300), "the marks know what was there")
        let unmarked = try await closed()
        try unmarked.remove("journal.marks")
        let marksGone = try await JournalTools.check(folder: unmarked.path, progress: nothing)
        #expect(marksGone.damages.contains { $0.hasPrefix("journal.marks") }, "\(marksGone.damages)")
        #expect(marksGone.lost == PerLane(both: 0), "all records are there")
    }

    @Test func `a running daemon's journal, and a folder without one, are refused in plain words`() async throws {
        let bench = try Bench()
        try await bench.journal.append(bench.event("first"))
        let running = await #expect(throws: JournalError.self) {
            try await JournalTools.check(folder: bench.folder.path, progress: nothing)
        }
        #expect(running?.cause == .inUse && running?.reason.contains("stopped") == true)
        let repair = await #expect(throws: JournalError.self) {
            try await JournalTools.repair(folder: bench.folder.path, bootID: "boot-r")
        }
        #expect(repair?.cause == .inUse)
        let empty = try TemporaryFolder()
        let none = await #expect(throws: JournalError.self) {
            try await JournalTools.stats(folder: empty.path, progress: nothing)
        }
        #expect(none?.reason.contains("holds no journal") == true)
        #expect(try empty.names().isEmpty)
    }

    @Test func `an export has every record of its times once, in either format`() async throws {
        let folder = try await closed()
        func export(_ lane: Lane, _ format: ExportFormat, from: Int64? = nil) async throws -> String {
            var text = ""
            let export = try await JournalTools.export(
                lane,
                folder: folder.path,
                from: from.map { WallTime(millisecondsSince1970: 1_800_000_000_000 + $0 * 1000) },
                to: nil,
                format: format,
                progress: nothing
            ) { text += $0 }
            #expect(export.damages.isEmpty && export.lost == PerLane(both: 0))
            return text
        }
        #expect(try await export(.positions, .jsonl).split(separator: "\n").count == 300)
        #expect(try await export(.positions, .jsonl, from: 201).split(separator: "\n").count == 100)
        #expect(try await export(.positions, .csv).split(separator: "\r\n").count == 301)
        let events = try await export(.events, .csv)
        #expect(events.split(separator: "\r\n").count == 6)
        #expect(events.contains("\"\"") && events.hasPrefix("sequence,time,"), "quotes are doubled")
    }

    @Test func `a backup is sound, has everything, and is never made over something`() async throws {
        let folder = try await closed()
        let target = folder.path + "/backup"
        try JournalTools.backup(folder: folder.path, to: target, progress: nothing)
        let check = try await JournalTools.check(folder: target, progress: nothing)
        #expect(check.damages.isEmpty && check.counts?.held.positions == 300, "\(check.damages)")
        let again = #expect(throws: JournalError.self) {
            try JournalTools.backup(folder: folder.path, to: target, progress: nothing)
        }
        #expect(again?.reason.contains("a new folder") == true)
        #expect(try await JournalTools.check(folder: target, progress: nothing).damages.isEmpty)
    }
}
