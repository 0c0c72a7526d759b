import PatrolCore
import PatrolSQLite
import PatrolWire

/// What an opened journal holds, as far as the actor keeps it in memory.
struct JournalStart {
    var id: JournalID
    var boot: BootRecord
    /// The number given last in each lane.
    var last: PerLane<SequenceNumber>
    var lastRunEndedWithoutStop: Bool
    var lastPosition: Dated<Position>?
    var cursors: [String: PerLane<SequenceNumber>]
    var states: [String: [String: DetailValue]]
    var quarantine: [String: PerLane<QuarantineCount>]
}

extension JournalStore {
    /// Reads what the file holds, and counts this boot if it is new. Takes no longer for a long journal.
    func load(bootID: String) throws(JournalError) -> JournalStart {
        let id = try journalID()
        let (boot, last, lastMark) = try Self.translating { () throws(SQLiteError) in
            (
                try count(bootID: bootID),
                PerLane(events: try sequence(.lastEvent), positions: try sequence(.lastPosition)),
                try firstText(.lastStartOrStop)
            )
        }
        guard let boot else { throw damaged("the row of boot \(bootID) cannot be found again") }
        return JournalStart(
            id: id,
            boot: boot,
            last: last,
            lastRunEndedWithoutStop: lastMark == "daemon.started",
            lastPosition: try lastPosition(),
            cursors: try cursors(),
            states: try states(),
            quarantine: try quarantineCounts()
        )
    }

    /// A new file gets its identity here; one whose first start ended between the tables and this, too.
    private func journalID() throws(JournalError) -> JournalID {
        let bytes = try Self.translating { () throws(SQLiteError) in
            let statement = try self.statement(.journalID)
            defer { statement.reset() }
            guard try statement.step() else {
                let insert = try self.statement(.insertJournalID)
                var generator = SystemRandomNumberGenerator()
                let id = JournalID.random(using: &generator)
                try insert.bind(id.bytes, at: 1)
                try insert.run()
                return id.bytes
            }
            return try statement.bytes(0)
        }
        guard let id = JournalID(bytes: bytes) else { throw damaged("its identity has \(bytes.count) bytes") }
        return id
    }

    /// The boot's row, made if this is the first start in it.
    private func count(bootID: String) throws(SQLiteError) -> BootRecord? {
        let find = try statement(.bootWithID)
        try find.bind(bootID, at: 1)
        if let boot = try readBoot(find) { return boot }
        let insert = try statement(.insertBoot)
        try insert.bind(bootID, at: 1)
        try insert.run()
        try find.bind(bootID, at: 1)
        return try readBoot(find)
    }

    private func sequence(_ sql: JournalSQL) throws(SQLiteError) -> SequenceNumber {
        let statement = try self.statement(sql)
        defer { statement.reset() }
        return SequenceNumber(rawValue: try statement.step() ? try statement.integer(0) : 0)
    }

    private func firstText(_ sql: JournalSQL) throws(SQLiteError) -> String? {
        let statement = try self.statement(sql)
        defer { statement.reset() }
        return try statement.step() ? try statement.text(0) : nil
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
            cursors[row.destination, default: PerLane(events: .none, positions: .none)][lane] =
                SequenceNumber(rawValue: row.acknowledged)
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
