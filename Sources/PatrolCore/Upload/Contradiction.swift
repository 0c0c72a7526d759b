/// A receiver's word that it holds other records of a journal than the journal has: the journal came back older than it was,
/// or lives twice.
public struct Contradiction: Hashable, Sendable {
    /// Up to which record of the batch it holds each lane durably, and as it was sent; `nil` for a lane of which it says
    /// nothing.
    public var agreed: PerLane<SequenceNumber?>
    /// The first record of a lane under whose number it holds another one; `nil` where everything after `agreed` is in doubt.
    public var first: PerLane<SequenceNumber?>
    /// Whether it refuses what it does not hold, too: the journal has given fewer numbers than are held.
    public var isRolledBack: Bool

    /// See the properties.
    public init(agreed: PerLane<SequenceNumber?>, first: PerLane<SequenceNumber?>, isRolledBack: Bool) {
        (self.agreed, self.first, self.isRolledBack) = (agreed, first, isRolledBack)
    }
}

/// What a contradiction means for the batch that it answers. Nothing that the batch did not hold is believed.
///
/// | what is said                                     | acknowledged                | begins anew                    |
/// | :----------------------------------------------- | :-------------------------- | :----------------------------- |
/// | rolled back, agreed up to the end of the batch   | all of it                   | nothing: what follows will say |
/// | rolled back, agreed up to somewhere in it        | up to there                 | what comes behind              |
/// | rolled back, agreed with nothing, or not said    | nothing                     | all of it                      |
/// | a conflict from a record of it on                | up to what is acknowledged  | from that record on            |
/// | a conflict from elsewhere                        | nothing                     | nothing: a fault               |
struct Divergence: Hashable, Sendable {
    /// What the receiver has all the same.
    let acknowledged: Acknowledgements
    /// From which record on each lane needs another identity; `nil` for a lane that goes on.
    private(set) var first = PerLane<SequenceNumber?>(both: nil)
    /// What is wrong with the answer.
    private(set) var fault: String?

    /// Whether any lane needs another identity.
    var isAny: Bool { first != PerLane(both: nil) }

    init(_ said: Contradiction, of attempt: UploadAttempt, _ plan: BatchPlan) {
        var through = PerLane<SequenceNumber?>(both: nil)
        for lane in Lane.allCases {
            guard let range = attempt[lane] else {
                if let first = said.first[lane] { fault = Self.fault(lane, first) }
                continue
            }
            var agreed = said.agreed[lane].map { min($0, range.upperBound) }
            if let first = said.first[lane] {
                guard range.contains(first) else {
                    fault = Self.fault(lane, first)
                    continue
                }
                self.first[lane] = first
                agreed = agreed.map { min($0, SequenceNumber(rawValue: first.rawValue - 1)) }
            } else if said.isRolledBack {
                let next = max(range.lowerBound, agreed?.next ?? range.lowerBound)
                if next <= range.upperBound { first[lane] = next }
            }
            if let agreed, agreed >= range.lowerBound { through[lane] = agreed }
        }
        if fault != nil {
            first = PerLane(both: nil)
            through = PerLane(both: nil)
        }
        acknowledged = Acknowledgements(through: through, of: attempt, plan)
    }

    private static func fault(_ lane: Lane, _ first: SequenceNumber) -> String {
        "the receiver holds another record as \(lane.rawValue) \(first.rawValue), which it was not sent"
    }
}
