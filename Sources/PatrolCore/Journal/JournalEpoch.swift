/// Why a journal goes on under a new identity. Open, so that a receiver keeps reasons that it does not know.
public struct EpochReason: RawRepresentable, Hashable, Sendable {
    /// The name in the file and on the wire.
    public let rawValue: String

    /// - Parameter rawValue: 1 to 64 of a-z, 0-9, "-" and ".".
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Numbers that were given, or acknowledged by a receiver, are not in the file any more: an older state of it came back,
    /// or its tail is lost.
    public static let rolledBack = EpochReason(rawValue: "rolled-back")
    /// The file was copied to another folder or to another machine.
    public static let copied = EpochReason(rawValue: "copied")
    /// The file was damaged, and what could be read was taken over.
    public static let damaged = EpochReason(rawValue: "damaged")
    /// What remembers the numbers beside the file is missing or unreadable.
    public static let unknown = EpochReason(rawValue: "unknown")
}

/// A part of a journal's life with an identity of its own on the wire.
///
/// A journal that may have given numbers it does not know of any more begins a new one, so that no two records ever share
/// identity and number. Its numbers go on rising, so that one number a lane still says what a destination holds.
public struct JournalEpoch: Hashable, Sendable {
    /// 1 for the first one.
    public var number: Int64
    /// The identity of the epoch before; `nil` in the first one.
    public var previousID: JournalID?
    /// The lowest number that this epoch can give in each lane; lower ones belong to earlier epochs.
    public var first: PerLane<SequenceNumber>
    /// Why it began; `nil` in the first one.
    public var reason: EpochReason?

    /// See the properties.
    public init(number: Int64, previousID: JournalID?, first: PerLane<SequenceNumber>, reason: EpochReason?) {
        self.number = number
        self.previousID = previousID
        self.first = first
        self.reason = reason
    }

    /// That of a journal which never had another one.
    public static let first = JournalEpoch(
        number: 1,
        previousID: nil,
        first: PerLane(events: SequenceNumber.none.next, positions: SequenceNumber.none.next),
        reason: nil
    )
}
