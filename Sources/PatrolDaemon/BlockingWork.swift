import PatrolSystem

/// The one bridge from `async` code to work that blocks in C: a thread for it, as long as it lasts.
enum BlockingWork {
    /// - Parameter name: the thread's.
    /// - Throws: if there is no thread to be had.
    static func run<Result: Sendable>(
        name: String,
        _ body: @escaping @Sendable () -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            do throws(SystemCallError) {
                _ = try NativeThread(name: name) { continuation.resume(returning: body()) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}
