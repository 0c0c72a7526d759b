import PatrolCore
import Synchronization

@testable import PatrolControl

/// Destinations with records that they have refused.
final class VirtualUploads: UploadAccess {
    private let held: Mutex<[(name: String, count: Int64)]>
    private let durability: Durability

    init(held: [(name: String, count: Int64)], durability: Durability = .durable) {
        self.held = Mutex(held)
        self.durability = durability
    }

    var destinations: [UploadDestination] {
        held.withLock { held in
            held.map { UploadDestination(name: $0.name, url: "http://\($0.name)", quarantined: $0.count) }
        }
    }

    func retryQuarantined(of destination: String, by requester: String) async -> (count: Int64, durability: Durability)
    {
        held.withLock { held in
            guard let index = held.firstIndex(where: { $0.name == destination }) else { return (0, durability) }
            defer { if durability == .durable { held[index].count = 0 } }
            return (held[index].count, durability)
        }
    }

    func skipQuarantined(
        of destination: String,
        because reason: String,
        by requester: String
    ) async -> (count: Int64, durability: Durability) {
        await retryQuarantined(of: destination, by: requester)
    }

    private let tried = Mutex<[String]>([])
    /// The destinations that were to be tried now.
    var triedNow: [String] { tried.withLock { $0 } }

    func tryNow(_ destination: String, by requester: String) async -> Durability {
        tried.withLock { $0.append(destination) }
        return durability
    }
}
