/// Every statement that runs more than once on an open journal, so that a test can look at each one's query plan.
enum JournalSQL: String, CaseIterable {
    // MARK: Start-up

    case journalID = "SELECT id FROM journal"
    case insertJournalID = "INSERT INTO journal (id) VALUES (?1)"
    case insertBoot = """
        INSERT INTO boots (number, boot_id) VALUES ((SELECT coalesce(max(number), 0) + 1 FROM boots), ?1)
        ON CONFLICT (boot_id) DO NOTHING
        """
    case bootWithID = """
        SELECT number, boot_id, utc_at_boot_ms, clock_source, clock_uncertainty_ms FROM boots WHERE boot_id = ?1
        """
    case lastEvent = """
        SELECT max(coalesce((SELECT max(sequence) FROM events), 0), removed_through) FROM lanes WHERE lane = 'events'
        """
    case lastPosition = """
        SELECT max(
            coalesce(
                (SELECT last_sequence FROM position_blocks
                    WHERE first_sequence = (SELECT max(first_sequence) FROM position_blocks)), 0),
            removed_through)
        FROM lanes WHERE lane = 'positions'
        """
    case lastStartOrStop = """
        SELECT name FROM events WHERE name IN ('daemon.started', 'daemon.stopped') ORDER BY sequence DESC LIMIT 1
        """
    case cursors = "SELECT destination, lane, acknowledged FROM cursors"
    case states = "SELECT name, details FROM states"

    case quarantineCounts = """
        SELECT destination, lane, sum(last_sequence - first_sequence + 1),
            sum(retry * (last_sequence - first_sequence + 1))
        FROM quarantine GROUP BY destination, lane
        """

    // MARK: Commit

    case insertEvent = """
        INSERT INTO events (sequence, boot, at_ms, time_ms, latitude_e7, longitude_e7, name, details)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        """
    case writeBlock = """
        INSERT INTO position_blocks (first_sequence, last_sequence, boot, first_time_ms, last_time_ms,
            first_untimed_ms, last_untimed_ms, block)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (first_sequence) DO UPDATE SET last_sequence = ?2, first_time_ms = ?4, last_time_ms = ?5,
            first_untimed_ms = ?6, last_untimed_ms = ?7, block = ?8
        """
    case writeClock = """
        UPDATE boots SET utc_at_boot_ms = ?2, clock_source = ?3, clock_uncertainty_ms = ?4 WHERE number = ?1
        """
    case writeCursor = """
        INSERT INTO cursors (destination, lane, acknowledged) VALUES (?1, ?2, ?3)
        ON CONFLICT (destination, lane) DO UPDATE SET acknowledged = ?3
        """
    case writeState = """
        INSERT INTO states (name, details) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET details = ?2
        """
    case deleteState = "DELETE FROM states WHERE name = ?1"
    case quarantine = """
        INSERT INTO quarantine (destination, lane, first_sequence, last_sequence, boot, at_ms, time_ms, reason, retry)
        VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, 0)
        ON CONFLICT (destination, lane, first_sequence)
        DO UPDATE SET boot = ?4, at_ms = ?5, time_ms = ?6, reason = ?7, retry = 0
        """
    case release = "DELETE FROM quarantine WHERE destination = ?1 AND lane = ?2 AND first_sequence = ?3"
    case retry = "UPDATE quarantine SET retry = 1 WHERE destination = ?1"

    // MARK: Upload

    case boot = """
        SELECT number, boot_id, utc_at_boot_ms, clock_source, clock_uncertainty_ms FROM boots WHERE number = ?1
        """
    /// The events come first, as everywhere: so their lane sorts.
    case nextRetry = """
        SELECT lane, first_sequence FROM quarantine INDEXED BY retries WHERE destination = ?1 AND retry = 1
        ORDER BY lane, first_sequence LIMIT 1
        """
    case quarantined = """
        SELECT q.lane, q.first_sequence, q.last_sequence, q.reason, q.retry, coalesce(q.time_ms, q.at_ms + b.utc_at_boot_ms)
        FROM quarantine AS q LEFT JOIN boots AS b ON b.number = q.boot
        WHERE q.destination = ?1 ORDER BY q.lane, q.first_sequence LIMIT ?2
        """

    // MARK: Records

    /// ?1: a number, the block that holds it or else the next one comes first; ?2 and ?3: from and to of the time, or
    /// both NULL for all blocks.
    case blocksForward = """
        SELECT p.first_sequence, p.last_sequence, p.boot, p.block, b.utc_at_boot_ms
        FROM position_blocks AS p LEFT JOIN boots AS b ON b.number = p.boot
        WHERE p.first_sequence >= coalesce(
            (SELECT first_sequence FROM position_blocks WHERE first_sequence <= ?1 ORDER BY first_sequence DESC LIMIT 1),
            ?1)
        AND (?2 IS NULL OR (p.last_time_ms >= ?2 AND p.first_time_ms < ?3)
            OR (p.last_untimed_ms + b.utc_at_boot_ms >= ?2 AND p.first_untimed_ms + b.utc_at_boot_ms < ?3))
        ORDER BY p.first_sequence
        """
    /// ?1: a number, the block that holds it or else the one before comes first; ?2 and ?3 as for ``blocksForward``.
    case blocksBackward = """
        SELECT p.first_sequence, p.last_sequence, p.boot, p.block, b.utc_at_boot_ms
        FROM position_blocks AS p LEFT JOIN boots AS b ON b.number = p.boot
        WHERE p.first_sequence <= ?1
        AND (?2 IS NULL OR (p.last_time_ms >= ?2 AND p.first_time_ms < ?3)
            OR (p.last_untimed_ms + b.utc_at_boot_ms >= ?2 AND p.first_untimed_ms + b.utc_at_boot_ms < ?3))
        ORDER BY p.first_sequence DESC
        """

    /// Events behind ?1 in the given order, of any of `kinds` names (?5 and on; 0 for all), with a time from ?2 to ?3 (both
    /// NULL for all), at most ?4.
    static func events(_ order: HistoryQuery.Order, kinds: Int = 0) -> String {
        let names = (0..<kinds).map { "?\(5 + $0)" }.joined(separator: ", ")
        return """
            SELECT e.sequence, e.boot, e.at_ms, e.time_ms, e.latitude_e7, e.longitude_e7, e.name, e.details,
                b.utc_at_boot_ms
            FROM events AS e LEFT JOIN boots AS b ON b.number = e.boot
            WHERE e.sequence \(order == .oldestFirst ? ">" : "<") ?1
            AND (?2 IS NULL OR (coalesce(e.time_ms, e.at_ms + b.utc_at_boot_ms) >= ?2
                AND coalesce(e.time_ms, e.at_ms + b.utc_at_boot_ms) < ?3))
            \(kinds == 0 ? "" : "AND e.name IN (\(names))")
            ORDER BY e.sequence \(order == .oldestFirst ? "ASC" : "DESC") LIMIT ?4
            """
    }
}
