import PatrolSQLite

/// The tables of the journal.
///
/// Frozen once released: a change is a further ``Migration``.
enum JournalSchema {
    /// "PTRL" in ASCII, in the header of the file (offset 68), so that file(1) and patrold know whose it is.
    static let applicationID: Int32 = 0x5054_524C

    static let migrations = [
        Migration(version: 1, sql: version1), Migration(version: 2, sql: version2),
        Migration(version: 3, sql: version3), Migration(version: 4, sql: version4),
    ]

    /// - A number is never given twice, even if the newest records are removed: `lanes.removed_through` remembers it, and
    ///   triggers see to it, so that nobody who ever deletes a record has to think of it.
    /// - `runs` finds the last start or stop among 100,000 events without reading them; being partial, it costs the other
    ///   events nothing.
    /// - A block's `first_time_ms … last_time_ms` spans the receiver's plausible times in it, and `first_untimed_ms …
    ///   last_untimed_ms` the boot times of the other positions: so a query passes over blocks by their row alone, and
    ///   nothing is rewritten when the boot's clock becomes known. The block itself comes last: with its size it lies
    ///   mostly on overflow pages, which are not read for a row that is passed over.
    private static let version1 = """
        CREATE TABLE journal (
            id BLOB NOT NULL CHECK (length(id) = 16)
        ) STRICT;

        CREATE TABLE boots (
            number INTEGER PRIMARY KEY,
            boot_id TEXT NOT NULL UNIQUE,
            utc_at_boot_ms INTEGER,
            clock_source TEXT,
            clock_uncertainty_ms INTEGER
        ) STRICT;

        CREATE TABLE events (
            sequence INTEGER PRIMARY KEY,
            boot INTEGER NOT NULL,
            at_ms INTEGER NOT NULL,
            time_ms INTEGER,
            latitude_e7 INTEGER,
            longitude_e7 INTEGER,
            name TEXT NOT NULL,
            details TEXT NOT NULL
        ) STRICT;

        CREATE INDEX runs ON events (sequence) WHERE name IN ('daemon.started', 'daemon.stopped');

        CREATE TABLE position_blocks (
            first_sequence INTEGER PRIMARY KEY,
            last_sequence INTEGER NOT NULL,
            boot INTEGER NOT NULL,
            first_time_ms INTEGER,
            last_time_ms INTEGER,
            first_untimed_ms INTEGER,
            last_untimed_ms INTEGER,
            block BLOB NOT NULL
        ) STRICT;

        CREATE TABLE cursors (
            destination TEXT NOT NULL,
            lane TEXT NOT NULL,
            acknowledged INTEGER NOT NULL,
            PRIMARY KEY (destination, lane)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE lanes (
            lane TEXT PRIMARY KEY,
            removed_through INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        INSERT INTO lanes VALUES ('events', 0), ('positions', 0);

        CREATE TRIGGER event_removed AFTER DELETE ON events BEGIN
            UPDATE lanes SET removed_through = OLD.sequence
            WHERE lane = 'events' AND removed_through < OLD.sequence;
        END;

        CREATE TRIGGER position_block_removed AFTER DELETE ON position_blocks BEGIN
            UPDATE lanes SET removed_through = OLD.last_sequence
            WHERE lane = 'positions' AND removed_through < OLD.last_sequence;
        END;
        """

    /// What must outlive a restart and is not a record: whether there is duty, until when the loudspeaker is muted.
    private static let version2 = """
        CREATE TABLE states (
            name TEXT PRIMARY KEY,
            details TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// Which records a destination refused, and whether a person wants them sent again. The records themselves stay where
    /// they are; the destination's cursor stands behind them.
    private static let version3 = """
        CREATE TABLE quarantine (
            destination TEXT NOT NULL,
            lane TEXT NOT NULL,
            first_sequence INTEGER NOT NULL,
            last_sequence INTEGER NOT NULL,
            boot INTEGER NOT NULL,
            at_ms INTEGER NOT NULL,
            time_ms INTEGER,
            reason TEXT NOT NULL,
            retry INTEGER NOT NULL,
            PRIMARY KEY (destination, lane, first_sequence)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX retries ON quarantine (destination) WHERE retry = 1;
        """

    /// The first version whose rows carry checksums.
    static let firstChecked: Int32 = 4

    /// - Every row carries a checksum of all its columns; those that are there get theirs as they are now.
    /// - `epochs` takes the place of the one identity.
    /// - `receipts` say what is not there any more. They take the place of `lanes` and its triggers: a number that a
    ///   damaged row shows must not become the lane's last.
    private static let version4 = """
        DROP TRIGGER event_removed;
        DROP TRIGGER position_block_removed;

        CREATE TABLE epochs (
            number INTEGER PRIMARY KEY,
            journal_id BLOB NOT NULL CHECK (length(journal_id) = 16),
            first_event INTEGER NOT NULL,
            first_position INTEGER NOT NULL,
            reason TEXT NOT NULL,
            checksum INTEGER
        ) STRICT;

        INSERT INTO epochs (number, journal_id, first_event, first_position, reason)
        SELECT 1, id, 1, 1, 'made' FROM journal LIMIT 1;
        DROP TABLE journal;

        CREATE TABLE receipts (
            number INTEGER PRIMARY KEY,
            lane TEXT NOT NULL,
            first_sequence INTEGER NOT NULL,
            last_sequence INTEGER NOT NULL,
            count INTEGER NOT NULL,
            reason TEXT NOT NULL,
            from_ms INTEGER,
            to_ms INTEGER,
            checksum INTEGER
        ) STRICT;

        INSERT INTO receipts (lane, first_sequence, last_sequence, count, reason)
        SELECT lane, last + 1, removed_through, removed_through - last, 'dropped' FROM (
            SELECT lane, removed_through, CASE lane
                WHEN 'events' THEN coalesce((SELECT max(sequence) FROM events), 0)
                ELSE coalesce((SELECT max(last_sequence) FROM position_blocks), 0) END AS last
            FROM lanes) WHERE removed_through > last;
        DROP TABLE lanes;

        ALTER TABLE events ADD COLUMN checksum INTEGER;
        ALTER TABLE position_blocks ADD COLUMN checksum INTEGER;
        ALTER TABLE boots ADD COLUMN checksum INTEGER;
        ALTER TABLE cursors ADD COLUMN checksum INTEGER;
        ALTER TABLE states ADD COLUMN checksum INTEGER;
        ALTER TABLE quarantine ADD COLUMN checksum INTEGER;

        UPDATE events SET checksum = row_checksum('events', sequence, boot, at_ms, time_ms, latitude_e7, longitude_e7,
            name, details);
        UPDATE position_blocks SET checksum = row_checksum('position_blocks', first_sequence, last_sequence, boot,
            first_time_ms, last_time_ms, first_untimed_ms, last_untimed_ms, block);
        UPDATE boots SET checksum = row_checksum('boots', number, boot_id, utc_at_boot_ms, clock_source,
            clock_uncertainty_ms);
        UPDATE cursors SET checksum = row_checksum('cursors', destination, lane, acknowledged);
        UPDATE states SET checksum = row_checksum('states', name, details);
        UPDATE quarantine SET checksum = row_checksum('quarantine', destination, lane, first_sequence, last_sequence,
            boot, at_ms, time_ms, reason, retry);
        UPDATE epochs SET checksum = row_checksum('epochs', number, journal_id, first_event, first_position, reason);
        UPDATE receipts SET checksum = row_checksum('receipts', number, lane, first_sequence, last_sequence, count,
            reason, from_ms, to_ms);
        """
}
