import Glibc
import PatrolCore
import PatrolSQLite
import PatrolWire

/// A row that may have to go.
struct OldRow: Hashable, Sendable {
    let range: ClosedRange<SequenceNumber>
    /// About.
    let bytes: Int64
    let from: WallTime?
    let to: WallTime?
}

/// Which rows may go, and how they do.
extension JournalStore {
    /// The oldest rows of a lane.
    /// - Parameters:
    ///   - after: only those behind this number.
    ///   - through: only those that end here or before.
    ///   - bytes: as many as have so many bytes together, at least one if there is any.
    ///   - isSparingRefused: not those that a destination has refused.
    func oldestRows(
        _ lane: Lane,
        after first: SequenceNumber = .none,
        through last: SequenceNumber,
        bytes: Int64,
        isSparingRefused: Bool = false
    ) throws(JournalError) -> [OldRow] {
        try Self.translating { () throws(SQLiteError) in
            let statement = try self.statement(lane == .events ? .oldestEvents : .oldestBlocks)
            defer { statement.reset() }
            try statement.bind(first.rawValue, at: 1)
            try statement.bind(last.rawValue, at: 2)
            try statement.bind(isSparingRefused ? 1 : 0, at: 3)
            var rows: [OldRow] = []
            var rest = bytes
            while rest > 0, rows.count < Self.maximumRowsOfStep, try statement.step() {
                let (first, last) = (try statement.integer(0), try statement.integer(1))
                let row = OldRow(
                    range: SequenceNumber(rawValue: first)...SequenceNumber(rawValue: max(first, last)),
                    bytes: try statement.integer(2),
                    from: try statement.optionalInteger(3).map(WallTime.init(millisecondsSince1970:)),
                    to: try statement.optionalInteger(4).map(WallTime.init(millisecondsSince1970:))
                )
                rest -= row.bytes
                rows.append(row)
            }
            return rows
        }
    }

    /// So that one step does not hold up commits for long.
    private static let maximumRowsOfStep = 5000

    /// Within a transaction that the caller began.
    func remove(_ range: ClosedRange<SequenceNumber>, _ lane: Lane) throws(SQLiteError) {
        for sql in [lane == .events ? JournalSQL.removeEvents : .removeBlocks] {
            let statement = try self.statement(sql)
            try statement.bind(range.lowerBound.rawValue, at: 1)
            try statement.bind(range.upperBound.rawValue, at: 2)
            try statement.run()
        }
        let statement = try self.statement(.removeRefused)
        try statement.bind(lane.rawValue, at: 1)
        try statement.bind(range.lowerBound.rawValue, at: 2)
        try statement.bind(range.upperBound.rawValue, at: 3)
        try statement.run()
    }

    /// The number of the block that comes first.
    func firstNumber(_ lane: Lane) throws(JournalError) -> SequenceNumber? {
        try oldestRows(lane, through: SequenceNumber(rawValue: .max), bytes: 1).first?.range.lowerBound
    }

    /// The size of the file, and how much of it is not used, in bytes.
    func size() throws(JournalError) -> (used: Int64, spare: Int64) {
        try Self.translating { () throws(SQLiteError) in
            let pages = try database.integer("PRAGMA page_count") ?? 0
            let free = try database.integer("PRAGMA freelist_count") ?? 0
            return ((pages - free) * 1024, free * 1024)
        }
    }

    /// Whether the file was made for giving pages back.
    func canShrink() throws(JournalError) -> Bool {
        try Self.translating { () throws(SQLiteError) in try database.integer("PRAGMA auto_vacuum") == 2 }
    }

    /// Gives unused pages back, if the file was made for it.
    func shrink(_ bytes: Int64) throws(JournalError) {
        try Self.translating { () throws(SQLiteError) in
            try database.execute("PRAGMA incremental_vacuum(\(max(1, bytes / 1024)))")
        }
    }
}

extension JournalFiles {
    /// What is free for this process in the file system; `nil` if it cannot be asked.
    var freeBytes: Int64? {
        var information = statvfs()
        guard statvfs(folder, &information) == 0 else { return nil }
        return Int64(clamping: UInt64(information.f_bavail) * UInt64(information.f_frsize))
    }
}
