import PatrolCore
import PatrolSQLite
import PatrolWire

/// What a store or a backup of one holds, and what of it is not what was written.
public struct StoreVerification: Hashable, Sendable {
    /// How many vehicles there are.
    public private(set) var vehicles: Int64 = 0
    /// How many positions are sound.
    public private(set) var positions: Int64 = 0
    /// How many events are sound.
    public private(set) var events: Int64 = 0
    /// One line for each thing that is damaged, at most ``maximumLines``.
    public private(set) var damage: [String] = []
    /// How many things are damaged.
    public private(set) var damaged = 0
    /// One line for each gap, at most ``maximumLines``: nothing is wrong with the store, the cart may still have the records.
    public private(set) var gaps: [String] = []

    /// More lines say nothing more.
    public static let maximumLines = 100

    /// Reads everything and checks every checksum, beside a collector that runs as well.
    /// - Parameters:
    ///   - path: a store's folder, or its file or a backup's.
    ///   - progress: rows checked and rows in all.
    /// - Throws: one sentence, if there is no store or it cannot be read.
    public init(of path: String, progress: (Int64, Int64) -> Void = { _, _ in }) throws(CollectorError) {
        let file = StoreLocation.file(path)
        do {
            let database = try Database(path: file, access: .readOnly, busyTimeout: .seconds(5))
            defer { database.close() }
            try run(database, progress)
        } catch {
            throw CollectorError(store: file, error)
        }
    }

    private mutating func run(_ database: Database, _ progress: (Int64, Int64) -> Void) throws {
        try StoreLocation.check(database)
        try database.execute("BEGIN")
        let total =
            (try Self.number(database, "SELECT count(*) FROM block"))
            + (try Self.number(database, "SELECT count(*) FROM event"))
        try structure(database)
        vehicles = try Self.number(database, "SELECT count(*) FROM vehicle")
        var done: Int64 = 0
        func advance() {
            done += 1
            if done % 1000 == 0 || done == total { progress(done, total) }
        }
        try tolerantly("positions") { (report) throws(SQLiteError) in try report.blocks(database, advance) }
        try tolerantly("events") { (report) throws(SQLiteError) in try report.eventRows(database, advance) }
        try tolerantly("absent ranges") { (report) throws(SQLiteError) in try report.absences(database) }
        try tolerantly("journals") { (report) throws(SQLiteError) in try report.journals(database) }
        try database.execute("COMMIT")
    }

    private static func number(_ database: Database, _ sql: String) throws(SQLiteError) -> Int64 {
        do throws(SQLiteError) {
            return try database.integer(sql) ?? 0
        } catch {
            guard error.kind == .damaged else { throw error }
            return 0
        }
    }

    private mutating func tolerantly(
        _ what: String,
        _ body: (inout StoreVerification) throws(SQLiteError) -> Void
    ) throws(SQLiteError) {
        do throws(SQLiteError) {
            try body(&self)
        } catch {
            guard error.kind == .damaged else { throw error }
            found("\(what): the file's structure is damaged, and not all of them can be read")
        }
    }

    private mutating func found(_ line: String) {
        damaged += 1
        if damage.count < Self.maximumLines { damage.append(line) }
    }

    /// sqlite.org/pragma.html#pragma_integrity_check
    private mutating func structure(_ database: Database) throws(SQLiteError) {
        let statement = try database.prepare("PRAGMA integrity_check(\(Self.maximumLines))")
        do throws(SQLiteError) {
            while try statement.step() {
                let line = try statement.text(0)
                if line != "ok" { found("the file: \(line)") }
            }
        } catch {
            guard error.kind == .damaged else { throw error }
            found("the file: \(error.reason)")
        }
    }

    private mutating func blocks(_ database: Database, _ advance: () -> Void) throws(SQLiteError) {
        let statement = try database.prepare("SELECT \(BlockTable.columns) FROM block ORDER BY id")
        while try statement.step() {
            advance()
            let block = try Self.soundly { () throws(SQLiteError) in try BlockTable.read(statement) }
            if let block, BlockTable.open(block) != nil {
                positions += block.count
            } else {
                let range = try Self.soundly { () throws(SQLiteError) in
                    "\(try statement.integer(3)) to \(try statement.integer(4))"
                }
                found("a block of positions, \(range ?? "of unknown numbers")")
            }
        }
        positions += try OldPositions(database: database).count
    }

    private mutating func eventRows(_ database: Database, _ advance: () -> Void) throws(SQLiteError) {
        let statement = try database.prepare("SELECT \(EventTable.columns) FROM event")
        while try statement.step() {
            advance()
            if try EventTable.row(statement) == nil {
                let number = try Self.soundly { () throws(SQLiteError) in "\(try statement.integer(1))" }
                found("event \(number ?? "of unknown number")")
            } else {
                events += 1
            }
        }
    }

    private mutating func absences(_ database: Database) throws(SQLiteError) {
        let statement = try database.prepare(
            "SELECT \(LaneAccount.absentColumns), crc, journal, lane FROM absent"
        )
        while try statement.step() {
            let isSound = try Self.soundly { () throws(SQLiteError) -> Bool? in
                guard let absent = try LaneAccount.absent(statement) else { return nil }
                let crc = absent.checksum(try statement.integer(9), try statement.integer(10))
                return try statement.integer(8) == crc ? true : nil
            }
            if isSound == nil { found("what was told of absent numbers") }
        }
    }

    /// Figures that contradict each other, and gaps.
    private mutating func journals(_ database: Database) throws(SQLiteError) {
        let statement = try database.prepare(
            """
            SELECT vehicle.name, journal.id, events, positions,
                (SELECT count(*) FROM event WHERE event.journal = journal.id),
                (SELECT coalesce(sum(count), 0) FROM block WHERE block.journal = journal.id)
                    + (SELECT count(*) FROM position WHERE position.journal = journal.id)
            FROM journal JOIN vehicle ON vehicle.id = journal.vehicle ORDER BY vehicle.name, journal.id
            """
        )
        while try statement.step() {
            let name = try statement.text(0)
            let journal = try statement.integer(1)
            for (lane, told, there) in [(Lane.events, Int32(2), Int32(4)), (.positions, 3, 5)] {
                let (told, there) = (try statement.integer(told), try statement.integer(there))
                if told != there { found("\(name): \(told) \(lane.rawValue) were stored, \(there) are there") }
                let account = LaneAccount(database: database, journal: journal, lane: lane)
                for gap in try account.gaps(atMost: Self.maximumLines) where gaps.count < Self.maximumLines {
                    gaps.append("\(name): \(lane.rawValue) \(gap.lowerBound) to \(gap.upperBound)")
                }
            }
        }
    }

    /// `nil` also for a column that holds what it cannot hold.
    private static func soundly<Value>(
        _ body: () throws(SQLiteError) -> Value?
    ) throws(SQLiteError) -> Value? {
        do throws(SQLiteError) {
            return try body()
        } catch {
            guard error.isMismatch else { throw error }
            return nil
        }
    }
}
