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

        enum CodingKeys: String, CodingKey {
            case name, url, state, reason, events, positions
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
            batchesSent: Int64
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
        }
    }

    /// One lane of a destination.
    public struct LaneQueue: Codable, Hashable, Sendable {
        /// The newest record of the lane.
        public var recorded: Int64
        /// The newest record that the destination acknowledged, with all before it.
        public var acknowledged: Int64
        /// How many wait.
        public var waiting: Int64
        /// When the oldest of them was recorded (RFC 3339), if that is known.
        public var oldest: String?

        /// See the properties.
        public init(recorded: Int64, acknowledged: Int64, waiting: Int64, oldest: String?) {
            self.recorded = recorded
            self.acknowledged = acknowledged
            self.waiting = waiting
            self.oldest = oldest
        }
    }
}
