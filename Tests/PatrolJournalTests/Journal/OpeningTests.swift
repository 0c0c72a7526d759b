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
            clocks: VirtualClock().clocks,
            commitInterval: .seconds(10)
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

    @Test func `a missing parent is not made, and the message names the folder and the reason`() throws {
        let path = folder.path + "/absent/new"
        #expect(failure(path)?.cause == .folder)
        #expect(
            failure(path)?.description == "journal \(path): the folder cannot be made: No such file or directory"
        )
    }

    @Test func `a file in the folder's place is named`() throws {
        let path = folder.path + "/file"
        try Data("hello".utf8).write(to: URL(fileURLWithPath: path))
        #expect(failure(path)?.description == "journal \(path): is not a folder: Not a directory")
    }

    @Test func `a folder that cannot be written is named`() throws {
        // Nobody can make a file in this one, not even root, as whom a test may run.
        let error = try #require(failure("/proc/self/net"))
        #expect(error.description.hasPrefix("journal /proc/self/net"), "\(error)")
        #expect(failure("/proc/patrold")?.path == "/proc/patrold")
    }

    @Test(.enabled(if: getuid() != 0, "root may write everywhere"))
    func `a folder without the right to write is named`() throws {
        let path = folder.path + "/closed"
        #expect(mkdir(path, 0o500) == 0)
        #expect(
            failure(path)?.description == "journal \(path): the folder cannot be written: Permission denied"
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

    @Test func `a file that is no database is not a journal, and is left as it is`() throws {
        let path = folder.path + "/journal.sqlite"
        let text = Data(String(repeating: "positions, positions\n", count: 100).utf8)
        try text.write(to: URL(fileURLWithPath: path))
        let error = failure(folder.path)
        #expect(error?.cause == .notAJournal)
        #expect(error?.description.hasPrefix("journal \(path): is not a journal: file is not a database") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == text)
    }

    @Test func `a database of another program is left as it is`() throws {
        let path = folder.path + "/journal.sqlite"
        try Database(path: path, access: .create).execute("CREATE TABLE songs (title)")
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        let error = failure(folder.path)
        #expect(error?.cause == .notAJournal)
        #expect(
            error?.reason == "is not a journal: the database belongs to another program (application id 0)"
        )
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    @Test func `a journal of a newer version is refused with both numbers`() async throws {
        let journal = try open(folder.path)
        try await journal.execute("PRAGMA user_version = 9")
        try await journal.close()
        let error = failure(folder.path)
        #expect(error?.cause == .newerVersion)
        #expect(
            error?.description
                == "journal \(folder.path)/journal.sqlite: has format 9, written by a newer version of patrold; "
                + "this one knows up to 3"
        )
    }

    @Test func `a journal with other pages than those that were measured is refused`() throws {
        let path = folder.path + "/journal.sqlite"
        let database = try Database(path: path, access: .create)
        try database.execute("PRAGMA page_size = 4096")
        try database.migrate(JournalSchema.migrations, applicationID: JournalSchema.applicationID)
        database.close()
        let error = failure(folder.path)
        #expect(error?.cause == .unsafeSettings)
        #expect(error?.reason.contains("page size 4096") == true)
    }

    @Test func `a damaged journal is called damaged`() async throws {
        let bench = try Bench(in: folder)
        bench.drive(1...3)
        try await bench.journal.commit()
        try await bench.journal.execute("UPDATE position_blocks SET last_sequence = 9")
        try await bench.journal.close()
        let error = failure(folder.path)
        #expect(error?.cause == .damaged)
        #expect(error?.description.contains("block 1") == true)
    }

    // MARK: What is so after opening

    @Test func `an open journal has the settings that durability and the card need`() async throws {
        let journal = try open(folder.path)
        #expect(try await journal.text("PRAGMA journal_mode") == "wal")
        #expect(try await journal.integer("PRAGMA synchronous") == 2)
        #expect(try await journal.integer("PRAGMA page_size") == 1024)
        #expect(try await journal.text("PRAGMA locking_mode") == "exclusive")
        #expect(try await journal.integer("PRAGMA wal_autocheckpoint") == 1000)
        #expect(try await journal.integer("PRAGMA journal_size_limit") == 2_097_152)
        #expect(try await journal.integer("PRAGMA application_id") == 0x5054_524C)
        #expect(try await journal.integer("PRAGMA user_version") == 3)
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
        try Journal(folder: path, bootID: "boot-a", clocks: VirtualClock().clocks, commitInterval: commitInterval)
    }
}
