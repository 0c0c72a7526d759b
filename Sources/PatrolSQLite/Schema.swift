/// One step of a database's schema, kept by number in `PRAGMA user_version`.
///
/// A migration is frozen once it is released: carts in the field have run it. A change is a new migration.
public struct Migration: Sendable {
    /// 1 for the first; without gaps.
    public let version: Int32
    /// The statements, run in one transaction with the new number.
    public let sql: String

    /// See the properties.
    public init(version: Int32, sql: String) {
        self.version = version
        self.sql = sql
    }
}

/// Why a file is not brought to the program's schema. In each case the file is left as it was.
public enum SchemaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file belongs to another program: it carries another `application_id`, or tables and none.
    case foreign(path: String, applicationID: Int32)
    /// A newer version of the program has written the file.
    case newer(path: String, found: Int32, known: Int32)
    /// SQLite failed.
    case failed(SQLiteError)

    /// One clear sentence that names the file.
    public var description: String {
        switch self {
        case .foreign(let path, let applicationID):
            "\(path): the database belongs to another program (application id \(applicationID))"
        case .newer(let path, let found, let known):
            "\(path): the database has format \(found), written by a newer version of this program; "
                + "this version knows formats up to \(known)"
        case .failed(let error):
            error.description
        }
    }
}

extension Database {
    /// The number of the last migration that this file has seen; 0 for a new file.
    public func userVersion() throws(SQLiteError) -> Int32 {
        Int32(truncatingIfNeeded: try integer("PRAGMA user_version") ?? 0)
    }

    /// The program that this file belongs to; 0 for a new file.
    public func applicationID() throws(SQLiteError) -> Int32 {
        Int32(truncatingIfNeeded: try integer("PRAGMA application_id") ?? 0)
    }

    /// Looks whether the file is new or belongs to this program and is not newer than it; changes nothing.
    /// - Parameters:
    ///   - migrations: all that the program knows, by ascending number from 1.
    ///   - applicationID: the program's own, not 0.
    public func checkSchema(_ migrations: [Migration], applicationID: Int32) throws(SchemaError) {
        let known = migrations.last?.version ?? 0
        let found: Int32
        let owner: Int32
        let isEmpty: Bool
        do {
            found = try userVersion()
            owner = try self.applicationID()
            isEmpty = try integer("SELECT count(*) FROM sqlite_schema") == 0
        } catch {
            throw .failed(error)
        }
        guard owner == applicationID || (owner == 0 && found == 0 && isEmpty) else {
            throw .foreign(path: path, applicationID: owner)
        }
        guard (0...known).contains(found) else {
            throw .newer(path: path, found: found, known: known)
        }
    }

    /// Brings a new or older file to the program's schema: all missing migrations in one transaction, or none.
    /// - Parameters: as for ``checkSchema(_:applicationID:)``, which this calls first.
    public func migrate(_ migrations: [Migration], applicationID: Int32) throws(SchemaError) {
        precondition(
            migrations.map(\.version) == migrations.indices.map { Int32($0 + 1) },
            "migrations are numbered from 1"
        )
        try checkSchema(migrations, applicationID: applicationID)
        do throws(SQLiteError) {
            let found = try userVersion()
            let missing = migrations.filter { $0.version > found }
            guard !missing.isEmpty else { return }
            try transaction { () throws(SQLiteError) in
                for migration in missing {
                    try execute(migration.sql)
                    // Both numbers live in the file's header (offsets 60 and 68) and are part of the transaction.
                    try execute("PRAGMA user_version = \(migration.version)")
                }
                try execute("PRAGMA application_id = \(applicationID)")
            }
        } catch {
            throw .failed(error)
        }
    }
}
