import PatrolSQLite

/// The tables of the store. A released migration is never changed; what is new comes in a further one.
enum StoreSchema {
    /// Tells the file from any other SQLite file (`PRAGMA application_id`); "PtCl".
    static let applicationID: Int32 = 0x5074_436C

    static let migrations = [Migration(version: 1, sql: version1)]

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
