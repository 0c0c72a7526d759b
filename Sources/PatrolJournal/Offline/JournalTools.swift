import Glibc
public import PatrolCore
import PatrolSQLite
import PatrolSystem

/// What a person can do with the journal of a daemon that is stopped, or with a copy of its folder.
///
/// All but ``repair(folder:bootID:)`` leave the folder as it is: they look at a private copy of it.
public enum JournalTools {
    /// Is told what is being done, and which part of it is done, 0–1.
    public typealias Progress = (_ doing: String, _ part: Double) -> Void

    /// Whoever looks removes nothing because it is too old or too much.
    static let unlimited = JournalLimits(maximumBytes: 1 << 60, maximumAge: .seconds(1 << 40), minimumFreeBytes: 0)

    /// Of the machine that the journal was made on, also when its card is in another one now.
    static func machineID(_ marks: JournalMarks?) -> String {
        (marks?.machine ?? []).map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }

    // MARK: - Repair

    /// What a repair found and did.
    public struct Repair: Sendable {
        /// One line for each thing; empty if nothing was to be done.
        public var done: [String]
        /// Records that were on disk once and are gone; each has a receipt now.
        public var lost: PerLane<Int64>
        /// What became of all numbers, afterwards.
        public var counts: JournalCounts
    }

    /// Does what a start does, and what a running daemon does when it meets damage: takes out what is damaged, keeps it
    /// aside, receipts it, begins a new epoch if need be.
    /// - Parameter bootID: of this machine's boot.
    /// - Throws: ``JournalError/Cause/inUse`` if a daemon has it; others if the folder cannot be used.
    public static func repair(folder: String, bootID: String) async throws(JournalError) -> Repair {
        let files = JournalFiles(folder: folder)
        guard !files.isEmpty else {
            throw JournalError(.folder, path: folder, reason: "holds no journal (journal.sqlite)")
        }
        // Refuses in plain words; the opening below locks for itself.
        try JournalLock(folder: folder).release()
        let machine = machineID(try MarksFile.marks(in: folder))
        let journal = try Journal(
            folder: folder,
            bootID: bootID,
            machineID: machine.isEmpty ? MachineIdentity.read() : machine,
            clocks: .system,
            commitInterval: .seconds(10),
            limits: unlimited,
            destinations: []
        )
        let result = try await repaired(journal)
        files.giveToOwner()
        return result
    }

    /// What ``repair(folder:bootID:)`` would do.
    public static func rehearsal(folder: String, progress: Progress) async throws(JournalError) -> Repair {
        let copy = try JournalCopy(of: folder, progress: progress)
        defer { withExtendedLifetime(copy) {} }
        return try await repaired(copy.open(noticingMoves: true))
    }

    private static func repaired(_ journal: Journal) async throws(JournalError) -> Repair {
        if let error = journal.health.inMemoryBecause {
            try await journal.close()
            throw error
        }
        try await journal.repairAll()
        let health = journal.health
        let repair = Repair(done: health.incidents, lost: health.lostToDamage, counts: try await journal.counts())
        try await journal.close()
        return repair
    }

    // MARK: - Backup

    /// Makes a consistent copy in a new folder: the database without its log, and the marks.
    /// - Parameter target: a folder that is not there yet; made with mode 0750.
    /// - Throws: if it is there, or cannot be written: nothing is left of it then.
    public static func backup(folder: String, to target: String, progress: Progress) throws(JournalError) {
        let copy = try JournalCopy(of: folder, progress: progress)
        guard mkdir(target, 0o750) == 0 else {
            throw FileCopy.failure(
                target,
                errno == EEXIST ? "is not written over; allowed: a new folder" : "cannot be made"
            )
        }
        let backup = JournalFiles(folder: target)
        do throws(JournalError) {
            progress("writing", 0)
            try JournalStore.translating { () throws(SQLiteError) in
                let database = try Database(path: copy.files.database, access: .readWrite)
                defer { database.close() }
                let statement = try database.prepare("VACUUM INTO ?1")
                try statement.bind(backup.database, at: 1)
                try statement.run()
            }
            let marks = copy.files.folder + "/" + MarksFile.name
            if FileCopy.size(marks) != nil { try FileCopy.copy(marks, to: target + "/" + MarksFile.name) { _ in } }
            guard chmod(backup.database, 0o640) == 0 else {
                throw FileCopy.failure(backup.database, "cannot be protected")
            }
            try JournalFolder.syncFile(backup.database)
            try JournalFolder.sync(target)
            try JournalFolder.sync(target + "/..")
        } catch {
            backup.removeAll()
            rmdir(target)
            throw error
        }
    }
}

extension Journal {
    /// Looks at everything, and takes out what is damaged.
    func repairAll() throws(JournalError) {
        do {
            try checkInvariants()
        } catch  where error.isDamage {
            try repair(because: error)
            try checkInvariants()
        }
    }
}

extension JournalFiles {
    /// Removes everything in the folder that a journal may have made there.
    func removeAll() {
        for name in names() where name.hasPrefix("journal.") { unlink(folder + "/" + name) }
    }

    /// What root made belongs to the folder's owner, or the daemon could not use it.
    func giveToOwner() {
        var information = stat()
        guard geteuid() == 0, stat(folder, &information) == 0 else { return }
        for name in names() where name.hasPrefix("journal.") {
            lchown(folder + "/" + name, information.st_uid, information.st_gid)
        }
    }
}
