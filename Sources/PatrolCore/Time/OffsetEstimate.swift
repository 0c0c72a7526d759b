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

/// An interval in which UTC at the zero of the boot clock lies.
struct OffsetSpan: Hashable, Sendable {
    var low: WallTime
    var high: WallTime

    /// The smallest interval that holds both.
    func reaching(_ other: OffsetSpan) -> OffsetSpan {
        OffsetSpan(low: min(low, other.low), high: max(high, other.high))
    }

    /// The same, with a later end.
    func delayed(by duration: Duration) -> OffsetSpan {
        OffsetSpan(low: low, high: high + duration)
    }
}

/// What the receiver's readings say of the offset, kept in a few numbers.
///
/// **The estimate** is the largest offset of the last 30 to 60 s, that of the report with the least delay, kept as the
/// maxima of two half windows.
///
/// **The extremes** are the largest offset ever read and the smallest estimate ever made, each weakened by 100 ppm of the
/// time since: how far the boot clock may have run away from UTC meanwhile. A report is never early, so no later estimate
/// can truly lie below the one by more than its own delay; and the least delay of half a minute keeps the bound, so none
/// can lie above the other by more than that. What does contradicts what was read before. It is how a receiver whose time
/// creeps is found, of which each reading is near the one before.
struct OffsetEstimate: Hashable, Sendable {
    /// An offset and when it was known.
    private struct Mark: Hashable {
        var utcAtBoot: WallTime
        var at: Instant

        func lowered(at now: Instant) -> WallTime { utcAtBoot + (.zero - ClockClaim.drift(over: now - at)) }
        func raised(at now: Instant) -> WallTime { utcAtBoot + ClockClaim.drift(over: now - at) }
    }

    private static let halfWindow: Duration = .seconds(30)

    private var earlier: Mark
    private var current: Mark
    private var windowBegan: Instant
    private var hasWholeHalf = false
    /// From one whole half window to the next; `nil` before there were two without a pause.
    private var lastChange: Duration?
    private var highest: Mark
    private var lowest: Mark

    /// When the last reading confirmed it.
    private(set) var confirmedAt: Instant

    init(_ reading: ClockReading) {
        let mark = Mark(utcAtBoot: reading.utcAtBoot, at: reading.at)
        earlier = mark
        current = mark
        highest = mark
        lowest = mark
        windowBegan = reading.at
        confirmedAt = reading.at
    }

    private var best: Mark { earlier.utcAtBoot > current.utcAtBoot ? earlier : current }

    /// UTC at the zero of the boot clock, late by the least delay.
    var utcAtBoot: WallTime { best.utcAtBoot }

    /// When the report came that it rests on.
    var restsOn: Instant { best.at }

    /// How much the least delay has surely grown since it was at its least.
    var leastDelay: Duration { max(.zero, highest.lowered(at: confirmedAt) - utcAtBoot) }

    /// Another reading near this estimate. After a pause the old estimate counts less what the boot clock may have
    /// drifted since: the first report after a pause is often one that has waited.
    mutating func take(_ reading: ClockReading) {
        let mark = Mark(utcAtBoot: reading.utcAtBoot, at: reading.at)
        let age = reading.at - windowBegan
        if age >= Self.halfWindow {
            let isPause = age >= Self.halfWindow + Self.halfWindow
            lastChange = isPause || !hasWholeHalf ? nil : current.utcAtBoot - earlier.utcAtBoot
            hasWholeHalf = !isPause
            earlier = isPause ? Mark(utcAtBoot: best.lowered(at: reading.at), at: reading.at) : current
            current = mark
            windowBegan = reading.at
        } else if mark.utcAtBoot >= current.utcAtBoot {
            current = mark
        }
        confirmedAt = reading.at
        if mark.utcAtBoot >= highest.lowered(at: reading.at) { highest = mark }
        if utcAtBoot <= lowest.raised(at: reading.at) { lowest = Mark(utcAtBoot: utcAtBoot, at: reading.at) }
    }

    /// Whether an offset and what was read before cannot both be true.
    /// - Parameter allowance: how far apart they may be: the bound of a report's delay, or more.
    func isContradicted(by utcAtBoot: WallTime, at now: Instant, allowance: Duration) -> Bool {
        highest.lowered(at: now) - utcAtBoot > allowance || utcAtBoot - lowest.raised(at: now) > allowance
    }

    /// Whether the last two whole half windows say the same.
    func isSteady(within tolerance: Duration) -> Bool {
        guard let lastChange else { return false }
        return max(lastChange, .zero - lastChange) <= tolerance + ClockClaim.drift(over: Self.halfWindow)
    }

    /// Where the true offset lies: from the estimate up to the bound of a report's delay later. Where an extreme shows
    /// that this cannot be all, up to the extreme and its own bound.
    func span(reportDelay: Duration) -> OffsetSpan {
        let estimate = utcAtBoot
        let isLate = estimate + reportDelay < highest.lowered(at: confirmedAt)
        let isEarly = estimate > lowest.raised(at: confirmedAt) + reportDelay
        return OffsetSpan(
            low: isEarly ? lowest.lowered(at: confirmedAt) : estimate,
            high: (isLate ? highest.raised(at: confirmedAt) : estimate) + reportDelay
        )
    }

    /// Where it lies if any reading may be the true one.
    func wholeSpan(reportDelay: Duration) -> OffsetSpan {
        OffsetSpan(
            low: min(utcAtBoot, lowest.lowered(at: confirmedAt)),
            high: max(utcAtBoot, highest.raised(at: confirmedAt)) + reportDelay
        )
    }
}
