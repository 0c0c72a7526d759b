import PatrolCore

// What a batch says of the numbers whose records it does not bring, as JSON; the fields as in patrol.proto.

struct EpochJSON: Codable {
    var number: UInt64
    var previous_journal_id: String
    var first_event_sequence: UInt64
    var first_position_sequence: UInt64
    var reason: String

    init(_ epoch: JournalEpoch) {
        number = UInt64(clamping: epoch.number)
        previous_journal_id = epoch.previousID?.description ?? ""
        first_event_sequence = UInt64(clamping: epoch.first.events.rawValue)
        first_position_sequence = UInt64(clamping: epoch.first.positions.rawValue)
        reason = AccountRules.reason(of: epoch)
    }

    func decoded() throws(WireError) -> JournalEpoch {
        try AccountRules.epoch(
            number: number,
            previousID: JournalID(previous_journal_id),
            firstEvent: first_event_sequence,
            firstPosition: first_position_sequence,
            reason: reason
        )
    }
}

struct AbsentRangeJSON: Codable {
    var lane: String
    var first_sequence: UInt64
    var last_sequence: UInt64
    var count: UInt64
    var reason: String
    var first_time_ms: Int64?
    var last_time_ms: Int64?

    init(_ absent: AbsentRange) {
        lane = absent.lane.rawValue
        first_sequence = UInt64(clamping: absent.range.lowerBound.rawValue)
        last_sequence = UInt64(clamping: absent.range.upperBound.rawValue)
        count = UInt64(clamping: absent.count)
        reason = absent.reason.rawValue
        first_time_ms = absent.times?.lowerBound.millisecondsSince1970
        last_time_ms = absent.times?.upperBound.millisecondsSince1970
    }

    func decoded() throws(WireError) -> AbsentRange {
        guard let lane = Lane(rawValue: lane) else {
            throw WireError(field: "lane", reason: "is \"\(lane.prefix(64))\"; allowed: events, positions")
        }
        return try AccountRules.absent(
            lane,
            first: first_sequence,
            last: last_sequence,
            count: count,
            reason: reason,
            firstTime: first_time_ms,
            lastTime: last_time_ms
        )
    }
}

struct GivenNumbersJSON: Codable {
    var events: Int64
    var positions: Int64

    init(_ given: PerLane<SequenceNumber>) {
        events = given.events.rawValue
        positions = given.positions.rawValue
    }

    func decoded() throws(WireError) -> PerLane<SequenceNumber> {
        try AccountRules.given(events: events, positions: positions)
    }
}
