import PatrolCore
import PatrolSQLite
import PatrolWire

/// The steps of storing one batch, inside a transaction that somebody else begins and ends.
struct BatchTransaction {
    private let database: Database
    private let batch: DecodedBatch
    private let arrival: WallTime
    private let vehicle: Int64
    private let journal: Int64
    private var utcAtBoot: [BootNumber: WallTime?] = [:]

    /// Finds the vehicle and its journal, or makes them.
    init(_ database: Database, _ batch: DecodedBatch, arrival: WallTime) throws(SQLiteError) {
        self.database = database
        self.batch = batch
        self.arrival = arrival
        vehicle = try Self.vehicle(batch.vehicle, heardAt: arrival, database)
        journal = try Self.journal(batch.journalID, of: vehicle, database)
    }

    mutating func run() throws(SQLiteError) -> StoredBatch {
        for boot in batch.boots { try learn(boot) }
        let held = try heldMaxima()
        var events = StoredBatch.Lane(acknowledged: held.event)
        for event in batch.events { try store(event, &events) }
        if let last = batch.events.map(\.sequence).max() { events.acknowledged = last }
        var positions = StoredBatch.Lane(acknowledged: held.position)
        for position in batch.positions { try store(position, &positions) }
        if let last = batch.positions.map(\.sequence).max() { positions.acknowledged = last }
        if let latest = batch.latest { try keepIfNewest(latest) }
        if let last = batch.positions.last { try keepIfNewest(Latest(boot: last.boot, position: last.record)) }
        try count(events, positions)
        return StoredBatch(events: events, positions: positions)
    }

    private static func vehicle(
        _ name: String,
        heardAt arrival: WallTime,
        _ database: Database
    ) throws(SQLiteError) -> Int64 {
        let statement = try database.statement(
            """
            INSERT INTO vehicle (name, heard_ms) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET heard_ms = excluded.heard_ms RETURNING id
            """
        )
        try statement.bind(name, at: 1)
        try statement.bind(arrival.millisecondsSince1970, at: 2)
        return try onlyInteger(of: statement)
    }

    private static func journal(
        _ id: JournalID,
        of vehicle: Int64,
        _ database: Database
    ) throws(SQLiteError) -> Int64 {
        // The update changes nothing: without it a row that exists would not be returned.
        let statement = try database.statement(
            """
            INSERT INTO journal (vehicle, uuid) VALUES (?1, ?2)
            ON CONFLICT (vehicle, uuid) DO UPDATE SET uuid = excluded.uuid RETURNING id
            """
        )
        try statement.bind(vehicle, at: 1)
        try statement.bind(id.description, at: 2)
        return try onlyInteger(of: statement)
    }

    /// sqlite.org/lang_returning.html: every change is made before the first row comes out; the statement must still
    /// be reset before the transaction can commit.
    private static func onlyInteger(of statement: Statement) throws(SQLiteError) -> Int64 {
        _ = try statement.step()
        let value = try statement.integer(0)
        statement.reset()
        return value
    }

    private func heldMaxima() throws(SQLiteError) -> (event: SequenceNumber, position: SequenceNumber) {
        let statement = try database.statement("SELECT last_event, last_position FROM journal WHERE id = ?1")
        try statement.bind(journal, at: 1)
        _ = try statement.step()
        defer { statement.reset() }
        return (
            SequenceNumber(rawValue: try statement.integer(0)), SequenceNumber(rawValue: try statement.integer(1))
        )
    }

    // MARK: Boots

    /// Keeps what is known of a boot, and gives the records that were made before its clock was known their time.
    private mutating func learn(_ boot: BootRecord) throws(SQLiteError) {
        let before = try utc(at: boot.number)
        let statement = try database.statement(
            """
            INSERT INTO boot (journal, number, boot_id, utc_at_boot_ms, clock_source, uncertainty_ms)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (journal, number) DO UPDATE SET utc_at_boot_ms = excluded.utc_at_boot_ms,
                clock_source = excluded.clock_source, uncertainty_ms = excluded.uncertainty_ms
            WHERE excluded.utc_at_boot_ms IS NOT NULL
            """
        )
        try statement.bind(journal, at: 1)
        try statement.bind(boot.number.rawValue, at: 2)
        try statement.bind(boot.bootID, at: 3)
        try statement.bind(boot.clock?.utcAtBootMilliseconds, at: 4)
        try statement.bind(boot.clock?.source.rawValue, at: 5)
        try statement.bind(boot.clock?.uncertaintyMilliseconds, at: 6)
        try statement.run()
        guard let utc = boot.clock?.wallTime(at: Instant(nanosecondsSinceBoot: 0)), utc != before else { return }
        utcAtBoot[boot.number] = utc
        for table in ["event", "position", "latest"] {
            let correction = try database.statement(
                """
                UPDATE \(table) SET effective_ms = ?1 + boot_ms, time_source = 1
                WHERE journal = ?2 AND boot = ?3 AND time_source <> 0
                """
            )
            try correction.bind(utc.millisecondsSince1970, at: 1)
            try correction.bind(journal, at: 2)
            try correction.bind(boot.number.rawValue, at: 3)
            try correction.run()
        }
    }

    /// UTC at the instant 0 of a boot, if this or an earlier batch told it.
    private mutating func utc(at boot: BootNumber) throws(SQLiteError) -> WallTime? {
        if let known = utcAtBoot[boot] { return known }
        let statement = try database.statement("SELECT utc_at_boot_ms FROM boot WHERE journal = ?1 AND number = ?2")
        try statement.bind(journal, at: 1)
        try statement.bind(boot.rawValue, at: 2)
        defer { statement.reset() }
        let utc =
            try statement.step() ? try statement.optionalInteger(0).map(WallTime.init(millisecondsSince1970:)) : nil
        utcAtBoot[boot] = .some(utc)
        return utc
    }

    // MARK: Records

    private static let insertEvent = """
        INSERT INTO event (journal, sequence, vehicle, boot, boot_ms, effective_ms, time_source, kind, latitude_e7,
            longitude_e7, details)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (journal, sequence) DO NOTHING
        """

    private static let insertPosition = """
        INSERT INTO position (journal, sequence, vehicle, \(PositionColumns.names))
        VALUES (?1, ?2, ?3, \(PositionColumns.placeholders(from: 4))) ON CONFLICT (journal, sequence) DO NOTHING
        """

    private mutating func time(
        own: WallTime?,
        of boot: BootNumber,
        at instant: Instant
    ) throws(SQLiteError) -> EffectiveTime {
        let utcAtBoot = own == nil ? try utc(at: boot) : nil
        return EffectiveTime(own: own, instant: instant, utcAtBoot: utcAtBoot, arrival: arrival)
    }

    private mutating func store(
        _ recorded: Recorded<StoredEvent>,
        _ lane: inout StoredBatch.Lane
    ) throws(SQLiteError) {
        let event = recorded.record
        let time = try time(own: event.time, of: recorded.boot, at: event.at)
        let statement = try database.statement(Self.insertEvent)
        try statement.bind(journal, at: 1)
        try statement.bind(recorded.sequence.rawValue, at: 2)
        try statement.bind(vehicle, at: 3)
        try statement.bind(recorded.boot.rawValue, at: 4)
        try statement.bind(event.at.millisecondsSinceBoot, at: 5)
        try statement.bind(time.time.millisecondsSince1970, at: 6)
        try statement.bind(time.source.rawValue, at: 7)
        try statement.bind(event.name, at: 8)
        try statement.bind(event.coordinate.map { Int64($0.latitudeE7) }, at: 9)
        try statement.bind(event.coordinate.map { Int64($0.longitudeE7) }, at: 10)
        try statement.bind(DetailsJSON.encode(event.details), at: 11)
        try statement.run()
        try judge("event", recorded.sequence, recorded.boot, event.at, &lane)
    }

    private mutating func store(
        _ recorded: Recorded<Position>,
        _ lane: inout StoredBatch.Lane
    ) throws(SQLiteError) {
        let position = recorded.record
        let time = try time(own: position.believedTime, of: recorded.boot, at: position.receivedAt)
        let statement = try database.statement(Self.insertPosition)
        try statement.bind(journal, at: 1)
        try statement.bind(recorded.sequence.rawValue, at: 2)
        try statement.bind(vehicle, at: 3)
        try PositionColumns.bind(position, boot: recorded.boot, time: time, to: statement, from: 4)
        try statement.run()
        try judge("position", recorded.sequence, recorded.boot, position.receivedAt, &lane)
    }

    /// Counts the record that an insert has just stored or found in its place.
    private func judge(
        _ table: String,
        _ sequence: SequenceNumber,
        _ boot: BootNumber,
        _ instant: Instant,
        _ lane: inout StoredBatch.Lane
    ) throws(SQLiteError) {
        guard database.changes == 0 else {
            lane.new += 1
            return
        }
        let statement = try database.statement(
            "SELECT boot = ?3 AND boot_ms = ?4 FROM \(table) WHERE journal = ?1 AND sequence = ?2"
        )
        try statement.bind(journal, at: 1)
        try statement.bind(sequence.rawValue, at: 2)
        try statement.bind(boot.rawValue, at: 3)
        try statement.bind(instant.millisecondsSinceBoot, at: 4)
        _ = try statement.step()
        if try statement.integer(0) == 1 { lane.repeated += 1 } else { lane.conflicting += 1 }
        statement.reset()
    }

    private func count(_ events: StoredBatch.Lane, _ positions: StoredBatch.Lane) throws(SQLiteError) {
        let statement = try database.statement(
            """
            UPDATE journal SET events = events + ?2, positions = positions + ?3, last_event = max(last_event, ?4),
                last_position = max(last_position, ?5), repeated = repeated + ?6, conflicting = conflicting + ?7
            WHERE id = ?1
            """
        )
        try statement.bind(journal, at: 1)
        try statement.bind(Int64(events.new), at: 2)
        try statement.bind(Int64(positions.new), at: 3)
        try statement.bind(events.acknowledged.rawValue, at: 4)
        try statement.bind(positions.acknowledged.rawValue, at: 5)
        try statement.bind(Int64(events.repeated + positions.repeated), at: 6)
        try statement.bind(Int64(events.conflicting + positions.conflicting), at: 7)
        try statement.run()
    }

    // MARK: The newest position

    private mutating func keepIfNewest(_ latest: Latest) throws(SQLiteError) {
        let position = latest.position
        let time = try time(own: position.believedTime, of: latest.boot, at: position.receivedAt)
        let place = LatestPlace(
            journal: journal,
            boot: latest.boot,
            instant: Instant(millisecondsSinceBoot: position.receivedAt.millisecondsSinceBoot),
            time: time
        )
        if let held = try latestPlace(), !place.isNewer(than: held) { return }
        let statement = try database.statement(
            """
            INSERT OR REPLACE INTO latest (vehicle, journal, \(PositionColumns.names))
            VALUES (?1, ?2, \(PositionColumns.placeholders(from: 3)))
            """
        )
        try statement.bind(vehicle, at: 1)
        try statement.bind(journal, at: 2)
        try PositionColumns.bind(position, boot: latest.boot, time: time, to: statement, from: 3)
        try statement.run()
    }

    private func latestPlace() throws(SQLiteError) -> LatestPlace? {
        let statement = try database.statement(
            "SELECT journal, boot, boot_ms, effective_ms, time_source FROM latest WHERE vehicle = ?1"
        )
        try statement.bind(vehicle, at: 1)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return LatestPlace(
            journal: try statement.integer(0),
            boot: BootNumber(rawValue: try statement.integer(1)),
            instant: Instant(millisecondsSinceBoot: try statement.integer(2)),
            time: EffectiveTime(
                time: WallTime(millisecondsSince1970: try statement.integer(3)),
                source: EffectiveTime.Source(rawValue: try statement.integer(4)) ?? .arrival
            )
        )
    }
}
