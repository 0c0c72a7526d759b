import PatrolSQLite

/// The tables of the store. A released migration is never changed; what is new comes in a further one.
enum StoreSchema {
    /// Tells the file from any other SQLite file (`PRAGMA application_id`); "PtCl".
    static let applicationID: Int32 = 0x5074_436C

    static let migrations = [Migration(version: 1, sql: version1), Migration(version: 2, sql: version2)]

    /// One row for each record, so that the primary key is what makes a record unique, whatever batches it came in.
    ///
    /// - `effective_ms` is the time by which a record is found: the receiver's if it can be true, else the boot
    ///   clock's once that is known, else when the record was heard here; `time_source` says which (0, 1, 2).
    /// - `…_to_correct` finds the records of a boot that have no time of their own when the boot's clock is learned.
    /// - Tables without a rowid end each index with the primary key: the order of an index is the order of a page.
    private static let version1 = """
        CREATE TABLE vehicle (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            heard_ms INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE journal (
            id INTEGER PRIMARY KEY,
            vehicle INTEGER NOT NULL REFERENCES vehicle,
            uuid TEXT NOT NULL,
            events INTEGER NOT NULL DEFAULT 0,
            positions INTEGER NOT NULL DEFAULT 0,
            last_event INTEGER NOT NULL DEFAULT 0,
            last_position INTEGER NOT NULL DEFAULT 0,
            repeated INTEGER NOT NULL DEFAULT 0,
            conflicting INTEGER NOT NULL DEFAULT 0,
            UNIQUE (vehicle, uuid)
        ) STRICT;

        CREATE TABLE boot (
            journal INTEGER NOT NULL REFERENCES journal,
            number INTEGER NOT NULL,
            boot_id TEXT NOT NULL,
            utc_at_boot_ms INTEGER,
            clock_source TEXT,
            uncertainty_ms INTEGER,
            PRIMARY KEY (journal, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE event (
            journal INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            vehicle INTEGER NOT NULL,
            boot INTEGER NOT NULL,
            boot_ms INTEGER NOT NULL,
            effective_ms INTEGER NOT NULL,
            time_source INTEGER NOT NULL,
            kind TEXT NOT NULL,
            latitude_e7 INTEGER,
            longitude_e7 INTEGER,
            details TEXT NOT NULL,
            PRIMARY KEY (journal, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX event_by_time ON event (vehicle, effective_ms);
        CREATE INDEX event_by_kind ON event (vehicle, kind, effective_ms);
        CREATE INDEX event_to_correct ON event (journal, boot) WHERE time_source <> 0;

        CREATE TABLE position (
            journal INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            vehicle INTEGER NOT NULL,
            boot INTEGER NOT NULL,
            boot_ms INTEGER NOT NULL,
            effective_ms INTEGER NOT NULL,
            time_source INTEGER NOT NULL,
            \(positionColumns),
            PRIMARY KEY (journal, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX position_by_time ON position (vehicle, effective_ms);
        CREATE INDEX position_to_correct ON position (journal, boot) WHERE time_source <> 0;

        CREATE TABLE latest (
            vehicle INTEGER PRIMARY KEY REFERENCES vehicle,
            journal INTEGER NOT NULL,
            boot INTEGER NOT NULL,
            boot_ms INTEGER NOT NULL,
            effective_ms INTEGER NOT NULL,
            time_source INTEGER NOT NULL,
            \(positionColumns)
        ) STRICT;
        """

    /// Positions in blocks as they came, and an account of every number.
    ///
    /// - `block`: the ranges of a journal's blocks are disjoint. `first_ms` to `last_ms` are the earliest and the latest of
    ///   its positions' effective times, at most ``BlockCut/longestSpan`` apart, so that an index on the one finds a range;
    ///   `arrival_ms` dates what nobody else dates; `undated`: some position has no time of its own. `crc` is over all of it.
    /// - `gap`: numbers below the highest known one that neither came nor were explained.
    /// - `absent`: what a cart said it never sends, and what was removed here for its age.
    /// - `journal`: what changes with each batch lies in one row: `known_…` are the highest numbers that came or were
    ///   explained, `latest` is the newest position as a block of one.
    /// - `damaged`: what was read and is not what was written, kept aside.
    /// - The rows of `position` and `latest` move over in the background; ``OldPositions`` reads them until then.
    private static let version2 = """
        CREATE TABLE block (
            id INTEGER PRIMARY KEY,
            journal INTEGER NOT NULL,
            vehicle INTEGER NOT NULL,
            first_sequence INTEGER NOT NULL,
            last_sequence INTEGER NOT NULL,
            count INTEGER NOT NULL,
            boot INTEGER NOT NULL,
            first_ms INTEGER NOT NULL,
            last_ms INTEGER NOT NULL,
            arrival_ms INTEGER NOT NULL,
            undated INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            crc INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX block_by_sequence ON block (journal, first_sequence, last_sequence, count);
        CREATE INDEX block_by_time ON block (vehicle, first_ms, journal, first_sequence, last_ms);
        CREATE INDEX block_to_correct ON block (journal, boot) WHERE undated = 1;

        CREATE TABLE gap (
            journal INTEGER NOT NULL,
            lane INTEGER NOT NULL,
            first_sequence INTEGER NOT NULL,
            last_sequence INTEGER NOT NULL,
            PRIMARY KEY (journal, lane, first_sequence)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE absent (
            journal INTEGER NOT NULL,
            lane INTEGER NOT NULL,
            first_sequence INTEGER NOT NULL,
            last_sequence INTEGER NOT NULL,
            count INTEGER NOT NULL,
            held INTEGER NOT NULL,
            reason TEXT NOT NULL,
            first_ms INTEGER,
            last_ms INTEGER,
            told_ms INTEGER NOT NULL,
            crc INTEGER NOT NULL,
            PRIMARY KEY (journal, lane, first_sequence)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE damaged (
            id INTEGER PRIMARY KEY,
            journal INTEGER NOT NULL,
            lane INTEGER NOT NULL,
            first_sequence INTEGER NOT NULL,
            last_sequence INTEGER NOT NULL,
            found_ms INTEGER NOT NULL,
            bytes BLOB NOT NULL
        ) STRICT;

        ALTER TABLE event ADD COLUMN crc INTEGER;
        CREATE INDEX event_without_crc ON event (journal, sequence) WHERE crc IS NULL;
        ALTER TABLE journal ADD COLUMN heard_ms INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE journal ADD COLUMN epoch INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE journal ADD COLUMN epoch_reason TEXT;
        ALTER TABLE journal ADD COLUMN previous TEXT;
        ALTER TABLE journal ADD COLUMN first_event INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE journal ADD COLUMN first_position INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE journal ADD COLUMN known_event INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE journal ADD COLUMN known_position INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE journal ADD COLUMN latest BLOB;
        ALTER TABLE journal ADD COLUMN latest_arrival_ms INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE journal ADD COLUMN merged_through INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE journal ADD COLUMN conflict_lane INTEGER;
        ALTER TABLE journal ADD COLUMN conflict_first INTEGER;
        ALTER TABLE journal ADD COLUMN conflict_last INTEGER;
        ALTER TABLE journal ADD COLUMN conflict_ms INTEGER;
        ALTER TABLE journal ADD COLUMN rolled_back_ms INTEGER;
        UPDATE journal SET known_event = last_event, known_position = last_position;
        """

    private static let positionColumns = """
        receiver_ms INTEGER,
            time_mark INTEGER NOT NULL,
            latitude_e7 INTEGER NOT NULL,
            longitude_e7 INTEGER NOT NULL,
            altitude_dm INTEGER,
            speed_cms INTEGER,
            course_ddeg INTEGER,
            error_dm INTEGER,
            satellites INTEGER,
            mode INTEGER NOT NULL,
            status INTEGER NOT NULL,
            odometer_m INTEGER NOT NULL
        """
}
