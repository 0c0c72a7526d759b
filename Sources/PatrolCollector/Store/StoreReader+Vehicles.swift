import PatrolCore
import PatrolSQLite

/// What the store holds of a vehicle, in figures.
struct VehicleSummary: Hashable, Sendable {
    var name: String
    /// When a batch of it was stored last.
    var heard: WallTime
    /// In the order in which they were heard of.
    var journals: [JournalSummary]
    var latest: HeldPosition?
}

/// What the store holds of a journal, in figures.
struct JournalSummary: Hashable, Sendable {
    var id: String
    var events: LaneSummary
    var positions: LaneSummary
    /// Records that came more than once.
    var repeated: Int64
    /// Records that came under a number that another one has.
    var conflicting: Int64

    /// One lane of it.
    struct LaneSummary: Hashable, Sendable {
        /// How many are held.
        var held: Int64
        /// The highest number.
        var last: Int64

        /// How many numbers below the highest were passed over by the sender.
        var missing: Int64 { last - held }
    }
}

extension StoreReader {
    /// Every vehicle, in the order of the names.
    func vehicles() throws(SQLiteError) -> [VehicleSummary] {
        let statement = try database.statement(
            """
            SELECT name, heard_ms, id, latest.vehicle, \(PositionColumns.names)
            FROM vehicle LEFT JOIN latest ON latest.vehicle = vehicle.id ORDER BY name
            """
        )
        defer { statement.reset() }
        var vehicles: [VehicleSummary] = []
        while try statement.step() {
            let hasLatest = try statement.optionalInteger(3) != nil
            vehicles.append(
                VehicleSummary(
                    name: try statement.text(0),
                    heard: WallTime(millisecondsSince1970: try statement.integer(1)),
                    journals: try journals(of: try statement.integer(2)),
                    latest: hasLatest ? try PositionColumns.read(statement, from: 4) : nil
                )
            )
        }
        return vehicles
    }

    private func journals(of vehicle: Int64) throws(SQLiteError) -> [JournalSummary] {
        let statement = try database.statement(
            """
            SELECT uuid, events, last_event, positions, last_position, repeated, conflicting
            FROM journal WHERE vehicle = ?1 ORDER BY id
            """
        )
        try statement.bind(vehicle, at: 1)
        defer { statement.reset() }
        var journals: [JournalSummary] = []
        while try statement.step() {
            journals.append(
                JournalSummary(
                    id: try statement.text(0),
                    events: JournalSummary.LaneSummary(
                        held: try statement.integer(1),
                        last: try statement.integer(2)
                    ),
                    positions: JournalSummary.LaneSummary(
                        held: try statement.integer(3),
                        last: try statement.integer(4)
                    ),
                    repeated: try statement.integer(5),
                    conflicting: try statement.integer(6)
                )
            )
        }
        return journals
    }
}
