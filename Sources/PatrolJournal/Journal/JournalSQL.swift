/// Every statement that runs more than once on an open journal, so that a test can look at each one's query plan.
enum JournalSQL: String, CaseIterable {
    // MARK: Start-up

    case insertBoot = """
        INSERT INTO boots (number, boot_id, utc_at_boot_ms, clock_source, clock_uncertainty_ms, checksum)
        VALUES (?1, ?2, ?3, ?4, ?5, «boots»)
        """
    case lastBoot = "SELECT coalesce(max(number), 0) FROM boots"
    case bootWithID = """
        SELECT number, boot_id, utc_at_boot_ms, clock_source, clock_uncertainty_ms FROM boots WHERE boot_id = ?1
        """
    case lastEvent = """
        SELECT e.sequence, «e:events» FROM events AS e WHERE e.sequence = (SELECT max(sequence) FROM events)
        """
    case lastStartOrStop = """
        SELECT e.name, «e:events» FROM events AS e WHERE e.name IN ('daemon.started', 'daemon.stopped')
        ORDER BY e.sequence DESC LIMIT 1
        """
    case epochs = "SELECT number, journal_id, first_event, first_position, reason FROM epochs ORDER BY number"
    case receipts = """
        SELECT lane, first_sequence, last_sequence, count, reason, from_ms, to_ms, number FROM receipts ORDER BY number
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
        INSERT INTO events (sequence, boot, at_ms, time_ms, latitude_e7, longitude_e7, name, details, checksum)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, «events»)
        """
    case writeBlock = """
        INSERT INTO position_blocks (first_sequence, last_sequence, boot, first_time_ms, last_time_ms,
            first_untimed_ms, last_untimed_ms, block, checksum)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, «position_blocks»)
        ON CONFLICT (first_sequence) DO UPDATE SET last_sequence = ?2, boot = ?3, first_time_ms = ?4, last_time_ms = ?5,
            first_untimed_ms = ?6, last_untimed_ms = ?7, block = ?8, checksum = «position_blocks»
        """
    case writeClock = """
        UPDATE boots SET utc_at_boot_ms = ?2, clock_source = ?3, clock_uncertainty_ms = ?4,
            checksum = row_checksum('boots', number, boot_id, ?2, ?3, ?4)
        WHERE number = ?1
        """
    case writeCursor = """
        INSERT INTO cursors (destination, lane, acknowledged, checksum) VALUES (?1, ?2, ?3, «cursors»)
        ON CONFLICT (destination, lane) DO UPDATE SET acknowledged = ?3, checksum = «cursors»
        """
    case writeState = """
        INSERT INTO states (name, details, checksum) VALUES (?1, ?2, «states»)
        ON CONFLICT (name) DO UPDATE SET details = ?2, checksum = «states»
        """
    case deleteState = "DELETE FROM states WHERE name = ?1"
    case quarantine = """
        INSERT INTO quarantine
            (destination, lane, first_sequence, last_sequence, boot, at_ms, time_ms, reason, retry, checksum)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, «quarantine»)
        ON CONFLICT (destination, lane, first_sequence)
        DO UPDATE SET last_sequence = ?4, boot = ?5, at_ms = ?6, time_ms = ?7, reason = ?8, retry = ?9,
            checksum = «quarantine»
        """
    case forgetQuarantine = "DELETE FROM quarantine WHERE destination = ?1 AND lane = ?2 AND last_sequence > ?3"
    case release = "DELETE FROM quarantine WHERE destination = ?1 AND lane = ?2 AND first_sequence = ?3"
    case retry = """
        UPDATE quarantine SET retry = 1, checksum = row_checksum('quarantine', destination, lane, first_sequence,
            last_sequence, boot, at_ms, time_ms, reason, 1)
        WHERE destination = ?1
        """
    /// ?1: behind; ?2: at most; ?3: whether what a destination has refused is spared.
    case oldestBlocks = """
        SELECT p.first_sequence, p.last_sequence, length(p.block) + 64,
            coalesce(p.first_time_ms, p.first_untimed_ms + b.utc_at_boot_ms),
            coalesce(p.last_time_ms, p.last_untimed_ms + b.utc_at_boot_ms)
        FROM position_blocks AS p LEFT JOIN boots AS b ON b.number = p.boot
        WHERE p.first_sequence > ?1 AND p.last_sequence <= ?2
        AND (?3 = 0 OR NOT EXISTS (SELECT 1 FROM quarantine AS q WHERE q.lane = 'positions'
            AND q.first_sequence <= p.last_sequence AND q.last_sequence >= p.first_sequence))
        ORDER BY p.first_sequence
        """
    /// As ``oldestBlocks``.
    case oldestEvents = """
        SELECT e.sequence, e.sequence, length(e.details) + 96, coalesce(e.time_ms, e.at_ms + b.utc_at_boot_ms),
            coalesce(e.time_ms, e.at_ms + b.utc_at_boot_ms)
        FROM events AS e LEFT JOIN boots AS b ON b.number = e.boot
        WHERE e.sequence > ?1 AND e.sequence <= ?2
        AND (?3 = 0 OR NOT EXISTS (SELECT 1 FROM quarantine AS q WHERE q.lane = 'events'
            AND q.first_sequence <= e.sequence AND q.last_sequence >= e.sequence))
        ORDER BY e.sequence
        """
    case removeBlocks = "DELETE FROM position_blocks WHERE first_sequence BETWEEN ?1 AND ?2"
    case removeEvents = "DELETE FROM events WHERE sequence BETWEEN ?1 AND ?2"
    case removeRefused = "DELETE FROM quarantine WHERE lane = ?1 AND first_sequence BETWEEN ?2 AND ?3"
    case forgetRefused = "DELETE FROM quarantine WHERE destination = ?1"
    case insertEpoch = """
        INSERT INTO epochs (number, journal_id, first_event, first_position, reason, checksum)
        VALUES (?1, ?2, ?3, ?4, ?5, «epochs»)
        """
    case writeReceipt = """
        INSERT INTO receipts (number, lane, first_sequence, last_sequence, count, reason, from_ms, to_ms, checksum)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, «receipts»)
        ON CONFLICT (number) DO UPDATE SET lane = ?2, first_sequence = ?3, last_sequence = ?4, count = ?5, reason = ?6,
            from_ms = ?7, to_ms = ?8, checksum = «receipts»
        """

    // MARK: Upload

    case boot = """
        SELECT number, boot_id, utc_at_boot_ms, clock_source, clock_uncertainty_ms FROM boots AS b
        WHERE number = ?1 AND «b:boots»
        """
    /// The events come first, as everywhere: so their lane sorts.
    case nextRetry = """
        SELECT lane, first_sequence FROM quarantine INDEXED BY retries WHERE destination = ?1 AND retry = 1
        ORDER BY lane, first_sequence LIMIT 1
        """
    case quarantinedNumbers = """
        SELECT first_sequence, last_sequence FROM quarantine
        WHERE destination = ?1 AND lane = ?2 AND last_sequence >= ?3 AND «quarantine»
        ORDER BY first_sequence LIMIT ?4
        """
    case quarantined = """
        SELECT q.lane, q.first_sequence, q.last_sequence, q.reason, q.retry,
            coalesce(q.time_ms, q.at_ms + b.utc_at_boot_ms), «q:quarantine»
        FROM quarantine AS q LEFT JOIN boots AS b ON b.number = q.boot AND «b:boots»
        WHERE q.destination = ?1 ORDER BY q.lane, q.first_sequence LIMIT ?2
        """

    // MARK: Records

    /// ?1: a number, the block that holds it or else the next one comes first; ?2 and ?3: from and to of the time, or
    /// both NULL for all blocks.
    case blocksForward = """
        SELECT p.first_sequence, p.last_sequence, p.boot, p.block, b.utc_at_boot_ms, «p:position_blocks»
        FROM position_blocks AS p LEFT JOIN boots AS b ON b.number = p.boot AND «b:boots»
        WHERE p.first_sequence >= coalesce(
            (SELECT first_sequence FROM position_blocks WHERE first_sequence <= ?1 ORDER BY first_sequence DESC LIMIT 1),
            ?1)
        AND (?2 IS NULL OR (p.last_time_ms >= ?2 AND p.first_time_ms < ?3)
            OR (p.last_untimed_ms + b.utc_at_boot_ms >= ?2 AND p.first_untimed_ms + b.utc_at_boot_ms < ?3))
        ORDER BY p.first_sequence
        """
    /// ?1: a number, the block that holds it or else the one before comes first; ?2 and ?3 as for ``blocksForward``.
    case blocksBackward = """
        SELECT p.first_sequence, p.last_sequence, p.boot, p.block, b.utc_at_boot_ms, «p:position_blocks»
        FROM position_blocks AS p LEFT JOIN boots AS b ON b.number = p.boot AND «b:boots»
        WHERE p.first_sequence <= ?1
        AND (?2 IS NULL OR (p.last_time_ms >= ?2 AND p.first_time_ms < ?3)
            OR (p.last_untimed_ms + b.utc_at_boot_ms >= ?2 AND p.first_untimed_ms + b.utc_at_boot_ms < ?3))
        ORDER BY p.first_sequence DESC
        """

    /// Events behind ?1 in the given order, of any of `kinds` names (?5 and on; 0 for all), with a time from ?2 to ?3 (both
    /// NULL for all), at most ?4.
    static func events(_ order: HistoryQuery.Order, kinds: Int = 0) -> String {
        guard kinds > 0 else { return order == .oldestFirst ? eventsForward : eventsBackward }
        return makeEvents(order, kinds: kinds)
    }

    private static let eventsForward = makeEvents(.oldestFirst, kinds: 0)
    private static let eventsBackward = makeEvents(.newestFirst, kinds: 0)

    private static func makeEvents(_ order: HistoryQuery.Order, kinds: Int) -> String {
        let names = (0..<kinds).map { "?\(5 + $0)" }.joined(separator: ", ")
        return expanded(
            """
            SELECT e.sequence, e.boot, e.at_ms, e.time_ms, e.latitude_e7, e.longitude_e7, e.name, e.details,
                b.utc_at_boot_ms, «e:events»
            FROM events AS e LEFT JOIN boots AS b ON b.number = e.boot AND «b:boots»
            WHERE e.sequence \(order == .oldestFirst ? ">" : "<") ?1
            AND (?2 IS NULL OR (coalesce(e.time_ms, e.at_ms + b.utc_at_boot_ms) >= ?2
                AND coalesce(e.time_ms, e.at_ms + b.utc_at_boot_ms) < ?3))
            \(kinds == 0 ? "" : "AND e.name IN (\(names))")
            ORDER BY e.sequence \(order == .oldestFirst ? "ASC" : "DESC") LIMIT ?4
            """
        )
    }

    // MARK: Checksums

    /// The statement. `«table»` in the raw value stands for the checksum of the parameters as a row of that table, and
    /// `«alias:table»` for whether a row is as it was written.
    var text: String { Self.texts[self] ?? rawValue }

    private static let texts = Dictionary(uniqueKeysWithValues: allCases.map { ($0, expanded($0.rawValue)) })

    private static func expanded(_ sql: String) -> String {
        var text = sql
        for table in CheckedTable.allCases {
            text.replace("«\(table.rawValue)»", with: table.checksumOfParameters)
            for alias in ["b", "e", "p", "q"] {
                text.replace("«\(alias):\(table.rawValue)»", with: table.isSound(alias))
            }
        }
        return text
    }
}
