import PatrolAPI
import PatrolCore
import PatrolHTTPServer
import Synchronization

/// How many marks a user may make: a program that has run wild is not to fill the journal. Administrators may make any.
final class MarkLimit: Sendable {
    private static let burst = 20
    private static let interval: Duration = .seconds(3)

    private let limit = Mutex(RateLimit<UInt32?>(interval: interval, burst: burst))
    private let now: @Sendable () -> Instant

    init(now: @escaping @Sendable () -> Instant) {
        self.now = now
    }

    /// - Throws: if it is one too many.
    func check(_ peer: ConnectionPeer) throws(APIError) {
        guard !Administrators.contains(peer) else { return }
        var user: UInt32?
        if case .process(let process) = peer { user = process.uid }
        guard let wait = limit.withLock({ $0.take(user, at: now()) }) else { return }
        let seconds = max(1, (wait.milliseconds + 999) / 1000)
        throw APIError(
            code: "too_many",
            message: "too many marks: the mark was NOT taken",
            hint:
                "again in \(seconds) s; allowed: \(Self.burst) at once, then one each \(Self.interval.milliseconds / 1000) s"
        )
    }
}
