import CMalloc
import NIOPosix
import PatrolCore
import PatrolHTTPServer
import Synchronization

/// Where bodies become batches: few at a time, and on threads of their own, so that a large one holds up neither the
/// connections nor the pool.
///
/// What is in memory is bounded: bodies by ``mostBytes`` in all, what is made of them by the number of threads.
final class DecodingPool: Sendable {
    /// Bodies that are read or wait: 32 of the largest. A cart's has some kilobytes.
    static let mostBytes = 32 * 1024 * 1024
    private static let threads = 2
    /// What is larger than this goes back to the system when it is freed.
    private static let returnedFromBytes: Int32 = 256 * 1024
    /// Comes again when others are through.
    private static let retrySeconds = 2

    private let bytes = Mutex(0)
    private let pool = NIOThreadPool(numberOfThreads: threads)

    init() {
        // mallopt(3): left alone, the threshold above which memory comes from the system and goes straight back to it grows
        // with the largest piece that was ever freed, and what lies below stays with the process.
        mallopt(M_MMAP_THRESHOLD, Self.returnedFromBytes)
        mallopt(M_TRIM_THRESHOLD, Self.returnedFromBytes)
        pool.start()
    }

    deinit {
        pool.shutdownGracefully { _ in }
    }

    /// Runs what holds a body of a size.
    /// - Throws: ``HTTPFailure`` if there is no room for it now, and what `body` throws.
    func withRoom<Result>(forBytes count: Int, _ body: () async throws -> Result) async throws -> Result {
        let hasRoom = bytes.withLock { bytes in
            guard bytes + count <= Self.mostBytes else { return false }
            bytes += count
            return true
        }
        guard hasRoom else {
            throw HTTPFailure.unavailable(
                "too many batches arrive at once",
                hint: "come again in a moment",
                retryAfterSeconds: Self.retrySeconds
            )
        }
        defer { bytes.withLock { $0 -= count } }
        return try await body()
    }

    /// Runs something long on one of the threads.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws(HTTPFailure) -> Result
    ) async throws -> Result {
        try await pool.runIfActive {
            // malloc_trim(3): what was freed goes back to the system, which free alone leaves to chance.
            defer { malloc_trim(0) }
            return try body()
        }
    }
}
