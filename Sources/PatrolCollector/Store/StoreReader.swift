import PatrolCore
import PatrolSQLite
import PatrolWire

/// Reads the store on a thread of its own, beside the writer: in WAL mode neither waits for the other.
///
/// Everything of any length comes page by page. Between two pages nothing is held open, so that a slow reader keeps no
/// old version of the store alive; what is corrected or stored meanwhile may show in the later pages.
actor StoreReader {
    /// So many records a page, or a block's worth more: some 400 kB in memory.
    static let pageSize = 2000

    private(set) var database: Database
    private let thread: DatabaseThread

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Opens a store that a ``StoreWriter`` has made.
    init(databasePath: String) throws(CollectorError) {
        do {
            thread = try DatabaseThread(name: "store-read")
            // A reader waits only while the log is recovered or reset.
            database = try Database(path: databasePath, access: .readOnly, busyTimeout: .seconds(5))
        } catch {
            throw CollectorError(store: databasePath, error)
        }
    }

    /// Goes over to the file that has taken the place of the one that this reads.
    func reopen() throws(SQLiteError) {
        let path = database.path
        database.close()
        database = try Database(path: path, access: .readOnly, busyTimeout: .seconds(5))
    }

    /// The store's number of a vehicle; `nil` if it has never been heard of.
    func vehicle(named name: String) throws(SQLiteError) -> Int64? {
        let statement = try database.statement("SELECT id FROM vehicle WHERE name = ?1")
        try statement.bind(name, at: 1)
        defer { statement.reset() }
        return try statement.step() ? try statement.integer(0) : nil
    }

    /// The events of a vehicle in a range of time, in the order of time, journal and sequence.
    /// - Parameters:
    ///   - kind: only those of this kind; `nil` for all.
    ///   - place: where the page before ended; `nil` for the first page.
    func events(
        of vehicle: Int64,
        in range: TimeRange,
        kind: String?,
        after place: PagePlace?
    ) throws(SQLiteError) -> Page<HeldEvent> {
        let statement = try database.statement(kind == nil ? Self.eventPage : Self.eventPageOfKind)
        if let kind { try statement.bind(kind, at: 6) }
        return try page(statement, vehicle, range, after: place) { statement throws(SQLiteError) in
            try EventTable.row(statement, from: 4).map(HeldEvent.init)
        }
    }

    static let oldPositionPage = pageSQL("position", columns: PositionColumns.names)
    static let eventPage = pageSQL("event", columns: EventTable.columns)
    static let eventPageOfKind = pageSQL("event", columns: EventTable.columns, condition: "AND kind = ?6")

    /// The row value is a place in the order of the index, from which the page is read on.
    private static func pageSQL(_ table: String, columns: String, condition: String = "") -> String {
        """
        SELECT effective_ms, journal, sequence, (SELECT uuid FROM journal WHERE id = \(table).journal), \(columns)
        FROM \(table)
        WHERE vehicle = ?1 AND (effective_ms, journal, sequence) > (?2, ?3, ?4) AND effective_ms < ?5 \(condition)
        ORDER BY effective_ms, journal, sequence LIMIT \(pageSize)
        """
    }

    func page<Record>(
        _ statement: Statement,
        _ vehicle: Int64,
        _ range: TimeRange,
        after place: PagePlace?,
        _ read: (Statement) throws(SQLiteError) -> Record?
    ) throws(SQLiteError) -> Page<Record> {
        let place = place ?? PagePlace(before: range.from)
        try statement.bind(vehicle, at: 1)
        try statement.bind(place.milliseconds, at: 2)
        try statement.bind(place.journal, at: 3)
        try statement.bind(place.sequence, at: 4)
        try statement.bind(range.to?.millisecondsSince1970 ?? .max, at: 5)
        defer { statement.reset() }
        var page = Page<Record>(records: [])
        var rows = 0
        while try statement.step() {
            rows += 1
            let sequence = try statement.integer(2)
            if rows == Self.pageSize {
                page.end = PagePlace(
                    milliseconds: try statement.integer(0),
                    journal: try statement.integer(1),
                    sequence: sequence
                )
            }
            let journal = try statement.text(3)
            guard let record = try read(statement) else {
                page.unreadable += 1
                continue
            }
            page.records.append(Paged(journal: journal, sequence: sequence, record: record))
        }
        return page
    }

    /// What was put aside since a time, the newest first.
    func damaged(since time: WallTime) throws(SQLiteError) -> [DamagedRange] {
        try DamageControl.ranges(database, since: time)
    }

    /// Lets go of the store. Nothing may be asked afterwards.
    func close() {
        database.close()
    }
}

/// A record's place in the order in which pages are read.
struct PagePlace: Hashable, Comparable, Sendable {
    var milliseconds: Int64
    /// The store's number of the journal.
    var journal: Int64
    var sequence: Int64

    init(milliseconds: Int64, journal: Int64, sequence: Int64) {
        self.milliseconds = milliseconds
        self.journal = journal
        self.sequence = sequence
    }

    static func < (left: PagePlace, right: PagePlace) -> Bool {
        (left.milliseconds, left.journal, left.sequence) < (right.milliseconds, right.journal, right.sequence)
    }

    /// Just before the first record of a range.
    init(before time: WallTime?) {
        self.init(milliseconds: time?.millisecondsSince1970 ?? .min, journal: .min, sequence: .min)
    }
}

/// Some records in a row.
struct Page<Record: Hashable & Sendable>: Hashable, Sendable {
    var records: [Paged<Record>]
    /// Where this page ends; `nil` if nothing comes after it.
    var end: PagePlace?
    /// How many rows were passed over because they are not what was written.
    var unreadable = 0
    /// The blocks among them, by the store's numbers.
    var damagedBlocks: [Int64] = []
}

/// A record of a page with what identifies it among its vehicle's.
struct Paged<Record: Hashable & Sendable>: Hashable, Sendable {
    /// The journal's identity.
    var journal: String
    var sequence: Int64
    var record: Record
}

/// An event as the store holds it.
struct HeldEvent: Hashable, Sendable {
    var time: EffectiveTime
    var kind: String
    var coordinate: Coordinate?
    /// A JSON object.
    var details: String

    init(_ row: EventTable.Row) {
        time = row.time
        kind = row.kind
        details = row.details
        if let latitude = row.latitudeE7.flatMap(Int32.init(exactly:)),
            let longitude = row.longitudeE7.flatMap(Int32.init(exactly:))
        {
            coordinate = Coordinate(latitudeE7: latitude, longitudeE7: longitude)
        }
    }
}
