import CSQLite

extension Database {
    /// Copies the whole database, as it is at one moment, into another one, over what is there.
    ///
    /// sqlite.org/c3ref/backup_finish.html: a source that another connection changes meanwhile makes the copy begin anew. A
    /// read transaction on the source, held for the time, keeps it at one state, and nobody waits for it.
    /// - Parameters:
    ///   - pages: so many at a time.
    ///   - progress: pages left, and pages in all.
    public func copy(
        to destination: Database,
        pages: Int32 = 256,
        progress: (Int, Int) -> Void
    ) throws(SQLiteError) {
        try execute("BEGIN; SELECT count(*) FROM sqlite_schema")
        let result = Result { () throws(SQLiteError) in
            guard
                let backup = sqlite3_backup_init(
                    try destination.handle(for: "copy"),
                    "main",
                    try handle(for: "copy"),
                    "main"
                )
            else { throw SQLiteError(copying: destination) }
            var result = SQLITE_OK
            while result == SQLITE_OK {
                result = sqlite3_backup_step(backup, pages)
                progress(Int(sqlite3_backup_remaining(backup)), Int(sqlite3_backup_pagecount(backup)))
            }
            // Repeats the error of the steps, if there was one.
            let end = sqlite3_backup_finish(backup)
            guard result == SQLITE_DONE, end == SQLITE_OK else { throw SQLiteError(copying: destination) }
        }
        try execute("COMMIT")
        try result.get()
    }
}

extension SQLiteError {
    fileprivate init(copying destination: Database) {
        // A connection that was closed meanwhile has no code; that the copy failed is known all the same.
        let connection = try? destination.handle(for: "copy")
        self.init(
            connection.map { sqlite3_extended_errcode($0) } ?? SQLITE_ERROR,
            connection: connection,
            action: "copying",
            path: destination.path
        )
    }
}
