/// One value for each of the two lanes.
public struct PerLane<Value> {
    /// That of the events.
    public var events: Value
    /// That of the positions.
    public var positions: Value

    /// See the properties.
    public init(events: Value, positions: Value) {
        self.events = events
        self.positions = positions
    }

    /// The value of a lane.
    public subscript(lane: Lane) -> Value {
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

extension PerLane {
    /// The same for both lanes.
    public init(both value: Value) {
        self.init(events: value, positions: value)
    }

    /// Both values, changed in the same way.
    public func map<Other>(_ change: (Value) -> Other) -> PerLane<Other> {
        PerLane<Other>(events: change(events), positions: change(positions))
    }
}

extension PerLane: Sendable where Value: Sendable {}
extension PerLane: Equatable where Value: Equatable {}
extension PerLane: Hashable where Value: Hashable {}
