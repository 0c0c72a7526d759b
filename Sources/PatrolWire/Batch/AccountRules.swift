import FoundationEssentials
import PatrolCore

/// What a batch may say of the numbers whose records it does not bring: one place for protobuf and JSON.
enum AccountRules {
    private static let maximumReasonBytes = 256

    /// As it goes out: on one line, cut where it is too long.
    static func reason(of epoch: JournalEpoch) -> String {
        var text = ""
        for character in epoch.reason ?? "" {
            guard text.utf8.count + character.utf8.count <= maximumReasonBytes else { break }
            text.append(character.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } ? character : " ")
        }
        return text.isEmpty ? "not told" : text
    }

    static func epoch(
        number: UInt64,
        previousID: JournalID?,
        firstEvent: UInt64,
        firstPosition: UInt64,
        reason: String
    ) throws(WireError) -> JournalEpoch {
        guard let number = Int64(exactly: number), number >= 2 else {
            throw .outOfRange("number", number, allowed: "2 to \(Int64.max)")
        }
        guard let previousID else {
            throw WireError(field: "previous_journal_id", reason: "is missing or no UUID; allowed: a UUID of 16 bytes")
        }
        guard (1...maximumReasonBytes).contains(reason.utf8.count), reason.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else {
            throw WireError(
                field: "reason",
                reason:
                    "has \(reason.utf8.count) bytes or control characters; allowed: 1 to \(maximumReasonBytes) of text"
            )
        }
        return JournalEpoch(
            number: number,
            previousID: previousID,
            first: PerLane(
                events: try PositionRules.sequence(firstEvent, "first_event_sequence"),
                positions: try PositionRules.sequence(firstPosition, "first_position_sequence")
            ),
            reason: reason
        )
    }

    static func absent(
        _ lane: Lane,
        first: UInt64,
        last: UInt64,
        count: UInt64,
        reason: String,
        firstTime: Int64?,
        lastTime: Int64?
    ) throws(WireError) -> AbsentRange {
        let first = try PositionRules.sequence(first, "first_sequence")
        let last = try PositionRules.sequence(last, "last_sequence")
        guard first <= last else {
            throw .outOfRange("last_sequence", last.rawValue, allowed: "first_sequence, \(first.rawValue), or more")
        }
        // first is 1 or more, so that this cannot overflow.
        let length = last.rawValue - first.rawValue + 1
        guard let count = Int64(exactly: count), (1...length).contains(count) else {
            throw .outOfRange("count", count, allowed: "1 to \(length), the length of the range")
        }
        try BatchRules.name(reason, "reason")
        var range = AbsentRange(
            lane: lane,
            range: first...last,
            count: count,
            reason: AbsenceReason(rawValue: reason)
        )
        let times = (
            try PositionRules.checked(firstTime, BatchRules.millisecondRange, "first_time_ms"),
            try PositionRules.checked(lastTime, BatchRules.millisecondRange, "last_time_ms")
        )
        if let firstTime = times.0, let lastTime = times.1 {
            guard firstTime <= lastTime else {
                throw .outOfRange("last_time_ms", lastTime, allowed: "first_time_ms, \(firstTime), or more")
            }
            range.times = WallTime(millisecondsSince1970: firstTime)...WallTime(millisecondsSince1970: lastTime)
        }
        return range
    }

    static func given(events: Int64, positions: Int64) throws(WireError) -> PerLane<SequenceNumber> {
        PerLane(
            events: SequenceNumber(rawValue: try PositionRules.checked(events, 0...Int64.max, "events")),
            positions: SequenceNumber(rawValue: try PositionRules.checked(positions, 0...Int64.max, "positions"))
        )
    }

    /// What holds between the account and the records.
    static func check(_ received: ReceivedBatch) throws(WireError) {
        let batch = received.head
        for lane in Lane.allCases {
            var before: SequenceNumber?
            for absent in batch.absent where absent.lane == lane {
                if let before, absent.range.lowerBound <= before {
                    throw .outOfRange(
                        "absent.first_sequence",
                        absent.range.lowerBound.rawValue,
                        allowed: "more than the end of the \(lane.rawValue) before, \(before.rawValue)"
                    )
                }
                before = absent.range.upperBound
            }
        }
        for (lane, first) in [
            (Lane.events, batch.events.first?.sequence), (.positions, received.blocks.first?.first),
        ] {
            guard let first, first < batch.epoch.first[lane] else { continue }
            throw .outOfRange(
                "\(lane.rawValue).sequence",
                first.rawValue,
                allowed: "the epoch's first, \(batch.epoch.first[lane].rawValue), or more"
            )
        }
    }
}

extension Patrol_V1_Epoch {
    init(_ epoch: JournalEpoch) {
        self.init()
        number = UInt64(clamping: epoch.number)
        if let id = epoch.previousID { previousJournalID = Data(id.bytes) }
        firstEventSequence = UInt64(clamping: epoch.first.events.rawValue)
        firstPositionSequence = UInt64(clamping: epoch.first.positions.rawValue)
        reason = AccountRules.reason(of: epoch)
    }

    func decoded() throws(WireError) -> JournalEpoch {
        try AccountRules.epoch(
            number: number,
            previousID: JournalID(bytes: Array(previousJournalID)),
            firstEvent: firstEventSequence,
            firstPosition: firstPositionSequence,
            reason: reason
        )
    }
}

extension Patrol_V1_AbsentRange {
    init(_ absent: AbsentRange) {
        self.init()
        lane =
            switch absent.lane {
            case .events: .events
            case .positions: .positions
            }
        firstSequence = UInt64(clamping: absent.range.lowerBound.rawValue)
        lastSequence = UInt64(clamping: absent.range.upperBound.rawValue)
        count = UInt64(clamping: absent.count)
        reason = absent.reason.rawValue
        guard let times = absent.times else { return }
        firstTimeMs = times.lowerBound.millisecondsSince1970
        lastTimeMs = times.upperBound.millisecondsSince1970
    }

    func decoded() throws(WireError) -> AbsentRange {
        let lane: PatrolCore.Lane
        switch self.lane {
        case .events: lane = .events
        case .positions: lane = .positions
        case .unspecified, .UNRECOGNIZED: throw .outOfRange("lane", self.lane.rawValue, allowed: "1, 2")
        }
        return try AccountRules.absent(
            lane,
            first: firstSequence,
            last: lastSequence,
            count: count,
            reason: reason,
            firstTime: hasFirstTimeMs ? firstTimeMs : nil,
            lastTime: hasLastTimeMs ? lastTimeMs : nil
        )
    }
}

extension Patrol_V1_GivenNumbers {
    init(_ given: PerLane<SequenceNumber>) {
        self.init()
        events = UInt64(clamping: given.events.rawValue)
        positions = UInt64(clamping: given.positions.rawValue)
    }

    func decoded() throws(WireError) -> PerLane<SequenceNumber> {
        try AccountRules.given(events: Int64(clamping: events), positions: Int64(clamping: positions))
    }
}
