import PatrolCore
import PatrolSQLite
import PatrolWire

/// How the store's file is opened, kept and closed.
enum StoreFile {
    /// The log is written from its begin again after so many pages of 4 KiB.
    private static let logPages = 1000

    /// Brings a store to what this version expects of it.
    static func prepare(_ database: Database) throws {
        // Before anything is changed: the file may be somebody else's.
        try database.checkSchema(StoreSchema.migrations, applicationID: StoreSchema.applicationID)
        if try database.userVersion() == 0 {
            // sqlite.org/pragma.html#pragma_auto_vacuum: possible "before any tables are created".
            try database.execute("PRAGMA auto_vacuum = INCREMENTAL")
        }
        try database.execute(settings)
        guard try database.text("PRAGMA journal_mode") == "wal" else { throw noLog }
        try demandFullSynchronisation(database)
        try database.migrate(StoreSchema.migrations, applicationID: StoreSchema.applicationID)
        try moveLatest(database)
        database.keepLogOnClose()
        database.fillLog(pages: logPages, pageSize: 4096)
    }

    // #pragma_synchronous: in WAL mode only FULL syncs the log at every commit; NORMAL loses the last commits in a power cut,
    // after they were acknowledged.
    // #pragma_journal_size_limit: without it one large batch leaves a large log behind for good.
    private static let settings = """
        PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = \(logPages);
        PRAGMA journal_size_limit = 16777216; PRAGMA cache_size = -16384
        """

    /// Opens a store of this version, whatever state it is in, and changes nothing in it.
    static func reopen(_ path: String) throws(SQLiteError) -> Database {
        let database = try Database(path: path, access: .readWrite)
        try database.execute(settings)
        try demandFullSynchronisation(database)
        database.keepLogOnClose()
        return database
    }

    static func demandFullSynchronisation(_ database: Database) throws(SQLiteError) {
        try database.execute("PRAGMA synchronous = FULL")
        guard try database.integer("PRAGMA synchronous") == 2 else {
            throw SQLiteError.refused("its file system allows no full synchronisation", path: database.path)
        }
    }

    private static var noLog: CollectorError { CollectorError("its file system allows no write-ahead log") }

    /// The newest positions of an earlier version, a handful.
    private static func moveLatest(_ database: Database) throws(SQLiteError) {
        try database.transaction { () throws(SQLiteError) in
            let statement = try database.prepare("SELECT journal, \(PositionColumns.names) FROM latest")
            var found: [(journal: Int64, held: HeldPosition)] = []
            while try statement.step() {
                if let held = try PositionColumns.read(statement, from: 1) {
                    found.append((try statement.integer(0), held))
                }
            }
            statement.reset()
            for (id, held) in found {
                let recorded = Recorded(sequence: SequenceNumber.none.next, boot: held.boot, record: held.position)
                // Its columns were read by the same rules that a block has; the next batch brings another one anyway.
                guard var journal = try JournalTable(database: database).find(id),
                    let block = try? PositionBlockCodec.blocks(of: [recorded]).first
                else { continue }
                (journal.latest, journal.latestArrival) = (block, held.time.time)
                try journal.save(database)
            }
            if !found.isEmpty { try database.execute("DELETE FROM latest") }
        }
    }

    static func close(_ database: Database) {
        // The log stays as long as it is; with a limit it would be cut when it is closed. What fails here only costs speed.
        try? database.execute("PRAGMA wal_checkpoint(PASSIVE); PRAGMA journal_size_limit = -1")
        database.close()
    }
}
