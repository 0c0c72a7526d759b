/// Says of each fix whether the receiver's time can be true.
///
/// GPS broadcasts the week in 10 bits, so a receiver (or gpsd, which adds 1024 weeks to NMEA dates before 2017) may be
/// wrong by a multiple of 1024 weeks and by nothing else. The time of a cart in service lies in the 1024 weeks from the
/// day on which this program was built; among all neighbours of a time exactly one does.
///
/// | the receiver's time | mark |
/// | --- | --- |
/// | none | `missing` |
/// | from the build date on, before build date + 1024 weeks | `plausible` |
/// | the same, but earlier than that of the report before it | `backwards` |
/// | build date + 1024 weeks or later | `weekRollover` |
/// | before the build date, a multiple of 1024 weeks from the expected time | `weekRollover` |
/// | before the build date, otherwise | `beforeBuild` |
///
/// A mark is never inherited: only times that lie in the window are remembered, each replaces the one before it, and
/// the window itself does not move. So a wrong time marks at most the report after it. A time that runs faster than the
/// boot clock, as in a replay, is not marked: that is ``WallClock``'s to notice.
public struct FixTimeJudge: Hashable, Sendable {
    /// GPS weeks roll over after 2^10.
    static let rollover: Duration = .seconds(1024 * 7 * 86_400)
    /// How near to a neighbour of the expected time a time must lie.
    private static let nearness: Duration = .seconds(86_400)

    private let buildDate: WallTime
    private var last: Reading?

    private struct Reading: Hashable {
        var time: WallTime
        var at: Instant
    }

    /// - Parameter buildDate: when this program was built, or any later time that surely has passed.
    public init(buildDate: WallTime) {
        self.buildDate = buildDate
    }

    /// Judges a report. One without a fix is judged, but not remembered: its time is the receiver's own clock, which
    /// may have run for months without a satellite.
    public mutating func mark(_ fix: Fix) -> TimeMark {
        guard let time = fix.time else { return .missing }
        guard time >= buildDate else { return isRollover(time, at: fix.receivedAt) ? .weekRollover : .beforeBuild }
        guard time < buildDate + Self.rollover else { return .weekRollover }
        let isBackwards = last.map { time < $0.time } ?? false
        if fix.mode != .none { last = Reading(time: time, at: fix.receivedAt) }
        return isBackwards ? .backwards : .plausible
    }

    /// Judges the kernel's clock, by the window alone: a wrong one is wrong by any amount, and may go back when it is
    /// set. Nothing is remembered.
    public func mark(_ kernel: KernelTime) -> TimeMark {
        guard kernel.time >= buildDate else { return .beforeBuild }
        return kernel.time < buildDate + Self.rollover ? .plausible : .weekRollover
    }

    /// Whether a time is a multiple of 1024 weeks away from the expected one, which is the last one that could be true
    /// plus what has passed since on the boot clock.
    private func isRollover(_ time: WallTime, at now: Instant) -> Bool {
        guard let last else { return false }
        let period = Self.rollover.milliseconds
        let apart = ((last.time + (now - last.at)) - time).milliseconds
        let periods = (apart + period / 2).flooredDivision(by: period)
        return periods != 0 && abs(apart - periods * period) <= Self.nearness.milliseconds
    }
}
