import PatrolCore
import PatrolSQLite
import PatrolWire

/// The journal's file: opens it safely and speaks its tables. Belongs to ``Journal`` and its thread.
struct JournalStore {
    let database: Database

    /// The version that had written the file; 0 for a new one.
    let foundVersion: Int32

    /// Opens a database, or makes it, and brings it to this version's tables.
    ///
    /// Nothing is changed in a file that belongs to somebody else or to a newer version.
    init(path: String) throws(JournalError) {
        do throws(SQLiteError) {
            database = try Database(path: path, access: .create, sharing: .thisProcess)
            try database.addRowChecksum()
        } catch {
            throw JournalError(error)
        }
        guard !database.isReadOnly else {
            throw JournalError(.readOnly, path: path, reason: "can only be read; the journal must be written")
        }
        try Self.check(database)
        let database = database
        let found = try Self.translating { () throws(SQLiteError) in
            try database.execute(Self.settings)
            return (
                mode: try database.text("PRAGMA journal_mode"), synchronous: try database.integer("PRAGMA synchronous"),
                page: try database.integer("PRAGMA page_size"), version: try database.userVersion()
            )
        }
        guard found.mode == "wal", found.synchronous == 2, found.page == 1024 else {
            throw JournalError(
                .unsafeSettings,
                path: path,
                reason: "would not be durable here: journal mode \(found.mode ?? "unknown"), synchronous "
                    + "\(found.synchronous ?? -1), page size \(found.page ?? -1); needed: wal, 2 (FULL), 1024"
            )
        }
        foundVersion = found.version
        try migrate()
        let tables = try Self.tables(of: database)
        guard tables == Self.tables else { throw damaged("its tables are not as they were made") }
    }

    /// A connection for reading beside the one that writes.
    init(reading path: String) throws(JournalError) {
        do throws(SQLiteError) {
            database = try Database(path: path, access: .readWrite, sharing: .thisProcess)
            database.leaveLogOnClose()
            // 64 KiB: blocks are read one after the other, and seldom twice.
            try database.execute("PRAGMA query_only = ON; PRAGMA cache_size = -64")
            try database.addRowChecksum()
        } catch {
            throw JournalError(error)
        }
        foundVersion = 0
    }

    /// The tables and indices in their own words. A flipped byte in one of them may make an index that finds other rows.
    private static func tables(of database: Database) throws(JournalError) -> [String] {
        try translating { () throws(SQLiteError) in
            let statement = try database.prepare(
                "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY name"
            )
            var tables: [String] = []
            while try statement.step() { tables.append(try statement.text(0)) }
            return tables
        }
    }

    /// As every file has them, whichever version it began with: each went through all migrations.
    private static let tables: [String]? = {
        do throws(JournalError) {
            return try tables(of: JournalStore(inMemoryInsteadOf: "").database)
        } catch {
            // There is no memory for it; then there will be none for a journal either.
            return nil
        }
    }()

    /// A journal in memory, for a cart without a folder that can be used.
    init(inMemoryInsteadOf path: String) throws(JournalError) {
        do throws(SQLiteError) {
            database = try Database(path: ":memory:", access: .create)
            try database.execute("PRAGMA page_size = 1024; PRAGMA max_page_count = \(Self.maximumPagesInMemory)")
            try database.addRowChecksum()
        } catch {
            throw JournalError(error)
        }
        foundVersion = 0
        try migrate()
    }

    /// 8 MiB: two days of driving.
    private static let maximumPagesInMemory = 8192

    private static func check(_ database: Database) throws(JournalError) {
        do throws(SchemaError) {
            try database.checkSchema(JournalSchema.migrations, applicationID: JournalSchema.applicationID)
        } catch {
            throw JournalError(error)
        }
    }

    private func migrate() throws(JournalError) {
        do throws(SchemaError) {
            try database.migrate(JournalSchema.migrations, applicationID: JournalSchema.applicationID)
        } catch {
            throw JournalError(error)
        }
    }

    /// - `auto_vacuum`: for new files, so that one that was too large can give its pages back piece by piece.
    /// - `page_size`: a commit writes whole pages, and 1 KiB ones are the smallest that hold a block in two.
    /// - `synchronous`: in WAL mode only FULL syncs the log at each commit (sqlite.org/pragma.html); NORMAL loses the last
    ///   commits in a power cut.
    /// - `wal_autocheckpoint`: ``logPages``, 1000 pages are an hour of commits, in which the page of the open block, written again and
    ///   again, goes to the file once; reading 1 MB back after a power cut takes no time that anybody notices.
    /// - `journal_size_limit`: twice that, so that only a log grown by something unusual is cut, and the file is otherwise
    ///   overwritten in place.
    /// - `cache_size`: 256 KiB instead of 2 MB; nothing here reads the same page often.
    private static let settings = """
        PRAGMA page_size = 1024;
        PRAGMA auto_vacuum = INCREMENTAL;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = \(logPages);
        PRAGMA journal_size_limit = 2097152;
        PRAGMA cache_size = -256;
        """

    private static let logPages = 1000

    /// Gives the log its whole length; see ``PatrolSQLite/Database``.
    func fillLog() { database.fillLog(pages: Self.logPages, pageSize: 1024) }

    /// Lets SQLite work, and says its errors in the journal's words.
    static func translating<Value>(_ body: () throws(SQLiteError) -> Value) throws(JournalError) -> Value {
        do throws(SQLiteError) {
            return try body()
        } catch {
            throw JournalError(error)
        }
    }

    func statement(_ sql: JournalSQL) throws(SQLiteError) -> Statement {
        try database.statement(sql.text)
    }

    /// What lies in the file contradicts itself.
    func damaged(_ reason: String) -> JournalError {
        JournalError(.damaged, path: database.path, reason: "is damaged: \(reason)")
    }
}

// MARK: - Writing, within a transaction that the caller began

extension JournalStore {
    func insert(_ event: StoredEvent, as sequence: SequenceNumber, boot: BootNumber) throws(SQLiteError) {
        let statement = try self.statement(.insertEvent)
        try statement.bind(sequence.rawValue, at: 1)
        try statement.bind(boot.rawValue, at: 2)
        try statement.bind(event.at.millisecondsSinceBoot, at: 3)
        try statement.bind(event.time?.millisecondsSince1970, at: 4)
        try statement.bind((event.coordinate?.latitudeE7).map(Int64.init), at: 5)
        try statement.bind((event.coordinate?.longitudeE7).map(Int64.init), at: 6)
        try statement.bind(event.name, at: 7)
        try statement.bind(DetailsJSON.encode(event.details), at: 8)
        try statement.run()
    }

    func write(_ block: EncodedBlock) throws(SQLiteError) {
        let statement = try self.statement(.writeBlock)
        try statement.bind(block.range.lowerBound.rawValue, at: 1)
        try statement.bind(block.range.upperBound.rawValue, at: 2)
        try statement.bind(block.boot.rawValue, at: 3)
        try statement.bind(block.times?.lowerBound.millisecondsSince1970, at: 4)
        try statement.bind(block.times?.upperBound.millisecondsSince1970, at: 5)
        try statement.bind(block.untimed?.lowerBound.millisecondsSinceBoot, at: 6)
        try statement.bind(block.untimed?.upperBound.millisecondsSinceBoot, at: 7)
        try statement.bind(block.bytes, at: 8)
        try statement.run()
    }

    func write(_ clock: ClockOffset, of boot: BootNumber) throws(SQLiteError) {
        let statement = try self.statement(.writeClock)
        try statement.bind(boot.rawValue, at: 1)
        try statement.bind(clock.utcAtBootMilliseconds, at: 2)
        try statement.bind(clock.source.rawValue, at: 3)
        try statement.bind(clock.uncertaintyMilliseconds, at: 4)
        try statement.run()
    }

    func write(_ acknowledged: SequenceNumber, lane: Lane, of destination: String) throws(SQLiteError) {
        let statement = try self.statement(.writeCursor)
        try statement.bind(destination, at: 1)
        try statement.bind(lane.rawValue, at: 2)
        try statement.bind(acknowledged.rawValue, at: 3)
        try statement.run()
    }

    func write(_ state: KeptState) throws(SQLiteError) {
        let statement = try self.statement(state.details == nil ? .deleteState : .writeState)
        try statement.bind(state.name, at: 1)
        if let details = state.details { try statement.bind(DetailsJSON.encode(details), at: 2) }
        try statement.run()
    }

    func insert(_ boot: BootRecord) throws(SQLiteError) {
        let statement = try self.statement(.insertBoot)
        try statement.bind(boot.number.rawValue, at: 1)
        try statement.bind(boot.bootID, at: 2)
        try statement.bind(boot.clock?.utcAtBootMilliseconds, at: 3)
        try statement.bind(boot.clock?.source.rawValue, at: 4)
        try statement.bind(boot.clock?.uncertaintyMilliseconds, at: 5)
        try statement.run()
    }

    func insert(_ epoch: Epoch) throws(SQLiteError) {
        let statement = try self.statement(.insertEpoch)
        try statement.bind(epoch.number, at: 1)
        try statement.bind(epoch.id.bytes, at: 2)
        try statement.bind(epoch.first.events.rawValue, at: 3)
        try statement.bind(epoch.first.positions.rawValue, at: 4)
        try statement.bind(epoch.reason, at: 5)
        try statement.run()
    }

    func write(_ receipt: StoredReceipt) throws(SQLiteError) {
        let statement = try self.statement(.writeReceipt)
        try statement.bind(receipt.number, at: 1)
        try statement.bind(receipt.receipt.lane.rawValue, at: 2)
        try statement.bind(receipt.receipt.range.lowerBound.rawValue, at: 3)
        try statement.bind(receipt.receipt.range.upperBound.rawValue, at: 4)
        try statement.bind(receipt.receipt.count, at: 5)
        try statement.bind(receipt.receipt.reason.rawValue, at: 6)
        try statement.bind(receipt.receipt.from?.millisecondsSince1970, at: 7)
        try statement.bind(receipt.receipt.to?.millisecondsSince1970, at: 8)
        try statement.run()
    }
}
