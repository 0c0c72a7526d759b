import PatrolCore
import PatrolSQLite
import PatrolWire

/// Takes over what can still be read of a damaged store.
///
/// By SQL, and not page by page as the journal does it with ``PatrolSQLite/DamagedDatabase``: a store has gigabytes, its rows
/// refer to one another by the store's own numbers, and what is not found here the carts send again.
struct StoreSalvage {
    private let database: Database

    /// - Parameter database: a new store, with its tables and nothing in them.
    init(into database: Database) {
        self.database = database
    }

    /// Copies row by row where the structure is damaged, and range by range where it is not. Rows keep their checksums, so
    /// that an altered one is still found when it is read.
    /// - Parameter path: of the damaged file, which nobody else has open.
    /// - Returns: how many records were taken over.
    func run(from path: String) throws(SQLiteError) -> Int64 {
        // What refers to rows that are gone is dropped behind it.
        try database.execute("PRAGMA foreign_keys = OFF")
        let attach = try database.prepare("ATTACH ?1 AS damaged_store")
        try attach.bind(path, at: 1)
        do throws(SQLiteError) {
            try attach.run()
            // An empty file has nothing.
            guard try database.integer("SELECT 1 FROM damaged_store.sqlite_schema WHERE name = 'journal'") != nil else {
                return 0
            }
            try bringUpToDate()
        } catch {
            guard error.isDamage else { throw error }
            return 0
        }
        for table in ["vehicle", "journal", "latest", "damaged"] {
            try copy(table, key: table == "latest" ? "vehicle" : "id")
        }
        try copy("block", key: "id")
        let journals = try integers("SELECT id FROM journal")
        for journal in journals {
            try copy("boot", key: "number", journal)
            for table in ["event", "position"] { try copy(table, key: "sequence", journal) }
            try copy("absent", key: "first_sequence", journal)
        }
        try database.execute(
            """
            DELETE FROM journal WHERE vehicle NOT IN (SELECT id FROM vehicle);
            DELETE FROM block WHERE journal NOT IN (SELECT id FROM journal);
            """
        )
        for journal in journals { try recount(journal) }
        try database.execute("DETACH damaged_store; PRAGMA foreign_keys = ON")
        return try database.integer("SELECT coalesce(sum(events + positions), 0) FROM journal") ?? 0
    }

    /// The tables of an earlier version lack columns; a file that is damaged before it was ever opened by this one.
    private func bringUpToDate() throws(SQLiteError) {
        let known = try database.integer("PRAGMA damaged_store.user_version") ?? 0
        guard known > 0, known < Int64(StoreSchema.migrations.count) else { return }
        let older = try Database(path: try attachedPath(), access: .readWrite)
        defer { older.close() }
        do throws(SchemaError) {
            try older.migrate(StoreSchema.migrations, applicationID: StoreSchema.applicationID)
        } catch {
            throw .refused("\(error)", path: older.path)
        }
    }

    private func attachedPath() throws(SQLiteError) -> String {
        try database.text("SELECT file FROM pragma_database_list WHERE name = 'damaged_store'") ?? ""
    }

    private func integers(_ sql: String) throws(SQLiteError) -> [Int64] {
        let statement = try database.prepare(sql)
        var integers: [Int64] = []
        while try statement.step() { integers.append(try statement.integer(0)) }
        return integers
    }

    private func copy(_ table: String, key: String, _ journal: Int64? = nil) throws(SQLiteError) {
        let columns = try columns(of: table)
        let of = journal.map { "journal = \($0) AND " } ?? ""
        let sql = """
            INSERT OR IGNORE INTO \(table) (\(columns)) SELECT \(columns) FROM damaged_store.\(table)
            WHERE \(of)\(key) BETWEEN
            """
        let last = try lastKey("SELECT max(\(key)) FROM damaged_store.\(table) WHERE \(of)true", of: journal)
        try copy(sql, 0...max(0, min(last, Self.largestKey)))
    }

    /// More than any key.
    private static let largestKey: Int64 = 1 << 48

    /// The highest key there can be, so that what lies behind a damaged end is not looked for without end.
    private func lastKey(_ sql: String, of journal: Int64?) throws(SQLiteError) -> Int64 {
        do throws(SQLiteError) {
            return try database.integer(sql) ?? 0
        } catch {
            guard error.isDamage else { throw error }
        }
        if let journal {
            let sql =
                "SELECT max(last_event, known_event, last_position, known_position) FROM journal WHERE id = \(journal)"
            return try database.integer(sql) ?? 0
        }
        // A page of 4 KiB has some dozens of rows at most; merging leaves a gap in the numbers for each block that goes.
        return try (database.integer("PRAGMA damaged_store.page_count") ?? 0) * 1000
    }

    private func columns(of table: String) throws(SQLiteError) -> String {
        let statement = try database.prepare("SELECT name FROM pragma_table_info('\(table)')")
        var names: [String] = []
        while try statement.step() { names.append(try statement.text(0)) }
        return names.joined(separator: ", ")
    }

    /// So many attempts may fail: a fraction of a second.
    private static let maximumFailures = 5000

    /// Halves ranges, the largest first, until what is damaged stands alone. If everything is, it is left when enough has failed.
    private func copy(_ sql: String, _ range: ClosedRange<Int64>) throws(SQLiteError) {
        var ranges = [range]
        var next = 0
        var failures = 0
        while next < ranges.count {
            let range = ranges[next]
            next += 1
            do throws(SQLiteError) {
                try database.transaction { () throws(SQLiteError) in
                    try database.execute("\(sql) \(range.lowerBound) AND \(range.upperBound)")
                }
            } catch {
                guard error.isDamage else { throw error }
                failures += 1
                guard range.lowerBound < range.upperBound, failures < Self.maximumFailures else { continue }
                let middle = range.lowerBound + (range.upperBound - range.lowerBound) / 2
                ranges.append(range.lowerBound...middle)
                ranges.append(middle + 1...range.upperBound)
            }
        }
    }

    // MARK: The account

    /// Counts what is there, and makes gaps of what is not.
    private func recount(_ id: Int64) throws(SQLiteError) {
        try database.transaction { () throws(SQLiteError) in
            guard var journal = try JournalTable(database: database).find(id) else { return }
            for lane in Lane.allCases {
                let runs = try runs(lane, of: id)
                var state = journal.lanes[lane]
                state.held = try held(lane, of: id)
                state.known = max(state.known, runs.last?.upperBound ?? 0)
                let account = LaneAccount(database: database, journal: id, lane: lane)
                let expired =
                    try LaneAccount(database: database, journal: id, expired: lane).one().map { [$0.range] } ?? []
                let explained = try account.absent(overlapping: 1...Int64.max).map(\.range) + expired
                let behind = state.known < Int64.max ? [state.known + 1...state.known + 1] : []
                try account.open(
                    LaneAccount.holes(
                        after: state.first - 1,
                        runs + behind,
                        explained: explained.sorted { $0.lowerBound < $1.lowerBound }
                    )
                )
                journal.lanes[lane] = state
            }
            try journal.save(database)
        }
    }

    private func held(_ lane: Lane, of journal: Int64) throws(SQLiteError) -> Int64 {
        switch lane {
        case .events: try database.integer("SELECT count(*) FROM event WHERE journal = \(journal)") ?? 0
        case .positions:
            try database.integer(
                """
                SELECT (SELECT coalesce(sum(count), 0) FROM block WHERE journal = \(journal))
                    + (SELECT count(*) FROM position WHERE journal = \(journal))
                """
            ) ?? 0
        }
    }

    /// The numbers that are held, as ranges in their order.
    private func runs(_ lane: Lane, of journal: Int64) throws(SQLiteError) -> [ClosedRange<Int64>] {
        let sql =
            switch lane {
            case .events: "SELECT 0, sequence, sequence, 1 FROM event WHERE journal = ?1 ORDER BY sequence"
            case .positions:
                """
                SELECT id, first_sequence, last_sequence, count FROM block WHERE journal = ?1
                UNION ALL SELECT 0, sequence, sequence, 1 FROM position WHERE journal = ?1 ORDER BY 2
                """
            }
        let statement = try database.prepare(sql)
        try statement.bind(journal, at: 1)
        var runs: [ClosedRange<Int64>] = []
        while try statement.step() {
            let (first, last) = (try statement.integer(1), try statement.integer(2))
            guard first <= last, first > runs.last?.upperBound ?? 0 else { continue }
            if last - first == (try statement.integer(3)) - 1 {
                runs.append(joining: first...last)
            } else if case .sound(_, let open) = try BlockTable(database: database).find(try statement.integer(0)) {
                for number in open.sequences { runs.append(joining: number...number) }
            }
        }
        return runs
    }
}

extension [ClosedRange<Int64>] {
    /// Adds a range that is higher than all before.
    fileprivate mutating func append(joining range: ClosedRange<Int64>) {
        if let last, last.upperBound == range.lowerBound - 1 {
            self[count - 1] = last.lowerBound...range.upperBound
        } else {
            append(range)
        }
    }
}
