import PatrolCore

extension Journal {
    /// What waits for a destination. Costs the same for ten records and for a hundred thousand: the numbers have no gaps,
    /// and only the first waiting record is read.
    /// - Throws: if the file cannot be read or is damaged.
    public nonisolated func backlog(of destination: String) async throws(JournalError) -> Backlog {
        try await read { view throws(JournalError) in
            var backlog = view.memory.waiting(for: destination)
            let cursor = view.cursor(of: destination)
            if backlog.events.count > 0 {
                let first = try view.store.events(RowRange(start: cursor.events), limit: 1).first
                backlog.lanes.events.oldest = first?.effectiveTime
            }
            if backlog.positions.count > 0 {
                let first = try view.positions(HistoryQuery(after: cursor.positions, limit: 1)).first
                backlog.lanes.positions.oldest = first?.effectiveTime
            }
            return backlog
        }
    }

    /// As ``backlog(of:)`` without the times of the oldest records: from memory alone, at once.
    public nonisolated func waiting(for destination: String) -> Backlog {
        JournalMemory(inbox, shared).waiting(for: destination)
    }
}

extension JournalMemory {
    func waiting(for destination: String) -> Backlog {
        let cursor = cursor(of: destination)
        let quarantine = quarantineCounts(of: destination)
        let waiting = inbox.waiting
        // Those among the newest that memory gave up will have a receipt, and no record.
        let gone = waiting.gone.positions.values.reduce(0) { $0 + $1.count }
        var newest = state.lastPosition
        if !waiting.positions.isEmpty {
            newest = SequenceNumber(
                rawValue: waiting.durable.positions.rawValue + gone + Int64(waiting.positions.count)
            )
        }
        let events = lane(.events, settled: cursor.events, quarantine.events, last: state.lastEvent)
        var positions = lane(.positions, settled: cursor.positions, quarantine.positions, last: newest)
        if !waiting.positions.isEmpty { positions.count -= gone }
        return Backlog(lanes: PerLane(events: events, positions: positions))
    }

    private func lane(
        _ lane: Lane,
        settled: SequenceNumber,
        _ quarantined: QuarantineCount,
        last: SequenceNumber
    ) -> Backlog.LaneBacklog {
        let receipts = state.receipts
        let waiting = last.rawValue - settled.rawValue - receipts.missing(lane, above: settled)
        // The last one of thinned positions is always there.
        let atLeast: Int64 = receipts.hasThinned(lane, above: settled) ? 1 : 0
        return Backlog.LaneBacklog(
            count: max(atLeast, waiting),
            lastSequence: last,
            settled: settled,
            acknowledged: settled.rawValue - quarantined.held - receipts.lost(lane, through: settled),
            quarantined: quarantined
        )
    }
}
