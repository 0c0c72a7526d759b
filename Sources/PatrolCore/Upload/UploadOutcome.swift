/// What became of one attempt to send a batch. Every status and every network error is one of these.
///
/// Only a receiver that shows who it is judges records. Whatever else answers at its address (a proxy, a captive portal,
/// another server) says nothing about them, however sure it sounds.
public enum UploadOutcome: Hashable, Sendable {
    /// The receiver holds everything up to and including these records durably. Numbers of a lane that the batch held
    /// nothing of mean nothing.
    /// - `missing`: the first record of each lane that it says it lacks, of those before what it holds.
    case acknowledged(
        events: SequenceNumber,
        positions: SequenceNumber,
        missing: PerLane<SequenceNumber?> = PerLane(both: nil)
    )
    /// The network failed or somebody is busy (408, 425, 429, 5xx): the same again later.
    /// - `retryAfter`: what was asked for, if anything was.
    case retryLater(reason: String, retryAfter: Duration?)
    /// Something answered that does not show that it is the receiver: an outage, so the same again later.
    /// - `needsPerson`: it asks for what only a person can give (401, 403, 407), so that health says so at once.
    case foreignAnswer(reason: String, needsPerson: Bool)
    /// The receiver accepts nothing that is sent before somebody changes something (401, 403, a wrong address).
    case heldUntilPersonActs(reason: String)
    /// The batch is too large (413): a smaller one may be accepted.
    case tooLarge(reason: String, by: RefusalJudge = .receiver)
    /// What is in the batch was understood and refused (400, 409, 422): one of the records is at fault.
    case rejected(reason: String, by: RefusalJudge = .receiver)
    /// The receiver holds other records under these numbers (409): no record is at fault, but their identity.
    case contradicted(Contradiction, reason: String)
}

/// Who refused a batch for what it holds.
public enum RefusalJudge: Hashable, Sendable {
    /// The receiver, in the collector's own form of errors; or this program, which could not write the batch.
    case receiver
    /// Whatever answers where a receiver of JSON is expected, which need not know that form. Believed only if the
    /// destination has ever acknowledged something: until then nobody knows who answers there.
    case receiverOfJSON
}

/// How much may go into the next batch, and what for. What is acknowledged already never goes into one.
public struct BatchPlan: Hashable, Sendable {
    /// Why this batch goes now.
    public enum Purpose: String, CaseIterable, Sendable {
        /// Something new is due.
        case live
        /// More than one batch waits, and the pace allows the next.
        case backlog
        /// A person or a stop of the daemon asked for it.
        case flush
        /// A record is searched for that the receiver refuses.
        case isolation
        /// One quarantined record, because a person wants it sent again.
        case retry
    }

    /// The most events, from the oldest that is not acknowledged; 0 for none.
    public var maximumEvents: Int
    /// The most positions, likewise.
    public var maximumPositions: Int
    /// Why this batch goes now.
    public var purpose: Purpose

    /// See the properties.
    public init(maximumEvents: Int, maximumPositions: Int, purpose: Purpose) {
        self.maximumEvents = maximumEvents
        self.maximumPositions = maximumPositions
        self.purpose = purpose
    }

    subscript(lane: Lane) -> Int {
        switch lane {
        case .events: maximumEvents
        case .positions: maximumPositions
        }
    }
}

/// What a batch held, and what became of it.
public struct UploadAttempt: Hashable, Sendable {
    /// The first and the last event in the batch; `nil` if it held none.
    public var events: ClosedRange<SequenceNumber>?
    /// The first and the last position in the batch; `nil` if it held none.
    public var positions: ClosedRange<SequenceNumber>?
    /// Bytes of the request's body that may have gone out, 0 or more.
    public var bytesOnWire: Int
    /// What became of it.
    public var outcome: UploadOutcome
    /// Whether it went under an identity that the journal has given up since.
    public var isOfEarlierEpoch: Bool

    /// See the properties.
    public init(
        events: ClosedRange<SequenceNumber>?,
        positions: ClosedRange<SequenceNumber>?,
        bytesOnWire: Int,
        outcome: UploadOutcome,
        isOfEarlierEpoch: Bool = false
    ) {
        self.isOfEarlierEpoch = isOfEarlierEpoch
        self.events = events
        self.positions = positions
        self.bytesOnWire = bytesOnWire
        self.outcome = outcome
    }

    subscript(lane: Lane) -> ClosedRange<SequenceNumber>? {
        switch lane {
        case .events: events
        case .positions: positions
        }
    }
}

/// What one destination still lacks.
public struct UploadBacklog: Hashable, Sendable {
    /// One lane of it.
    public struct LaneBacklog: Hashable, Sendable {
        /// Records that are not acknowledged, those of a batch under way included; 0 or more.
        public var waiting: Int
        /// The newest record of the lane, acknowledged or not: no receiver can hold a later one.
        public var newest: SequenceNumber

        /// See the properties.
        public init(waiting: Int, newest: SequenceNumber) {
            self.waiting = waiting
            self.newest = newest
        }
    }

    /// The events.
    public var events: LaneBacklog
    /// The positions.
    public var positions: LaneBacklog
    /// Quarantined records that a person wants sent again; 0 or more. Not among those that wait.
    public var retrying: Int

    /// See the properties.
    public init(events: LaneBacklog, positions: LaneBacklog, retrying: Int = 0) {
        self.events = events
        self.positions = positions
        self.retrying = retrying
    }

    /// Nothing recorded yet.
    public static let empty = UploadBacklog(
        events: LaneBacklog(waiting: 0, newest: .none),
        positions: LaneBacklog(waiting: 0, newest: .none)
    )

    /// Nothing waits in the lanes.
    public var isEmpty: Bool { events.waiting == 0 && positions.waiting == 0 }

    /// There is nothing at all to send.
    var isDone: Bool { isEmpty && retrying == 0 }

    subscript(lane: Lane) -> LaneBacklog {
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

/// What a destination is doing, for people.
public struct UploadStatus: Hashable, Sendable {
    /// The state's name.
    public enum State: String, CaseIterable, Sendable {
        /// All is well; the next batch goes when something is due.
        case idle
        /// A batch is on the road.
        case inFlight = "in-flight"
        /// The last attempt failed; it is tried again.
        case backingOff = "backing-off"
        /// The receiver refuses until a person acts; it is tried now and then.
        case held
        /// Shut down.
        case stopped
    }

    /// A lane that waits for a person while the other one goes on.
    public struct HeldLane: Hashable, Sendable {
        /// What the receiver said last of its records.
        public var reason: String
        /// Since when.
        public var since: Instant
        /// When the lane's next record is tried.
        public var nextAttemptAt: Instant
    }

    /// The state's name.
    public var state: State
    /// Since when: of idle and of a flight its begin, of trouble the first failure after the last success, also while the
    /// next attempt is under way; of being held the first refusal.
    public var since: Instant
    /// What went wrong last; `nil` when nothing did since the last acknowledgement.
    public var reason: String?
    /// Attempts that failed since the last acknowledgement.
    public var failedAttempts: Int
    /// Whether what answered last wants something that only a person can give.
    public var needsPerson = false
    /// Lanes that are held although the destination is not; `nil` for one that is not, or of which nothing waits.
    public var heldLanes = PerLane<HeldLane?>(both: nil)
    /// When the next attempt is made; `nil` while one is under way and if nothing waits.
    public var nextAttemptAt: Instant?
    /// When the receiver acknowledged something last; `nil` if never since the daemon started.
    public var lastAcknowledgedAt: Instant?

    /// See the properties.
    public init(
        state: State,
        since: Instant,
        reason: String? = nil,
        failedAttempts: Int = 0,
        nextAttemptAt: Instant? = nil,
        lastAcknowledgedAt: Instant? = nil
    ) {
        self.state = state
        self.since = since
        self.reason = reason
        self.failedAttempts = failedAttempts
        self.nextAttemptAt = nextAttemptAt
        self.lastAcknowledgedAt = lastAcknowledgedAt
    }
}
