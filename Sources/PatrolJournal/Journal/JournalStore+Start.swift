import PatrolCore
import PatrolSQLite
import PatrolWire

/// What a file holds, besides its records.
struct JournalContent {
    /// The number given last in each lane, as far as the file tells.
    var last: PerLane<SequenceNumber>
    /// Ascending; empty for a new file.
    var epochs: [Epoch]
    var receipts: ReceiptBook
    var lastBoot: BootNumber
    var lastRunEndedWithoutStop: Bool
    var lastPosition: Dated<Position>?
    var cursors: [String: PerLane<SequenceNumber>]
    var states: [String: [String: DetailValue]]
    var quarantine: [String: PerLane<QuarantineCount>]
}

extension JournalStore {
    /// Reads what the file holds; changes nothing. Takes no longer for a long journal.
    /// - Throws: ``JournalError/Cause/damaged`` if anything of it is not as it was written.
    func content() throws(JournalError) -> JournalContent {
        for table in [CheckedTable.boots, .cursors, .states, .quarantine, .epochs, .receipts] {
            let unsound = try Self.translating { () throws(SQLiteError) in
                try database.integer("SELECT EXISTS (SELECT 1 FROM \(table.rawValue) WHERE NOT \(table.isSound()))")
            }
            guard unsound == 0 else { throw damaged("a row of \(table.rawValue) is not as it was written") }
        }
        let receipts = ReceiptBook(try receipts())
        let lastPosition = try lastPosition()
        let lastMark = try checkedText(.lastStartOrStop)
        let lastBoot = try Self.translating { () throws(SQLiteError) in
            let statement = try self.statement(.lastBoot)
            defer { statement.reset() }
            return try statement.step() ? try statement.integer(0) : 0
        }
        return JournalContent(
            last: PerLane(
                events: max(try lastEvent(), receipts.last(.events)),
                positions: max(lastPosition?.recorded.sequence ?? .none, receipts.last(.positions))
            ),
            epochs: try epochs(),
            receipts: receipts,
            lastBoot: BootNumber(rawValue: lastBoot),
            lastRunEndedWithoutStop: lastMark == "daemon.started",
            lastPosition: lastPosition,
            cursors: try cursors(),
            states: try states(),
            quarantine: try quarantineCounts()
        )
    }

    /// The boot with a kernel's name for it, if the file has one.
    func boot(named bootID: String) throws(JournalError) -> BootRecord? {
        try Self.translating { () throws(SQLiteError) in
            let find = try statement(.bootWithID)
            try find.bind(bootID, at: 1)
            return try readBoot(find)
        }
    }

    private func epochs() throws(JournalError) -> [Epoch] {
        let rows = try Self.translating { () throws(SQLiteError) -> [(Epoch?)] in
            let statement = try self.statement(.epochs)
            defer { statement.reset() }
            var epochs: [Epoch?] = []
            while try statement.step() {
                let first = PerLane(
                    events: SequenceNumber(rawValue: try statement.integer(2)),
                    positions: SequenceNumber(rawValue: try statement.integer(3))
                )
                let (number, reason) = (try statement.integer(0), try statement.text(4))
                epochs.append(
                    JournalID(bytes: try statement.bytes(1)).map {
                        Epoch(number: number, id: $0, first: first, reason: reason)
                    }
                )
            }
            return epochs
        }
        return rows.compactMap(\.self)
    }

    func receipts() throws(JournalError) -> [StoredReceipt] {
        let rows = try Self.translating { () throws(SQLiteError) -> [StoredReceipt?] in
            let statement = try self.statement(.receipts)
            defer { statement.reset() }
            var rows: [StoredReceipt?] = []
            while try statement.step() { rows.append(try StoredReceipt(statement)) }
            return rows
        }
        let receipts = rows.compactMap(\.self)
        guard receipts.count == rows.count else { throw damaged("a receipt cannot be understood") }
        return receipts
    }

    private func lastEvent() throws(JournalError) -> SequenceNumber {
        let row = try Self.translating { () throws(SQLiteError) -> (sequence: Int64, isSound: Bool)? in
            let statement = try self.statement(.lastEvent)
            defer { statement.reset() }
            return try statement.step() ? (try statement.integer(0), try statement.integer(1) == 1) : nil
        }
        guard row?.isSound != false else { throw damaged("the last event is not as it was written") }
        return SequenceNumber(rawValue: row?.sequence ?? 0)
    }

    private func checkedText(_ sql: JournalSQL) throws(JournalError) -> String? {
        let row = try Self.translating { () throws(SQLiteError) -> (text: String, isSound: Bool)? in
            let statement = try self.statement(sql)
            defer { statement.reset() }
            return try statement.step() ? (try statement.text(0), try statement.integer(1) == 1) : nil
        }
        guard row?.isSound != false else { throw damaged("an event is not as it was written") }
        return row?.text
    }

    private func lastPosition() throws(JournalError) -> Dated<Position>? {
        var last: Dated<Position>?
        try forEachBlock(RowRange(start: SequenceNumber(rawValue: .max), order: .newestFirst)) {
            block throws(JournalError) in
            last = try decode(block).last.map { Dated($0, utcAtBoot: block.utcAtBoot) }
            return false
        }
        return last
    }

    private func cursors() throws(JournalError) -> [String: PerLane<SequenceNumber>] {
        let rows = try Self.translating { () throws(SQLiteError) in
            let statement = try self.statement(.cursors)
            defer { statement.reset() }
            var rows: [(destination: String, lane: String, acknowledged: Int64)] = []
            while try statement.step() {
                rows.append((try statement.text(0), try statement.text(1), try statement.integer(2)))
            }
            return rows
        }
        var cursors: [String: PerLane<SequenceNumber>] = [:]
        for row in rows {
            guard let lane = Lane(rawValue: row.lane) else { throw damaged("a cursor in a lane \"\(row.lane)\"") }
            cursors[row.destination, default: PerLane(both: .none)][lane] = SequenceNumber(rawValue: row.acknowledged)
        }
        return cursors
    }

    private func states() throws(JournalError) -> [String: [String: DetailValue]] {
        let rows = try Self.translating { () throws(SQLiteError) in
            let statement = try self.statement(.states)
            defer { statement.reset() }
            var rows: [(name: String, details: String)] = []
            while try statement.step() { rows.append((try statement.text(0), try statement.text(1))) }
            return rows
        }
        var states: [String: [String: DetailValue]] = [:]
        for row in rows {
            do throws(WireError) {
                states[row.name] = try DetailsJSON.decode(row.details)
            } catch {
                throw damaged("the state \"\(row.name)\": \(error)")
            }
        }
        return states
    }
}

extension StoredReceipt {
    /// `nil` for a row that no version has written.
    fileprivate init?(_ statement: Statement) throws(SQLiteError) {
        let (first, last) = (try statement.integer(1), try statement.integer(2))
        let (lane, reason) = (Lane(rawValue: try statement.text(0)), Receipt.Reason(rawValue: try statement.text(4)))
        guard let lane, let reason, first > 0, first <= last else { return nil }
        number = try statement.integer(7)
        receipt = Receipt(
            lane: lane,
            range: SequenceNumber(rawValue: first)...SequenceNumber(rawValue: last),
            count: try statement.integer(3),
            reason: reason,
            from: try statement.optionalInteger(5).map(WallTime.init(millisecondsSince1970:)),
            to: try statement.optionalInteger(6).map(WallTime.init(millisecondsSince1970:))
        )
    }
}
