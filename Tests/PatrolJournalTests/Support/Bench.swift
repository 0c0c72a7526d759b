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
        clock: VirtualClock = VirtualClock()
    ) throws {
        let folder = try folder ?? TemporaryFolder()
        self.folder = folder
        self.clock = clock
        journal = try Journal(
            folder: folder.path,
            bootID: bootID,
            clocks: clock.clocks,
            commitInterval: Self.commitInterval
        )
    }

    /// Closes the journal and opens it again.
    func restarted(bootID: String = "boot-a") async throws -> Bench {
        try await journal.close()
        return try Bench(in: folder, bootID: bootID, clock: clock)
    }

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
