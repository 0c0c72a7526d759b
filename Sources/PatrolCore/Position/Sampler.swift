/// Decides which accepted fixes become records: one a second while moving, one a minute while parked, and each one at
/// which the motion changes.
///
/// Of the fixes around the moment at which a record is due, the *nearest* one is taken: a fix is early enough if the
/// next one, expected after the same spacing as between the last two, would be farther from that moment. At 1 Hz with a
/// jitter of 0.1 s every fix is taken that way, and at 10 Hz every tenth. The next record is due an interval after the
/// one that was taken.
public struct Sampler: Hashable, Sendable {
    /// The intervals between records.
    public struct Settings: Hashable, Sendable {
        /// While moving; 0 takes every accepted fix.
        public var moving: Duration = .seconds(1)
        /// While parked; 0 takes every accepted fix.
        public var parked: Duration = .seconds(60)

        /// The defaults.
        public init() {}
    }

    private let settings: Settings
    private var lastTaken: Instant?
    private var lastSeen: Instant?

    /// - Parameter settings: the intervals.
    public init(settings: Settings = Settings()) {
        self.settings = settings
    }

    /// An accepted fix.
    /// - Parameters:
    ///   - now: when it was read.
    ///   - motion: the motion with this fix.
    ///   - changed: whether this fix changed it.
    /// - Returns: whether the fix becomes a record.
    public mutating func takes(at now: Instant, motion: Motion, changed: Bool) -> Bool {
        let interval = motion == .moving ? settings.moving : settings.parked
        let spacing = lastSeen.map { max(.zero, now - $0) } ?? .zero
        lastSeen = now
        if let lastTaken, !changed, interval > .zero {
            // From the due moment on any fix will do; before it, half the spacing decides which of two is nearer.
            let early = min(spacing, interval) / 2
            guard now + early >= lastTaken + interval else { return false }
        }
        lastTaken = now
        return true
    }
}
