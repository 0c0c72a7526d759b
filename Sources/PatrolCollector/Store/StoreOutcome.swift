import PatrolCore
import PatrolWire

/// What became of a batch once it was stored.
struct StoredBatch: Hashable, Sendable {
    /// What one lane of a batch brought.
    struct Lane: Hashable, Sendable {
        /// Every number of the lane up to this one is stored durably or explained; of a sender that cannot explain, every
        /// number up to the batch's highest that it has sent and still has.
        ///
        /// The same batch gets the same answer, or a higher one, however often it comes.
        var acknowledged = SequenceNumber.none
        /// Records that were not held before.
        var new = 0
        /// Records that were held already, and were left as they are.
        var repeated = 0
        /// Records that are held already, but as something else: nothing of the lane is stored then.
        var conflicting = 0
    }

    var events: Lane
    var positions: Lane
    /// What lies between what is acknowledged and what is held, the first of it.
    var missing: [Acknowledgement.Missing] = []

    subscript(lane: PatrolCore.Lane) -> Lane {
        get {
            switch lane {
            case .events: events
            case .positions: positions
            }
        }
        set {
            switch lane {
            case .events: events = newValue
            case .positions: positions = newValue
            }
        }
    }
}

/// How the store answers a batch.
enum StoreOutcome: Hashable, Sendable {
    /// All of it is on disk.
    case stored(StoredBatch)
    /// Numbers of a lane are held with other content: nothing of that lane is stored, the other one is.
    case conflict(StoredBatch, Lane, ClosedRange<Int64>)
    /// The journal has come back older than it was: nothing is stored. What is held of it at most, and up to which record of the
    /// batch each lane is held as it came; `nil` for a lane of which it holds nothing.
    case rolledBack(held: PerLane<Int64>, same: PerLane<Int64?>)
}
