import Foundation
import Glibc
import PatrolCore

/// Takes down when a child ends, on a thread that waits for nothing else: a test's task has to wait for its turn among
/// others, and would see the end that much later.
final class ChildEndWatch: @unchecked Sendable {
    private let lock = NSLock()
    // Guarded by the lock.
    private var seenAt: Instant?

    init(_ processID: pid_t) {
        Thread.detachNewThread { [weak self] in
            var info = siginfo_t()
            // WNOWAIT leaves the child to be waited for by whoever wants its status. ECHILD: it was waited for already.
            while waitid(P_PID, id_t(processID), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            let now = bootTime()
            self?.note(now)
        }
    }

    private func note(_ now: Instant) {
        lock.withLock { seenAt = now }
    }

    /// `nil` while it runs, and perhaps for a moment after its end.
    var endedAt: Instant? { lock.withLock { seenAt } }
}
