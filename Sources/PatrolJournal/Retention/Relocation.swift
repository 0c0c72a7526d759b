import Glibc
import PatrolCore
import PatrolSQLite

/// The way of a journal into another file, a piece with each commit: out of one that was made before `auto_vacuum`, and so
/// cannot give pages back.
///
/// The other file, ``JournalFiles/rebuilt``, is attached to the journal's own connection meanwhile. It takes the place of
/// the present one when it has everything; until then it counts for nothing, and a start removes it.
struct Relocation {
    /// With its sync some 20 ms of a card's time.
    private static let pieceBytes = 64 << 10
    private static let pieceEvents = 300

    private let files: JournalFiles
    private let database: Database
    /// Up to which numbers rows were copied.
    private var copied = PerLane(both: SequenceNumber.none)

    /// Makes the other file.
    init(_ files: JournalFiles, _ store: JournalStore) throws(JournalError) {
        self.files = files
        database = store.database
        files.removeRebuilt()
        try JournalStore(path: files.rebuilt).database.close()
        try JournalStore.translating { [database] () throws(SQLiteError) in
            let attach = try database.prepare("ATTACH ?1 AS rebuilt")
            try attach.bind(files.rebuilt, at: 1)
            try attach.run()
        }
    }

    /// Copies a piece.
    /// - Returns: whether it was the last one: what is left came meanwhile, or is still being written.
    mutating func copyPiece() throws(JournalError) -> Bool {
        let before = copied
        let (now, isLast) = try JournalStore.translating { [database] () throws(SQLiteError) in
            try database.transaction { () throws(SQLiteError) in
                var now = before
                let events = try Self.copy(
                    .events,
                    "sequence > \(before.events.rawValue) ORDER BY sequence LIMIT \(Self.pieceEvents)",
                    database
                )
                if events > 0 {
                    let last = try database.integer("SELECT max(sequence) FROM rebuilt.events") ?? 0
                    now.events = SequenceNumber(rawValue: last)
                }
                let (end, isWhole) = try Self.pieceOfBlocks(after: before.positions.rawValue, database)
                if end > before.positions.rawValue {
                    let rows = "first_sequence > \(before.positions.rawValue) AND first_sequence <= \(end)"
                    _ = try Self.copy(.blocks, rows, database)
                    now.positions = SequenceNumber(rawValue: end)
                }
                return (now, events < Self.pieceEvents && !isWhole)
            }
        }
        copied = now
        return isLast
    }

    /// The last block of the next piece, and whether there are more behind it. The newest block is in none: it may still grow.
    private static func pieceOfBlocks(
        after first: Int64,
        _ database: Database
    ) throws(SQLiteError) -> (end: Int64, isWhole: Bool) {
        let newest = try database.integer("SELECT max(first_sequence) FROM main.position_blocks") ?? 0
        let sizes = try database.prepare(
            """
            SELECT first_sequence, length(block) FROM main.position_blocks
            WHERE first_sequence > \(first) AND first_sequence < \(newest) ORDER BY first_sequence
            """
        )
        var (end, bytes) = (first, 0)
        while bytes < pieceBytes, try sizes.step() {
            end = try sizes.integer(0)
            bytes += Int(try sizes.integer(1)) + 80
        }
        return (end, bytes >= pieceBytes)
    }

    /// What goes from the present file goes from the other one too. Within the same transaction.
    func remove(_ range: ClosedRange<SequenceNumber>, _ lane: Lane) throws(SQLiteError) {
        let (first, last) = (range.lowerBound.rawValue, range.upperBound.rawValue)
        let (table, column) = lane == .events ? ("events", "sequence") : ("position_blocks", "first_sequence")
        try database.execute("DELETE FROM rebuilt.\(table) WHERE \(column) BETWEEN \(first) AND \(last)")
    }

    /// Copies what is left, and lets the other file take the place of the present one, which nobody has open any more then.
    /// - Throws: if the two differ in the end, or the disk refuses: the present file is in its place.
    func finish() throws(JournalError) {
        try JournalStore.translating { [self] () throws(SQLiteError) in
            try database.transaction { () throws(SQLiteError) in
                _ = try Self.copy(.events, "sequence > \(copied.events.rawValue)", database)
                _ = try Self.copy(.blocks, "first_sequence > \(copied.positions.rawValue)", database)
                for table in CheckedTable.allCases where table != .events && table != .blocks {
                    _ = try Self.copy(table, "true", database)
                }
            }
            for table in CheckedTable.allCases {
                let here = try database.integer("SELECT count(*) FROM main.\(table.rawValue)")
                guard try database.integer("SELECT count(*) FROM rebuilt.\(table.rawValue)") == here else {
                    throw .refused("\(table.rawValue) did not come over whole", path: files.rebuilt)
                }
            }
            // The last connection to it: its log goes into it, and is synced.
            try database.execute("DETACH rebuilt")
        }
        try JournalFolder.syncFile(files.rebuilt)
        database.closeKeepingLog()
        // A log that could not be emptied would be taken for the new file's.
        guard !files.hasLog else {
            throw JournalError(.storage, path: files.database, reason: "cannot let go of its log")
        }
        try files.installRebuilt()
    }

    /// Gives up, and leaves the present file as it is.
    func abandon() {
        database.rollBack()
        do {
            try database.execute("DETACH rebuilt")
        } catch {
            // Not attached any more, or the connection is closed.
        }
        files.removeRebuilt()
    }

    /// - Returns: how many rows.
    private static func copy(_ table: CheckedTable, _ rows: String, _ database: Database) throws(SQLiteError) -> Int {
        let columns = (table.columns + ["checksum"]).joined(separator: ", ")
        let copy = try database.prepare(
            """
            INSERT OR REPLACE INTO rebuilt.\(table.rawValue) (\(columns))
            SELECT \(columns) FROM main.\(table.rawValue) WHERE \(rows)
            """
        )
        try copy.run()
        return database.changes
    }
}

extension Journal {
    /// Gives unused pages back: a piece, so that no commit waits for long. There is more to do until nothing is spare.
    /// - Returns: whether anything changed.
    func shrink(_ bytes: Int64, _ store: JournalStore) throws(JournalError) -> Bool {
        if try store.canShrink() {
            let before = try store.size().spare
            try store.shrink(min(bytes, Self.shrinkPieceBytes))
            return try store.size().spare < before
        }
        do throws(JournalError) {
            try relocate(store)
        } catch {
            stopRelocating()
            throw error
        }
        return true
    }

    private static let shrinkPieceBytes: Int64 = 512 << 10

    private func relocate(_ store: JournalStore) throws(JournalError) {
        var relocation: Relocation
        if let present = self.relocation { relocation = present } else { relocation = try Relocation(files, store) }
        let isDone = try relocation.copyPiece()
        self.relocation = relocation
        guard isDone else { return }
        self.relocation = nil
        do throws(JournalError) {
            try relocation.finish()
        } catch {
            relocation.abandon()
            // Whichever file is in its place is whole.
            store.database.close()
            replaceStore(try JournalStore(path: files.database))
            throw error
        }
        replaceStore(try JournalStore(path: files.database))
        // Not a copy that somebody made.
        guard var marks = marks?.marks else { return }
        marks.file = fileNumber(path)
        try self.marks?.write(marks)
    }

    /// What the present file undergoes is more than the other one could follow.
    func stopRelocating() {
        relocation?.abandon()
        relocation = nil
    }
}
