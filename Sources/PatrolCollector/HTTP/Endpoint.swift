import HTTPTypes

/// Everything that the collector answers to.
enum Endpoint: Hashable, Sendable {
    /// Takes a batch.
    case batches
    /// Every vehicle and where it is.
    case vehicles
    /// Where a vehicle was.
    case track(vehicle: String)
    /// What happened to a vehicle.
    case events(vehicle: String)
    /// Whether the collector can do its work.
    case health

    /// `nil` if there is nothing at the path.
    init?(path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        switch parts.count {
        case 2 where parts == ["v1", "batches"]: self = .batches
        case 2 where parts == ["v1", "vehicles"]: self = .vehicles
        case 2 where parts == ["v1", "health"]: self = .health
        case 4 where parts[..<2] == ["v1", "vehicles"] && parts[3] == "track": self = .track(vehicle: parts[2])
        case 4 where parts[..<2] == ["v1", "vehicles"] && parts[3] == "events": self = .events(vehicle: parts[2])
        default: return nil
        }
    }

    /// HEAD is possible where the length of the answer is known before it is written.
    var methods: [HTTPRequest.Method] {
        switch self {
        case .batches: [.post]
        case .vehicles, .health: [.get, .head]
        case .track, .events: [.get]
        }
    }
}
