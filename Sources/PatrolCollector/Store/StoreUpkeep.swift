import PatrolCore
import PatrolSQLite
import PatrolWire

/// What the store does beside receiving, in small steps, each in a transaction of its own.
struct StoreUpkeep {
    /// What a step did.
    enum Step: Hashable, Sendable {
        /// Something; there may be more.
        case worked
        /// Moved positions of an earlier version; so many are left.
        case moved(left: Int64)
        /// There is nothing to do.
        case idle
    }

    /// So many small blocks of a journal are joined at a time: half an hour of driving.
    static let joinedBlocks = 64
    /// So many positions of an earlier version move at a time: some 20 ms.
    private static let movedPositions = 4800
    private static let checkedEvents = 1000
    private static let expiredRows = 200
    private static let freedPages = 500
    /// A file that is larger than this is not rewritten as a whole, which holds up what arrives: what is free in it is used
    /// again, and a backup that is restored is small.
    private static let largestRewrite: Int64 = 1 << 30

    let database: Database

    /// - Parameters:
    ///   - keep: how old a record may become; `nil` for as old as it likes.
    ///   - now: the station's time.
    func step(keep: Duration?, now: WallTime) throws(SQLiteError) -> Step {
        if try join(now) { return .worked }
        if let left = try moveOld(now) { return .moved(left: left) }
        if try checkEvents() { return .worked }
        if let keep, try expire(before: now + (.zero - keep), now) { return .worked }
        return try shrink() ? .worked : .idle
    }

    // MARK: Small blocks

    private func join(_ now: WallTime) throws(SQLiteError) -> Bool {
        let statement = try database.statement("SELECT id, vehicle, merged_through FROM journal ORDER BY id")
        var journals: [(id: Int64, vehicle: Int64, mergedThrough: Int64)] = []
        while try statement.step() {
            journals.append((try statement.integer(0), try statement.integer(1), try statement.integer(2)))
        }
        statement.reset()
        for journal in journals {
            var store = BlockStore(database, journal.id, journal.vehicle)
            let done = try store.fill(after: journal.mergedThrough, atMost: Self.joinedBlocks, found: now)
            guard let done else { continue }
            let update = try database.statement(
                "UPDATE journal SET merged_through = max(merged_through, ?2), positions = positions - ?3 WHERE id = ?1"
            )
            try update.bind(journal.id, at: 1)
            // Where nothing could be joined, the next step goes on behind these blocks.
            try update.bind(max(done, journal.mergedThrough), at: 2)
            try update.bind(store.lost, at: 3)
            try update.run()
            return true
        }
        return false
    }

    // MARK: What an earlier version wrote

    private func moveOld(_ now: WallTime) throws(SQLiteError) -> Int64? {
        let old = OldPositions(database: database)
        guard let first = try old.first() else { return nil }
        var store = BlockStore(database, first.journal, first.vehicle)
        _ = try store.takeOver(first.sequence...Int64.max, atMost: Self.movedPositions)
        return try old.count
    }

    private func checkEvents() throws(SQLiteError) -> Bool {
        let statement = try database.prepare(
            "SELECT \(EventTable.columns) FROM event WHERE crc IS NULL LIMIT \(Self.checkedEvents)"
        )
        var rows: [EventTable.Row] = []
        var unreadable: [(journal: Int64, sequence: Int64)] = []
        while try statement.step() {
            if let row = try EventTable.row(statement) {
                rows.append(row)
            } else {
                unreadable.append((try statement.integer(0), try statement.integer(1)))
            }
        }
        statement.reset()
        for row in rows { try EventTable(database: database).put(row) }
        for place in unreadable {
            // 0 is as good as any number for a row that cannot be right.
            let mark = try database.statement("UPDATE event SET crc = 0 WHERE journal = ?1 AND sequence = ?2")
            try mark.bind(place.journal, at: 1)
            try mark.bind(place.sequence, at: 2)
            try mark.run()
        }
        return !rows.isEmpty || !unreadable.isEmpty
    }

    // MARK: Age

    private func expire(before time: WallTime, _ now: WallTime) throws(SQLiteError) -> Bool {
        var isDone = true
        for lane in Lane.allCases {
            for (journal, rows) in try expired(lane, before: time) {
                isDone = false
                try forget(lane, rows, of: journal, now)
            }
        }
        return !isDone
    }

    private struct ExpiredRow {
        var id: Int64
        var range: ClosedRange<Int64>
        var count: Int64
        var times: ClosedRange<Int64>
    }

    private func expired(_ lane: Lane, before time: WallTime) throws(SQLiteError) -> [Int64: [ExpiredRow]] {
        let sql =
            switch lane {
            case .events:
                """
                SELECT journal, sequence, sequence, sequence, 1, effective_ms, effective_ms FROM vehicle
                JOIN event ON event.vehicle = vehicle.id AND effective_ms < ?1 LIMIT \(Self.expiredRows)
                """
            case .positions:
                """
                SELECT journal, block.id, first_sequence, last_sequence, count, first_ms, last_ms FROM vehicle
                JOIN block ON block.vehicle = vehicle.id AND first_ms < ?1 AND last_ms < ?1 LIMIT \(Self.expiredRows)
                """
            }
        let statement = try database.statement(sql)
        try statement.bind(time.millisecondsSince1970, at: 1)
        defer { statement.reset() }
        var rows: [Int64: [ExpiredRow]] = [:]
        while try statement.step() {
            let (first, last) = (try statement.integer(2), try statement.integer(3))
            let (from, to) = (try statement.integer(5), try statement.integer(6))
            rows[try statement.integer(0), default: []].append(
                ExpiredRow(
                    id: try statement.integer(1),
                    range: first...max(first, last),
                    count: try statement.integer(4),
                    times: from...max(from, to)
                )
            )
        }
        return rows
    }

    private func forget(
        _ lane: Lane,
        _ rows: [ExpiredRow],
        of journal: Int64,
        _ now: WallTime
    ) throws(SQLiteError) {
        let delete = try database.statement(
            lane == .events
                ? "DELETE FROM event WHERE journal = ?1 AND sequence = ?2"
                : "DELETE FROM block WHERE journal = ?1 AND id = ?2"
        )
        for row in rows {
            delete.reset()
            try delete.bind(journal, at: 1)
            try delete.bind(row.id, at: 2)
            try delete.run()
        }
        let account = LaneAccount(database: database, journal: journal, expired: lane)
        try account.extend(
            rows.map {
                LaneAccount.Absent(
                    range: $0.range,
                    count: $0.count,
                    held: 0,
                    reason: LaneAccount.expiredReason,
                    times: $0.times,
                    told: now
                )
            }
        )
        let column = lane == .events ? "events" : "positions"
        let update = try database.statement("UPDATE journal SET \(column) = max(0, \(column) - ?2) WHERE id = ?1")
        try update.bind(journal, at: 1)
        try update.bind(rows.reduce(0) { $0 + $1.count }, at: 2)
        try update.run()
    }

    // MARK: Size

    /// Gives what is free back to the file system, once that is worth it.
    private func shrink() throws(SQLiteError) -> Bool {
        let free = try database.integer("PRAGMA freelist_count") ?? 0
        let pages = try database.integer("PRAGMA page_count") ?? 0
        guard free > Int64(Self.freedPages), free > pages / 8,
            try database.integer("PRAGMA auto_vacuum") == Self.incremental
        else { return false }
        try database.execute("PRAGMA incremental_vacuum(\(Self.freedPages))")
        return true
    }

    /// `PRAGMA auto_vacuum = INCREMENTAL`
    private static let incremental: Int64 = 2

    /// Rewrites the file of an earlier version, which cannot shrink by itself; outside of a transaction.
    func rewriteIfWorthIt() throws(SQLiteError) {
        guard try database.integer("PRAGMA auto_vacuum") != Self.incremental else { return }
        let free = try database.integer("PRAGMA freelist_count") ?? 0
        let pages = try database.integer("PRAGMA page_count") ?? 0
        let bytes = (pages - free) * (try database.integer("PRAGMA page_size") ?? 4096)
        guard free > pages / 8, bytes <= Self.largestRewrite else { return }
        // sqlite.org/pragma.html#pragma_auto_vacuum: another mode needs a VACUUM once there are tables.
        try database.execute("PRAGMA auto_vacuum = INCREMENTAL; VACUUM")
    }
}
