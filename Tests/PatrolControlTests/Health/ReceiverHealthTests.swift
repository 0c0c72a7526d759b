import PatrolAPI
import PatrolCore
import Testing

@testable import PatrolControl

@Suite("Health of the receiver and the time of day")
struct ReceiverHealthTests {
    private static let truth: Int64 = 1_795_525_200_000

    private func instant(_ seconds: Int64) -> Instant { Instant(millisecondsSinceBoot: seconds * 1000) }

    /// A clock that reads fixes until second 20, late by so many milliseconds.
    private func clock(delay: Int64 = 300) -> WallClock {
        var clock = WallClock()
        for second in 17...20 as ClosedRange<Int64> { read(second, delay: delay, &clock) }
        return clock
    }

    private func read(_ second: Int64, ahead: Int64 = 0, delay: Int64 = 300, _ clock: inout WallClock) {
        let time = WallTime(millisecondsSince1970: Self.truth + (second + ahead) * 1000 - delay)
        _ = clock.handle(time, marked: .plausible, at: instant(second))
    }

    private func hear(ntp second: Int64, ahead: Int64 = 0, _ clock: inout WallClock) {
        let kernel = KernelTime(
            time: WallTime(millisecondsSince1970: Self.truth + (second + ahead) * 1000),
            at: instant(second),
            isSynchronised: true,
            maximumError: .milliseconds(20)
        )
        _ = clock.handle(kernel, marked: .plausible)
    }

    private func check(_ clock: WallClock, at second: Int64 = 21) -> HealthReport.Check {
        HealthChecks.clock(clock, at: instant(second))
    }

    @Test("A trusted clock says by whom, how sure it is, and how late the reports are once NTP has shown it")
    func fine() {
        var clock = clock()
        #expect(check(clock) == .init(name: "clock", state: .ok, message: "by gps, ±750 ms"))
        hear(ntp: 21, &clock)
        let message = "by ntp, ±500 ms; the receiver's reports come 0.3 s late by NTP, ±0.5 s"
        #expect(check(clock) == .init(name: "clock", state: .ok, message: message))
        let sources = ClockSources(clock, at: instant(31))
        #expect(sources.reportDelaySeconds == 1.5)
        #expect(sources.measuredDelay == .init(delaySeconds: 0.3, uncertaintySeconds: 0.5, ageSeconds: 10))
        #expect(sources.excessiveDelaySeconds == nil && sources.contradiction == nil)
    }

    @Test("Reports that surely come later than the bound are named with both figures")
    func tooLate() {
        var clock = clock(delay: 2600)
        hear(ntp: 20, &clock)
        let check = check(clock)
        #expect(check.state == .degraded)
        #expect(check.message.contains("reports come at least 2.1 s late; [gps] report_delay is 1.5 s"))
    }

    @Test("A receiver that contradicts itself is named until a minute of reports agrees")
    func contradiction() {
        var clock = clock()
        read(21, ahead: 7200, &clock)
        let doubted = check(clock, at: 25)
        #expect(doubted.state == .degraded)
        #expect(doubted.message.contains("the receiver contradicts itself by 7200.0 s for 4.0 s"))
        #expect(doubted.message.contains("±7200750 ms"))
        for second in 22...82 as ClosedRange<Int64> { read(second, &clock) }
        #expect(check(clock, at: 82).state == .ok)
    }

    @Test("GPS and NTP that contradict each other are named")
    func disagreement() {
        var clock = clock()
        hear(ntp: 21, ahead: 100, &clock)
        let check = check(clock)
        #expect(check.state == .degraded && check.message.contains("GPS and NTP contradict each other by 99.55 s"))
        #expect(ClockSources(clock, at: instant(21)).disagreementSeconds == 99.55)
    }

    @Test(
        "The receivers of one gpsd are named where there is a choice",
        arguments: [
            (ReceiverChoice.Report(used: "/dev/a"), "tracking"),
            (.init(used: "/dev/a", others: ["/dev/b"]), "tracking; uses /dev/a, not /dev/b; [gps] device chooses"),
            (.init(others: ["/dev/b"]), "tracking; not used: /dev/b"),
            (
                .init(others: ["/dev/b"], missing: .init(device: "/dev/a", available: ["/dev/b", "/dev/c"])),
                "tracking; gpsd does not have [gps] device /dev/a; it has /dev/b, /dev/c"
            ),
            (
                .init(missing: .init(device: "/dev/a", available: [])),
                "tracking; gpsd does not have [gps] device /dev/a; it has none"
            ),
        ]
    )
    func receivers(report: ReceiverChoice.Report, message: String) {
        var cart = CartSnapshot.unknown(at: instant(0))
        cart.hasFix = true
        cart.gpsState = .tracking
        cart.receivers = report
        #expect(HealthChecks.gps(cart) == .init(name: "gps", state: .ok, message: message))
    }
}
