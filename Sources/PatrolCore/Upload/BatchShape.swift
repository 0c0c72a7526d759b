/// What the next batch may hold at most, after what the receiver refused so far.
///
/// How much the receiver takes at all is learned, see ``BatchCeiling``. A lane of which a record was set aside starts again
/// with one, and each accepted batch gives a sixteenth of the full size back.
/// A batch that is refused for its contents starts a search: first the lanes apart, then halves, down to the one record.
struct BatchShape: Hashable, Sendable {
    /// What is known about a record that the receiver refuses.
    private enum Search: Hashable, Sendable {
        /// Nothing was refused.
        case none
        /// A batch of so many events and positions was refused: the events are tried alone.
        case lanesApart(events: Int, positions: Int)
        /// One of the next `suspects` records of the lane is refused.
        case within(Lane, suspects: Int)
    }

    /// What a refusal leads to.
    enum Verdict: Hashable, Sendable {
        /// A smaller batch is tried.
        case smaller
        /// The batch was this lane's next record and nothing else: there is nothing smaller.
        case singleRecord(Lane)
    }

    /// How many records of each lane were in a batch.
    typealias Counts = PerLane<Int>

    private let full: Counts
    /// What the records set aside leave of the full size.
    private var lanes: Counts
    private var ceiling: BatchCeiling
    private var search: Search = .none

    init(_ settings: UploadSettings) {
        full = Counts(events: max(1, settings.maximumEvents), positions: max(1, settings.maximumPositions))
        lanes = full
        ceiling = BatchCeiling(full: full.events * Self.eventSize(full) + full.positions)
    }

    /// The most of each lane that one batch may hold of it alone, 1 or more.
    var limits: Counts {
        Counts(
            events: min(lanes.events, max(1, ceiling.limit / Self.eventSize(full))),
            positions: min(lanes.positions, ceiling.limit)
        )
    }

    /// The most positions beside so many events, 0 or more.
    func positionLimit(beside events: Int) -> Int {
        let taken = min(events, limits.events) * Self.eventSize(full)
        return min(lanes.positions, max(0, ceiling.limit - taken))
    }

    /// As many positions as an event counts for.
    private static func eventSize(_ full: Counts) -> Int { max(1, full.positions / full.events) }

    private func size(of counts: Counts) -> Int { counts.events * Self.eventSize(full) + counts.positions }

    /// Whether more waits than one batch may hold.
    func isBacklog(_ backlog: UploadBacklog) -> Bool {
        backlog.events.waiting > limits.events
            || backlog.positions.waiting > positionLimit(beside: backlog.events.waiting)
    }

    /// What the next batch may hold while a record is searched for; `nil` while none is.
    func isolationPlan(_ backlog: UploadBacklog) -> BatchPlan? {
        switch search {
        case .none:
            return nil
        case .lanesApart(let events, _):
            return BatchPlan(maximumEvents: min(events, limits.events), maximumPositions: 0, purpose: .isolation)
        case .within(.events, let suspects):
            return BatchPlan(maximumEvents: half(of: suspects, .events), maximumPositions: 0, purpose: .isolation)
        case .within(.positions, _) where backlog.events.waiting > 0:
            // Events come first even now; the search goes on where it was.
            return BatchPlan(maximumEvents: limits.events, maximumPositions: 0, purpose: .isolation)
        case .within(.positions, let suspects):
            return BatchPlan(maximumEvents: 0, maximumPositions: half(of: suspects, .positions), purpose: .isolation)
        }
    }

    private func half(of suspects: Int, _ lane: Lane) -> Int {
        max(1, min(suspects / 2, limits[lane]))
    }

    /// The receiver took these.
    mutating func accepted(_ counts: Counts) {
        for lane in Lane.allCases where counts[lane] > 0 {
            lanes[lane] = min(full[lane], lanes[lane] + max(1, full[lane] / 16))
        }
        ceiling.accepted(size(of: counts))
        switch search {
        case .none:
            break
        case .lanesApart(let events, let positions):
            // The events are innocent as soon as all of them are accepted: then it is one of the positions.
            search =
                counts.events < events
                ? .lanesApart(events: events - counts.events, positions: positions)
                : .within(.positions, suspects: positions)
        case .within(let lane, let suspects):
            search = counts[lane] < suspects ? .within(lane, suspects: suspects - counts[lane]) : .none
        }
    }

    /// The receiver refused these for what they are.
    mutating func rejected(_ counts: Counts) -> Verdict {
        guard let lane = counts.onlyLane else {
            search = .lanesApart(events: counts.events, positions: counts.positions)
            return .smaller
        }
        guard counts[lane] > 1 else { return .singleRecord(lane) }
        search = .within(lane, suspects: counts[lane])
        return .smaller
    }

    /// The receiver found these too many.
    mutating func tooLarge(_ counts: Counts) -> Verdict {
        if let lane = counts.onlyLane, counts[lane] == 1 { return .singleRecord(lane) }
        if counts.events == 1, counts.positions == 1 { return rejected(counts) }
        ceiling.refused(size(of: counts))
        return .smaller
    }

    /// The record that was searched for is set aside. Where there is one there may be more, so the lane starts small.
    mutating func setAside(in lane: Lane) {
        search = .none
        lanes[lane] = 1
    }

    /// Nothing more of the lane is searched for.
    mutating func hold(_ lane: Lane) {
        lanes[lane] = 1
        switch search {
        case .lanesApart(_, let positions): search = lane == .events ? .within(.positions, suspects: positions) : .none
        case .within(lane, _): search = .none
        case .none, .within: break
        }
    }

    /// Ends a search for records that are no longer there.
    mutating func forgetSearch(unlessWaiting backlog: UploadBacklog) {
        switch search {
        case .none: break
        case .lanesApart: if backlog.events.waiting == 0 { search = .none }
        case .within(let lane, _): if backlog[lane].waiting == 0 { search = .none }
        }
    }
}

extension PerLane<Int> {
    /// The lane of a batch that held only one; `nil` for a batch of both or of none.
    fileprivate var onlyLane: Lane? {
        switch (events > 0, positions > 0) {
        case (true, false): .events
        case (false, true): .positions
        case (true, true), (false, false): nil
        }
    }
}
