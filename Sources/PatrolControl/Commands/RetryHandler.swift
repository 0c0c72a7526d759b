import PatrolAPI
import PatrolCore

/// What a person orders of the uploads: what was refused goes again or is given up, or the next attempt is now.
struct RetryHandler: Sendable {
    let uploads: any UploadAccess

    /// What a reason may be long.
    static let maximumReasonCharacters = 200

    /// Has what was refused sent again.
    /// - Parameter destination: `nil` for all of them.
    /// - Returns: how many records go again.
    /// - Throws: for a destination that is not configured, or while the order cannot be kept.
    func retry(_ destination: String?, by origin: CommandOrigin) async throws(RequestError) -> Int64 {
        var total: Int64 = 0
        for name in try chosen(destination) {
            let (count, durability) = await uploads.retryQuarantined(of: name, by: origin.description)
            guard durability == .durable else { throw .notDurable("the order", durability) }
            total += count
        }
        return total
    }

    /// Gives up what was refused.
    /// - Returns: how many records are given up.
    /// - Throws: as ``retry(_:by:)``, and without a reason.
    func skip(
        _ destination: String?,
        because reason: String,
        by origin: CommandOrigin
    ) async throws(RequestError) -> Int64 {
        guard !reason.allSatisfy(\.isWhitespace), reason.count <= Self.maximumReasonCharacters else {
            throw .value("reason", reason, allowed: "1 to \(Self.maximumReasonCharacters) characters that say why")
        }
        var total: Int64 = 0
        for name in try chosen(destination) {
            let (count, durability) = await uploads.skipQuarantined(
                of: name,
                because: reason,
                by: origin.description
            )
            guard durability == .durable else { throw .notDurable("the receipt", durability) }
            total += count
        }
        return total
    }

    /// Ends every pause.
    /// - Throws: as ``retry(_:by:)``; it is tried all the same if only the record of the order cannot be kept.
    func now(_ destination: String?, by origin: CommandOrigin) async throws(RequestError) {
        for name in try chosen(destination) {
            let durability = await uploads.tryNow(name, by: origin.description)
            guard durability == .durable else { throw .notDurable("the order", durability) }
        }
    }

    private func chosen(_ destination: String?) throws(RequestError) -> [String] {
        let configured = uploads.destinations.map(\.name)
        let chosen = configured.filter { destination == nil || $0 == destination }
        if let destination, chosen.isEmpty {
            throw RequestError(
                .notFound,
                "no destination is named \(destination)",
                hint: configured.isEmpty ? "none is configured" : "allowed: \(configured.joined(separator: ", "))"
            )
        }
        return chosen
    }
}
