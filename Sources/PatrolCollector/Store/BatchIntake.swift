import PatrolCore
import PatrolSQLite
import PatrolWire

/// The events of a batch beside those that are held.
struct EventIntake {
    /// Those that are not held, and those whose row is damaged.
    private(set) var new: [Recorded<StoredEvent>] = []
    /// How many of them take the place of a damaged row.
    private(set) var replaced = 0
    /// How many are held as they are.
    private(set) var repeated = 0
    /// Numbers that are held with other content.
    private(set) var conflicts: [ClosedRange<Int64>] = []

    var newCount: Int { new.count }
    /// The first one that is not held as it came.
    var firstOther: Int64? { [new.first?.sequence.rawValue, conflicts.first?.lowerBound].compactMap(\.self).min() }

    init(
        _ database: Database,
        _ journal: JournalState,
        _ events: [Recorded<StoredEvent>],
        arrival: WallTime
    ) throws(SQLiteError) {
        let table = EventTable(database: database)
        let expired = try journal.expired(.events, events.first?.sequence.rawValue, database)
        for event in events {
            let number = event.sequence.rawValue
            // Beyond the highest number there is nothing to compare with.
            switch number > journal.lanes.events.last ? nil : try table.find(number, of: journal.id) {
            case nil where expired?.contains(number) == true: repeated += 1
            case nil: new.append(event)
            case .damaged:
                new.append(event)
                replaced += 1
            case .sound(let held):
                let time = EffectiveTime(
                    own: event.record.time,
                    instant: event.record.at,
                    utcAtBoot: nil,
                    arrival: arrival
                )
                let row = EventTable.Row(event, journal: journal.id, vehicle: journal.vehicle, time: time)
                if row.hasSameContent(as: held) { repeated += 1 } else { conflicts.append(number: number) }
            }
        }
    }
}

/// The blocks of a batch beside those that are held.
struct PositionIntake {
    /// Blocks where nothing is held.
    private(set) var fresh: [OpenBlock] = []
    /// Blocks of which something is held, and the indices of what is not.
    private(set) var mixed: [(open: OpenBlock, new: [Int])] = []
    /// The first one that is not held as it came.
    var firstOther: Int64? {
        [
            fresh.first?.first.rawValue,
            mixed.first.map { $0.open.positions[$0.new[0]].sequence.rawValue },
            conflicts.first?.lowerBound,
        ].compactMap(\.self).min()
    }
    /// How many positions are not held.
    private(set) var newCount = 0
    /// How many are held as they are.
    private(set) var repeated = 0
    /// Numbers that are held with other content.
    private(set) var conflicts: [ClosedRange<Int64>] = []

    init(
        _ database: Database,
        _ journal: JournalState,
        _ blocks: [OpenBlock],
        arrival: WallTime
    ) throws(SQLiteError) {
        let store = BlockStore(database, journal.id, journal.vehicle)
        let expired = try journal.expired(.positions, blocks.first?.first.rawValue, database)
        for block in blocks {
            let range = block.first.rawValue...block.last.rawValue
            // Beyond the highest number there is nothing to compare with.
            guard range.lowerBound <= journal.lanes.positions.last else {
                take(fresh: block)
                continue
            }
            let held = try store.blocks(overlapping: range)
            if held.isEmpty, expired?.overlaps(range) != true {
                take(fresh: block)
            } else {
                compare(block, held, expired: expired)
            }
        }
    }

    private mutating func take(fresh block: OpenBlock) {
        fresh.append(block)
        newCount += block.count
    }

    private mutating func compare(_ block: OpenBlock, _ held: [OpenBlock], expired: ClosedRange<Int64>?) {
        if held.count == 1, held[0].bytes == block.bytes {
            repeated += block.count
            return
        }
        var positions: [Int64: Recorded<Position>] = [:]
        for other in held {
            for position in other.positions { positions[position.sequence.rawValue] = position }
        }
        var new: [Int] = []
        for (index, position) in block.positions.enumerated() {
            switch positions[position.sequence.rawValue] {
            case nil where expired?.contains(position.sequence.rawValue) == true: repeated += 1
            case nil: new.append(index)
            case position: repeated += 1
            case .some: conflicts.append(number: position.sequence.rawValue)
            }
        }
        newCount += new.count
        if !new.isEmpty { mixed.append((block, new)) }
    }
}

extension [ClosedRange<Int64>] {
    /// Adds a number that is higher than all before.
    mutating func append(number: Int64) {
        if let last, last.upperBound == number - 1 {
            self[count - 1] = last.lowerBound...number
        } else {
            append(number...number)
        }
    }
}

extension JournalState {
    /// What was removed of a lane for its age: it is not stored again. `nil` if a batch that begins with `first` is beyond it.
    fileprivate func expired(
        _ lane: Lane,
        _ first: Int64?,
        _ database: Database
    ) throws(SQLiteError) -> ClosedRange<Int64>? {
        guard let first, first <= lanes[lane].last else { return nil }
        return try LaneAccount(database: database, journal: id, expired: lane).one()?.range
    }
}
