public import PatrolCore

extension Journal {
    /// One page of the track. Positions that wait for their commit are part of it, without waiting for it; a power cut
    /// takes them, and then their numbers go to other positions.
    ///
    /// Reads no more blocks than the page needs, and passes over those outside the times by their row alone.
    /// - Throws: if the file cannot be read.
    public func positions(_ query: HistoryQuery) throws(JournalError) -> [Dated<Position>] {
        try reading { store throws(JournalError) in try positions(query, store) }
    }

    private func positions(_ query: HistoryQuery, _ store: JournalStore) throws(JournalError) -> [Dated<Position>] {
        var page = PositionPage(query)
        guard page.hasRoom else { return [] }
        let waiting = waitingPositions()
        if query.order == .newestFirst { page.take(waiting.reversed()) }
        try store.forEachBlock(page.blocks) { block throws(JournalError) in
            guard page.hasRoom else { return false }
            let positions = try store.decode(block).map { Dated($0, utcAtBoot: block.utcAtBoot) }
            page.take(query.order == .oldestFirst ? positions : positions.reversed())
            return page.hasRoom
        }
        if query.order == .oldestFirst { page.take(waiting) }
        return page.records
    }

    /// One page of the events; only durable ones.
    /// - Throws: if the file cannot be read.
    public func events(_ query: HistoryQuery) throws(JournalError) -> [Dated<StoredEvent>] {
        try reading { store throws(JournalError) in
            guard query.boundedLimit > 0 else { return [] }
            return try store.events(
                RowRange(start: query.behind, times: query.times, order: query.order),
                kinds: query.kinds,
                limit: query.boundedLimit
            )
        }
    }

    /// The positions that wait for their commit, with the numbers that it will give them unless a power cut comes first.
    func waitingPositions() -> [Dated<Position>] {
        let waiting = inbox.waiting
        // Those that were given up before them get their numbers first.
        let gone = waiting.gone.positions.values.reduce(0) { $0 + $1.count }
        var sequence = SequenceNumber(rawValue: positionLane.last.rawValue + gone)
        return waiting.positions.map { position in
            sequence = sequence.next
            return Dated(
                Recorded(sequence: sequence, boot: boot, record: position),
                utcAtBoot: clock?.utcAtBoot
            )
        }
    }
}

extension ClockOffset {
    var utcAtBoot: WallTime { WallTime(millisecondsSince1970: utcAtBootMilliseconds) }
}

extension HistoryQuery {
    /// Where this page starts: records behind this number in the query's order. Clamped, because it comes from outside
    /// and its neighbours must exist.
    var behind: SequenceNumber {
        let bounds = Int64(0)...(.max - 1)
        let beginning = order == .oldestFirst ? bounds.lowerBound : bounds.upperBound
        return SequenceNumber(rawValue: min(max(after?.rawValue ?? beginning, bounds.lowerBound), bounds.upperBound))
    }
}

/// A page of positions as it fills.
private struct PositionPage {
    private let query: HistoryQuery
    private let times: Range<WallTime>?
    private(set) var records: [Dated<Position>] = []

    init(_ query: HistoryQuery) {
        self.query = query
        times = query.times
    }

    var hasRoom: Bool { records.count < query.boundedLimit }

    /// The blocks that may hold something for this page.
    var blocks: RowRange {
        RowRange(
            start: query.order == .oldestFirst
                ? query.behind.next : SequenceNumber(rawValue: query.behind.rawValue - 1),
            times: times,
            order: query.order
        )
    }

    /// - Parameter candidates: in the query's order, all behind those of the call before.
    mutating func take(_ candidates: [Dated<Position>]) {
        for candidate in candidates where hasRoom && matches(candidate) { records.append(candidate) }
    }

    private func matches(_ candidate: Dated<Position>) -> Bool {
        let sequence = candidate.recorded.sequence
        guard query.order == .oldestFirst ? sequence > query.behind : sequence < query.behind else { return false }
        guard let times else { return true }
        return candidate.effectiveTime.map(times.contains) ?? false
    }
}
