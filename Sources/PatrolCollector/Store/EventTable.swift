import PatrolCore
import PatrolSQLite
import PatrolWire

/// The table of events, a row each with its checksum.
struct EventTable {
    let database: Database

    /// An event as its row has it.
    struct Row: Hashable, Sendable {
        var journal: Int64
        var sequence: Int64
        var vehicle: Int64
        var boot: Int64
        var bootMilliseconds: Int64
        var time: EffectiveTime
        var kind: String
        var latitudeE7: Int64?
        var longitudeE7: Int64?
        /// A JSON object.
        var details: String

        init(_ recorded: Recorded<StoredEvent>, journal: Int64, vehicle: Int64, time: EffectiveTime) {
            self.journal = journal
            self.vehicle = vehicle
            self.time = time
            sequence = recorded.sequence.rawValue
            boot = recorded.boot.rawValue
            bootMilliseconds = recorded.record.at.millisecondsSinceBoot
            kind = recorded.record.name
            latitudeE7 = recorded.record.coordinate.map { Int64($0.latitudeE7) }
            longitudeE7 = recorded.record.coordinate.map { Int64($0.longitudeE7) }
            details = DetailsJSON.encode(recorded.record.details)
        }

        /// - Returns: `nil` if the row holds what no event can be, or not what was written.
        init?(_ statement: Statement, from first: Int32 = 0) throws(SQLiteError) {
            guard let source = EffectiveTime.Source(rawValue: try statement.integer(first + 6)) else { return nil }
            journal = try statement.integer(first)
            sequence = try statement.integer(first + 1)
            vehicle = try statement.integer(first + 2)
            boot = try statement.integer(first + 3)
            bootMilliseconds = try statement.integer(first + 4)
            time = EffectiveTime(
                time: WallTime(millisecondsSince1970: try statement.integer(first + 5)),
                source: source
            )
            kind = try statement.text(first + 7)
            latitudeE7 = try statement.optionalInteger(first + 8)
            longitudeE7 = try statement.optionalInteger(first + 9)
            details = try statement.text(first + 10)
            // Rows of an earlier version have none until they have been looked at.
            if let crc = try statement.optionalInteger(first + 11), crc != checksum { return nil }
        }

        /// Over all of it.
        var checksum: Int64 {
            var crc = CRC32C()
            for number in [
                journal, sequence, vehicle, boot, bootMilliseconds, time.time.millisecondsSince1970,
                time.source.rawValue,
                latitudeE7 ?? .min, longitudeE7 ?? .min, Int64(kind.utf8.count),
            ] {
                crc.update(number)
            }
            var text = kind + details
            text.withUTF8 { crc.update(UnsafeRawBufferPointer($0)) }
            return Int64(crc.value)
        }

        /// Whether it says the same as another one; what dates it may have become known since.
        func hasSameContent(as other: Row) -> Bool {
            boot == other.boot && bootMilliseconds == other.bootMilliseconds && kind == other.kind
                && latitudeE7 == other.latitudeE7 && longitudeE7 == other.longitudeE7 && details == other.details
                && (time.source == .record) == (other.time.source == .record)
                && (time.source != .record || time == other.time)
        }
    }

    static let columns = """
        journal, sequence, vehicle, boot, boot_ms, effective_ms, time_source, kind, latitude_e7, longitude_e7, details, crc
        """

    /// What stands under a number.
    enum Finding {
        case sound(Row)
        /// It is not what was written.
        case damaged
    }

    func find(_ sequence: Int64, of journal: Int64) throws(SQLiteError) -> Finding? {
        let statement = try database.statement(
            "SELECT \(Self.columns) FROM event WHERE journal = ?1 AND sequence = ?2"
        )
        try statement.bind(journal, at: 1)
        try statement.bind(sequence, at: 2)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return try Self.row(statement).map(Finding.sound) ?? .damaged
    }

    /// - Returns: `nil` for a damaged row, a column of another type included.
    static func row(_ statement: Statement, from first: Int32 = 0) throws(SQLiteError) -> Row? {
        do throws(SQLiteError) {
            return try Row(statement, from: first)
        } catch {
            guard error.isMismatch else { throw error }
            return nil
        }
    }

    /// How many there are of a range of numbers.
    func count(_ range: ClosedRange<Int64>, of journal: Int64) throws(SQLiteError) -> Int64 {
        let statement = try database.statement(
            "SELECT count(*) FROM event WHERE journal = ?1 AND sequence BETWEEN ?2 AND ?3"
        )
        try statement.bind(journal, at: 1)
        try statement.bind(range.lowerBound, at: 2)
        try statement.bind(range.upperBound, at: 3)
        defer { statement.reset() }
        return try statement.step() ? try statement.integer(0) : 0
    }

    /// Puts a row in its place, over what stands there.
    func put(_ row: Row) throws(SQLiteError) {
        let statement = try database.statement(
            """
            INSERT OR REPLACE INTO event (\(Self.columns))
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """
        )
        try statement.bind(row.journal, at: 1)
        try statement.bind(row.sequence, at: 2)
        try statement.bind(row.vehicle, at: 3)
        try statement.bind(row.boot, at: 4)
        try statement.bind(row.bootMilliseconds, at: 5)
        try statement.bind(row.time.time.millisecondsSince1970, at: 6)
        try statement.bind(row.time.source.rawValue, at: 7)
        try statement.bind(row.kind, at: 8)
        try statement.bind(row.latitudeE7, at: 9)
        try statement.bind(row.longitudeE7, at: 10)
        try statement.bind(row.details, at: 11)
        try statement.bind(row.checksum, at: 12)
        try statement.run()
    }

    /// Gives the events of a boot that have no time of their own the one that its clock tells.
    func redate(journal: Int64, boot: BootNumber, utcAtBoot: WallTime) throws(SQLiteError) {
        let statement = try database.prepare(
            "SELECT \(Self.columns) FROM event WHERE journal = ?1 AND boot = ?2 AND time_source <> 0"
        )
        try statement.bind(journal, at: 1)
        try statement.bind(boot.rawValue, at: 2)
        var rows: [Row] = []
        while try statement.step() {
            if let row = try Self.row(statement) { rows.append(row) }
        }
        for var row in rows {
            row.time = EffectiveTime(
                time: WallTime(
                    millisecondsSince1970: (utcAtBoot + .milliseconds(row.bootMilliseconds)).millisecondsSince1970
                ),
                source: .bootClock
            )
            try put(row)
        }
    }
}
