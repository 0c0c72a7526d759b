public import PatrolCore
import PatrolSQLite

/// What a check found.
public struct JournalCheck: Sendable {
    /// One line for each damage; empty if there is none.
    public internal(set) var damages: [String] = []
    /// Records that are gone by these damages: a start, or a repair, has to receipt them.
    public internal(set) var lost = PerLane<Int64>(both: 0)
    /// What became of all numbers; `nil` if that cannot be known.
    public internal(set) var counts: JournalCounts?
    /// The format of the file.
    public internal(set) var format: Int32 = 0
}

extension JournalTools {
    /// Verifies every checksum, the tables, the order of the numbers, and that
    /// produced = held + acknowledged + quarantined + receipted.
    /// - Throws: if the folder cannot be read, a daemon has it, or a newer version wrote it.
    public static func check(folder: String, progress: Progress) async throws(JournalError) -> JournalCheck {
        var check = JournalCheck()
        try await look(JournalCopy(of: folder, progress: progress), &check, progress)
        guard !check.damages.isEmpty else { return check }
        // What can be saved is known only once it has been tried, on a copy as fresh as the folder.
        check.lost = try await rehearsal(folder: folder, progress: progress).lost
        return check
    }

    private static func look(
        _ copy: JournalCopy,
        _ check: inout JournalCheck,
        _ progress: Progress
    ) async throws(JournalError) {
        defer { withExtendedLifetime(copy) {} }
        if copy.marks == nil { check.damages.append("\(MarksFile.name): is missing, or not as it was written") }
        if copy.files.isLogOrphaned {
            check.damages.append("journal.sqlite: is missing or empty, and its log is there")
            return
        }
        try checkLog(copy.files, &check)
        progress("checking rows", 0)
        do {
            try checkRows(copy.files, &check)
            guard check.damages.isEmpty else { return }
            progress("checking numbers", 0)
            try await checkNumbers(copy, &check)
        } catch  where error.isAboutContent && error.cause != .newerVersion {
            check.damages.append("journal.sqlite: \(error.reason)")
        }
    }

    private static func checkLog(_ files: JournalFiles, _ check: inout JournalCheck) throws(JournalError) {
        let end = try JournalStore.translating { () throws(SQLiteError) in
            try WriteAheadLog(path: files.database + "-wal")?.end
        }
        if end == .damaged { check.damages.append("journal.sqlite-wal: commits in it are not as they were written") }
    }

    /// Every row by itself; each that is damaged is named.
    private static func checkRows(_ files: JournalFiles, _ check: inout JournalCheck) throws(JournalError) {
        let store = try JournalStore(path: files.database)
        defer { store.database.close() }
        check.format = store.foundVersion
        try JournalStore.translating { () throws(SQLiteError) in try store.database.execute("BEGIN IMMEDIATE") }
        defer { store.database.rollBack() }
        let report = try store.removeDamage(through: PerLane(both: .none))
        for row in report.rows.split(separator: "\n") { check.damages.append("row of \(row.prefix(120))") }
        let named = report.rows.split(separator: "\n").count
        let all = report.counts.values.reduce(0, +)
        if all > named { check.damages.append("\(all - named) more rows") }
        for gap in report.receipts {
            let (first, last) = (gap.range.lowerBound.rawValue, gap.range.upperBound.rawValue)
            check.damages.append("no sound \(gap.lane.rawValue) \(first) to \(last), and no receipt for them")
        }
    }

    /// What only all rows together, and the marks, can tell.
    private static func checkNumbers(_ copy: JournalCopy, _ check: inout JournalCheck) async throws(JournalError) {
        let journal = try copy.open()
        check.damages += journal.health.incidents
        if let error = journal.health.inMemoryBecause { throw error }
        do {
            try await journal.checkInvariants()
        } catch  where error.isDamage {
            check.damages.append("journal.sqlite: \(error.reason)")
        }
        let counts = try await journal.counts()
        check.counts = counts
        try await journal.close()
    }
}
