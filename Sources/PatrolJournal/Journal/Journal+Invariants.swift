public import PatrolCore
import PatrolSQLite

/// How many records a journal has given numbers to and how many of them it holds.
public struct JournalCounts: Hashable, Sendable {
    /// Numbers given, since the journal was made.
    public var produced: PerLane<Int64>
    /// Records in the file.
    public var held: PerLane<Int64>
}

extension Journal {
    /// Counts the records; reads the whole file. For tests and diagnosis.
    public func counts() throws(JournalError) -> JournalCounts {
        let store = try openStore()
        let held = try JournalStore.translating { () throws(SQLiteError) in
            PerLane(
                events: try store.database.integer("SELECT count(*) FROM events") ?? 0,
                positions: try store.database.integer(
                    "SELECT sum(last_sequence - first_sequence + 1) FROM position_blocks"
                ) ?? 0
            )
        }
        return JournalCounts(
            produced: PerLane(events: durable.events.rawValue, positions: durable.positions.rawValue),
            held: held
        )
    }

    /// Reads the whole file and checks what must always be true of it. For tests and diagnosis.
    /// - Throws: ``JournalError/Cause/damaged`` with the first contradiction found.
    public func checkInvariants() throws(JournalError) {
        let store = try openStore()
        let counts = try counts()
        guard counts.produced == counts.held else { throw store.damaged("produced and held differ: \(counts)") }
        guard durable == inbox.health.durable else { throw store.damaged("the health knows other last records") }
        try checkEvents(store)
        try checkBlocks(store)
        try checkQuarantine(store)
        for (destination, cursor) in cursors {
            for lane in Lane.allCases where !(.none...durable[lane]).contains(cursor[lane]) {
                throw store.damaged("the cursor of \(destination) stands at \(cursor[lane]) in \(lane)")
            }
        }
    }

    /// For each destination and lane recorded = acknowledged + quarantined + waiting, and nothing quarantined waits.
    private func checkQuarantine(_ store: JournalStore) throws(JournalError) {
        guard unwritten.quarantine.isEmpty else { return }
        let counts = try store.quarantineCounts()
        for destination in Set(counts.keys).union(quarantine.keys) {
            let known = quarantineCounts(of: destination)
            guard counts[destination] ?? PerLane(events: .none, positions: .none) == known else {
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
                guard event.sequence == last.next else { throw store.damaged("no event \(last.next.rawValue)") }
                _ = try store.boot(event.boot)
                last = event.sequence
            }
        }
        guard last == durable.events else { throw store.damaged("the last event is \(last.rawValue)") }
    }

    private func checkBlocks(_ store: JournalStore) throws(JournalError) {
        var last = SequenceNumber.none
        var newest: [Recorded<Position>] = []
        try store.forEachBlock(RowRange(start: .none)) { block throws(JournalError) in
            // Decoding compares with the row: first, last and boot.
            newest = try store.decode(block)
            for position in newest {
                guard position.sequence == last.next else { throw store.damaged("no position \(last.next.rawValue)") }
                last = position.sequence
            }
            _ = try store.boot(block.boot)
            return true
        }
        guard last == durable.positions else { throw store.damaged("the last position is \(last.rawValue)") }
        guard positionLane.open.isEmpty || positionLane.open == newest else {
            throw store.damaged("the open block is not the newest row")
        }
    }
}
