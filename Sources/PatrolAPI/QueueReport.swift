/// `GET /v1/queue`: what each destination has, what it still lacks, and what happens next.
public struct QueueReport: Codable, Hashable, Sendable {
    /// One for each `[[upload]]`.
    public var destinations: [Destination]
    /// The name of the vehicle's time zone; `nil` if nobody knows it.
    public var timeZone: String?

    enum CodingKeys: String, CodingKey {
        case destinations
        case timeZone = "time_zone"
    }

    /// See the property.
    public init(destinations: [Destination]) {
        self.destinations = destinations
    }

    /// One `[[upload]]`.
    public struct Destination: Codable, Hashable, Sendable {
        /// Its name.
        public var name: String
        /// Its address.
        public var url: String
        /// `idle`, `in-flight`, `backing-off` or `held`.
        public var state: String
        /// Why it is backing off or held.
        public var reason: String?
        /// Attempts that failed since the last one that did not.
        public var failedAttempts: Int
        /// Seconds until the next attempt; `nil` if nothing waits.
        public var nextAttemptInSeconds: Double?
        /// Seconds since the last acknowledgement; `nil` before the first since the daemon started.
        public var lastAcknowledgedSecondsAgo: Double?
        /// The events.
        public var events: LaneQueue
        /// The positions.
        public var positions: LaneQueue
        /// Bodies sent since the daemon started, in bytes, compressed.
        public var bytesSent: Int64
        /// Positions acknowledged since the daemon started.
        public var positionsSent: Int64
        /// Batches acknowledged since the daemon started.
        public var batchesSent: Int64
        /// The first of what it refused; the lanes say how many there are. `nil` from a daemon that knows no quarantine.
        public var quarantined: [Quarantined]?

        enum CodingKeys: String, CodingKey {
            case name, url, state, reason, events, positions, quarantined
            case failedAttempts = "failed_attempts"
            case nextAttemptInSeconds = "next_attempt_in_s"
            case lastAcknowledgedSecondsAgo = "last_acknowledged_s_ago"
            case bytesSent = "bytes_sent"
            case positionsSent = "positions_sent"
            case batchesSent = "batches_sent"
        }

        /// See the properties.
        public init(
            name: String,
            url: String,
            state: String,
            reason: String?,
            failedAttempts: Int,
            nextAttemptInSeconds: Double?,
            lastAcknowledgedSecondsAgo: Double?,
            events: LaneQueue,
            positions: LaneQueue,
            bytesSent: Int64,
            positionsSent: Int64,
            batchesSent: Int64,
            quarantined: [Quarantined]?
        ) {
            self.name = name
            self.url = url
            self.state = state
            self.reason = reason
            self.failedAttempts = failedAttempts
            self.nextAttemptInSeconds = nextAttemptInSeconds
            self.lastAcknowledgedSecondsAgo = lastAcknowledgedSecondsAgo
            self.events = events
            self.positions = positions
            self.bytesSent = bytesSent
            self.positionsSent = positionsSent
            self.batchesSent = batchesSent
            self.quarantined = quarantined
        }
    }

    /// One lane of a destination.
    public struct LaneQueue: Codable, Hashable, Sendable {
        /// The newest record of the lane.
        public var recorded: Int64
        /// How many records the destination acknowledged; those that it refused are not among them.
        public var acknowledged: Int64
        /// How many wait.
        public var waiting: Int64
        /// When the oldest of them was recorded (RFC 3339), if that is known.
        public var oldest: String?
        /// How many it refused: recorded = acknowledged + quarantined + waiting. `nil` from a daemon that knows no
        /// quarantine.
        public var quarantined: Int64?
        /// Why nothing of this lane goes although the destination is not held: what it said of record after record. `nil` if
        /// the lane is not held.
        public var heldReason: String?
        /// Seconds until the next record of a held lane is tried.
        public var heldNextAttemptInSeconds: Double?

        enum CodingKeys: String, CodingKey {
            case recorded, acknowledged, waiting, oldest, quarantined
            case heldReason = "held_reason"
            case heldNextAttemptInSeconds = "held_next_attempt_in_s"
        }

        /// See the properties.
        public init(recorded: Int64, acknowledged: Int64, waiting: Int64, oldest: String?, quarantined: Int64?) {
            self.recorded = recorded
            self.acknowledged = acknowledged
            self.waiting = waiting
            self.oldest = oldest
            self.quarantined = quarantined
        }
    }

    /// Records in a row that a destination refused for the same reason. They are kept.
    public struct Quarantined: Codable, Hashable, Sendable {
        /// `events` or `positions`.
        public var lane: String
        /// The number of the first of them.
        public var first: Int64
        /// The number of the last of them.
        public var last: Int64
        /// What the destination said.
        public var reason: String
        /// When (RFC 3339), if that is known.
        public var time: String?
        /// Whether they are on their way to be sent again.
        public var retrying: Bool

        /// See the properties.
        public init(lane: String, first: Int64, last: Int64, reason: String, time: String?, retrying: Bool) {
            self.lane = lane
            self.first = first
            self.last = last
            self.reason = reason
            self.time = time
            self.retrying = retrying
        }
    }
}
