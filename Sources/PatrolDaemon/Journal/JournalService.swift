import PatrolJournal
import ServiceLifecycle

/// Runs the journal's commits until the stop, and closes it last of all.
struct JournalService: Service {
    let journal: Journal

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { [journal] in
                try await withTaskExecutorPreference(journal.executor) { try await journal.run() }
            }
        } catch is CancellationError {
            // The stop: what waits is committed below.
        }
        try await journal.close()
    }
}
