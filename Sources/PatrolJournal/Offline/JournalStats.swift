public import PatrolCore
import PatrolSQLite

/// What a journal holds, in figures.
public struct JournalStats: Sendable {
    /// What became of all numbers.
    public internal(set) var counts: JournalCounts
    /// The times of the oldest and the newest record that have one.
    public internal(set) var spans: PerLane<ClosedRange<WallTime>?>
    /// Of the database and of its log, in bytes.
    public internal(set) var fileBytes: (database: Int, log: Int)
    /// One line each, ascending.
    public internal(set) var epochs: [String]
    /// Ascending.
    public internal(set) var receipts: [Receipt]
    /// What each destination has, by name.
    public internal(set) var destinations: [(name: String, backlog: Backlog)]
}

extension JournalTools {
    /// - Throws: if the folder cannot be read or a daemon has it, or if what is in it is so damaged that there is nothing.
    public static func stats(folder: String, progress: Progress) async throws(JournalError) -> JournalStats {
        let copy = try JournalCopy(of: folder, progress: progress)
        defer { withExtendedLifetime(copy) {} }
        let sizes = (
            database: FileCopy.size(copy.files.database) ?? 0, log: FileCopy.size(copy.files.database + "-wal") ?? 0
        )
        progress("counting", 0)
        let journal = try copy.open()
        try await journal.repairAll()
        let stats = try await journal.stats(sizes)
        try await journal.close()
        return stats
    }
}

extension Journal {
    fileprivate func stats(_ sizes: (database: Int, log: Int)) async throws(JournalError) -> JournalStats {
        var destinations: [(name: String, backlog: Backlog)] = []
        for name in self.destinations() { destinations.append((name, try await backlog(of: name))) }
        return JournalStats(
            counts: try counts(),
            spans: PerLane(events: try await span(.events), positions: try await span(.positions)),
            fileBytes: sizes,
            epochs: epochs.map { epoch in
                "\(epoch.number) \(epoch.id) from event \(epoch.first.events.rawValue) and position "
                    + "\(epoch.first.positions.rawValue): \(epoch.reason)"
            },
            receipts: receipts.rows.map(\.receipt),
            destinations: destinations
        )
    }

    private func span(_ lane: Lane) async throws(JournalError) -> ClosedRange<WallTime>? {
        func edge(_ order: HistoryQuery.Order) async throws(JournalError) -> WallTime? {
            let query = HistoryQuery(order: order, limit: HistoryQuery.maximumLimit)
            let times =
                switch lane {
                case .events: try await events(query).map(\.effectiveTime)
                case .positions: try await positions(query).map(\.effectiveTime)
                }
            return times.lazy.compactMap(\.self).first
        }
        guard let first = try await edge(.oldestFirst), let last = try await edge(.newestFirst) else { return nil }
        return min(first, last)...max(first, last)
    }
}
