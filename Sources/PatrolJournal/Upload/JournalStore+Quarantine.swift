import PatrolCore
import PatrolSQLite

/// The table of what destinations refused.
extension JournalStore {
    func quarantineCounts() throws(JournalError) -> [String: PerLane<QuarantineCount>] {
        let rows = try Self.translating { () throws(SQLiteError) in
            let statement = try self.statement(.quarantineCounts)
            defer { statement.reset() }
            var rows: [(destination: String, lane: String, count: QuarantineCount)] = []
            while try statement.step() {
                let count = QuarantineCount(held: try statement.integer(2), retrying: try statement.integer(3))
                rows.append((try statement.text(0), try statement.text(1), count))
            }
            return rows
        }
        var counts: [String: PerLane<QuarantineCount>] = [:]
        for row in rows {
            counts[row.destination, default: PerLane(events: .none, positions: .none)][try lane(row.lane)] = row.count
        }
        return counts
    }

    /// The first record that is to be sent again.
    func nextRetry(of destination: String) throws(JournalError) -> (lane: Lane, sequence: SequenceNumber)? {
        let row = try Self.translating { () throws(SQLiteError) -> (lane: String, sequence: Int64)? in
            let statement = try self.statement(.nextRetry)
            defer { statement.reset() }
            try statement.bind(destination, at: 1)
            guard try statement.step() else { return nil }
            return (try statement.text(0), try statement.integer(1))
        }
        guard let row else { return nil }
        return (try lane(row.lane), SequenceNumber(rawValue: row.sequence))
    }

    /// The first of what a destination refused, in their order; neighbours with the same reason are one.
    func quarantined(by destination: String, limit: Int) throws(JournalError) -> [Quarantined] {
        let rows = try Self.translating { () throws(SQLiteError) -> [QuarantineRow]? in
            let statement = try self.statement(.quarantined)
            defer { statement.reset() }
            try statement.bind(destination, at: 1)
            try statement.bind(Int64(limit), at: 2)
            var rows: [QuarantineRow] = []
            while try statement.step() {
                guard try statement.integer(6) == 1 else { return nil }
                rows.append(try QuarantineRow(statement))
            }
            return rows
        }
        guard let rows else { throw damaged("a quarantined record is not as it was written") }
        var quarantined: [Quarantined] = []
        for row in rows {
            guard row.first > 0, row.first <= row.last else {
                throw damaged("quarantined records from \(row.first) to \(row.last)")
            }
            let next = Quarantined(
                lane: try lane(row.lane),
                range: SequenceNumber(rawValue: row.first)...SequenceNumber(rawValue: row.last),
                reason: row.reason,
                time: row.time.map(WallTime.init(millisecondsSince1970:)),
                isRetrying: row.isRetrying
            )
            if let last = quarantined.last, last.continues(with: next) {
                quarantined[quarantined.count - 1].range = last.range.lowerBound...next.range.upperBound
                quarantined[quarantined.count - 1].time = next.time ?? last.time
            } else {
                quarantined.append(next)
            }
        }
        return quarantined
    }

    /// The numbers of a lane that a destination refused, from one on, in their order; at most
    /// ``Journal/maximumAbsentRanges`` rows of them.
    func quarantined(
        by destination: String,
        _ lane: Lane,
        after sequence: SequenceNumber
    ) throws(JournalError) -> [ClosedRange<SequenceNumber>] {
        let rows = try Self.translating { () throws(SQLiteError) in
            let statement = try self.statement(.quarantinedNumbers)
            defer { statement.reset() }
            try statement.bind(destination, at: 1)
            try statement.bind(lane.rawValue, at: 2)
            try statement.bind(sequence.rawValue, at: 3)
            try statement.bind(Int64(JournalView.maximumAbsentRanges), at: 4)
            var rows: [(first: Int64, last: Int64)] = []
            while try statement.step() { rows.append((try statement.integer(0), try statement.integer(1))) }
            return rows
        }
        var ranges = NumberRanges()
        for row in rows {
            guard row.first > 0, row.first <= row.last else {
                throw damaged("quarantined records from \(row.first) to \(row.last)")
            }
            ranges.insert(SequenceNumber(rawValue: row.first)...SequenceNumber(rawValue: row.last))
        }
        return ranges.ranges
    }

    /// Within a transaction that the caller began.
    func write(_ change: QuarantineChange, boot: BootNumber) throws(SQLiteError) {
        switch change.kind {
        case .quarantined(let reason, let at, let time):
            let statement = try self.statement(.quarantine)
            try statement.bind(change.destination, at: 1)
            try statement.bind(change.lane.rawValue, at: 2)
            try statement.bind(change.sequence.rawValue, at: 3)
            try statement.bind(change.sequence.rawValue, at: 4)
            try statement.bind(boot.rawValue, at: 5)
            try statement.bind(at.millisecondsSinceBoot, at: 6)
            try statement.bind(time?.millisecondsSince1970, at: 7)
            try statement.bind(reason, at: 8)
            try statement.bind(0, at: 9)
            try statement.run()
        case .released:
            let statement = try self.statement(.release)
            try statement.bind(change.destination, at: 1)
            try statement.bind(change.lane.rawValue, at: 2)
            try statement.bind(change.sequence.rawValue, at: 3)
            try statement.run()
        case .forgotten:
            let statement = try self.statement(.forgetQuarantine)
            try statement.bind(change.destination, at: 1)
            try statement.bind(change.lane.rawValue, at: 2)
            try statement.bind(change.sequence.rawValue, at: 3)
            try statement.run()
        case .retried:
            let statement = try self.statement(.retry)
            try statement.bind(change.destination, at: 1)
            try statement.run()
        case .skipped:
            let statement = try self.statement(.forgetRefused)
            try statement.bind(change.destination, at: 1)
            try statement.run()
        }
    }

    private func lane(_ name: String) throws(JournalError) -> Lane {
        guard let lane = Lane(rawValue: name) else { throw damaged("quarantined records in a lane \"\(name)\"") }
        return lane
    }
}

extension Quarantined {
    fileprivate func continues(with next: Quarantined) -> Bool {
        lane == next.lane && range.upperBound.next == next.range.lowerBound && reason == next.reason
            && isRetrying == next.isRetrying
    }
}

private struct QuarantineRow {
    let lane: String
    let first, last: Int64
    let reason: String
    let isRetrying: Bool
    let time: Int64?

    init(_ statement: Statement) throws(SQLiteError) {
        lane = try statement.text(0)
        first = try statement.integer(1)
        last = try statement.integer(2)
        reason = try statement.text(3)
        isRetrying = try statement.integer(4) == 1
        time = try statement.optionalInteger(5)
    }
}
