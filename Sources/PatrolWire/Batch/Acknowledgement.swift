public import PatrolCore

/// What the receiver holds durably: every record of each lane up to and including these.
public struct Acknowledgement: Hashable, Sendable {
    /// 0 if it holds none.
    public var events: SequenceNumber
    /// 0 if it holds none.
    public var positions: SequenceNumber

    private struct Body: Codable {
        struct Lanes: Codable {
            var events: Int64
            var positions: Int64
        }

        var acknowledged: Lanes
    }

    /// See the properties.
    public init(events: SequenceNumber, positions: SequenceNumber) {
        self.events = events
        self.positions = positions
    }

    /// `{"acknowledged":{"events":n,"positions":n}}`
    public var json: [UInt8] {
        Array(#"{"acknowledged":{"events":\#(events.rawValue),"positions":\#(positions.rawValue)}}"#.utf8)
    }

    /// - Throws: if a number is missing, negative or none.
    public init(json: [UInt8]) throws(WireError) {
        let lanes = try JSONCoding.decode(Body.self, from: json).acknowledged
        self.init(
            events: SequenceNumber(
                rawValue: try PositionRules.checked(lanes.events, 0...Int64.max, "acknowledged.events")
            ),
            positions: SequenceNumber(
                rawValue: try PositionRules.checked(lanes.positions, 0...Int64.max, "acknowledged.positions")
            )
        )
    }
}
