/// How often each of some people may do something: some times at once, and then once in a while.
///
/// The generic cell rate algorithm (ITU-T I.371): of each it is kept until when what was done is paid for.
public struct RateLimit<Key: Hashable & Sendable>: Sendable {
    private let interval: Duration
    private let burst: Int
    /// Only of those who have done something lately.
    private var paidUntil: [Key: Instant] = [:]

    /// - Parameters:
    ///   - interval: once in so long, in the long run.
    ///   - burst: so often at once, 1 or more.
    public init(interval: Duration, burst: Int) {
        self.interval = interval
        self.burst = burst
    }

    /// Somebody wants to do it.
    /// - Returns: `nil` if it may be done, which is counted; else how long there is to wait.
    public mutating func take(_ key: Key, at now: Instant) -> Duration? {
        paidUntil = paidUntil.filter { $0.value > now }
        let debt = max(.zero, (paidUntil[key] ?? now) - now)
        let wait = debt - interval * (burst - 1)
        guard wait <= .zero else { return wait }
        paidUntil[key] = now + debt + interval
        return nil
    }
}
