import PatrolCore
import PatrolSQLite

/// Opens the store's file in whatever state it is: what is damaged is set aside, and what can be read of it taken over.
enum StoreOpening {
    /// - Returns: the store, ready; and what had to be done for it, in words for health and log.
    /// - Throws: if the file belongs to another program or a newer version, or the disk refuses.
    static func open(_ file: String) throws -> (database: Database, note: String?) {
        if isGoneBesideItsLog(file) {
            return try salvage(file, reason: "at the start (it is missing or empty beside its log)")
        }
        let database = try Database(path: file, access: .create)
        do {
            try StoreFile.prepare(database)
            try probe(database)
            return (database, nil)
        } catch {
            let reason = damage(error, database)
            database.close()
            guard let reason else { throw error }
            return try salvage(file, reason: "at the start (\(reason))")
        }
    }

    /// As a start does, for a file that turned out to be damaged later and that its writer has closed.
    /// - Throws: if the disk refuses; the file is in its place again then.
    static func mend(_ file: String, reason: String) throws -> (database: Database, note: String?) {
        try salvage(file, reason: "while it was in use (\(reason))")
    }

    /// SQLite would throw the log away.
    private static func isGoneBesideItsLog(_ file: String) -> Bool {
        StoreLocation.size(file) == 0 && StoreLocation.size("\(file)-wal") > 0
    }

    /// Reads what everything else needs: the journals, and both ends of what is long.
    private static func probe(_ database: Database) throws(SQLiteError) {
        for sql in [
            "SELECT count(name) FROM vehicle", "SELECT sum(length(uuid)) FROM journal",
            "SELECT count(boot_id) FROM boot",
            "SELECT max(id) FROM block", "SELECT min(id) FROM block", "SELECT count(*) FROM gap",
        ] {
            _ = try database.integer(sql)
        }
    }

    /// Why a file is damaged; `nil` if something else is wrong.
    private static func damage(_ error: any Error, _ database: Database) -> String? {
        switch error {
        case let error as SQLiteError: error.isDamageOfFile ? error.reason : nil
        case SchemaError.failed(let error): error.isDamageOfFile ? error.reason : nil
        // Our tables under another program's mark: the mark is what is damaged. Without such tables the question fails, and
        // the file is somebody else's.
        case SchemaError.foreign:
            (try? database.integer("SELECT count(*) FROM journal, vehicle WHERE journal.uuid IS NULL")) != nil
                ? "its mark is not a store's" : nil
        default: nil
        }
    }

    private static func salvage(_ file: String, reason: String) throws -> (database: Database, note: String?) {
        let aside = try StoreLocation.setAside(file)
        do {
            let database = try Database(path: file, access: .create)
            try StoreFile.prepare(database)
            // SQLite throws a log away that lies beside an empty file: both stay as they are then.
            let count = StoreLocation.size(aside) > 0 ? try StoreSalvage(into: database).run(from: aside) : 0
            return (
                database,
                "the store was damaged \(reason); it is now \(aside), and \(count) records were taken over"
            )
        } catch {
            // Without room for another file the damaged one has to do.
            try StoreLocation.putBack(aside, file)
            throw error
        }
    }
}

extension SQLiteError {
    /// Whether what leads to the records is at fault, and not the disk or a record.
    var isDamageOfFile: Bool { isDamage && !isMismatch }

    /// Whether the content of the file is at fault, and not the disk.
    var isDamage: Bool { kind == .damaged || kind == .notADatabase }
}
