@testable import PatrolCore

/// The receiver and NTP of a night, and the clock that is made of them. What they may do wrong is what receivers do: be
/// late, say another time once, go to and fro, lose 1024 weeks.
struct NightSources {
    /// What the receiver says just now.
    enum Mood: Equatable {
        case honest
        /// Each second report is off by so many milliseconds, until an instant.
        case alternating(Int64, until: Instant)
        /// All are off by a multiple of 1024 weeks, until an instant.
        case rolledOver(weeks: Int64, until: Instant)
    }

    /// `[gps] report_delay`, in milliseconds.
    let reportDelay: Int64
    /// The least delay of the receiver's reports, in milliseconds.
    let leastDelay: Int64
    /// Whether reports may be later than the bound, which is why NTP is there.
    let isTooLate: Bool
    private(set) var clock: WallClock

    /// How much later than the least delay a report may be.
    private let jitter: Int64
    private let buildDate: WallTime
    private var judge: FixTimeJudge
    private var mood = Mood.honest
    private var isOdd = false
    /// Until when NTP holds the system's clock; it does until it has shown that the bound does not hold.
    private var ntpUntil: Instant

    /// - Parameter beginsAt: UTC in milliseconds since 1970.
    init(beginsAt: Int64, _ dice: inout SplitMix64) {
        isTooLate = Int.random(in: 0..<4, using: &dice) == 0
        if isTooLate {
            // By more than NTP may be wrong.
            jitter = 250
            leastDelay = Int64.random(in: 500...2000 - jitter, using: &dice)
            reportDelay = Int64.random(in: 100...leastDelay - 250, using: &dice)
        } else {
            jitter = 390
            let anyDelay = Int64.random(in: 0...2000 - jitter, using: &dice)
            leastDelay = [0, 0, 300, 600, 1000, 2000 - jitter, anyDelay].randomElement(using: &dice) ?? 0
            let spare = [0, 0, Int64.random(in: 0...1500, using: &dice)].randomElement(using: &dice) ?? 0
            reportDelay = leastDelay + jitter + spare
        }
        buildDate = WallTime(millisecondsSince1970: beginsAt - 86_400_000 * Int64.random(in: 1...2000, using: &dice))
        judge = FixTimeJudge(buildDate: buildDate)
        clock = Self.clock(reportDelay)
        ntpUntil = Self.end(ofNTPFrom: .zero, isTooLate, &dice)
    }

    /// By how much quiet begins before its time, in milliseconds.
    var earliness: Int64 { isTooLate ? 500 : reportDelay - leastDelay }

    /// What the system knows of the time is gone; where the bound does not hold, NTP is there again.
    mutating func forget(at now: Instant, _ dice: inout SplitMix64) {
        clock = Self.clock(reportDelay)
        judge = FixTimeJudge(buildDate: buildDate)
        mood = .honest
        ntpUntil = Self.end(ofNTPFrom: now, isTooLate, &dice)
    }

    /// The receiver, and NTP before it, say what time it is.
    /// - Parameter truth: UTC, in milliseconds since 1970.
    mutating func report(truth: Int64, at now: Instant, _ dice: inout SplitMix64) {
        if now <= ntpUntil || !isBoundKnown { readKernel(truth: truth, at: now, &dice) }
        // Often almost not late, or by all of the bound: there the edges are.
        let more = [0, jitter, Int64.random(in: 0...jitter, using: &dice)].randomElement(using: &dice) ?? 0
        take(truth - leastDelay - more + error(at: now), at: now)
    }

    /// One report that is off by so much.
    mutating func reportOnce(off: Int64, truth: Int64, at now: Instant) {
        take(truth - leastDelay + off, at: now)
    }

    mutating func enter(_ mood: Mood) {
        self.mood = mood
    }

    /// Whether the bound holds, or NTP has shown that it does not: else nobody can know.
    var isBoundKnown: Bool { !isTooLate || clock.measuredDelay != nil }

    /// Whether the receiver needs more reports to be believed.
    var isDoubted: Bool { clock.contradiction != nil || mood != .honest }

    private mutating func error(at now: Instant) -> Int64 {
        isOdd.toggle()
        switch mood {
        case .alternating(let off, let until) where now < until: return isOdd ? off : 0
        case .rolledOver(let periods, let until) where now < until: return periods * 1024 * 7 * 86_400_000
        case .honest, .alternating, .rolledOver:
            mood = .honest
            return 0
        }
    }

    private mutating func take(_ utc: Int64, at now: Instant) {
        var fix = Fix(receivedAt: now, mode: .threeDimensional)
        let time = WallTime(millisecondsSince1970: utc)
        fix.time = time
        _ = clock.handle(time, marked: judge.mark(fix), at: now)
    }

    private mutating func readKernel(truth: Int64, at now: Instant, _ dice: inout SplitMix64) {
        let error = Int64.random(in: 1...200, using: &dice)
        let kernel = KernelTime(
            time: WallTime(millisecondsSince1970: truth + Int64.random(in: -error...error, using: &dice)),
            at: now,
            isSynchronised: true,
            maximumError: .milliseconds(error)
        )
        _ = clock.handle(kernel, marked: judge.mark(kernel))
    }

    private static func clock(_ reportDelay: Int64) -> WallClock {
        var settings = WallClock.Settings()
        settings.reportDelay = .milliseconds(reportDelay)
        return WallClock(settings: settings)
    }

    private static func end(ofNTPFrom now: Instant, _ isNeeded: Bool, _ dice: inout SplitMix64) -> Instant {
        if !isNeeded, Int.random(in: 0..<3, using: &dice) > 0 { return now - .seconds(1) }
        let isForGood = Bool.random(using: &dice)
        return isForGood ? now + .seconds(1_000_000) : now + .seconds(Int64.random(in: 5...20_000, using: &dice))
    }
}

extension AnnouncerWorld {
    /// How long before the true boundary the last sound of a play ended, if it was the boundary that mattered: within ten
    /// seconds of it, and nothing had just changed.
    mutating func noteMargin(from start: Instant, to end: Instant) {
        guard let audible = player.audible, let play = player.play, play.orderedAt > lastReaction,
            play.order.priority != .emergency, audible.upperBound > start, audible.upperBound <= end,
            plan.quietRule(at: plan.boundary, in: zones) != nil, plan.quietRule(at: plan.boundary - 1, in: zones) == nil
        else { return }
        let margin = plan.boundary - trueUTC(at: audible.upperBound)
        guard (0...10_000).contains(margin) else { return }
        leastMargin = min(leastMargin ?? margin, margin)
    }
}
