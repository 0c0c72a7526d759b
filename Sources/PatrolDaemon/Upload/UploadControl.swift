import PatrolControl
import PatrolCore
import PatrolJournal

/// The uploads as the socket sees them.
struct UploadControl: UploadAccess {
    let board: UploadBoard
    /// By the destination's name.
    let mailboxes: [String: UploadMailbox]
    let writer: JournalWriter

    var destinations: [UploadDestination] { board.destinations }

    func retryQuarantined(of destination: String, by requester: String) async -> (count: Int64, durability: Durability)
    {
        do throws(JournalWriter.NotDone) {
            let outcome = try await writer.inTurn { await $0.retry(destination, by: requester) }
            mailboxes[destination]?.post(.retryRequested)
            return outcome
        } catch {
            return (0, .waiting(reason: "the journal does not answer"))
        }
    }
}

extension JournalWriter {
    fileprivate func retry(_ destination: String, by requester: String) async -> (count: Int64, durability: Durability)
    {
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
