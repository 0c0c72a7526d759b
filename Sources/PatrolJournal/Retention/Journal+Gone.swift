import PatrolCore

/// Records that were given up before they got onto the disk.
struct GoneRecords: Hashable, Sendable {
    var count: Int64 = 0
    var from: WallTime?
    var to: WallTime?

    mutating func add(_ time: WallTime?) {
        count += 1
        from = from ?? time
        to = time ?? to
    }

    /// These have their receipt.
    mutating func subtract(_ others: GoneRecords) {
        count -= others.count
        from = nil
    }
}

/// What memory had to give up gets numbers of its own, and a receipt for them, with the first commit that succeeds.
extension Journal {
    /// What a commit writes for them.
    struct GoneReceipts {
        var book: ReceiptBook
        var rows: [StoredReceipt] = []
        var told: [StoredEvent] = []
        /// Numbers of events that this takes: those that are gone, and those that tell.
        var events: Int64 = 0
    }

    /// Positions that are gone are older than those that wait; events are newer.
    func gone(
        _ gone: PerLane<[Receipt.Reason: GoneRecords]>,
        _ lane: inout PositionLane
    ) -> GoneReceipts {
        var result = GoneReceipts(book: receipts)
        guard gone != PerLane(both: [:]) else { return result }
        var lastEvent = self.lastEvent.rawValue + Int64(unwritten.events.count)
        var all: [Receipt] = []
        for (reason, records) in gone.positions.sorted(by: { $0.key.rawValue < $1.key.rawValue })
        where records.count > 0 {
            let first = lane.last.next
            lane.skip(records.count)
            all.append(Self.receipt(.positions, first, reason, records))
        }
        for (reason, records) in gone.events where records.count > 0 {
            all.append(Self.receipt(.events, SequenceNumber(rawValue: lastEvent + 1), reason, records))
            lastEvent += records.count
            result.events += records.count
        }
        let now = clocks.now()
        let time = (unwritten.clock ?? clock)?.wallTime(at: now)
        for receipt in all {
            result.rows.append(result.book.add(receipt))
            result.told.append(StoredEvent(Event(receipt.event, at: now, time: time)))
        }
        result.events += Int64(result.told.count)
        return result
    }

    private static func receipt(
        _ lane: Lane,
        _ first: SequenceNumber,
        _ reason: Receipt.Reason,
        _ records: GoneRecords
    ) -> Receipt {
        Receipt(
            lane: lane,
            range: first...SequenceNumber(rawValue: first.rawValue + records.count - 1),
            count: records.count,
            reason: reason,
            from: records.from,
            to: records.to
        )
    }

    /// The journal closes, and what waits never got onto the disk.
    func noteLost() {
        let waiting = inbox.waiting
        marks?.note { marks in
            for lane in Lane.allCases { marks.dropped[lane] = waiting.gone[lane].values.reduce(0) { $0 + $1.count } }
            marks.dropped.positions += Int64(waiting.positions.count)
            marks.dropped.events += Int64(unwritten.events.count)
        }
    }

    /// Keeps over a restart, on a full disk too, what has no receipt yet.
    func noteDropped(_ gone: PerLane<[Receipt.Reason: GoneRecords]>) {
        marks?.note { marks in
            for lane in Lane.allCases { marks.dropped[lane] = gone[lane].values.reduce(0) { $0 + $1.count } }
        }
    }
}
