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

    func skipQuarantined(
        of destination: String,
        because reason: String,
        by requester: String
    ) async -> (count: Int64, durability: Durability) {
        do throws(JournalWriter.NotDone) {
            let outcome = try await writer.inTurn { await $0.skip(destination, because: reason, by: requester) }
            // Without one, too: a lane may be held although nothing is set aside any more.
            mailboxes[destination]?.post(.skipRequested)
            return outcome
        } catch {
            return (0, .waiting(reason: "the journal does not answer"))
        }
    }

    func tryNow(_ destination: String, by requester: String) async -> Durability {
        mailboxes[destination]?.post(.nowRequested)
        do throws(JournalWriter.NotDone) {
            return try await writer.inTurn {
                await $0.recordDurably(.command("upload-now", by: requester, result: "tries \(destination)"))
            }
        } catch {
            return .waiting(reason: "the journal does not answer")
        }
    }
}

extension JournalWriter {
    fileprivate func skip(
        _ destination: String,
        because reason: String,
        by requester: String
    ) async -> (count: Int64, durability: Durability) {
        let counts = await journal.quarantineCounts(of: destination)
        let count = counts.events.held + counts.positions.held
        guard count > 0 else { return (0, .durable) }
        let kind = EventKind.recordsSkipped(destination: destination, count: count, reason: reason, by: requester)
        let durability = await recordDurably(kind) { journal, receipt in
            try await journal.skipQuarantined(of: destination, receipt: receipt)
        }
        return (count, durability)
    }

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
