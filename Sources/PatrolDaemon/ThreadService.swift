import ServiceLifecycle

/// Runs something that has a thread of its own, from the start to the stop.
struct ThreadService: Service {
    let start: @Sendable () throws -> Void
    /// Returns when the thread has ended.
    let stop: @Sendable () -> Void

    func run() async throws {
        try start()
        // Ends with the graceful shutdown or with the cancellation; either way the thread is stopped.
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            // Another service failed; the stop below is the same.
        }
        stop()
    }
}
