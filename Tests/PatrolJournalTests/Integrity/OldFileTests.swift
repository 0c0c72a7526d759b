import Foundation
import PatrolCore
import Testing

@testable import PatrolJournal

/// Files of the versions before the checksums, damaged before they were ever opened by this one.
@Suite struct OldFileTests {
    /// Events 1–40 and positions 1–3000, of which the station has 2 and 300.
    private func left(asVersion version: Int) async throws -> (folder: TemporaryFolder, id: JournalID) {
        let bench = try Bench()
        for number in Int64(1)...40 {
            bench.drive((number * 75 - 74)...(number * 75))
            try await bench.journal.append(bench.event("\(number)"))
        }
        try await bench.journal.acknowledge(events: 2, positions: 300, by: "station")
        try await bench.journal.append(bench.event("41"))
        let id = bench.journal.id
        try await bench.leave(asVersion: version)
        return (bench.folder, id)
    }

    @Test(arguments: [1, 2, 3])
    func `what is left of a damaged old file goes on, under its own identity`(version: Int) async throws {
        let (folder, id) = try await left(asVersion: version)
        var bytes = try folder.bytes("journal.sqlite")
        // Pages in the middle, of whatever kind; SQLite cannot bring such a file to this version.
        for page in stride(from: 8, to: bytes.count / 1024, by: 9) {
            for offset in 0..<40 { bytes[page * 1024 + offset] = 0xA5 }
        }
        try folder.write(bytes, to: "journal.sqlite")
        let bench = try Bench(in: folder, bootID: "boot-b")
        #expect(bench.journal.health.inMemoryBecause == nil)
        #expect(try folder.names().contains("journal.sqlite.aside-0001"))
        try await bench.journal.checkInvariants()
        let odometers = try await bench.odometers()
        #expect(odometers.count > 1500 && odometers.count < 3000, "\(odometers.count)")
        let events = try await bench.allEvents()
        for event in events where event.recorded.record.name == "daemon.stopped" {
            #expect(event.recorded.record.details["reason"] == .string("\(event.recorded.sequence.rawValue)"))
        }
        #expect(events.count { $0.recorded.sequence <= 41 } > 20)
        let counts = try await bench.journal.counts()
        #expect(counts.isBalanced && counts.receipted.positions[.damaged] ?? 0 > 0)
        #expect(bench.journal.health.lostToDamage.positions == counts.receipted.positions[.damaged])
        let batch = try await bench.journal.nextBatch(for: "new", maximumEvents: 1, maximumPositions: 1)
        #expect(batch.journalID == id, "old records go out under the identity that they had")
        #expect(bench.journal.id != id, "and new ones under another")
    }

    @Test func `a text that is altered where no checksum is shows when it is none any more`() async throws {
        let (folder, _) = try await left(asVersion: 3)
        var bytes = try folder.bytes("journal.sqlite")
        let place = try #require(Data(bytes).range(of: Data(#"{"reason":"20"}"#.utf8)))
        bytes[place.lowerBound] = UInt8(ascii: "x")
        for offset in 0..<40 { bytes[8 * 1024 + offset] = 0xA5 }
        try folder.write(bytes, to: "journal.sqlite")
        let bench = try Bench(in: folder, bootID: "boot-b")
        #expect(try await !bench.allEvents().contains { $0.recorded.sequence == 20 })
        try await bench.journal.checkInvariants()
    }
}
