import CSQLite

/// One connection to one SQLite database file: the only place, with ``Statement``, that calls SQLite's C API.
///
/// Not `Sendable`: a connection and its statements belong to one thread or actor at a time, and whoever owns them
/// keeps the blocking file operations off the cooperative thread pool. Opened with `SQLITE_OPEN_NOMUTEX`, because
/// that confinement makes SQLite's own mutex superfluous ("Using SQLite In Multi-Threaded Applications").
public final class Database {
    /// What the connection may do with the file.
    public enum Access: Sendable {
        /// Reads an existing file.
        case readOnly
        /// Reads and writes an existing file.
        case readWrite
        /// Reads and writes; makes the file if it is missing.
        case create
    }

    /// Who else may have the file open.
    public enum Sharing: Sendable {
        /// Any process.
        case everybody
        /// Other connections of this process, and no other one. The index of the write-ahead log is kept "in heap memory"
        /// instead of a mapped `-shm` file, whose pages the kernel would write to the card every half minute
        /// (sqlite.org/vfs.html, "unix-excl").
        case thisProcess
    }

    /// The file, as it was given.
    public let path: String
    private var connection: OpaquePointer?
    private var reusable: [String: Statement] = [:]

    /// Opens a file.
    ///
    /// SQLite looks at the content only with the first statement: `SQLITE_NOTADB` comes then, not here.
    /// - Parameters:
    ///   - path: the file; its folder must exist.
    ///   - access: see ``Access``. SQLite opens a write-protected file for reading without a word: ask ``isReadOnly``.
    ///   - sharing: see ``Sharing``; the same for all connections of a process to one file.
    ///   - busyTimeout: how long a statement waits for another connection's lock; zero fails at once; at most a day.
    /// - Throws: `SQLITE_CANTOPEN` with the `errno` behind it.
    public init(
        path: String,
        access: Access,
        sharing: Sharing = .everybody,
        busyTimeout: Duration = .zero
    ) throws(SQLiteError) {
        self.path = path
        let mode =
            switch access {
            case .readOnly: SQLITE_OPEN_READONLY
            case .readWrite: SQLITE_OPEN_READWRITE
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        var opened: OpaquePointer?
        let result = sqlite3_open_v2(
            path,
            &opened,
            mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
            sharing == .thisProcess ? "unix-excl" : nil
        )
        guard result == SQLITE_OK else {
            let error = SQLiteError(result, connection: opened, action: "opening", path: path)
            // "Whether or not an error occurs when it is opened, resources associated with the database connection
            // handle should be released by passing it to sqlite3_close()" (`sqlite3_open_v2`).
            sqlite3_close_v2(opened)
            throw error
        }
        connection = opened
        sqlite3_busy_timeout(opened, Int32(min(busyTimeout, .seconds(86_400)) / .milliseconds(1)))
    }

    deinit {
        close()
    }

    /// Closes the file; the last connection also moves the write-ahead log into it. A second call does nothing, and
    /// a statement that is still held fails from now on and is finalised when it is released.
    public func close() {
        reusable.removeAll()
        // `sqlite3_close_v2` of a connection with unfinalised statements makes it a "zombie" that goes with the last
        // of them, where `sqlite3_close` would refuse.
        sqlite3_close_v2(connection)
        connection = nil
    }

    /// Closes the file and leaves it and its log exactly as they are, so that somebody can look at them.
    public func abandon() {
        leaveLogOnClose()
        close()
    }

    /// Leaves it to another connection to move the log into the file.
    public func leaveLogOnClose() {
        if let connection { _ = patrol_sqlite_keep_log_on_close(connection) }
    }

    /// Lets the write-ahead log stay when the file is closed, so that its room on the disk is used again
    /// (`SQLITE_FCNTL_PERSIST_WAL`). For a file with several connections, of which any may be the last; the only one has
    /// ``closeKeepingLog()``.
    public func keepLogOnClose() {
        var isKept: Int32 = 1
        sqlite3_file_control(connection, "main", SQLITE_FCNTL_PERSIST_WAL, &isKept)
    }

    /// Whether the file can only be read, whatever was asked for.
    public var isReadOnly: Bool { sqlite3_db_readonly(connection, "main") == 1 }

    /// How many rows the last insert, update or delete changed, triggers not counted.
    public var changes: Int { Int(sqlite3_changes64(connection)) }

    /// Runs one or more statements and throws their results away.
    public func execute(_ sql: String) throws(SQLiteError) {
        let result = sqlite3_exec(try open(for: sql), sql, nil, nil, nil)
        guard result == SQLITE_OK else { throw error(result, sql) }
    }

    /// Compiles one statement; it is finalised when it is released.
    public func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        var handle: OpaquePointer?
        let result = sqlite3_prepare_v2(try open(for: sql), sql, -1, &handle, nil)
        guard result == SQLITE_OK else { throw error(result, sql) }
        guard let handle else {
            // "If the input text contains no SQL (…an empty string or a comment) then *ppStmt is set to NULL".
            throw SQLiteError(
                code: SQLITE_MISUSE,
                extendedCode: SQLITE_MISUSE,
                systemError: 0,
                message: "no statement in the text",
                action: sql,
                path: path
            )
        }
        return Statement(handle: handle, sql: sql, path: path)
    }

    /// The statement for a text that is run again and again: compiled once, kept until ``close()``, and handed out
    /// reset and without bindings. Never ask for one that is still being stepped.
    /// - Parameter sql: one of a fixed set of texts; a text with changing parts belongs to ``prepare(_:)``.
    public func statement(_ sql: String) throws(SQLiteError) -> Statement {
        if let statement = reusable[sql] {
            statement.reset()
            return statement
        }
        let statement = try prepare(sql)
        reusable[sql] = statement
        return statement
    }

    /// The first column of the first row; `nil` without a row or for NULL.
    public func integer(_ sql: String) throws(SQLiteError) -> Int64? {
        let statement = try prepare(sql)
        return try statement.step() ? try statement.optionalInteger(0) : nil
    }

    /// The first column of the first row; `nil` without a row or for NULL.
    public func text(_ sql: String) throws(SQLiteError) -> String? {
        let statement = try prepare(sql)
        return try statement.step() ? try statement.optionalText(0) : nil
    }

    /// Runs `body` in one transaction: all of it is kept, or nothing.
    ///
    /// `BEGIN IMMEDIATE` takes the write lock at once, so that a transaction which starts by reading cannot fail with
    /// `SQLITE_BUSY` half-way. When this returns, the commit is as durable as `PRAGMA synchronous` makes it.
    public func transaction<Value>(
        _ body: () throws(SQLiteError) -> Value
    ) throws(SQLiteError) -> Value {
        try execute("BEGIN IMMEDIATE")
        do throws(SQLiteError) {
            let value = try body()
            try execute("COMMIT")
            return value
        } catch {
            rollBack()
            throw error
        }
    }

    /// Ends a transaction without keeping anything of it; without one it does nothing.
    ///
    /// "If a transaction is rolled back automatically by the SQLite … the ROLLBACK command will fail with an error, but
    /// no harm is caused by this" ("Response To Errors Within A Transaction"): asking first leaves only failures of a
    /// rollback, which drops its pages all the same; the error worth reporting is the one that led here.
    public func rollBack() {
        guard let connection, sqlite3_get_autocommit(connection) == 0 else { return }
        sqlite3_exec(connection, "ROLLBACK", nil, nil, nil)
    }

    /// The connection, for an extension that calls SQLite itself.
    func handle(for action: String) throws(SQLiteError) -> OpaquePointer { try open(for: action) }

    func open(for sql: String) throws(SQLiteError) -> OpaquePointer {
        guard let connection else {
            throw SQLiteError(
                code: SQLITE_MISUSE,
                extendedCode: SQLITE_MISUSE,
                systemError: 0,
                message: "the database is closed",
                action: sql,
                path: path
            )
        }
        return connection
    }

    func error(_ result: Int32, _ sql: String) -> SQLiteError {
        SQLiteError(result, connection: connection, action: sql, path: path)
    }
}
