public import PatrolWire

/// `GET /v1/records`: a page of what the journal holds, of one lane.
public struct RecordPage: Codable, Hashable, Sendable {
    /// Positions, if that lane was asked for.
    public var positions: [PositionJSON]?
    /// Events, if that lane was asked for.
    public var events: [EventJSON]?
    /// Ask for the next page with `after` set to this; `nil` if there is none.
    public var nextAfter: Int64?
    /// The name of the vehicle's time zone; `nil` if nobody knows it.
    public var timeZone: String?

    enum CodingKeys: String, CodingKey {
        case positions, events
        case timeZone = "time_zone"
        case nextAfter = "next_after"
    }

    /// See the properties.
    public init(positions: [PositionJSON]?, events: [EventJSON]?, nextAfter: Int64?) {
        self.positions = positions
        self.events = events
        self.nextAfter = nextAfter
    }
}

/// One line of `GET /v1/stream` (NDJSON): exactly one of the members is there.
public struct StreamItem: Codable, Hashable, Sendable {
    /// The whole status: the first line, and whenever nothing else was said for a while.
    public var status: StatusReport?
    /// The cart is here now.
    public var position: CurrentPosition?
    /// Something happened and is durable.
    public var event: EventJSON?
    /// So many lines were left out here, because the reader was too slow.
    public var missed: Int?

    /// One member only.
    public init(
        status: StatusReport? = nil,
        position: CurrentPosition? = nil,
        event: EventJSON? = nil,
        missed: Int? = nil
    ) {
        self.status = status
        self.position = position
        self.event = event
        self.missed = missed
    }
}
