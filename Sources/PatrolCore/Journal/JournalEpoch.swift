/// A part of a journal's life with an identity of its own on the wire, as a batch tells of it: the batch's own journal is its
/// identity, and of the epoch before only that is told. The journal keeps each one whole, as an ``Epoch``.
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
    /// Why it began, for a person; `nil` in the first one.
    public var reason: String?

    /// See the properties.
    public init(number: Int64, previousID: JournalID?, first: PerLane<SequenceNumber>, reason: String?) {
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
