/// Why records that had a number are not there. Open, so that a receiver keeps reasons that it does not know; what a journal
/// itself may say is ``Receipt/Reason``, whose names these are.
public struct AbsenceReason: RawRepresentable, Hashable, Sendable {
    /// The name in the file and on the wire.
    public let rawValue: String

    /// - Parameter rawValue: 1 to 64 of a-z, 0-9, "-" and ".".
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// There was no room for them.
    public static let dropped = AbsenceReason(rawValue: "dropped")
    /// There was no room for all: some of the range stay, at a wider spacing.
    public static let thinned = AbsenceReason(rawValue: "thinned")
    /// They cannot be read any more.
    public static let damaged = AbsenceReason(rawValue: "damaged")
    /// The destination refused them; they are kept.
    public static let quarantined = AbsenceReason(rawValue: "quarantined")
    /// The destination has acknowledged them once, and they have made room since.
    public static let acknowledged = AbsenceReason(rawValue: "acknowledged")
    /// The numbers were reserved and never given, or given by a journal that has lost them.
    public static let neverWritten = AbsenceReason(rawValue: "never-written")
}

/// Numbers of a lane that a destination never gets, wholly or in part: no gap, but an account of what is not there.
public struct AbsentRange: Hashable, Sendable {
    /// Of which lane.
    public var lane: Lane
    /// From the first to the last number.
    public var range: ClosedRange<SequenceNumber>
    /// How many of these are absent, 1 to the length of the range; the others are there.
    public var count: Int64
    /// Why.
    public var reason: AbsenceReason
    /// What time they span, as far as it is known.
    public var times: ClosedRange<WallTime>?

    /// See the properties.
    public init(
        lane: Lane,
        range: ClosedRange<SequenceNumber>,
        count: Int64,
        reason: AbsenceReason,
        times: ClosedRange<WallTime>? = nil
    ) {
        self.lane = lane
        self.range = range
        self.count = count
        self.reason = reason
        self.times = times
    }
}
