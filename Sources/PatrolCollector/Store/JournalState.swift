import PatrolCore
import PatrolSQLite
import PatrolWire

/// What the store knows of a journal beside its records: one row, which changes with each batch.
struct JournalState: Hashable, Sendable {
    /// The store's numbers of the journal and its vehicle.
    let id: Int64
    let vehicle: Int64
    /// The journal's identity.
    let uuid: String
    /// When a batch of it was stored last.
    var heard: WallTime
    var epoch: Epoch
    var lanes: PerLane<LaneState>
    /// Records that came more than once.
    var repeated: Int64
    /// Records that came under a number that another one has.
    var conflicting: Int64
    /// The newest position, as a block of one, and when it came.
    var latest: OpenBlock?
    var latestArrival: WallTime
    /// Blocks of positions up to this number are as full as they get.
    var mergedThrough: Int64
    /// The last time that numbers came with other content.
    var conflict: Conflict?
    /// The last time that it was told to begin a new epoch.
    var rolledBack: WallTime?

    /// See ``JournalEpoch``.
    struct Epoch: Hashable, Sendable {
        var number: Int64 = 1
        var reason: String?
        var previous: String?
    }

    struct LaneState: Hashable, Sendable {
        /// How many records are held.
        var held: Int64 = 0
        /// The highest number of a record that is or was held.
        var last: Int64 = 0
        /// The lowest number that the epoch can give.
        var first: Int64 = 1
        /// The highest number that came or was explained; what lies below is held, explained or a gap.
        var known: Int64 = 0
    }

    struct Conflict: Hashable, Sendable {
        var lane: Lane
        var range: ClosedRange<Int64>
        var time: WallTime
    }

    static let columns = """
        id, vehicle, uuid, heard_ms, epoch, epoch_reason, previous, events, last_event, first_event, known_event, \
        positions, last_position, first_position, known_position, repeated, conflicting, latest, latest_arrival_ms, \
        merged_through, conflict_lane, conflict_first, conflict_last, conflict_ms, rolled_back_ms
        """

    /// From a row with ``columns``.
    init(_ statement: Statement, from first: Int32 = 0) throws(SQLiteError) {
        id = try statement.integer(first)
        vehicle = try statement.integer(first + 1)
        uuid = try statement.text(first + 2)
        heard = WallTime(millisecondsSince1970: try statement.integer(first + 3))
        epoch = Epoch(
            number: try statement.integer(first + 4),
            reason: try statement.optionalText(first + 5),
            previous: try statement.optionalText(first + 6)
        )
        func lane(_ first: Int32) throws(SQLiteError) -> LaneState {
            LaneState(
                held: try statement.integer(first),
                last: try statement.integer(first + 1),
                first: try statement.integer(first + 2),
                known: try statement.integer(first + 3)
            )
        }
        lanes = PerLane(events: try lane(first + 7), positions: try lane(first + 11))
        repeated = try statement.integer(first + 15)
        conflicting = try statement.integer(first + 16)
        // One that is damaged is none: the next batch brings another.
        latest = try statement.optionalBytes(first + 17).flatMap { try? OpenBlock($0) }
        latestArrival = WallTime(millisecondsSince1970: try statement.integer(first + 18))
        mergedThrough = try statement.integer(first + 19)
        if let lane = try statement.optionalInteger(first + 20), let from = try statement.optionalInteger(first + 21),
            let to = try statement.optionalInteger(first + 22), from <= to,
            let time = try statement.optionalInteger(first + 23)
        {
            conflict = Conflict(
                lane: lane == Lane.events.number ? .events : .positions,
                range: from...to,
                time: WallTime(millisecondsSince1970: time)
            )
        }
        rolledBack = try statement.optionalInteger(first + 24).map(WallTime.init(millisecondsSince1970:))
    }

    /// Writes all of it.
    func save(_ database: Database) throws(SQLiteError) {
        let statement = try database.statement(
            """
            UPDATE journal SET heard_ms = ?2, epoch = ?3, epoch_reason = ?4, previous = ?5, events = ?6, last_event = ?7,
                first_event = ?8, known_event = ?9, positions = ?10, last_position = ?11, first_position = ?12,
                known_position = ?13, repeated = ?14, conflicting = ?15, latest = ?16, latest_arrival_ms = ?17,
                merged_through = ?18, conflict_lane = ?19, conflict_first = ?20, conflict_last = ?21, conflict_ms = ?22,
                rolled_back_ms = ?23
            WHERE id = ?1
            """
        )
        try statement.bind(id, at: 1)
        try statement.bind(heard.millisecondsSince1970, at: 2)
        try statement.bind(epoch.number, at: 3)
        try statement.bind(epoch.reason, at: 4)
        try statement.bind(epoch.previous, at: 5)
        var index: Int32 = 6
        for lane in Lane.allCases {
            let state = lanes[lane]
            for number in [state.held, state.last, state.first, state.known] {
                try statement.bind(number, at: index)
                index += 1
            }
        }
        try statement.bind(repeated, at: 14)
        try statement.bind(conflicting, at: 15)
        try statement.bind(latest?.bytes, at: 16)
        try statement.bind(latestArrival.millisecondsSince1970, at: 17)
        try statement.bind(mergedThrough, at: 18)
        try statement.bind(conflict?.lane.number, at: 19)
        try statement.bind(conflict?.range.lowerBound, at: 20)
        try statement.bind(conflict?.range.upperBound, at: 21)
        try statement.bind(conflict?.time.millisecondsSince1970, at: 22)
        try statement.bind(rolledBack?.millisecondsSince1970, at: 23)
        try statement.run()
    }

    /// The place of ``latest``.
    func latestPlace(utcAtBoot: WallTime?) -> LatestPlace? {
        guard let latest else { return nil }
        let dated = DatedBlock(block: latest, utcAtBoot: utcAtBoot, arrival: latestArrival)
        return LatestPlace(
            journal: id,
            boot: latest.boot,
            instant: Instant(millisecondsSinceBoot: latest.bootMilliseconds(at: 0)),
            time: dated.time(at: 0)
        )
    }
}

extension Lane {
    /// The store's number of a lane.
    var number: Int64 {
        switch self {
        case .events: 0
        case .positions: 1
        }
    }

    /// The store's number of the receipts for what was removed of a lane for its age.
    var expiredNumber: Int64 { number + 2 }
}
