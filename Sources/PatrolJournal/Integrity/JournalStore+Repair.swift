import PatrolCore
import PatrolSQLite
import PatrolWire

/// What a repair took out of a file.
struct RepairReport {
    /// For each lane what is gone, in its order.
    var receipts: [Receipt] = []
    /// Rows that are gone, by table.
    var counts: [CheckedTable: Int] = [:]
    /// The rows as text, for a person: as much as is kept.
    var rows = ""

    static let maximumBytes = 64 * 1024

    /// In words; empty if nothing was found.
    var summary: String {
        CheckedTable.allCases.compactMap { table in counts[table].map { "\($0) of \(table.rawValue)" } }
            .joined(separator: ", ")
    }

    mutating func add(_ table: CheckedTable, _ text: String) {
        counts[table, default: 0] += 1
        if rows.utf8.count + text.utf8.count < Self.maximumBytes { rows += "\(table.rawValue): \(text)\n" }
    }
}

extension JournalStore {
    /// Takes every row out of the file that is not as it was written, and says what is missing then. Reads the whole file.
    ///
    /// Within a transaction that the caller began; what is missing is not written.
    /// - Parameters:
    ///   - last: the newest number of each lane that is known to have been given; the file may know of newer ones.
    ///   - receipts: all that is known to be absent; `nil` if only the file knows.
    /// - Throws: ``JournalError/Cause/damaged`` if the structure of the file is damaged too: then it has to be rebuilt.
    func removeDamage(
        through last: PerLane<SequenceNumber>,
        knowing receipts: ReceiptBook? = nil
    ) throws(JournalError) -> RepairReport {
        var report = RepairReport()
        for table in CheckedTable.allCases { try removeUnsound(table, &report) }
        try removeUndecodable(&report)
        let structure = try Self.translating { () throws(SQLiteError) in try database.text("PRAGMA quick_check(1)") }
        guard structure == "ok" else { throw damaged(structure ?? "its structure cannot be checked") }
        // The rows of damaged receipts are gone by now, and what they told of is found missing again.
        let known: ReceiptBook
        if let receipts { known = receipts } else { known = ReceiptBook(try self.receipts()) }
        for lane in Lane.allCases {
            var there = try coverage(lane)
            for range in known.absent[lane].ranges { there.insert(range) }
            let end = max(last[lane], there.last ?? .none)
            guard end > .none else { continue }
            for gap in there.gaps(in: SequenceNumber.none.next...end) {
                report.receipts.append(try receipt(lane, gap))
            }
        }
        return report
    }

    private func removeUnsound(_ table: CheckedTable, _ report: inout RepairReport) throws(JournalError) {
        let texts = try Self.translating { () throws(SQLiteError) in
            let unsound = "NOT (\(table.isSound()) AND \(table.isPlausible))"
            let columns = table.columns.map { "quote(\($0))" }.joined(separator: " || ', ' || ")
            let statement = try database.prepare(
                "SELECT substr(\(columns), 1, 8192) FROM \(table.rawValue) WHERE \(unsound)"
            )
            var texts: [String] = []
            while try statement.step() { texts.append(try statement.text(0)) }
            statement.reset()
            if !texts.isEmpty { try database.execute("DELETE FROM \(table.rawValue) WHERE \(unsound)") }
            return texts
        }
        for text in texts { report.add(table, text) }
    }

    /// Rows that were written, or came from an older version, in a form that nobody can read.
    private func removeUndecodable(_ report: inout RepairReport) throws(JournalError) {
        var blocks: [SequenceNumber] = []
        try forEachBlock(RowRange(start: .none)) { block throws(JournalError) in
            do throws(JournalError) {
                _ = try decode(block)
            } catch  where error.cause == .damaged {
                blocks.append(block.range.lowerBound)
                report.add(.blocks, "\(error.reason)")
            }
            return true
        }
        var events: [SequenceNumber] = []
        var next = SequenceNumber.none
        var limit = HistoryQuery.maximumLimit
        while let number = try nextEvent(after: next) {
            do throws(JournalError) {
                next = try self.events(RowRange(start: next), limit: limit).last?.recorded.sequence ?? number
            } catch  where error.cause == .damaged && limit > 1 {
                // One of these: from here on one by one.
                limit = 1
            } catch  where error.cause == .damaged {
                events.append(number)
                report.add(.events, "\(error.reason)")
                next = number
            }
        }
        let states = try undecodableStates()
        for state in states { report.add(.states, state) }
        try Self.translating { () throws(SQLiteError) in
            for state in states {
                let statement = try self.statement(.deleteState)
                try statement.bind(state, at: 1)
                try statement.run()
            }
            for number in blocks {
                try database.execute("DELETE FROM position_blocks WHERE first_sequence = \(number.rawValue)")
            }
            for number in events { try database.execute("DELETE FROM events WHERE sequence = \(number.rawValue)") }
        }
    }

    private func undecodableStates() throws(JournalError) -> [String] {
        let rows = try Self.translating { () throws(SQLiteError) in
            let statement = try self.statement(.states)
            defer { statement.reset() }
            var rows: [(name: String, details: String)] = []
            while try statement.step() { rows.append((try statement.text(0), try statement.text(1))) }
            return rows
        }
        var names: [String] = []
        for row in rows {
            do throws(WireError) {
                _ = try DetailsJSON.decode(row.details)
            } catch {
                names.append(row.name)
            }
        }
        return names
    }

    private func nextEvent(after number: SequenceNumber) throws(JournalError) -> SequenceNumber? {
        try Self.translating { () throws(SQLiteError) in
            let statement = try database.statement("SELECT min(sequence) FROM events WHERE sequence > ?1")
            defer { statement.reset() }
            try statement.bind(number.rawValue, at: 1)
            return try statement.step() ? try statement.optionalInteger(0).map(SequenceNumber.init(rawValue:)) : nil
        }
    }

    /// The numbers of a lane whose rows are there, those that thinning took out of a block included.
    func coverage(_ lane: Lane) throws(JournalError) -> NumberRanges {
        try Self.translating { () throws(SQLiteError) in
            let statement = try database.prepare(
                lane == .events
                    ? "SELECT sequence, sequence FROM events ORDER BY sequence"
                    : "SELECT first_sequence, last_sequence FROM position_blocks ORDER BY first_sequence"
            )
            var ranges = NumberRanges()
            while try statement.step() {
                let (first, last) = (try statement.integer(0), try statement.integer(1))
                ranges.insert(SequenceNumber(rawValue: first)...SequenceNumber(rawValue: max(first, last)))
            }
            return ranges
        }
    }

    /// What is to be told of missing records: when they were follows from their neighbours.
    private func receipt(_ lane: Lane, _ gap: ClosedRange<SequenceNumber>) throws(JournalError) -> Receipt {
        let span = try Self.translating { () throws(SQLiteError) in
            let statement = try database.prepare(
                lane == .events
                    ? """
                    SELECT (SELECT coalesce(time_ms, at_ms + b.utc_at_boot_ms) FROM events LEFT JOIN boots AS b
                            ON b.number = boot WHERE sequence < ?1 ORDER BY sequence DESC LIMIT 1),
                        (SELECT coalesce(time_ms, at_ms + b.utc_at_boot_ms) FROM events LEFT JOIN boots AS b
                            ON b.number = boot WHERE sequence > ?2 ORDER BY sequence LIMIT 1)
                    """
                    : """
                    SELECT (SELECT coalesce(last_time_ms, last_untimed_ms + b.utc_at_boot_ms) FROM position_blocks
                            LEFT JOIN boots AS b ON b.number = boot
                            WHERE first_sequence < ?1 ORDER BY first_sequence DESC LIMIT 1),
                        (SELECT coalesce(first_time_ms, first_untimed_ms + b.utc_at_boot_ms) FROM position_blocks
                            LEFT JOIN boots AS b ON b.number = boot
                            WHERE first_sequence > ?2 ORDER BY first_sequence LIMIT 1)
                    """
            )
            try statement.bind(gap.lowerBound.rawValue, at: 1)
            try statement.bind(gap.upperBound.rawValue, at: 2)
            _ = try statement.step()
            return (try statement.optionalInteger(0), try statement.optionalInteger(1))
        }
        return Receipt(
            lane: lane,
            range: gap,
            count: gap.upperBound.rawValue - gap.lowerBound.rawValue + 1,
            reason: .damaged,
            from: span.0.map(WallTime.init(millisecondsSince1970:)),
            to: span.1.map(WallTime.init(millisecondsSince1970:))
        )
    }
}
