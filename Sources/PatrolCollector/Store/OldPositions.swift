import PatrolCore
import PatrolSQLite

/// The positions of a store that an earlier version wrote, a row each, until they have moved into blocks.
struct OldPositions {
    let database: Database

    var isEmpty: Bool {
        get throws(SQLiteError) { try database.integer("SELECT 1 FROM position LIMIT 1") == nil }
    }

    /// How many there are.
    var count: Int64 {
        get throws(SQLiteError) { try database.integer("SELECT count(*) FROM position") ?? 0 }
    }

    /// Takes the rows of some numbers of a journal out of the table, in their order.
    func take(
        _ range: ClosedRange<Int64>,
        of journal: Int64,
        atMost count: Int
    ) throws(SQLiteError) -> [LoosePosition] {
        let statement = try database.statement(
            """
            SELECT sequence, \(PositionColumns.names) FROM position
            WHERE journal = ?1 AND sequence BETWEEN ?2 AND ?3 ORDER BY sequence LIMIT ?4
            """
        )
        try statement.bind(journal, at: 1)
        try statement.bind(range.lowerBound, at: 2)
        try statement.bind(range.upperBound, at: 3)
        try statement.bind(Int64(count), at: 4)
        var taken: [LoosePosition] = []
        var last: Int64?
        while try statement.step() {
            let sequence = try statement.integer(0)
            last = sequence
            guard let held = try PositionColumns.read(statement, from: 1), sequence >= 1 else { continue }
            taken.append(
                LoosePosition(
                    recorded: Recorded(
                        sequence: SequenceNumber(rawValue: sequence),
                        boot: held.boot,
                        record: held.position
                    ),
                    arrival: held.time.time,
                    time: held.time
                )
            )
        }
        statement.reset()
        if let last { try remove(range.lowerBound...last, of: journal) }
        return taken
    }

    private func remove(_ range: ClosedRange<Int64>, of journal: Int64) throws(SQLiteError) {
        let statement = try database.statement("DELETE FROM position WHERE journal = ?1 AND sequence BETWEEN ?2 AND ?3")
        try statement.bind(journal, at: 1)
        try statement.bind(range.lowerBound, at: 2)
        try statement.bind(range.upperBound, at: 3)
        try statement.run()
    }

    /// The first row's journal and vehicle.
    func first() throws(SQLiteError) -> (journal: Int64, vehicle: Int64, sequence: Int64)? {
        let statement = try database.statement(
            "SELECT journal, vehicle, sequence FROM position ORDER BY journal, sequence LIMIT 1"
        )
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return (try statement.integer(0), try statement.integer(1), try statement.integer(2))
    }

    /// Gives the rows of a boot their time.
    func redate(journal: Int64, boot: BootNumber, utcAtBoot: WallTime) throws(SQLiteError) {
        let correction = try database.statement(
            """
            UPDATE position SET effective_ms = ?1 + boot_ms, time_source = 1
            WHERE journal = ?2 AND boot = ?3 AND time_source <> 0
            """
        )
        try correction.bind(utcAtBoot.millisecondsSince1970, at: 1)
        try correction.bind(journal, at: 2)
        try correction.bind(boot.rawValue, at: 3)
        try correction.run()
    }
}
