import PatrolSQLite

/// The tables of the journal.
///
/// Frozen once released: a change is a further ``Migration``.
enum JournalSchema {
    /// "PTRL" in ASCII, in the header of the file (offset 68), so that file(1) and patrold know whose it is.
    static let applicationID: Int32 = 0x5054_524C

    static let migrations = [
        Migration(version: 1, sql: version1), Migration(version: 2, sql: version2),
        Migration(version: 3, sql: version3),
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
}
