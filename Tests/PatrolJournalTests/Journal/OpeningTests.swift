import Foundation
import PatrolCore
import PatrolSQLite
import Testing

@testable import PatrolJournal

@Suite struct OpeningTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func open(_ folder: String) throws(JournalError) -> Journal {
        try Journal(
            folder: folder,
            bootID: "boot-a",
            machineID: Bench.machineID,
            clocks: VirtualClock().clocks,
            commitInterval: .seconds(10),
            limits: .standard,
            destinations: []
        )
    }

    private func failure(_ folder: String) -> JournalError? {
        #expect(throws: JournalError.self) { _ = try open(folder) }
    }

    // MARK: What a user may do wrong

    @Test func `a missing folder is made, closed to strangers`() async throws {
        let journal = try open(folder.path + "/new")
        var information = stat()
        #expect(stat(folder.path + "/new", &information) == 0)
        #expect(information.st_mode & 0o007 == 0)
        #expect(information.st_mode & 0o700 == 0o700)
        try await journal.close()
    }

    /// Why the journal is in memory.
    private func inMemory(_ folder: String) async throws -> JournalError? {
        let journal = try open(folder)
        // It works all the same.
        #expect(try await journal.append(Event(.daemonStopped(reason: "test"), at: VirtualClock().now)) == 1)
        journal.append(Position.sample(1, receivedAt: VirtualClock().now))
        let batch = try await journal.nextBatch(for: "station", maximumEvents: 9, maximumPositions: 9)
        #expect(batch.eventRange == 1...1 && batch.positionRange == 1...1)
        try await journal.checkInvariants()
        return journal.health.inMemoryBecause
    }

    @Test func `a missing parent is not made: the journal is in memory, and the reason names the folder`() async throws
    {
        let path = folder.path + "/absent/new"
        let reason = try await inMemory(path)
        #expect(reason?.cause == .folder)
        #expect(reason?.description == "journal \(path): the folder cannot be made: No such file or directory")
    }

    @Test func `a file in the folder's place is named`() async throws {
        let path = folder.path + "/file"
        try Data("hello".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try await inMemory(path)?.description == "journal \(path): is not a folder: Not a directory")
    }

    @Test func `a folder that cannot be written is named`() async throws {
        // Nobody can make a file in this one, not even root, as whom a test may run.
        let error = try #require(try await inMemory("/proc/self/net"))
        #expect(error.description.hasPrefix("journal /proc/self/net"), "\(error)")
        #expect(try await inMemory("/proc/patrold")?.path == "/proc/patrold")
    }

    @Test(.enabled(if: getuid() != 0, "root may write everywhere"))
    func `a folder without the right to write is named`() async throws {
        let path = folder.path + "/closed"
        #expect(mkdir(path, 0o500) == 0)
        #expect(
            try await inMemory(path)?.description == "journal \(path): the folder cannot be written: Permission denied"
        )
    }

    @Test func `a journal that is open already is in use, and is free again after its end`() async throws {
        let first = try open(folder.path)
        let error = failure(folder.path)
        #expect(error?.cause == .inUse)
        #expect(error?.description == "journal \(folder.path)/journal.sqlite: is in use by another process")
        try await first.append(Event(.daemonStopped(reason: "test"), at: VirtualClock().now))
        #expect(failure(folder.path)?.cause == .inUse)
        try await first.close()
        try await open(folder.path).close()
    }

    @Test func `a journal that another process holds is in use`() async throws {
        await #expect(processExitsWith: .success) { [path = folder.path as String] in
            let journal = try Bench.journal(in: path)
            try await journal.close()
        }
        let journal = try open(folder.path)
        await #expect(processExitsWith: .success) { [path = folder.path as String] in
            let error = #expect(throws: JournalError.self) { _ = try Bench.journal(in: path) }
            #expect(error?.cause == .inUse)
        }
        try await journal.close()
    }

    // MARK: What is no journal of this version

    /// Opens it, and expects what was there untouched under another name, a new identity, and a word about it.
    private func expectSetAside(_ bytes: [UInt8], because reason: String) async throws {
        let journal = try open(folder.path)
        #expect(try folder.bytes("journal.sqlite.aside-0001") == bytes)
        let incident = try #require(journal.health.incidents.first)
        #expect(incident.hasPrefix("a new epoch began: ") && incident.contains(reason), "\(incident)")
        #expect(incident.hasSuffix("; the file before it is kept as journal.sqlite.aside-0001"))
        let told = try #require(
            try await journal.events(HistoryQuery(kinds: ["journal.epoch"], limit: 1)).first?.recorded.record
        )
        #expect(told.name == "journal.epoch")
        #expect(told.details["journal_id"] == .string(journal.id.description))
        #expect(told.details["set_aside"] == .string("journal.sqlite.aside-0001"))
        try await journal.checkInvariants()
        let id = journal.id
        try await journal.close()
        let again = try open(folder.path)
        #expect(again.id == id && again.health.incidents.isEmpty)
        try await again.close()
    }

    @Test func `a file that is no database is set aside`() async throws {
        let text = Array(String(repeating: "positions, positions\n", count: 100).utf8)
        try folder.write(text, to: "journal.sqlite")
        try await expectSetAside(text, because: "file is not a database")
    }

    @Test func `a database of another program is set aside`() async throws {
        try Database(path: folder.path + "/journal.sqlite", access: .create).execute("CREATE TABLE songs (title)")
        try await expectSetAside(
            folder.bytes("journal.sqlite"),
            because: "is not a journal: the database belongs to another program (application id 0)"
        )
    }

    @Test func `a journal of a newer version is set aside, and what can be read of it is brought over`() async throws {
        let bench = try Bench(in: folder)
        bench.drive(1...3)
        try await bench.journal.append(bench.event())
        try await bench.journal.execute("PRAGMA user_version = 9")
        let id = bench.journal.id
        try await bench.journal.close()
        try await expectSetAside(
            folder.bytes("journal.sqlite"),
            because: "has format 9, written by a newer version of patrold; this one knows up to 4"
        )
        let after = try Bench(in: folder)
        #expect(after.journal.id != id)
        #expect(try await after.odometers() == [1, 2, 3])
        let old = try await after.journal.nextBatch(for: "station", maximumEvents: 9, maximumPositions: 9)
        #expect(old.journalID == id, "the old records go out under their own identity")
        #expect(old.eventRange == 1...1 && old.positionRange == 1...3)
    }

    @Test func `a journal with other pages than those that were measured is set aside`() async throws {
        let database = try Database(path: folder.path + "/journal.sqlite", access: .create)
        try database.addRowChecksum()
        try database.execute("PRAGMA page_size = 4096")
        try database.migrate(JournalSchema.migrations, applicationID: JournalSchema.applicationID)
        database.close()
        let journal = try open(folder.path)
        #expect(journal.health.incidents.first?.contains("page size 4096") == true)
        #expect(try folder.names().contains("journal.sqlite.aside-0001"))
    }

    @Test func `at most five are kept, the newest ones, and no name is used twice`() async throws {
        for number in 1...7 {
            try folder.write([UInt8](repeating: UInt8(number), count: 3000), to: "journal.sqlite")
            try await open(folder.path).close()
        }
        let kept = try folder.names().filter { $0.contains("aside") }
        #expect(kept == (3...7).map { "journal.sqlite.aside-000\($0)" })
        #expect(try folder.bytes("journal.sqlite.aside-0007").first == 7)
    }

    @Test func `a row that contradicts itself is taken out`() async throws {
        let bench = try Bench(in: folder)
        bench.drive(1...3)
        try await bench.journal.commit()
        try await bench.journal.execute("UPDATE position_blocks SET last_sequence = 9")
        try await bench.journal.close()
        let journal = try open(folder.path)
        #expect(journal.health.incidents.contains { $0.contains("1 of position_blocks") })
        try await journal.checkInvariants()
    }

    // MARK: What is so after opening

    @Test func `an open journal has the settings that durability and the card need`() async throws {
        let journal = try open(folder.path)
        #expect(try await journal.text("PRAGMA journal_mode") == "wal")
        #expect(try await journal.integer("PRAGMA synchronous") == 2)
        #expect(try await journal.integer("PRAGMA page_size") == 1024)
        #expect(try await journal.integer("PRAGMA wal_autocheckpoint") == 1000)
        #expect(try await journal.integer("PRAGMA journal_size_limit") == 2_097_152)
        #expect(try await journal.integer("PRAGMA application_id") == 0x5054_524C)
        #expect(try await journal.integer("PRAGMA user_version") == 4)
        #expect(!FileManager.default.fileExists(atPath: journal.path + "-shm"), "it would be written to the card")
    }

    @Test func `a new journal starts with nothing`() async throws {
        let journal = try open(folder.path)
        #expect(journal.boot == BootNumber(rawValue: 1))
        #expect(!journal.lastRunEndedWithoutStop)
        #expect(journal.odometerMetresAtStart == 0)
        #expect(journal.lastPositionAtStart == nil)
        #expect(journal.statesAtStart.isEmpty)
        #expect(journal.health.durable == PerLane(events: 0, positions: 0))
        #expect(await journal.destinations().isEmpty)
        try await journal.checkInvariants()
    }

    @Test func `the identity is made once, and each journal has its own`() async throws {
        let first = try open(folder.path)
        let id = first.id
        try await first.close()
        #expect(try open(folder.path).id == id)
        #expect(try open(folder.path + "/other").id != id)
    }

    @Test func `boots are counted, and a restart within a boot is not a new one`() async throws {
        var bench = try Bench()
        #expect(bench.journal.boot == BootNumber(rawValue: 1))
        bench = try await bench.restarted(bootID: "boot-a")
        #expect(bench.journal.boot == BootNumber(rawValue: 1))
        bench = try await bench.restarted(bootID: "boot-b")
        #expect(bench.journal.boot == BootNumber(rawValue: 2))
        bench = try await bench.restarted(bootID: "boot-a")
        #expect(bench.journal.boot == BootNumber(rawValue: 1))
        bench = try await bench.restarted(bootID: "boot-c")
        #expect(bench.journal.boot == BootNumber(rawValue: 3))
    }

    @Test func `the odometer and the last position outlive a restart and a power cut`() async throws {
        var bench = try Bench()
        bench.drive(1...250)
        bench = try await bench.restarted(bootID: "boot-b")
        #expect(bench.journal.odometerMetresAtStart == 250)
        #expect(bench.journal.lastPositionAtStart?.recorded.sequence == 250)
        #expect(bench.journal.lastPositionAtStart?.recorded.boot == BootNumber(rawValue: 1))
        bench.drive(251...260)
        try await bench.journal.commit()
        bench.drive(261...269)
        #expect(try bench.afterPowerCut().journal.odometerMetresAtStart == 260)
    }

    // MARK: How the last run ended

    @Test func `a run that left a stop ended in order, one that did not, did not`() async throws {
        func started(_ bench: Bench) -> Event {
            Event(.daemonStarted(version: "1", lastRunEndedWithoutStop: false), at: bench.clock.now)
        }
        var bench = try Bench()
        try await bench.journal.append(started(bench))
        try await bench.journal.append(bench.event())
        bench = try await bench.restarted()
        #expect(!bench.journal.lastRunEndedWithoutStop)
        try await bench.journal.append(started(bench))
        try await bench.journal.append(Event(.gpsLost(reason: .noFix), at: bench.clock.now))
        let afterCut = try bench.afterPowerCut()
        #expect(afterCut.journal.lastRunEndedWithoutStop)
        try await afterCut.journal.append(started(afterCut))
        try await afterCut.journal.append(afterCut.event())
        #expect(try await !afterCut.restarted().journal.lastRunEndedWithoutStop)
    }
}

extension Bench {
    /// For the body of an exit test, which is another process.
    static func journal(in path: String) throws -> Journal {
        try Journal(
            folder: path,
            bootID: "boot-a",
            machineID: machineID,
            clocks: VirtualClock().clocks,
            commitInterval: commitInterval,
            limits: .standard,
            destinations: [],
            fileNumber: { _ in 7 }
        )
    }
}
