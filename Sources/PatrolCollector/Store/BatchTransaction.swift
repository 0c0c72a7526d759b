import PatrolCore
import PatrolSQLite
import PatrolWire

/// The steps of storing one batch, inside a transaction that somebody else begins and ends: first everything is compared
/// with what is held, then judged, then stored.
struct BatchTransaction {
    private let database: Database
    private let batch: ReceivedBatch
    private let arrival: WallTime
    private var journal: JournalState
    private let clocks: BootClocks

    /// Finds the vehicle and its journal, or makes them.
    init(_ database: Database, _ batch: ReceivedBatch, arrival: WallTime) throws(SQLiteError) {
        self.database = database
        self.batch = batch
        self.arrival = arrival
        journal = try JournalTable(database: database).journal(of: batch.head)
        clocks = BootClocks(database: database, journal: journal.id)
    }

    mutating func run() throws(SQLiteError) -> StoreOutcome {
        let before = journal
        journal.heard = max(journal.heard, arrival)
        let events = try EventIntake(database, journal, batch.head.events, arrival: arrival)
        let positions = try PositionIntake(database, journal, batch.blocks, arrival: arrival)
        let conflicts = PerLane(events: events.conflicts, positions: positions.conflicts)
        if try isRolledBack(conflicts) {
            journal.rolledBack = arrival
            try journal.save(database)
            return .rolledBack(
                held: PerLane(events: before.lanes.events.last, positions: before.lanes.positions.last),
                same: PerLane(
                    events: same(.events, events.firstOther),
                    positions: same(.positions, positions.firstOther)
                )
            )
        }
        for boot in batch.head.boots { try learn(boot) }
        if conflicts.events.isEmpty { try store(events) }
        if conflicts.positions.isEmpty { try store(positions) }
        for lane in Lane.allCases where conflicts[lane].isEmpty { try account(lane) }
        if let latest = batch.head.latest { try keepIfNewest(latest) }
        if conflicts.positions.isEmpty, let last = batch.blocks.last?.positions.last {
            try keepIfNewest(Latest(boot: last.boot, position: last.record))
        }
        note(conflicts)
        journal.repeated += Int64(events.repeated + positions.repeated)
        if journal != before { try journal.save(database) }
        return try outcome(
            PerLane(
                events: StoredBatch.Lane(new: events.newCount, repeated: events.repeated),
                positions: StoredBatch.Lane(new: positions.newCount, repeated: positions.repeated)
            ),
            conflicts
        )
    }

    // MARK: Judgement

    /// Whether the journal has come back older than it was: it is to begin a new epoch, before it gives numbers twice.
    ///
    /// | it has given fewer numbers than are held | and | then |
    /// | --- | --- | --- |
    /// | yes | something differs from what is held, or it knows of a later moment than any batch of it before | rolled back |
    /// | yes | nothing of the kind | a batch that comes late, after one that was made later |
    /// | either | a boot has another identity under the same number | rolled back |
    private func isRolledBack(_ conflicts: PerLane<[ClosedRange<Int64>]>) throws(SQLiteError) -> Bool {
        guard let given = batch.head.given else { return false }
        for boot in batch.head.boots {
            if let known = try clocks.identity(of: boot.number), known != boot.bootID { return true }
        }
        guard Lane.allCases.contains(where: { given[$0].rawValue < journal.lanes[$0].last }) else { return false }
        guard conflicts.events.isEmpty, conflicts.positions.isEmpty else { return true }
        guard let newest, let held = journal.latestPlace(utcAtBoot: nil) else { return false }
        return newest > (held.boot, held.instant)
    }

    /// Up to which record of the batch a lane is held as it came.
    private func same(_ lane: Lane, _ firstOther: Int64?) -> Int64? {
        batch.runs(of: lane).last.map { last in firstOther.map { $0 - 1 } ?? last.upperBound }
    }

    /// The latest moment that the batch knows of, but for its events, of which the store keeps no newest one.
    private var newest: (BootNumber, Instant)? {
        var moments =
            batch.blocks.last.map { block in
                [
                    (
                        block.boot,
                        Instant(millisecondsSinceBoot: block.bootMilliseconds(at: block.count - 1))
                    )
                ]
            } ?? []
        if let latest = batch.head.latest {
            moments.append(
                (
                    latest.boot,
                    Instant(millisecondsSinceBoot: latest.position.receivedAt.millisecondsSinceBoot)
                )
            )
        }
        return moments.max { $0 < $1 }
    }

    private mutating func note(_ conflicts: PerLane<[ClosedRange<Int64>]>) {
        for lane in Lane.allCases {
            guard let first = conflicts[lane].first else { continue }
            journal.conflicting += conflicts[lane].reduce(0) { $0 + $1.upperBound - $1.lowerBound + 1 }
            journal.conflict = JournalState.Conflict(lane: lane, range: first, time: arrival)
        }
    }

    // MARK: Boots

    /// Keeps what is known of a boot, and gives the records that were made before its clock was known their time.
    private mutating func learn(_ boot: BootRecord) throws(SQLiteError) {
        guard let utc = try clocks.learn(boot) else { return }
        try EventTable(database: database).redate(journal: journal.id, boot: boot.number, utcAtBoot: utc)
        try OldPositions(database: database).redate(journal: journal.id, boot: boot.number, utcAtBoot: utc)
        try BlockStore(database, journal.id, journal.vehicle).redate(boot: boot.number)
    }

    // MARK: Records

    private mutating func store(_ events: EventIntake) throws(SQLiteError) {
        let table = EventTable(database: database)
        for event in events.new {
            let utc = event.record.time == nil ? try clocks.utc(at: event.boot) : nil
            let time = EffectiveTime(own: event.record.time, instant: event.record.at, utcAtBoot: utc, arrival: arrival)
            try table.put(EventTable.Row(event, journal: journal.id, vehicle: journal.vehicle, time: time))
        }
        journal.lanes.events.held += Int64(events.newCount - events.replaced)
    }

    private mutating func store(_ positions: PositionIntake) throws(SQLiteError) {
        var store = BlockStore(database, journal.id, journal.vehicle)
        for block in positions.fresh {
            try store.add(
                DatedBlock(block: block, utcAtBoot: try clocks.utc(at: block.boot), arrival: arrival)
            )
        }
        for block in positions.mixed { try store.merge(block.open, at: block.new, arrival: arrival) }
        journal.lanes.positions.held += Int64(positions.newCount) - store.lost
    }

    /// Brings gaps and explanations of a lane up to date.
    private mutating func account(_ lane: Lane) throws(SQLiteError) {
        let account = LaneAccount(database: database, journal: journal.id, lane: lane)
        var state = journal.lanes[lane]
        let arrived = batch.runs(of: lane)
        let told = batch.head.absent.filter { $0.lane == lane && $0.range.upperBound.rawValue >= state.first }
        if let first = arrived.first, let last = arrived.last {
            // Without numbers that were given, the sender cannot tell what it leaves out: then it is no gap.
            if batch.head.given != nil {
                let explained = told.map { $0.range.lowerBound.rawValue...$0.range.upperBound.rawValue }
                try account.open(LaneAccount.holes(after: state.known, arrived, explained: explained))
            }
            if first.lowerBound <= state.known {
                for range in arrived { try account.close(range) }
                for range in arrived { try account.arrived(range) }
            }
            state.known = max(state.known, last.upperBound)
            state.last = max(state.last, last.upperBound)
        }
        for absent in told {
            let range = absent.range.lowerBound.rawValue...absent.range.upperBound.rawValue
            if range.lowerBound > state.known + 1 { try account.open([state.known + 1...range.lowerBound - 1]) }
            try account.close(range)
            try account.explain(
                LaneAccount.Absent(
                    range: range,
                    count: absent.count,
                    held: try held(lane, in: range),
                    reason: absent.reason.rawValue,
                    times: absent.times.map {
                        $0.lowerBound.millisecondsSince1970...$0.upperBound.millisecondsSince1970
                    },
                    told: arrival
                )
            )
            state.known = max(state.known, range.upperBound)
        }
        journal.lanes[lane] = state
    }

    private func held(_ lane: Lane, in range: ClosedRange<Int64>) throws(SQLiteError) -> Int64 {
        switch lane {
        case .events: try EventTable(database: database).count(range, of: journal.id)
        case .positions: try BlockStore(database, journal.id, journal.vehicle).count(range)
        }
    }

    // MARK: The newest position

    private mutating func keepIfNewest(_ latest: Latest) throws(SQLiteError) {
        let recorded = Recorded(
            sequence: SequenceNumber.none.next,
            boot: latest.boot,
            record: latest.position
        )
        // What was decoded can be encoded.
        guard let block = try? PositionBlockCodec.blocks(of: [recorded]).first else { return }
        var candidate = journal
        (candidate.latest, candidate.latestArrival) = (block, arrival)
        let place = candidate.latestPlace(utcAtBoot: nil)
        if let held = journal.latestPlace(utcAtBoot: nil), let place, !place.isNewer(than: held) { return }
        journal = candidate
    }

    // MARK: The answer

    private func outcome(
        _ lanes: PerLane<StoredBatch.Lane>,
        _ conflicts: PerLane<[ClosedRange<Int64>]>
    ) throws(SQLiteError) -> StoreOutcome {
        var stored = StoredBatch(events: lanes.events, positions: lanes.positions)
        for lane in Lane.allCases {
            let account = LaneAccount(database: database, journal: journal.id, lane: lane)
            let gaps = try account.gaps(atMost: Acknowledgement.maximumMissing)
            let state = journal.lanes[lane]
            let prefix = gaps.first.map { $0.lowerBound - 1 } ?? state.known
            // More than was given when the batch was made says nothing of its sender's records.
            var acknowledged =
                batch.head.given.map { min(prefix, $0[lane].rawValue) } ?? batch.runs(of: lane).last?.upperBound
                ?? state.last
            if let conflict = conflicts[lane].first { acknowledged = min(prefix, conflict.lowerBound - 1) }
            stored[lane].acknowledged = SequenceNumber(rawValue: acknowledged)
            stored[lane].conflicting = Int(
                clamping: conflicts[lane].reduce(0) { $0 + $1.upperBound - $1.lowerBound + 1 }
            )
            guard batch.head.given != nil else { continue }
            for gap in gaps.prefix(Acknowledgement.maximumMissing - stored.missing.count) {
                stored.missing.append(
                    Acknowledgement.Missing(
                        lane: lane,
                        range: SequenceNumber(rawValue: gap.lowerBound)...SequenceNumber(rawValue: gap.upperBound)
                    )
                )
            }
        }
        for lane in Lane.allCases {
            guard let first = conflicts[lane].first else { continue }
            return .conflict(stored, lane, first)
        }
        return .stored(stored)
    }
}

extension ReceivedBatch {
    /// The numbers of a lane that it brings, as few ranges.
    func runs(of lane: Lane) -> [ClosedRange<Int64>] {
        var runs: [ClosedRange<Int64>] = []
        func add(_ range: ClosedRange<Int64>) {
            if let last = runs.last, last.upperBound == range.lowerBound - 1 {
                runs[runs.count - 1] = last.lowerBound...range.upperBound
            } else {
                runs.append(range)
            }
        }
        switch lane {
        case .events:
            for event in head.events { add(event.sequence.rawValue...event.sequence.rawValue) }
        case .positions:
            for block in blocks {
                if block.isContiguous {
                    add(block.first.rawValue...block.last.rawValue)
                } else {
                    for number in block.sequences { add(number...number) }
                }
            }
        }
        return runs
    }
}
