import PatrolCore
import PatrolSQLite
import PatrolWire

/// The tables of vehicles and their journals.
struct JournalTable {
    let database: Database

    /// The journal of a batch; a new row if it was never heard of.
    func journal(of batch: DecodedBatch) throws(SQLiteError) -> JournalState {
        let vehicle = try vehicle(batch.vehicle)
        if let known = try find(batch.journalID, of: vehicle) { return known }
        let statement = try database.statement(
            """
            INSERT INTO journal (vehicle, uuid, epoch, epoch_reason, previous, first_event, first_position, known_event,
                known_position)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6 - 1, ?7 - 1)
            """
        )
        try statement.bind(vehicle, at: 1)
        try statement.bind(batch.journalID.description, at: 2)
        try statement.bind(batch.epoch.number, at: 3)
        try statement.bind(batch.epoch.reason, at: 4)
        try statement.bind(batch.epoch.previousID?.description, at: 5)
        try statement.bind(batch.epoch.first.events.rawValue, at: 6)
        try statement.bind(batch.epoch.first.positions.rawValue, at: 7)
        try statement.run()
        guard let made = try find(batch.journalID, of: vehicle) else {
            preconditionFailure("a row that was inserted in this transaction is there")
        }
        return made
    }

    /// The store's number of a vehicle; a new one if it was never heard of.
    private func vehicle(_ name: String) throws(SQLiteError) -> Int64 {
        let known = try database.statement("SELECT id FROM vehicle WHERE name = ?1")
        try known.bind(name, at: 1)
        if try known.step() {
            defer { known.reset() }
            return try known.integer(0)
        }
        known.reset()
        let statement = try database.statement("INSERT INTO vehicle (name, heard_ms) VALUES (?1, 0) RETURNING id")
        try statement.bind(name, at: 1)
        // sqlite.org/lang_returning.html: every change is made before the first row comes out; the statement must still be
        // reset before the transaction can commit.
        _ = try statement.step()
        defer { statement.reset() }
        return try statement.integer(0)
    }

    private func find(_ id: JournalID, of vehicle: Int64) throws(SQLiteError) -> JournalState? {
        let statement = try database.statement(
            "SELECT \(JournalState.columns) FROM journal WHERE vehicle = ?1 AND uuid = ?2"
        )
        try statement.bind(vehicle, at: 1)
        try statement.bind(id.description, at: 2)
        return try state(statement)
    }

    /// A journal by the store's number.
    func find(_ id: Int64) throws(SQLiteError) -> JournalState? {
        let statement = try database.statement("SELECT \(JournalState.columns) FROM journal WHERE id = ?1")
        try statement.bind(id, at: 1)
        return try state(statement)
    }

    private func state(_ statement: Statement) throws(SQLiteError) -> JournalState? {
        defer { statement.reset() }
        return try statement.step() ? try JournalState(statement) : nil
    }
}
