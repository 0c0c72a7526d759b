import PatrolAPI
import PatrolCore

/// Has what a destination refused sent again, by order of a person.
struct RetryHandler: Sendable {
    let uploads: any UploadAccess

    /// - Parameter destination: `nil` for all of them.
    /// - Returns: how many records go again.
    /// - Throws: for a destination that is not configured, or while the order cannot be kept.
    func retry(_ destination: String?, by origin: CommandOrigin) async throws(RequestError) -> Int64 {
        let configured = uploads.destinations.map(\.name)
        let chosen = configured.filter { destination == nil || $0 == destination }
        if let destination, chosen.isEmpty {
            throw RequestError(
                .notFound,
                "no destination is named \(destination)",
                hint: configured.isEmpty ? "none is configured" : "allowed: \(configured.joined(separator: ", "))"
            )
        }
        var total: Int64 = 0
        for name in chosen {
            let (count, durability) = await uploads.retryQuarantined(of: name, by: origin.description)
            guard durability == .durable else { throw .notDurable("the order", durability) }
            total += count
        }
        return total
    }
}
