import Testing

@testable import PatrolCore

@Suite("The quiet gate")
struct QuietGateTests {
    typealias Verdict = QuietGate.Verdict

    /// Boot is 20:00 of 2026-11-24 in Shanghai, the clock's last reading came 10 s later.
    private let bench = QuietBench(bootAt: "2026-11-24T20:00:00+08:00")

    /// 21:00 on the boot clock, if the clock is right.
    private let nine = 3_600_000
    /// 06:00.
    private let six = 36_000_000

    @Test("An untrusted clock is silence, whatever the rules")
    func untrusted() throws {
        for rules in ["", "21:00-06:00", "always"] {
            let gate = try bench.gate(rules)
            let verdict = gate.verdict(at: bench.instant(5), clock: WallClock(), zones: [])
            #expect(verdict == .silent(.clockUntrusted(.noReading), until: nil))
        }
        var clock = WallClock()
        _ = clock.handle(bench.wallTime(8000), marked: .plausible, at: bench.instant(8000))
        let verdict = try bench.gate("").verdict(at: bench.instant(8000), clock: clock, zones: [])
        #expect(verdict == .silent(.clockUntrusted(.unconfirmed), until: nil))
    }

    @Test("Without the vehicle's zone it is silence, however well UTC is known")
    func zoneUnknown() {
        for rules in [[], [QuietRule(name: "never", schedule: CivilSchedule(), zones: ["nowhere"])]] {
            let gate = QuietGate(hours: QuietHours(rules: rules, zone: .unknown))
            for now in [10_000, 60_000, six + 10_000_000] {
                #expect(bench.verdict(gate, at: now) == .silent(.clockUntrusted(.timeZoneUnknown), until: nil))
            }
        }
    }

    /// The uncertainty just before 21:00 is 1 s, 100 ppm of the time since the reading, 358 ms, and 2 ms for what the
    /// milliseconds of the clock and of its readings cut off: 1.360 s; the last whole millisecond before that edge is the
    /// answer. At 06:00 it is 1 s, 3.599 s and 2 ms, and the next evening 1 s, 8.998 s and 2 ms.
    @Test("Quiet begins earlier and ends later by the uncertainty of then")
    func safeEdges() throws {
        let gate = try bench.gate("21:00-06:00")
        let open = Verdict.open(until: bench.instant(nine - 1361))
        for now in [10_000, 60_000, nine - 5000, nine - 1361] {
            #expect(bench.verdict(gate, at: now) == open, "at \(now) ms")
        }
        let silent = Verdict.silent(.quiet(rule: "rule-0"), until: bench.instant(six + 4601))
        for now in [nine - 1359, nine, nine + 1360, nine + 10_000_000, six - 4600, six, six + 4599] {
            #expect(bench.verdict(gate, at: now) == silent, "at \(now) ms")
        }
        guard case .open(let until?) = bench.verdict(gate, at: six + 4601) else {
            Issue.record("still silent, or open for ever")
            return
        }
        #expect(until == bench.instant(nine + 86_400_000 - 10_001))
    }

    @Test("The verdict turns at the very nanosecond that it named")
    func exactEdges() throws {
        let gate = try bench.gate("21:00-06:00")
        let until = bench.instant(nine - 1361)
        #expect(bench.verdict(gate, at: until) == .open(until: until))
        guard case .silent(_, let end?) = bench.verdict(gate, at: until + .nanoseconds(1)) else {
            Issue.record("open after the edge, or silent for ever")
            return
        }
        #expect(bench.isSilent(gate, at: end - .nanoseconds(1)))
        #expect(!bench.isSilent(gate, at: end))
    }

    @Test("In a holdover of days the silence grows on both sides; in one of a year there is nothing else")
    func holdover() throws {
        let gate = try bench.gate("21:00-06:00")
        for (days, uncertainty) in [(1, 10_000), (10, 87_760), (100, 865_361)] {
            let evening = nine + days * 86_400_000
            let verdict = bench.verdict(gate, at: evening - 3_600_000)
            guard case .open(let until?) = verdict else {
                Issue.record("\(verdict) after \(days) days")
                continue
            }
            #expect(abs(until.millisecondsSinceBoot - Int64(evening - uncertainty)) < 100, "after \(days) days")
        }
        // Fifteen hours between two nights, and an uncertainty of 7.6 h to either side after 3160 days.
        for hour in 0..<48 {
            #expect(bench.isSilent(gate, at: bench.instant((3160 * 24 + hour) * 3_600_000)))
        }
        // Then the answer names a time to ask again, and goes no further.
        let now = bench.instant(3160 * 86_400_000)
        guard case .silent(.quiet("rule-0"), let until?) = bench.verdict(gate, at: now) else {
            Issue.record("open, or silent for ever")
            return
        }
        #expect(until > now + .seconds(30 * 86_400))
        #expect(bench.isSilent(gate, at: until))
    }

    @Test(
        "Two windows that are nearer than twice the uncertainty are one",
        arguments: [
            // The end of the first and the beginning of the second, and whether the loudspeaker may sound between:
            // 1.3 s each way at 20:50, and 1 ms twice for what the clock cuts off.
            ("20:50:00", "20:50:00", false), ("20:50:00", "20:50:01", false), ("20:50:00", "20:50:02", false),
            ("20:50:00", "20:50:03", true), ("20:50:00", "20:51:00", true),
        ]
    )
    func mergedWindows(end: String, begin: String, isOpen: Bool) throws {
        let gate = try bench.gate("20:40-\(end)|\(begin)-20:59")
        let verdict = bench.verdict(gate, at: 2_500_000)
        guard case .silent(.quiet("rule-0"), let until?) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        let opens = isOpen ? 3_000_000 : 3_540_000
        #expect(abs(until.millisecondsSinceBoot - Int64(opens) - 1300) < 100)
        for now in 3_000_000..<3_004_000 where !isOpen {
            #expect(bench.isSilent(gate, at: bench.instant(now)), "at \(now) ms")
        }
        #expect(!bench.isSilent(gate, at: until))
    }

    @Test("The reason is the rule that holds now, or else the nearest within the uncertainty")
    func reasons() throws {
        let gate = try bench.gate("21:00-06:00|20:30-20:45")
        let reasons = [
            (1_799_000, 1), (2_000_000, 1), (2_701_000, 1), (nine - 1000, 0), (nine + 1000, 0), (six + 1000, 0),
        ]
        for (now, rule) in reasons {
            guard case .silent(let reason, _) = bench.verdict(gate, at: now) else {
                Issue.record("open at \(now) ms")
                continue
            }
            #expect(reason == .quiet(rule: "rule-\(rule)"), "at \(now) ms")
        }
    }

    @Test("Nothing known will change what never changes")
    func never() throws {
        #expect(bench.verdict(try bench.gate(""), at: 20_000) == .open(until: nil))
        #expect(bench.verdict(try bench.gate("always"), at: 20_000) == .silent(.quiet(rule: "rule-0"), until: nil))
        let past = try bench.gate("2026-06-07..2026-06-10")
        #expect(bench.verdict(past, at: 20_000) == .open(until: nil))
    }

    @Test("What lies beyond the range of the boot clock is clamped, not trapped")
    func farAway() throws {
        let gate = try bench.gate("9998-01-01..9998-12-31")
        guard case .open(let until?) = bench.verdict(gate, at: 20_000) else {
            Issue.record("silent, or open for ever")
            return
        }
        #expect(until > bench.instant(20_000) + .seconds(90 * 365 * 86_400))
        let now = Instant(nanosecondsSinceBoot: .max)
        #expect(gate.verdict(at: now, clock: bench.clock, zones: []) != .open(until: now - .nanoseconds(1)))
    }

    @Test("Only the zones that the cart is in count")
    func zones() throws {
        let rule = QuietRule(name: "school", schedule: CivilSchedule(), zones: ["school"])
        let gate = QuietGate(hours: QuietHours(rules: [rule], zone: TestZone.shanghai.zone))
        let now = bench.instant(20_000)
        #expect(gate.verdict(at: now, clock: bench.clock, zones: ["park"]) == .open(until: nil))
        #expect(
            gate.verdict(at: now, clock: bench.clock, zones: ["park", "school"])
                == .silent(.quiet(rule: "school"), until: nil)
        )
    }
}

/// A clock that was trusted 10 s after boot and has heard nothing since, and gates to ask.
struct QuietBench {
    private let boot: WallTime
    let clock: WallClock

    init(bootAt text: String) {
        let boot = WallTime(iso8601: text) ?? WallTime(millisecondsSince1970: 0)
        var settings = WallClock.Settings()
        settings.reportDelay = .seconds(2)
        var clock = WallClock(settings: settings)
        for seconds in [8, 10] {
            // In the middle of the bound, so that the uncertainty is 1 s.
            let reading = boot + .seconds(seconds - 1)
            _ = clock.handle(reading, marked: .plausible, at: Instant(millisecondsSinceBoot: Int64(seconds) * 1000))
        }
        self.boot = boot
        self.clock = clock
    }

    func instant(_ milliseconds: Int) -> Instant {
        Instant(millisecondsSinceBoot: Int64(milliseconds))
    }

    /// What a clock without error would show.
    func wallTime(_ milliseconds: Int) -> WallTime {
        boot + .milliseconds(milliseconds)
    }

    /// - Parameter rules: schedules with `|` between them, which become the rules `rule-0`, `rule-1`, ….
    func gate(_ rules: String, in zone: TestZone = .shanghai) throws -> QuietGate {
        let schedules = try rules.split(separator: "|").map { try #require(CivilSchedule(String($0))) }
        let rules = schedules.enumerated().map { QuietRule(name: "rule-\($0.offset)", schedule: $0.element) }
        return QuietGate(hours: QuietHours(rules: rules, zone: zone.zone))
    }

    func verdict(_ gate: QuietGate, at milliseconds: Int) -> QuietGate.Verdict {
        verdict(gate, at: instant(milliseconds))
    }

    func verdict(_ gate: QuietGate, at now: Instant) -> QuietGate.Verdict {
        gate.verdict(at: now, clock: clock, zones: [])
    }

    func isSilent(_ gate: QuietGate, at now: Instant) -> Bool {
        guard case .silent = verdict(gate, at: now) else { return false }
        return true
    }
}
