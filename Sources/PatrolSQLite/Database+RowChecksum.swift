import CSQLite

extension Database {
    /// Makes the SQL function `row_checksum(table, column, …)` known to this connection: ``RowChecksum/value`` of all its
    /// arguments. Not for use in a schema, so that a file never depends on this program to be read.
    public func addRowChecksum() throws(SQLiteError) {
        let result = sqlite3_create_function_v2(
            try open(for: "row_checksum"),
            "row_checksum",
            -1,
            SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
            nil,
            { context, count, arguments in
                var checksum = RowChecksum()
                for index in 0..<Int(count) { checksum.add(argument: arguments?[index]) }
                sqlite3_result_int64(context, checksum.value)
            },
            nil,
            nil,
            nil
        )
        guard result == SQLITE_OK else { throw error(result, "row_checksum") }
    }
}

extension RowChecksum {
    fileprivate mutating func add(argument: OpaquePointer?) {
        switch sqlite3_value_type(argument) {
        case SQLITE_INTEGER: add(sqlite3_value_int64(argument))
        case SQLITE_FLOAT: add(sqlite3_value_double(argument))
        case SQLITE_TEXT:
            // "sqlite3_value_text() … may invalidate": the text first, then its length.
            let text = sqlite3_value_text(argument)
            add(text: UnsafeRawBufferPointer(start: text, count: Int(sqlite3_value_bytes(argument))))
        case SQLITE_BLOB:
            let bytes = sqlite3_value_blob(argument)
            add(bytes: UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_value_bytes(argument))))
        default: addNull()
        }
    }
}
