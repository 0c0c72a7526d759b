import PatrolCore
import PatrolSQLite
import PatrolWire

/// Which rows to read.
struct RowRange {
    /// Where to start, as the statement says.
    var start: SequenceNumber
    /// Only what may lie within it; `nil` for all.
    var times: Range<WallTime>?
    var order = HistoryQuery.Order.oldestFirst
}

extension JournalStore {
    /// Hands over blocks one by one until `body` has enough. The first one may end before the range's start.
    /// - Parameter body: returns whether it wants another.
    func forEachBlock(
        _ range: RowRange,
        _ body: (StoredBlock) throws(JournalError) -> Bool
    ) throws(JournalError) {
        let statement = try Self.translating { () throws(SQLiteError) in
            let statement = try self.statement(range.order == .oldestFirst ? .blocksForward : .blocksBackward)
            try statement.bind(range.start.rawValue, at: 1)
            try bind(range.times, to: statement)
            return statement
        }
        // A statement between two rows holds its snapshot, and with it the write-ahead log.
        defer { statement.reset() }
        while let block = try nextBlock(statement) {
            guard try body(block) else { return }
        }
    }

    private func nextBlock(_ statement: Statement) throws(JournalError) -> StoredBlock? {
        let block = try Self.translating { () throws(SQLiteError) -> (Int64, Int64, StoredBlock?)? in
            guard try statement.step() else { return nil }
            guard try statement.integer(5) == 1 else { return (0, 0, nil) }
            let first = try statement.integer(0)
            let last = try statement.integer(1)
            guard first > 0, first <= last else { return (first, last, nil) }
            return (
                first, last,
                StoredBlock(
                    range: SequenceNumber(rawValue: first)...SequenceNumber(rawValue: last),
                    boot: BootNumber(rawValue: try statement.integer(2)),
                    bytes: try statement.bytes(3),
                    utcAtBoot: try statement.optionalInteger(4).map(WallTime.init(millisecondsSince1970:))
                )
            )
        }
        guard let (first, last, block) = block else { return nil }
        guard let block else { throw damaged("a block from \(first) to \(last) is not as it was written") }
        return block
    }

    /// The positions of a block, checked against its row.
    func decode(_ block: StoredBlock) throws(JournalError) -> [Recorded<Position>] {
        let positions: [Recorded<Position>]
        do throws(WireError) {
            positions = try PositionBlockCodec.decode(block.bytes)
        } catch {
            throw damaged("block \(block.range.lowerBound.rawValue) cannot be decoded: \(error)")
        }
        guard positions.first?.sequence == block.range.lowerBound, positions.last?.sequence == block.range.upperBound,
            positions.allSatisfy({ $0.boot == block.boot })
        else { throw damaged("block \(block.range.lowerBound.rawValue) holds other positions than its row says") }
        return positions
    }

    /// Events behind `range.start` in the range's order.
    /// - Parameter kinds: only these; all if empty.
    func events(
        _ range: RowRange,
        kinds: Set<String> = [],
        limit: Int
    ) throws(JournalError) -> [Dated<StoredEvent>] {
        let rows = try Self.translating { () throws(SQLiteError) -> [EventRow?] in
            // Only the texts without kinds are few enough to be kept.
            let statement =
                kinds.isEmpty
                ? try database.statement(JournalSQL.events(range.order))
                : try database.prepare(JournalSQL.events(range.order, kinds: kinds.count))
            defer { statement.reset() }
            try statement.bind(range.start.rawValue, at: 1)
            try bind(range.times, to: statement)
            try statement.bind(Int64(limit), at: 4)
            for (index, kind) in kinds.enumerated() { try statement.bind(kind, at: Int32(5 + index)) }
            var rows: [EventRow?] = []
            while try statement.step() { rows.append(try statement.integer(9) == 1 ? EventRow(statement) : nil) }
            return rows
        }
        var events: [Dated<StoredEvent>] = []
        events.reserveCapacity(rows.count)
        for row in rows {
            guard let row else { throw damaged("an event is not as it was written") }
            events.append(try event(row))
        }
        return events
    }

    private func event(_ row: EventRow) throws(JournalError) -> Dated<StoredEvent> {
        let details: [String: DetailValue]
        do throws(WireError) {
            details = try DetailsJSON.decode(row.details)
        } catch {
            throw damaged("the details of event \(row.sequence) cannot be decoded: \(error)")
        }
        var coordinate: Coordinate?
        if let latitude = row.latitude, let longitude = row.longitude {
            coordinate = Int32(exactly: latitude).flatMap { latitude in
                Int32(exactly: longitude).flatMap { Coordinate(latitudeE7: latitude, longitudeE7: $0) }
            }
            guard coordinate != nil else { throw damaged("the place of event \(row.sequence) is not on this earth") }
        }
        let event = StoredEvent(
            at: Instant(millisecondsSinceBoot: row.at),
            time: row.time.map(WallTime.init(millisecondsSince1970:)),
            coordinate: coordinate,
            name: row.name,
            details: details
        )
        return Dated(
            Recorded(
                sequence: SequenceNumber(rawValue: row.sequence),
                boot: BootNumber(rawValue: row.boot),
                record: event
            ),
            utcAtBoot: row.utcAtBoot.map(WallTime.init(millisecondsSince1970:))
        )
    }

    private func bind(_ times: Range<WallTime>?, to statement: Statement) throws(SQLiteError) {
        try statement.bind(times?.lowerBound.millisecondsSince1970, at: 2)
        try statement.bind(times?.upperBound.millisecondsSince1970, at: 3)
    }

    /// A boot, as records name it. Of one whose row was damaged only the number is left.
    func boot(_ number: BootNumber) throws(JournalError) -> BootRecord {
        let boot = try Self.translating { () throws(SQLiteError) -> BootRecord? in
            let statement = try self.statement(.boot)
            try statement.bind(number.rawValue, at: 1)
            return try readBoot(statement)
        }
        return boot ?? BootRecord(number: number, bootID: Self.unknownBoot, clock: nil)
    }

    /// The identity of a boot that nobody knows any more.
    static let unknownBoot = "unknown"

    /// The boot in the next row of a statement that selects all its columns.
    func readBoot(_ statement: Statement) throws(SQLiteError) -> BootRecord? {
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        var clock: ClockOffset?
        // A source that only another version of this program knows: better no correction than one that cannot be judged.
        if let utc = try statement.optionalInteger(2),
            let source = try statement.optionalText(3).flatMap(ClockSource.init(rawValue:))
        {
            clock = ClockOffset(
                utcAtBootMilliseconds: utc,
                source: source,
                uncertaintyMilliseconds: try statement.optionalInteger(4) ?? 0
            )
        }
        return BootRecord(
            number: BootNumber(rawValue: try statement.integer(0)),
            bootID: try statement.text(1),
            clock: clock
        )
    }
}

/// An event as its row says it, before any judgement.
private struct EventRow {
    let sequence, boot, at: Int64
    let time, latitude, longitude: Int64?
    let name, details: String
    let utcAtBoot: Int64?

    init(_ statement: Statement) throws(SQLiteError) {
        sequence = try statement.integer(0)
        boot = try statement.integer(1)
        at = try statement.integer(2)
        time = try statement.optionalInteger(3)
        latitude = try statement.optionalInteger(4)
        longitude = try statement.optionalInteger(5)
        name = try statement.text(6)
        details = try statement.text(7)
        utcAtBoot = try statement.optionalInteger(8)
    }
}
