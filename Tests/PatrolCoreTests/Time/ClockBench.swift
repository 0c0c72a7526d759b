import PatrolCore

/// A cart with a receiver and a system clock, each as right or wrong as a test wants it, and what its clock makes of it.
struct ClockBench {
    /// UTC at the zero of the boot clock: 2026-11-24T13:00:00Z.
    static let truth: Int64 = 1_795_525_200_000
    /// GPS weeks roll over after this many seconds.
    static let rollover = 1024.0 * 7 * 86_400

    var clock: WallClock
    var judge = FixTimeJudge(buildDate: WallTime(millisecondsSince1970: 1_795_132_800_000))
    var actions: [WallClock.Action] = []

    /// - Parameter reportDelay: in seconds; `nil` for the default.
    init(reportDelay: Double? = nil) {
        var settings = WallClock.Settings()
        if let reportDelay { settings.reportDelay = .milliseconds(Int64((reportDelay * 1000).rounded())) }
        clock = WallClock(settings: settings)
    }

    /// A fix of the time `seconds` after boot that is read `delay` later.
    mutating func fix(_ seconds: Double, ahead: Double = 0, delay: Double = 0.3) {
        var fix = Fix(receivedAt: instant(seconds + delay), mode: .threeDimensional)
        let time = wallTime(seconds + ahead)
        fix.time = time
        actions += clock.handle(time, marked: judge.mark(fix), at: fix.receivedAt)
    }

    /// Fixes of three seconds, as many as trust needs.
    mutating func fixes(until seconds: Double, ahead: Double = 0) {
        for second in [seconds - 2, seconds - 1, seconds] { fix(second, ahead: ahead) }
    }

    /// The kernel's clock is read; `error`: what it calls its maximum error, `nil` if NTP does not hold it.
    mutating func kernel(_ seconds: Double, ahead: Double = 0, error: Double?) {
        let time = KernelTime(
            time: wallTime(seconds + ahead),
            at: instant(seconds),
            isSynchronised: error != nil,
            maximumError: .milliseconds(Int64(((error ?? 16) * 1000).rounded()))
        )
        actions += clock.handle(time, marked: judge.mark(time))
    }

    func offset(at seconds: Double) -> ClockOffset? {
        guard case .trusted(let offset) = clock.state(at: instant(seconds)) else { return nil }
        return offset
    }

    /// What was done since the last time that this was asked.
    mutating func takeActions() -> [WallClock.Action] {
        defer { actions = [] }
        return actions
    }

    func instant(_ seconds: Double) -> Instant {
        Instant(millisecondsSinceBoot: Int64((seconds * 1000).rounded()))
    }

    /// By how many seconds the truth is outside of what the clock says can be true; negative inside.
    func excess(at seconds: Double) -> Double? {
        offset(at: seconds).map { offset in
            Double(abs(offset.utcAtBootMilliseconds - Self.truth) - offset.uncertaintyMilliseconds) / 1000
        }
    }

    private func wallTime(_ seconds: Double) -> WallTime {
        WallTime(millisecondsSince1970: Self.truth + Int64((seconds * 1000).rounded()))
    }
}

extension ClockOffset {
    /// Of NTP, `ahead` seconds ahead of the truth.
    static func ntp(_ ahead: Double = 0, within uncertainty: Double) -> ClockOffset {
        ClockOffset(ahead, .ntp, uncertainty)
    }

    /// Of a receiver with the bench's delay of 0.3 s and the default bound of 1.5 s, `ahead` seconds ahead of the truth.
    static func gps(_ ahead: Double = 0, within uncertainty: Double = 0.75) -> ClockOffset {
        ClockOffset(ahead - 0.3 + 0.75, .gps, uncertainty)
    }

    private init(_ ahead: Double, _ source: ClockSource, _ uncertainty: Double) {
        self.init(
            utcAtBootMilliseconds: ClockBench.truth + Int64((ahead * 1000).rounded()),
            source: source,
            uncertaintyMilliseconds: Int64((uncertainty * 1000).rounded())
        )
    }
}
