/// What one destination's uploads must remember over a restart.
public struct UploadMemory: Hashable, Sendable {
    /// It has ever acknowledged something.
    public var hasAcknowledged: Bool
    /// Events that it refused one after the other, with none accepted between them; 0 or more.
    public var eventsRefusedInARow: Int
    /// The same for positions. Each lane counts for itself: the receipt of a refused position is an event, and that it
    /// is accepted says nothing about the next position.
    public var positionsRefusedInARow: Int

    /// See the properties.
    public init(hasAcknowledged: Bool = false, eventsRefusedInARow: Int = 0, positionsRefusedInARow: Int = 0) {
        self.hasAcknowledged = hasAcknowledged
        self.eventsRefusedInARow = eventsRefusedInARow
        self.positionsRefusedInARow = positionsRefusedInARow
    }

    subscript(lane: Lane) -> Int {
        get {
            switch lane {
            case .events: eventsRefusedInARow
            case .positions: positionsRefusedInARow
            }
        }
        set {
            switch lane {
            case .events: eventsRefusedInARow = newValue
            case .positions: positionsRefusedInARow = newValue
            }
        }
    }
}

extension UploadMemory {
    /// The name of the state that keeps it.
    public static func stateName(of destination: String) -> String { "upload." + destination }

    /// As it is kept.
    public func kept(of destination: String) -> KeptState {
        KeptState(
            name: Self.stateName(of: destination),
            details: [
                "acknowledged": .bool(hasAcknowledged),
                "events_refused_in_a_row": .integer(Int64(eventsRefusedInARow)),
                "positions_refused_in_a_row": .integer(Int64(positionsRefusedInARow)),
            ]
        )
    }

    /// As it was kept. What is missing or cannot be understood is as it was at the very beginning: then nobody is
    /// believed without a proof.
    public init(kept details: [String: DetailValue]?) {
        func count(_ key: String) -> Int {
            guard case .integer(let count)? = details?[key] else { return 0 }
            return max(0, Int(clamping: count))
        }
        self.init(
            hasAcknowledged: details?["acknowledged"] == .bool(true),
            eventsRefusedInARow: count("events_refused_in_a_row"),
            positionsRefusedInARow: count("positions_refused_in_a_row")
        )
    }
}
