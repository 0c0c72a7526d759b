import CSQLite

/// A compiled statement of a ``Database``, whose confinement to one thread or actor it shares.
///
/// Parameters are numbered from 1 and columns from 0, as in SQLite's C API. A column is read as the type that it has:
/// SQLite would silently turn text into the number 0, which in a file that may be damaged is not a value but a finding.
public final class Statement {
    /// The text.
    public let sql: String
    private let handle: OpaquePointer
    private let path: String

    init(handle: OpaquePointer, sql: String, path: String) {
        self.handle = handle
        self.sql = sql
        self.path = path
    }

    deinit {
        sqlite3_finalize(handle)
    }

    // MARK: - Parameters

    /// Binds a whole number, or NULL.
    public func bind(_ value: Int64?, at index: Int32) throws(SQLiteError) {
        try check(value.map { sqlite3_bind_int64(handle, index, $0) } ?? sqlite3_bind_null(handle, index))
    }

    /// Binds text, or NULL.
    public func bind(_ value: String?, at index: Int32) throws(SQLiteError) {
        guard let value else { return try check(sqlite3_bind_null(handle, index)) }
        // The length is given, so that a zero inside the text does not end it.
        try check(
            sqlite3_bind_text64(
                handle,
                index,
                value,
                UInt64(value.utf8.count),
                Self.transient,
                UInt8(SQLITE_UTF8)
            )
        )
    }

    /// Binds bytes, or NULL.
    public func bind(_ value: [UInt8]?, at index: Int32) throws(SQLiteError) {
        guard let value else { return try check(sqlite3_bind_null(handle, index)) }
        // A null pointer would bind NULL, and an empty array may have one.
        guard !value.isEmpty else { return try check(sqlite3_bind_zeroblob(handle, index, 0)) }
        try check(
            value.withUnsafeBytes { bytes in
                sqlite3_bind_blob64(handle, index, bytes.baseAddress, UInt64(bytes.count), Self.transient)
            }
        )
    }

    /// Binds a value of any type.
    public func bind(_ value: SQLValue, at index: Int32) throws(SQLiteError) {
        switch value {
        case .null: try check(sqlite3_bind_null(handle, index))
        case .integer(let integer): try check(sqlite3_bind_int64(handle, index, integer))
        case .real(let real): try check(sqlite3_bind_double(handle, index, real))
        case .text(let text): try bind(String(decoding: text, as: UTF8.self), at: index)
        case .bytes(let bytes): try bind(bytes, at: index)
        }
    }

    /// `SQLITE_TRANSIENT`, "the content will likely change in the near future and … SQLite should make its own private
    /// copy": the macro `((sqlite3_destructor_type)-1)`, which Swift cannot import.
    private static var transient: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    // MARK: - Rows

    /// Goes to the next row.
    /// - Returns: whether there is one.
    public func step() throws(SQLiteError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let result:
            let error = self.error(result)
            // A failed statement keeps its read transaction, and with it a checkpoint, until it is reset.
            sqlite3_reset(handle)
            throw error
        }
    }

    /// Steps to the end and resets: for a statement that returns no rows.
    public func run() throws(SQLiteError) {
        while try step() {}
        reset()
    }

    /// Back to before the first row, all parameters NULL.
    public func reset() {
        // Both results only repeat the error of the step before, which was thrown then.
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    // MARK: - Columns

    /// A column that must hold a whole number.
    public func integer(_ column: Int32) throws(SQLiteError) -> Int64 {
        try expect(SQLITE_INTEGER, column)
        return sqlite3_column_int64(handle, column)
    }

    /// A column that holds a whole number or NULL.
    public func optionalInteger(_ column: Int32) throws(SQLiteError) -> Int64? {
        isNull(column) ? nil : try integer(column)
    }

    /// A column that must hold text; bytes that are not UTF-8 become U+FFFD.
    public func text(_ column: Int32) throws(SQLiteError) -> String {
        try expect(SQLITE_TEXT, column)
        // "The safest policy is to invoke … sqlite3_column_text() followed by sqlite3_column_bytes()".
        guard let text = sqlite3_column_text(handle, column) else { throw error(SQLITE_NOMEM) }
        let length = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: text, count: length), as: UTF8.self)
    }

    /// A column that holds text or NULL.
    public func optionalText(_ column: Int32) throws(SQLiteError) -> String? {
        isNull(column) ? nil : try text(column)
    }

    /// A column that must hold bytes.
    public func bytes(_ column: Int32) throws(SQLiteError) -> [UInt8] {
        try expect(SQLITE_BLOB, column)
        // "The return value from sqlite3_column_blob() for a zero-length BLOB is a NULL pointer."
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// A column that holds bytes or NULL.
    public func optionalBytes(_ column: Int32) throws(SQLiteError) -> [UInt8]? {
        isNull(column) ? nil : try bytes(column)
    }

    private func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    private func expect(_ type: Int32, _ column: Int32) throws(SQLiteError) {
        let found = sqlite3_column_type(handle, column)
        guard found != type else { return }
        throw SQLiteError(
            code: SQLITE_MISMATCH,
            extendedCode: SQLITE_MISMATCH,
            systemError: 0,
            message: "column \(column) holds \(Self.name(found)), not \(Self.name(type))",
            action: sql,
            path: path
        )
    }

    private static func name(_ type: Int32) -> String {
        switch type {
        case SQLITE_INTEGER: "an integer"
        case SQLITE_FLOAT: "a real number"
        case SQLITE_TEXT: "text"
        case SQLITE_BLOB: "bytes"
        default: "nothing"
        }
    }

    // MARK: - Errors

    private func check(_ result: Int32) throws(SQLiteError) {
        guard result == SQLITE_OK else { throw error(result) }
    }

    private func error(_ result: Int32) -> SQLiteError {
        SQLiteError(result, connection: sqlite3_db_handle(handle), action: sql, path: path)
    }
}
