public import PatrolCore

/// How many records of a lane a destination has refused.
public struct QuarantineCount: Hashable, Sendable {
    /// All of them.
    public var held: Int64
    /// Those of them that a person wants sent again.
    public var retrying: Int64

    static let none = QuarantineCount(held: 0, retrying: 0)
}

/// Records of one lane that a destination refused, one after the other and for the same reason.
public struct Quarantined: Hashable, Sendable {
    /// Of which lane.
    public var lane: Lane
    /// From the first to the last.
    public var range: ClosedRange<SequenceNumber>
    /// What the destination said.
    public var reason: String
    /// When it said so last; `nil` if nobody knows.
    public var time: WallTime?
    /// Whether a person wants them sent again.
    public var isRetrying: Bool
}

/// One record, on its way into or out of the table of what is quarantined.
struct QuarantineChange: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case quarantined(reason: String, at: Instant, time: WallTime?)
        case released
        /// All of the destination's are sent again; the record does not matter.
        case retried
        /// All of the destination's are given up; the record does not matter.
        case skipped
        /// All of the lane behind the record are as if the destination had never refused them.
        case forgotten
    }

    var destination: String
    var lane: Lane
    var sequence: SequenceNumber
    var kind: Kind
}
