/// Limits bytes per second. What was spent is charged afterwards, when its size is known, and may leave a debt; nothing
/// more is spent until the debt is paid, so that the mean pace holds whatever the size of a single portion.
struct TokenBucket: Hashable, Sendable {
    private let bytesPerSecond: Int
    private let burst: Int
    /// Billionths of a byte, so that a refill of any number of nanoseconds is exact.
    private var level: Int64
    private var filledAt: Instant

    private static let scale: Int64 = 1_000_000_000
    /// 4 GB: keeps every product below the range of `Int64`, and lies above anything that one batch can cost.
    private static let mostBytes = 4_000_000_000

    /// A full bucket.
    init(bytesPerSecond: Int, burst: Int, at now: Instant) {
        self.bytesPerSecond = min(max(bytesPerSecond, 1), Self.mostBytes)
        self.burst = min(max(burst, 1), Self.mostBytes)
        level = Int64(self.burst) * Self.scale
        filledAt = now
    }

    /// The instant from which on something may be spent; not later than `now` if it may be now.
    func readyAt(_ now: Instant) -> Instant {
        let level = level(at: now)
        guard level <= 0 else { return now }
        let missing = 1 - level
        return now + .nanoseconds((missing + Int64(bytesPerSecond) - 1) / Int64(bytesPerSecond))
    }

    /// Takes what was spent.
    mutating func charge(bytes: Int, at now: Instant) {
        let charge = Int64(min(max(bytes, 0), Self.mostBytes)) * Self.scale
        level = max(level(at: now) - charge, -Int64(Self.mostBytes) * Self.scale)
        filledAt = max(filledAt, now)
    }

    private func level(at now: Instant) -> Int64 {
        let elapsed = max(0, (now - filledAt).nanoseconds)
        let (refill, overflow) = elapsed.multipliedReportingOverflow(by: Int64(bytesPerSecond))
        let full = Int64(burst) * Self.scale
        return overflow ? full : level + min(refill, full - level)
    }
}
