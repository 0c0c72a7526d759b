/// One reading of the receiver's time, as the clock sees it.
struct ClockReading: Hashable, Sendable {
    /// The receiver's time.
    var time: WallTime
    /// When the report was read.
    var at: Instant

    /// UTC at the zero of the boot clock as this reading says it: the true one less the report's delay.
    var utcAtBoot: WallTime { time + (Instant(nanosecondsSinceBoot: 0) - at) }

    /// How far this reading and another are apart, either way.
    func deviation(from utcAtBoot: WallTime) -> Duration {
        max(self.utcAtBoot - utcAtBoot, utcAtBoot - self.utcAtBoot)
    }
}

/// The largest offset of the last 30 to 60 s of readings, kept as the maxima of two half windows.
struct OffsetEstimate: Hashable, Sendable {
    private static let halfWindow: Duration = .seconds(30)
    /// An uncertainty of half a day says nothing about the time of day any more.
    private static let largestUncertainty: Duration = .seconds(43_200)

    private var earlier: WallTime
    private var current: WallTime
    private var windowBegan: Instant

    /// When the last reading confirmed it.
    private(set) var confirmedAt: Instant
    /// What others were told last.
    var told: WallTime

    init(_ reading: ClockReading) {
        earlier = reading.utcAtBoot
        current = reading.utcAtBoot
        told = reading.utcAtBoot
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
            earlier = isPause ? utcAtBoot + (.zero - Self.drift(over: reading.at - confirmedAt)) : current
            current = reading.utcAtBoot
            windowBegan = reading.at
        } else {
            current = max(current, reading.utcAtBoot)
        }
        confirmedAt = reading.at
    }

    /// Half the width of the interval in which the true offset lies.
    func uncertainty(of reading: Duration, at now: Instant) -> Duration {
        min(Self.largestUncertainty, reading + Self.drift(over: now - confirmedAt))
    }

    /// How much the boot clock may have gone wrong in a time, at 100 ppm; nothing in a negative one.
    static func drift(over duration: Duration) -> Duration {
        max(.zero, duration / 10_000)
    }
}
