public import PatrolCore
import PatrolSQLite
import Testing

@testable import PatrolJournal

/// A journal in a folder of its own under a virtual clock, and short words for what tests do with it.
struct Bench {
    static let commitInterval = Duration.seconds(10)

    let folder: TemporaryFolder
    let clock: VirtualClock
    let journal: Journal

    init(
        in folder: TemporaryFolder? = nil,
        bootID: String = "boot-a",
        clock: VirtualClock = VirtualClock(),
        fileNumber: UInt64 = 7,
        limits: JournalLimits = .standard,
        destinations: [String] = ["station"]
    ) throws {
        let folder = try folder ?? TemporaryFolder()
        self.folder = folder
        self.clock = clock
        journal = try Journal(
            folder: folder.path,
            bootID: bootID,
            machineID: Self.machineID,
            clocks: clock.clocks,
            commitInterval: Self.commitInterval,
            limits: limits,
            destinations: destinations,
            fileNumber: { _ in fileNumber }
        )
    }

    static let machineID = "0123456789abcdef0123456789abcdef"

    /// Closes the journal and opens it again.
    func restarted(bootID: String = "boot-a") async throws -> Bench {
        try await journal.close()
        return try Bench(in: folder, bootID: bootID, clock: clock)
    }

    /// Closes the journal and opens what an older version would have left of it.
    func restarted(asVersion version: Int) async throws -> Bench {
        try await leave(asVersion: version)
        return try Bench(in: folder, clock: clock)
    }

    /// Closes the journal and makes its file one of an older version.
    func leave(asVersion version: Int) async throws {
        try await journal.commit()
        try await journal.execute(Self.downgrade)
        if version < 3 { try await journal.execute("DROP TABLE quarantine") }
        if version < 2 { try await journal.execute("DROP TABLE states") }
        try await journal.execute("PRAGMA user_version = \(version)")
        try await journal.close()
        try folder.remove("journal.marks")
    }

    /// From version 4 to version 3.
    private static let downgrade = """
        CREATE TABLE journal (id BLOB NOT NULL CHECK (length(id) = 16)) STRICT;
        INSERT INTO journal SELECT journal_id FROM epochs WHERE number = 1;
        DROP TABLE epochs;
        DROP TABLE receipts;
        CREATE TABLE lanes (lane TEXT PRIMARY KEY, removed_through INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        INSERT INTO lanes VALUES ('events', 0), ('positions', 0);
        ALTER TABLE events DROP COLUMN checksum;
        ALTER TABLE position_blocks DROP COLUMN checksum;
        ALTER TABLE boots DROP COLUMN checksum;
        ALTER TABLE cursors DROP COLUMN checksum;
        ALTER TABLE states DROP COLUMN checksum;
        ALTER TABLE quarantine DROP COLUMN checksum;
        CREATE TRIGGER event_removed AFTER DELETE ON events BEGIN
            UPDATE lanes SET removed_through = OLD.sequence
            WHERE lane = 'events' AND removed_through < OLD.sequence;
        END;
        CREATE TRIGGER position_block_removed AFTER DELETE ON position_blocks BEGIN
            UPDATE lanes SET removed_through = OLD.last_sequence
            WHERE lane = 'positions' AND removed_through < OLD.last_sequence;
        END;
        """

    /// Opens what a power cut would leave at this moment.
    func afterPowerCut(bootID: String = "boot-b", logBytes: Int? = nil) throws -> Bench {
        try Bench(in: folder.copyAfterPowerCut(logBytes: logBytes), bootID: bootID)
    }

    /// A position that can be told from every other by its odometer, received now.
    func position(_ number: Int64, time: WallTime? = nil) -> Position {
        var position = Position.sample(number, receivedAt: clock.now)
        position.time = time
        position.timeMark = time == nil ? .missing : .plausible
        return position
    }

    /// Records positions one second apart.
    func drive(_ numbers: ClosedRange<Int64>) {
        for number in numbers {
            journal.append(position(number))
            clock.advance(by: .seconds(1))
        }
    }

    func event(_ reason: String = "test") -> Event {
        Event(.daemonStopped(reason: reason), at: clock.now)
    }

    /// The odometers of all positions of the journal.
    func odometers() async throws -> [Int64] {
        try await allPositions().map(\.recorded.record.odometerMetres)
    }

    func allPositions() async throws -> [Dated<Position>] {
        try await pages { query in try await journal.positions(query) }
    }

    func allEvents() async throws -> [Dated<StoredEvent>] {
        try await pages { query in try await journal.events(query) }
    }

    private func pages<Record>(
        _ page: (HistoryQuery) async throws -> [Dated<Record>]
    ) async throws -> [Dated<Record>] {
        var query = HistoryQuery(limit: HistoryQuery.maximumLimit)
        var records: [Dated<Record>] = []
        while true {
            let next = try await page(query)
            records += next
            guard let last = next.last else { return records }
            query.after = last.recorded.sequence
        }
    }
}

extension Position {
    static func sample(_ number: Int64, receivedAt: Instant) -> Position {
        let step = Int32(truncatingIfNeeded: number % 1_000_000)
        guard let coordinate = Coordinate(latitudeE7: 293_000_000 + step * 90, longitudeE7: 1_063_000_000 - step * 40)
        else { preconditionFailure("a place near Xipeng") }
        var position = Position(
            receivedAt: receivedAt,
            coordinate: coordinate,
            mode: .threeDimensional,
            odometerMetres: number
        )
        position.altitudeDecimetres = 2_800 - step % 50
        position.speedCentimetresPerSecond = 450 + step % 30
        position.courseDecidegrees = (step * 7) % 3600
        position.horizontalErrorDecimetres = 25
        position.satellitesUsed = 9
        return position
    }
}

extension Journal {
    /// For faults and for looking behind the scenes.
    func execute(_ sql: String) throws {
        try openStore().database.execute(sql)
    }

    func integer(_ sql: String) throws -> Int64? {
        try openStore().database.integer(sql)
    }

    func text(_ sql: String) throws -> String? {
        try openStore().database.text(sql)
    }

    func currentMarks() -> JournalMarks? { marks?.marks }

    /// The rows of position blocks, as first and last number.
    func blockRanges() throws -> [ClosedRange<Int64>] {
        let statement = try openStore().database.prepare(
            "SELECT first_sequence, last_sequence FROM position_blocks ORDER BY first_sequence"
        )
        var ranges: [ClosedRange<Int64>] = []
        while try statement.step() { ranges.append(try statement.integer(0)...statement.integer(1)) }
        return ranges
    }
}

extension SequenceNumber: ExpressibleByIntegerLiteral {
    /// A value that tests change.
    public init(integerLiteral value: Int64) {
        self.init(rawValue: value)
    }
}

func utc(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> WallTime {
    try #require(WallTime(iso8601: text), sourceLocation: sourceLocation)
}
