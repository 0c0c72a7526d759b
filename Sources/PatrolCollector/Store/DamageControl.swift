import PatrolCore
import PatrolSQLite

/// Numbers whose records turned out not to be what was written.
struct DamagedRange: Hashable, Sendable, CustomStringConvertible {
    var vehicle: String
    var lane: Lane
    var range: ClosedRange<Int64>

    var description: String {
        "\(vehicle): \(lane.rawValue) \(range.lowerBound) to \(range.upperBound)"
    }
}

/// Takes damaged blocks out of the way, inside a transaction that somebody else begins and ends.
struct DamageControl {
    let database: Database

    /// - Returns: `nil` if the block is sound or gone.
    func setAside(_ id: Int64, now: WallTime) throws(SQLiteError) -> DamagedRange? {
        guard case .damaged? = try BlockTable(database: database).find(id) else { return nil }
        // Its own numbers are in doubt; those of the index are the best that there is.
        let statement = try database.prepare(
            """
            SELECT b.journal, b.first_sequence, b.last_sequence, b.count, journal.vehicle, vehicle.name
            FROM block AS b JOIN journal ON journal.id = b.journal JOIN vehicle ON vehicle.id = journal.vehicle
            WHERE b.id = ?1
            """
        )
        try statement.bind(id, at: 1)
        guard try statement.step() else {
            // Nobody knows whose it was.
            try BlockTable(database: database).delete(id)
            return nil
        }
        let journal = try statement.integer(0)
        let (first, last) = (try statement.integer(1), try statement.integer(2))
        let place = BlockTable.Place(id: id, range: first...max(first, last), count: try statement.integer(3))
        let vehicle = try statement.integer(4)
        let name = try statement.text(5)
        statement.reset()
        var store = BlockStore(database, journal, vehicle)
        try store.setAside(place, found: now)
        let update = try database.statement("UPDATE journal SET positions = max(0, positions - ?2) WHERE id = ?1")
        try update.bind(journal, at: 1)
        try update.bind(store.lost, at: 2)
        try update.run()
        return DamagedRange(vehicle: name, lane: .positions, range: place.range)
    }

    /// What was put aside, the newest first.
    static func ranges(_ database: Database, since time: WallTime) throws(SQLiteError) -> [DamagedRange] {
        let statement = try database.prepare(
            """
            SELECT vehicle.name, lane, first_sequence, last_sequence FROM damaged
            JOIN journal ON journal.id = damaged.journal JOIN vehicle ON vehicle.id = journal.vehicle
            WHERE found_ms >= ?1 ORDER BY damaged.id DESC
            """
        )
        try statement.bind(time.millisecondsSince1970, at: 1)
        var ranges: [DamagedRange] = []
        while try statement.step() {
            let (first, last) = (try statement.integer(2), try statement.integer(3))
            ranges.append(
                DamagedRange(
                    vehicle: try statement.text(0),
                    lane: try statement.integer(1) == Lane.events.number ? .events : .positions,
                    range: first...max(first, last)
                )
            )
        }
        return ranges
    }
}
