import PatrolCore
import PatrolSQLite

/// What is known of the boots of one journal.
final class BootClocks {
    private let database: Database
    private let journal: Int64
    private var known: [BootNumber: Boot?] = [:]

    private struct Boot {
        var identity: String
        var utcAtBoot: WallTime?
    }

    init(database: Database, journal: Int64) {
        self.database = database
        self.journal = journal
    }

    /// UTC at the instant 0 of a boot, if this or an earlier batch told it.
    func utc(at boot: BootNumber) throws(SQLiteError) -> WallTime? { try find(boot)?.utcAtBoot }

    /// The kernel's boot id, if the boot was heard of.
    func identity(of boot: BootNumber) throws(SQLiteError) -> String? { try find(boot)?.identity }

    private func find(_ boot: BootNumber) throws(SQLiteError) -> Boot? {
        if let known = known[boot] { return known }
        let statement = try database.statement(
            "SELECT boot_id, utc_at_boot_ms FROM boot WHERE journal = ?1 AND number = ?2"
        )
        try statement.bind(journal, at: 1)
        try statement.bind(boot.rawValue, at: 2)
        defer { statement.reset() }
        var found: Boot?
        if try statement.step() {
            found = Boot(
                identity: try statement.text(0),
                utcAtBoot: try statement.optionalInteger(1).map(WallTime.init(millisecondsSince1970:))
            )
        }
        known[boot] = .some(found)
        return found
    }

    /// Keeps what is told of a boot.
    /// - Returns: UTC at its instant 0, if that is new.
    func learn(_ boot: BootRecord) throws(SQLiteError) -> WallTime? {
        let before = try find(boot.number)
        let utc = boot.clock?.wallTime(at: Instant(nanosecondsSinceBoot: 0))
        // Most batches tell nothing new, and then nothing is written.
        guard before == nil || (utc != nil && utc != before?.utcAtBoot) else { return nil }
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
        known[boot.number] = Boot(identity: before?.identity ?? boot.bootID, utcAtBoot: utc ?? before?.utcAtBoot)
        return utc == before?.utcAtBoot ? nil : utc
    }
}
