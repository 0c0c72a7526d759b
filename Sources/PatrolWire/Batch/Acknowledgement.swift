public import PatrolCore

/// What the receiver holds durably: every record of each lane up to and including these, but for those that the sender
/// said are absent.
public struct Acknowledgement: Hashable, Sendable {
    /// More ranges than this are not named at a time, nor read.
    public static let maximumMissing = 100

    /// Numbers that the receiver lacks.
    public struct Missing: Hashable, Sendable {
        /// Of which lane.
        public var lane: Lane
        /// From the first to the last.
        public var range: ClosedRange<SequenceNumber>

        /// See the properties.
        public init(lane: Lane, range: ClosedRange<SequenceNumber>) {
            self.lane = lane
            self.range = range
        }
    }

    /// 0 if it holds none.
    public var events: SequenceNumber
    /// 0 if it holds none.
    public var positions: SequenceNumber
    /// What lies between these numbers and records that it does hold: the sender is to send it again, or to say that it is
    /// absent. In order of lane and number.
    public var missing: [Missing]

    private struct Body: Codable {
        struct Lanes: Codable {
            var events: Int64
            var positions: Int64
        }

        struct Missing: Codable {
            var lane: String
            var first: Int64
            var last: Int64
        }

        var acknowledged: Lanes
        var missing: [Missing]?
    }

    /// See the properties.
    public init(events: SequenceNumber, positions: SequenceNumber, missing: [Missing] = []) {
        self.events = events
        self.positions = positions
        self.missing = missing
    }

    /// The first number of a lane that the receiver lacks.
    public func firstMissing(_ lane: Lane) -> SequenceNumber? {
        missing.filter { $0.lane == lane }.map(\.range.lowerBound).min()
    }

    /// `{"acknowledged":{"events":n,"positions":n}}`, and `"missing":[{"lane":"positions","first":n,"last":n}]` if
    /// anything is.
    public var json: [UInt8] {
        var text = #"{"acknowledged":{"events":\#(events.rawValue),"positions":\#(positions.rawValue)}"#
        if !missing.isEmpty {
            let ranges = missing.prefix(Self.maximumMissing).map {
                #"{"lane":"\#($0.lane.rawValue)","first":\#($0.range.lowerBound.rawValue),"#
                    + #""last":\#($0.range.upperBound.rawValue)}"#
            }
            text += #","missing":[\#(ranges.joined(separator: ","))]"#
        }
        return Array((text + "}").utf8)
    }

    /// - Throws: if a number is missing, negative or none, or a missing range is none.
    public init(json: [UInt8]) throws(WireError) {
        let body = try JSONCoding.decode(Body.self, from: json)
        func number(_ value: Int64, _ field: String) throws(WireError) -> SequenceNumber {
            SequenceNumber(rawValue: try PositionRules.checked(value, 0...Int64.max, field))
        }
        self.init(
            events: try number(body.acknowledged.events, "acknowledged.events"),
            positions: try number(body.acknowledged.positions, "acknowledged.positions")
        )
        for range in (body.missing ?? []).prefix(Self.maximumMissing) {
            guard let lane = Lane(rawValue: range.lane) else {
                throw WireError(field: "missing.lane", reason: "is unknown; allowed: events, positions")
            }
            guard range.first >= 1, range.first <= range.last else {
                throw WireError(
                    field: "missing",
                    reason: "is \(range.first) to \(range.last); allowed: 1 or more, in order"
                )
            }
            missing.append(
                Missing(
                    lane: lane,
                    range: SequenceNumber(rawValue: range.first)...SequenceNumber(rawValue: range.last)
                )
            )
        }
    }
}
