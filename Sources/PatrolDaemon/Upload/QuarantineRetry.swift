import PatrolAPI
import PatrolCore
import PatrolJournal

/// Has what a destination refused sent again, by order of a person.
struct QuarantineRetry: Sendable {
    let destinations: [(name: String, mailbox: UploadMailbox)]
    let writer: JournalWriter

    /// - Parameter destination: `nil` for all of them.
    /// - Returns: how many records go again.
    /// - Throws: for a destination that is not configured, or while the order cannot be kept.
    func retry(_ destination: String?, by requester: String) async throws(APIError) -> Int64 {
        let chosen = destinations.filter { destination == nil || $0.name == destination }
        if let destination, chosen.isEmpty {
            let names = destinations.map(\.name).joined(separator: ", ")
            throw APIError(
                code: "not_found",
                message: "no destination is named \(destination)",
                hint: names.isEmpty ? "none is configured" : "allowed: \(names)"
            )
        }
        var total: Int64 = 0
        for (name, mailbox) in chosen {
            let count: Int64
            let durability: Durability
            do throws(JournalWriter.NotDone) {
                (count, durability) = try await writer.inTurn { await $0.retry(name, by: requester) }
            } catch {
                throw .notDurable("the order", .waiting(reason: "the journal does not answer"))
            }
            mailbox.post(.retryRequested)
            guard durability == .durable else { throw .notDurable("the order", durability) }
            total += count
        }
        return total
    }
}

extension JournalWriter {
    fileprivate func retry(_ destination: String, by requester: String) async -> (Int64, Durability) {
        let counts = await journal.quarantineCounts(of: destination)
        let count = counts.events.held + counts.positions.held
        guard count > 0 else { return (0, .durable) }
        let kind = EventKind.recordsRetried(destination: destination, count: count, by: requester)
        let durability = await recordDurably(kind) { journal, order in
            try await journal.retryQuarantined(of: destination, order: order)
        }
        return (count, durability)
    }
}
