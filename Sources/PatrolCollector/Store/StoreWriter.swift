import PatrolCore
import PatrolSQLite
import PatrolWire

/// What became of a batch once it was stored.
struct StoredBatch: Hashable, Sendable {
    /// What one lane of a batch brought.
    struct Lane: Hashable, Sendable {
        /// Every record of the lane up to this one that the sender has sent and still has is stored durably: the
        /// highest of the batch, or the highest held if the batch has none of this lane.
        ///
        /// It is never higher than what is held. A gap below it is one that the sender left: a lane is sent strictly
        /// in order, so that what was passed over will not come (thinned, quarantined; the sender's receipt says so).
        /// The same batch gets the same answer, however often it comes.
        var acknowledged: SequenceNumber
        /// Records that were not held before.
        var new = 0
        /// Records that were held already, and were left as they are.
        var repeated = 0
        /// Records that were held already, but as something else: the journal's numbers were used twice.
        var conflicting = 0
    }

    var events: Lane
    var positions: Lane
}

/// The one writer of the store, on a thread of its own.
actor StoreWriter {
    private let folder: StoreFolder
    private let database: Database
    private let thread: DatabaseThread

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Opens the store, or makes it, and brings its tables up to date.
    /// - Parameter maximumPages: a bound on the file's size for a test bench, which meets it as a full disk.
    init(folder: StoreFolder, maximumPages: Int? = nil) throws(CollectorError) {
        self.folder = folder
        do {
            thread = try DatabaseThread(name: "store-write")
            database = try Database(path: folder.databasePath, access: .create)
            try Self.prepare(database)
            if let maximumPages { try database.execute("PRAGMA max_page_count = \(maximumPages)") }
        } catch {
            throw CollectorError(store: folder.databasePath, error)
        }
    }

    private static func prepare(_ database: Database) throws {
        // Before anything is changed: the file may be somebody else's.
        try database.checkSchema(StoreSchema.migrations, applicationID: StoreSchema.applicationID)
        // sqlite.org/pragma.html#pragma_synchronous: in WAL mode only FULL syncs the log at every commit; NORMAL
        // loses the last commits in a power cut, after they were acknowledged.
        // #pragma_journal_size_limit: without it one large batch leaves a large log behind for good.
        try database.execute(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
            PRAGMA journal_size_limit = 16777216
            """
        )
        guard try database.text("PRAGMA journal_mode") == "wal", try database.integer("PRAGMA synchronous") == 2 else {
            throw CollectorError("its file system allows no write-ahead log with full synchronisation")
        }
        try database.migrate(StoreSchema.migrations, applicationID: StoreSchema.applicationID)
    }

    /// Stores what is new of a batch in one transaction.
    ///
    /// When it returns, the batch is on disk: the commit has synced the log. When it throws, nothing of it is stored.
    func store(_ batch: DecodedBatch, heardAt arrival: WallTime) throws(SQLiteError) -> StoredBatch {
        let database = database
        return try database.transaction { () throws(SQLiteError) in
            var transaction = try BatchTransaction(database, batch, arrival: arrival)
            return try transaction.run()
        }
    }

    /// Writes the log back into the file and lets go of both. Nothing may be asked afterwards.
    func close() {
        database.close()
    }
}
