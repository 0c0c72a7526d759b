/// One reading of the receiver's or the kernel's time, as the clock sees it.
struct ClockReading: Hashable, Sendable {
    /// The source's time.
    var time: WallTime
    /// When it was read.
    var at: Instant

    /// UTC at the zero of the boot clock as this reading says it: of a receiver, the true one less the report's delay.
    var utcAtBoot: WallTime { time + (Instant(nanosecondsSinceBoot: 0) - at) }

    /// How far this reading and another are apart, either way.
    func deviation(from utcAtBoot: WallTime) -> Duration {
        max(self.utcAtBoot - utcAtBoot, utcAtBoot - self.utcAtBoot)
    }
}

/// The largest offset of the last 30 to 60 s of the receiver's readings, kept as the maxima of two half windows.
struct OffsetEstimate: Hashable, Sendable {
    private static let halfWindow: Duration = .seconds(30)

    private var earlier: WallTime
    private var current: WallTime
    private var windowBegan: Instant

    /// When the last reading confirmed it.
    private(set) var confirmedAt: Instant

    init(_ reading: ClockReading) {
        earlier = reading.utcAtBoot
        current = reading.utcAtBoot
        windowBegan = reading.at
        confirmedAt = reading.at
    }

    /// UTC at the zero of the boot clock.
    var utcAtBoot: WallTime { max(earlier, current) }

    /// Another reading near this estimate. After a pause the old estimate counts less what the boot clock may have
    /// drifted since: the first report after a pause is often one that has waited.
    mutating func take(_ reading: ClockReading) {
        let age = reading.at - windowBegan
        if age >= Self.halfWindow {
            let isPause = age >= Self.halfWindow + Self.halfWindow
            earlier = isPause ? utcAtBoot + (.zero - ClockClaim.drift(over: reading.at - confirmedAt)) : current
            current = reading.utcAtBoot
            windowBegan = reading.at
        } else {
            current = max(current, reading.utcAtBoot)
        }
        confirmedAt = reading.at
    }
}
