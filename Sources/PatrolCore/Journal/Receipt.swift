/// The journal's word for records that it does not hold any more, or never held.
public struct Receipt: Hashable, Sendable {
    /// Why they are not there. The names are kept on disk and told to the station: they are only added to.
    public enum Reason: String, CaseIterable, Sendable {
        /// Every destination had them, and their room was needed.
        case acknowledged
        /// Nine of ten went, so that the rest can stay.
        case thinned
        /// The oldest, which no destination had, went so that newer ones can stay.
        case dropped
        /// The memory was full while the disk refused them.
        case memoryFull = "memory-full"
        /// A quantity was beyond what a block can carry.
        case unencodable
        /// What was on disk is not what was written.
        case damaged
        /// The file is older than what was once on disk.
        case rolledBack = "rolled-back"
        /// Numbers that were passed over, so that none is given twice: no record.
        case skipped
    }

    /// Of which lane.
    public var lane: Lane
    /// Their numbers. Of ``Reason/thinned`` records every tenth number in it is still there.
    public var range: ClosedRange<SequenceNumber>
    /// How many records; 0 for numbers that were never given.
    public var count: Int64
    /// Why.
    public var reason: Reason
    /// UTC not later than the first of them; `nil` if nobody knows.
    public var from: WallTime?
    /// UTC not earlier than the last of them; `nil` if nobody knows.
    public var to: WallTime?

    /// See the properties.
    public init(
        lane: Lane,
        range: ClosedRange<SequenceNumber>,
        count: Int64,
        reason: Reason,
        from: WallTime? = nil,
        to: WallTime? = nil
    ) {
        self.lane = lane
        self.range = range
        self.count = count
        self.reason = reason
        self.from = from
        self.to = to
    }

    /// Whether none of the range's numbers has a record.
    public var isComplete: Bool { reason != .thinned }

    /// Whether the station has to hear of it: something is gone that it may not have.
    public var isLoss: Bool { reason != .acknowledged && reason != .skipped }

    /// The receipt as an event; see ``isLoss``.
    public var event: EventKind {
        .recordsDropped(
            lane: lane,
            first: range.lowerBound,
            last: range.upperBound,
            count: count,
            reason: reason.rawValue,
            from: from,
            to: to
        )
    }
}
