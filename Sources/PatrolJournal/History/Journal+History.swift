public import PatrolCore

extension Journal {
    /// One page of the track. Positions that wait for their commit are part of it, without waiting for it; a power cut
    /// takes them, and then their numbers go to other positions.
    ///
    /// Reads no more blocks than the page needs, and passes over those outside the times by their row alone.
    /// - Throws: if the file cannot be read.
    public nonisolated func positions(_ query: HistoryQuery) async throws(JournalError) -> [Dated<Position>] {
        try await read { view throws(JournalError) in try view.positions(query) }
    }

    /// One page of the events; only durable ones.
    /// - Throws: if the file cannot be read.
    public nonisolated func events(_ query: HistoryQuery) async throws(JournalError) -> [Dated<StoredEvent>] {
        try await read { view throws(JournalError) in
            guard query.boundedLimit > 0 else { return [] }
            return try view.store.events(
                RowRange(start: query.behind, times: query.times, order: query.order),
                kinds: query.kinds,
                limit: query.boundedLimit
            )
        }
    }
}

extension JournalView {
    func positions(_ query: HistoryQuery) throws(JournalError) -> [Dated<Position>] {
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

    /// - Parameter candidates: in the query's order. Those not behind the last one of the call before are there already: what
    ///   waited a moment ago may be on disk now.
    mutating func take(_ candidates: [Dated<Position>]) {
        let last = records.last?.recorded.sequence
        for candidate in candidates where hasRoom && isBehind(last, candidate) && matches(candidate) {
            records.append(candidate)
        }
    }

    private func isBehind(_ last: SequenceNumber?, _ candidate: Dated<Position>) -> Bool {
        guard let last else { return true }
        let sequence = candidate.recorded.sequence
        return query.order == .oldestFirst ? sequence > last : sequence < last
    }

    private func matches(_ candidate: Dated<Position>) -> Bool {
        let sequence = candidate.recorded.sequence
        guard query.order == .oldestFirst ? sequence > query.behind : sequence < query.behind else { return false }
        guard let times else { return true }
        return candidate.effectiveTime.map(times.contains) ?? false
    }
}
