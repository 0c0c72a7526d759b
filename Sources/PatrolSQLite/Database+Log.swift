import Glibc

/// The write-ahead log as a file of fixed length that is overwritten in place.
///
/// A file that grows makes the file system write its own journal at each sync: on ext4 with a commit each 10 s that was half
/// of all that reached the card. sqlite.org/fileformat2.html, "WAL Reset": what lies behind the last valid frame is not looked
/// at, so that the length is free.
extension Database {
    /// Gives the log its whole length with zeros. What fails here only costs speed.
    /// - Parameters:
    ///   - pages: after how many the log is written from its begin again (`PRAGMA wal_autocheckpoint`).
    ///   - pageSize: in bytes.
    public func fillLog(pages: Int, pageSize: Int) {
        WriteAheadLog.fill(path + "-wal", bytes: WriteAheadLog.bytes(pages: pages, pageSize: pageSize))
    }

    /// Closes the file, and keeps its log with its length: emptied, so that the next start has nothing to read in it, and what
    /// befalls its bytes meanwhile is no damage.
    ///
    /// Only for the one connection that a file has, with `locking_mode = EXCLUSIVE`. If the log could not be written back
    /// into the file it stays as it is, and the next opening reads it.
    public func closeKeepingLog() {
        let isDone = isLogWrittenBack()
        abandon()
        if isDone { WriteAheadLog.empty(path + "-wal") }
    }

    private func isLogWrittenBack() -> Bool {
        do {
            let statement = try prepare("PRAGMA wal_checkpoint(PASSIVE)")
            guard try statement.step() else { return false }
            // sqlite.org/pragma.html#pragma_wal_checkpoint: busy, pages in the log, pages written back.
            let (busy, log, done) = (
                try statement.integer(0), try statement.integer(1), try statement.integer(2)
            )
            return busy == 0 && log >= 0 && log == done
        } catch {
            // The log keeps what it has.
            return false
        }
    }
}

extension WriteAheadLog {
    /// In the place of the header of a log whose content is in its database. SQLite takes a log without its own first word for
    /// an empty one, and writes it from the begin.
    static let emptied = Array("patrold: this log is empty.     ".utf8)

    /// A frame has 24 bytes beside its page, and the last commit may go over the mark.
    static func bytes(pages: Int, pageSize: Int) -> Int { (pages + 100) * (pageSize + 24) }

    /// Whether the log at a path is one that was emptied in order.
    public static func isEmptied(_ path: String) throws(SQLiteError) -> Bool {
        try PageFile(path: path)?.bytes(at: 0, count: emptied.count) == emptied
    }

    static func empty(_ path: String) {
        let descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { Glibc.close(descriptor) }
        // Torn or refused, the log is read once more at the next opening, and says what its database says.
        guard pwrite(descriptor, emptied, emptied.count, 0) == emptied.count else { return }
        fdatasync(descriptor)
    }

    static func fill(_ path: String, bytes: Int) {
        let descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { Glibc.close(descriptor) }
        var end = Int(lseek(descriptor, 0, SEEK_END))
        guard end >= 0, end < bytes else { return }
        if end == 0 {
            guard pwrite(descriptor, emptied, emptied.count, 0) == emptied.count else { return }
            end = emptied.count
        }
        let zeros = [UInt8](repeating: 0, count: 64 * 1024)
        while end < bytes {
            let written = pwrite(descriptor, zeros, min(zeros.count, bytes - end), off_t(end))
            guard written > 0 else { break }
            end += written
        }
        fsync(descriptor)
    }
}
