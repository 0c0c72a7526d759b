public import PatrolCore
import PatrolSQLite

/// What became of all numbers that a journal has given. In each lane produced = held + receipted.
public struct JournalCounts: Hashable, Sendable {
    /// Records that got a number, since the journal was made.
    public var produced: PerLane<Int64>
    /// Records in the file.
    public var held: PerLane<Int64>
    /// Records that are not, by reason; of those ``PatrolCore/Receipt/Reason/acknowledged`` every destination has.
    public var receipted: PerLane<[Receipt.Reason: Int64]>

    /// Whether every record is accounted for.
    public var isBalanced: Bool {
        Lane.allCases.allSatisfy { lane in
            produced[lane] == held[lane] + receipted[lane].values.reduce(0, +)
        }
    }
}

extension Journal {
    /// Counts the records; reads the whole file. For tests and diagnosis.
    public func counts() throws(JournalError) -> JournalCounts {
        try counts(try openStore())
    }

    private func counts(_ store: JournalStore) throws(JournalError) -> JournalCounts {
        var held = PerLane(both: Int64(0))
        held.events = try JournalStore.translating { () throws(SQLiteError) in
            try store.database.integer("SELECT count(*) FROM events") ?? 0
        }
        try store.forEachBlock(RowRange(start: .none)) { block throws(JournalError) in
            held.positions += Int64(try store.decode(block).count)
            return true
        }
        var counts = JournalCounts(produced: PerLane(both: 0), held: held, receipted: PerLane(both: [:]))
        for lane in Lane.allCases {
            let (records, skipped) = receipts.counts(lane)
            counts.receipted[lane] = records
            counts.produced[lane] = durable[lane].rawValue - skipped
        }
        return counts
    }

    /// Reads the whole file and checks what must always be true of it. For tests and diagnosis.
    /// - Throws: ``JournalError/Cause/damaged`` with the first contradiction found.
    public func checkInvariants() throws(JournalError) {
        let store = try openStore()
        let counts = try counts(store)
        guard counts.isBalanced else { throw store.damaged("produced, held and receipted differ: \(counts)") }
        guard durable == inbox.health.durable else { throw store.damaged("the health knows other last records") }
        guard receipts.rows == (try store.receipts()) else { throw store.damaged("the file has other receipts") }
        try checkEpochs(store)
        try checkEvents(store)
        try checkBlocks(store)
        try checkQuarantine(store)
        for (destination, cursor) in cursors {
            for lane in Lane.allCases where !(.none...durable[lane]).contains(cursor[lane]) {
                throw store.damaged("the cursor of \(destination) stands at \(cursor[lane]) in \(lane)")
            }
        }
    }

    private func checkEpochs(_ store: JournalStore) throws(JournalError) {
        let content = try store.content()
        guard content.epochs == epochs, !epochs.isEmpty else { throw store.damaged("the file has other epochs") }
        guard epochs.map(\.number) == Array(1..<(Int64(epochs.count) + 1)), Set(epochs.map(\.id)).count == epochs.count
        else { throw store.damaged("epochs are missing, or have one identity") }
        guard let marks = marks?.marks else { return }
        for lane in Lane.allCases where durable[lane] > marks.reserved[lane] {
            throw store.damaged("\(lane.rawValue) \(durable[lane].rawValue) was given before it was set apart")
        }
    }

    /// For each destination and lane recorded = acknowledged + quarantined + waiting + receipted, and nothing quarantined
    /// waits.
    private func checkQuarantine(_ store: JournalStore) throws(JournalError) {
        guard unwritten.quarantine.isEmpty else { return }
        let counts = try store.quarantineCounts()
        for destination in Set(counts.keys).union(quarantine.keys) {
            let known = quarantineCounts(of: destination)
            guard counts[destination] ?? PerLane(both: .none) == known else {
                throw store.damaged("\(destination) refused other records than are counted")
            }
            let cursor = cursor(of: destination)
            for lane in Lane.allCases where known[lane].held > cursor[lane].rawValue {
                throw store.damaged("\(destination) refused more of the \(lane.rawValue) than it was sent")
            }
            for refused in try store.quarantined(by: destination, limit: .max)
            where refused.range.upperBound > cursor[refused.lane] {
                throw store.damaged("\(destination) refused \(refused.lane) \(refused.range), which still wait")
            }
        }
    }

    private func checkEvents(_ store: JournalStore) throws(JournalError) {
        var last = SequenceNumber.none
        while true {
            let events = try store.events(RowRange(start: last), limit: HistoryQuery.maximumLimit)
            guard !events.isEmpty else { break }
            for event in events.map(\.recorded) {
                try checkGap(after: last, before: event.sequence, in: .events, store)
                _ = try store.boot(event.boot)
                last = event.sequence
            }
        }
        try checkGap(after: last, before: durable.events.next, in: .events, store)
    }

    private func checkBlocks(_ store: JournalStore) throws(JournalError) {
        var last = SequenceNumber.none
        var newest: [Recorded<Position>] = []
        try store.forEachBlock(RowRange(start: .none)) { block throws(JournalError) in
            // Decoding compares with the row: first, last and boot.
            newest = try store.decode(block)
            try checkGap(after: last, before: block.range.lowerBound, in: .positions, store)
            let isWhole = zip(newest, newest.dropFirst()).allSatisfy { $0.sequence.next == $1.sequence }
            guard isWhole || receipts.isThinned(block.range) else {
                throw store.damaged("block \(block.range.lowerBound.rawValue) lacks positions")
            }
            last = block.range.upperBound
            _ = try store.boot(block.boot)
            return true
        }
        try checkGap(after: last, before: durable.positions.next, in: .positions, store)
        guard positionLane.open.isEmpty || positionLane.open == newest else {
            throw store.damaged("the open block is not the newest row")
        }
    }

    private func checkGap(
        after last: SequenceNumber,
        before next: SequenceNumber,
        in lane: Lane,
        _ store: JournalStore
    ) throws(JournalError) {
        guard next > last else { throw store.damaged("\(lane.rawValue) \(next.rawValue) is there twice") }
        guard last.next < next else { return }
        let gap = last.next...SequenceNumber(rawValue: next.rawValue - 1)
        guard receipts.absent[lane].covers(gap) else {
            throw store.damaged("no \(lane.rawValue) \(gap.lowerBound.rawValue) to \(gap.upperBound.rawValue)")
        }
    }
}
