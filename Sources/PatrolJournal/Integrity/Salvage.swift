import PatrolCore
import PatrolSQLite

/// Brings whatever rows of a damaged database are as they were written into a new one.
///
/// A row is judged by its checksum alone, or in a file from before those by what it says, wherever it lies: so pages that no tree leads to any more, and the log behind a
/// damaged frame, give theirs too. Of records every copy is as good as another; of what changes in place only the newest
/// state of a page counts.
struct Salvage {
    private let store: JournalStore

    init(into store: JournalStore) {
        self.store = store
    }

    /// Puts together anew what can be read of a journal that nobody has open, and sets its files aside. Until that is complete
    /// nothing is changed.
    /// - Returns: the name under which the files are kept; `nil` if there were none.
    static func rebuild(_ files: JournalFiles) throws(JournalError) -> String? {
        files.removeRebuilt()
        do {
            let store = try JournalStore(path: files.rebuilt)
            defer { store.database.close() }
            try Salvage(into: store).run(files.database)
        } catch {
            files.removeRebuilt()
            throw error
        }
        let name = try files.setAside()
        try files.installRebuilt()
        return name
    }

    /// In one transaction.
    func run(_ path: String) throws(JournalError) {
        try JournalStore.translating { () throws(SQLiteError) in
            let damaged = try DamagedDatabase(path: path, pageSize: 1024)
            try store.database.transaction { () throws(SQLiteError) in
                let isOld = (1..<JournalSchema.firstChecked).contains(damaged.userVersion)
                try damaged.forEachRow { row throws(SQLiteError) in
                    guard let (table, values) = judge(row, isOld: isOld) else { return }
                    try insert(values, table)
                }
                // Records that were removed, and whose page nobody has written over yet.
                try store.database.execute(Self.removed)
            }
        }
    }

    /// - Parameter isOld: whether the file is from before the checksums.
    private func judge(_ row: DamagedDatabase.Row, isOld: Bool) -> (CheckedTable, [SQLValue])? {
        for table in CheckedTable.allCases where !row.isSuperseded || table.keepsEveryVersion {
            if let values = table.isSound(row) { return (table, values + [row.columns[row.columns.count - 1]]) }
            guard isOld, let values = table.unchecked(row) else { continue }
            return (table, values + [table.checksum(of: values)])
        }
        guard isOld, let epoch = CheckedTable.firstEpoch(row) else { return nil }
        return (.epochs, epoch + [CheckedTable.epochs.checksum(of: epoch)])
    }

    private func insert(_ values: [SQLValue], _ table: CheckedTable) throws(SQLiteError) {
        let statement = try store.database.statement(table.salvage)
        for (index, value) in values.enumerated() { try statement.bind(value, at: Int32(index + 1)) }
        try statement.run()
    }

    private static let removed = """
        DELETE FROM events WHERE EXISTS (SELECT 1 FROM receipts AS r WHERE r.lane = 'events' AND r.reason <> 'thinned'
            AND events.sequence BETWEEN r.first_sequence AND r.last_sequence);
        DELETE FROM position_blocks WHERE EXISTS (SELECT 1 FROM receipts AS r WHERE r.lane = 'positions'
            AND r.reason <> 'thinned' AND position_blocks.first_sequence BETWEEN r.first_sequence AND r.last_sequence);
        """
}

extension CheckedTable {
    /// Whether a row never changes, or only grows: then an old page's is as good as a new one's.
    fileprivate var keepsEveryVersion: Bool {
        switch self {
        case .events, .blocks, .epochs, .receipts: true
        case .boots, .cursors, .states, .quarantine: false
        }
    }

    /// Takes a row if it is better than the one that is there.
    fileprivate var salvage: String {
        let all = (columns + ["checksum"]).joined(separator: ", ")
        let parameters = (columns + ["checksum"]).indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        return "INSERT INTO \(rawValue) (\(all)) VALUES (\(parameters)) \(conflict)"
    }

    private var conflict: String {
        let assignments = (columns + ["checksum"]).map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        func update(_ key: String, _ condition: String) -> String {
            "ON CONFLICT (\(key)) DO UPDATE SET \(assignments) WHERE \(condition)"
        }
        switch self {
        case .events, .epochs: return "ON CONFLICT DO NOTHING"
        case .blocks:
            // The open block as it grew; then the thinned one.
            return update(
                "first_sequence",
                "excluded.last_sequence > last_sequence OR (excluded.last_sequence = last_sequence "
                    + "AND length(excluded.block) < length(block))"
            )
        case .boots: return "ON CONFLICT DO NOTHING"
        case .cursors: return update("destination, lane", "excluded.acknowledged > acknowledged")
        case .states: return update("name", "true")
        case .quarantine: return update("destination, lane, first_sequence", "true")
        case .receipts: return update("number", "excluded.last_sequence > last_sequence")
        }
    }
}
