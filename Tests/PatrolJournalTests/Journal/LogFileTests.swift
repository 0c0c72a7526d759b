import Foundation
import PatrolCore
import PatrolSQLite
import Testing

@testable import PatrolJournal

/// The write-ahead log is a file of fixed length, for a card's sake: it is overwritten in place and never grows or goes away.
@Suite struct LogFileTests {
    private static let length = 1100 * 1048

    /// Lets the journal's own loop run as the daemon does.
    private func running(_ bench: Bench, _ body: () async throws -> Void) async throws {
        let journal = bench.journal
        let run = Task { try await journal.run() }
        while try bench.folder.logBytes() < Self.length { await Task.yield() }
        try await body()
        run.cancel()
        _ = await run.result
    }

    @Test func `it has its length from the begin, and keeps it over commits, stops and starts`() async throws {
        var bench = try Bench(fileNumber: 0)
        let id = bench.journal.id
        for start in Int64(0)..<3 {
            try await running(bench) {
                for round in Int64(0)..<130 {
                    let first = start * 1300 + round * 10 + 1
                    bench.drive(first...(first + 9))
                    try await bench.journal.commit()
                    #expect(try bench.folder.logBytes() == Self.length)
                }
            }
            bench = try await bench.restarted(bootID: "boot-\(start)")
            #expect(try bench.folder.logBytes() == Self.length)
            #expect(bench.journal.health.incidents.isEmpty && bench.journal.id == id)
        }
        #expect(try await bench.odometers() == Array(1...3900))
        try await bench.journal.checkInvariants()
    }

    @Test func `after a stop it holds nothing, and what befalls it is no damage`() async throws {
        let bench = try Bench(fileNumber: 0)
        try await running(bench) {
            bench.drive(1...300)
            try await bench.journal.append(bench.event("first"))
        }
        try await bench.journal.close()
        let sound = try bench.folder.bytes("journal.sqlite-wal")
        #expect(try WriteAheadLog(path: bench.folder.path + "/journal.sqlite-wal") == nil)
        var changes: [[UInt8]] = [[], Array(sound.prefix(5000)), Array(sound.prefix(32))]
        for offset in stride(from: 33, to: 4000, by: 131) {
            var bytes = sound
            bytes[offset] ^= 0x10
            changes.append(bytes)
        }
        for bytes in changes {
            try bench.folder.write(bytes, to: "journal.sqlite-wal")
            let after = try Bench(in: bench.folder, fileNumber: 0)
            #expect(after.journal.health.incidents.isEmpty && after.journal.id == bench.journal.id)
            #expect(try await after.odometers() == Array(1...300))
            try await after.journal.close()
        }
    }

    @Test func `a power cut while it is full of older commits loses nothing`() async throws {
        let bench = try Bench(fileNumber: 0)
        try await running(bench) {
            for round in Int64(0)..<700 {
                bench.drive((round * 10 + 1)...(round * 10 + 10))
                try await bench.journal.commit()
            }
            let cut = try Bench(in: bench.folder.copyAfterPowerCut(), bootID: "boot-b", fileNumber: 0)
            #expect(try await cut.odometers() == Array(1...7000))
            #expect(cut.journal.health.incidents.isEmpty)
            try await cut.journal.checkInvariants()
        }
    }

    @Test func `an emptied log belongs to no database: it stays when one is set aside`() async throws {
        let bench = try Bench(fileNumber: 0)
        try await running(bench) { try await bench.journal.append(bench.event("first")) }
        try await bench.journal.close()
        try bench.folder.write(Array("no database, but some text".utf8), to: "journal.sqlite")
        let after = try Bench(in: bench.folder, fileNumber: 0)
        #expect(after.journal.health.incidents.count == 1)
        #expect(try !bench.folder.names().contains { $0.contains("aside") && $0.hasSuffix("-wal") })
        try await after.journal.append(after.event("second"))
        try await after.journal.checkInvariants()
    }
}
