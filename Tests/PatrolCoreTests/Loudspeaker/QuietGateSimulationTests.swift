import Testing

@testable import PatrolCore

/// The gate against somebody who looks at each minute of the interval in which the time of day may lie.
@Suite("The quiet gate against brute force")
struct QuietGateSimulationTests {
    @Test(
        "It is silent if any moment within the uncertainty is quiet, and each answer holds until the instant it names",
        arguments: [1, 2, 5_923_999_981_748_455_330, RunSeed.next(for: "the quiet gate")]
    )
    func bruteForce(seed: UInt64) throws {
        var dice = SplitMix64(seed: seed)
        var counts = (open: 0, silent: 0)
        for round in 0..<60 {
            let zone = TestZone.allCases[round % TestZone.allCases.count]
            let night = try GateNight(in: zone, &dice)
            for _ in 0..<10 {
                let isOpen = night.check("seed \(seed), round \(round), \(zone): \(night.description)", &dice)
                if isOpen { counts.open += 1 } else { counts.silent += 1 }
            }
        }
        #expect(counts.open > 50 && counts.silent > 50, "\(counts): one-sided, which proves little")
    }
}

/// A boot near a day on which clocks may be put, with random rules.
private struct GateNight: CustomStringConvertible {
    private static let boots = ["2026-03-28T12:00:00Z", "2026-04-04T02:00:00Z", "2026-10-24T09:00:00Z"]
    private static let longestDays = 40

    private let bench: QuietBench
    private let zone: CivilZone
    private let rules: [CivilSchedule]
    private let gate: QuietGate

    init(in zone: TestZone, _ dice: inout SplitMix64) throws {
        let boot = Self.boots.randomElement(using: &dice) ?? ""
        bench = QuietBench(bootAt: boot)
        self.zone = zone.zone
        let day = zone.zone.civilTime(at: bench.wallTime(0)).date
        rules = (0..<Int.random(in: 1...3, using: &dice)).map { _ in CivilSchedule.random(near: day, &dice) }
        let quiet = rules.enumerated().map { QuietRule(name: "rule-\($0.offset)", schedule: $0.element) }
        gate = QuietGate(hours: QuietHours(rules: quiet, zone: zone.zone))
    }

    var description: String { "boot at \(bench.wallTime(0)), \(rules)" }

    /// One random instant, and what it leads to.
    /// - Returns: whether it was open.
    func check(_ comment: @autoclosure () -> String, _ dice: inout SplitMix64) -> Bool {
        let span = Int64(Self.longestDays) * 86_400 * 1_000_000_000
        let now = Instant(nanosecondsSinceBoot: Int64.random(in: 10_000_000_000...span, using: &dice))
        let verdict = bench.verdict(gate, at: now)
        let place = "\(comment()), at \(now): \(verdict)"
        switch verdict {
        case .open(let until):
            #expect(!mayBeQuiet(at: now), "\(place)")
            guard let until else { return true }
            #expect(until >= now, "\(place)")
            #expect(bench.verdict(gate, at: until) == verdict, "\(place)")
            #expect(!mayBeQuiet(at: until), "\(place)")
            #expect(bench.isSilent(gate, at: until + .nanoseconds(1)), "\(place)")
            #expect(mayBeQuiet(at: until + .milliseconds(2)), "\(place)")
            return true
        case .silent(_, let until):
            #expect(mayBeQuiet(at: now), "\(place)")
            guard let until else { return false }
            #expect(until > now, "\(place)")
            #expect(bench.isSilent(gate, at: until - .nanoseconds(1)), "\(place)")
            #expect(mayBeQuiet(at: until - .milliseconds(2)), "\(place)")
            if bench.isSilent(gate, at: until) {
                // The gaps between the windows are shorter than twice the uncertainty; after a hundred it gave up.
                #expect(mayBeQuiet(at: until) && until - now > .seconds(50 * 86_400), "\(place)")
            } else {
                #expect(!mayBeQuiet(at: until), "\(place)")
            }
            return false
        }
    }

    /// Rules and offsets change at whole minutes, so the first moment of the interval and the minutes in it tell all.
    private func mayBeQuiet(at now: Instant) -> Bool {
        let sinceBoot = now - bench.instant(0)
        // The reading names a whole millisecond, so it may be off by one besides.
        let uncertainty = Duration.milliseconds(1001) + (sinceBoot - .seconds(10)) / 10_000
        // Rounded down: what changes does so at whole milliseconds.
        var moment = bench.wallTime(0) + .nanoseconds((sinceBoot - uncertainty).nanoseconds / 1_000_000 * 1_000_000)
        while moment - bench.wallTime(0) <= sinceBoot + uncertainty {
            if rules.contains(where: { $0.isHeld(at: zone.civilTime(at: moment)) }) { return true }
            moment = WallTime(millisecondsSince1970: (moment.millisecondsSince1970 / 60_000 + 1) * 60_000)
        }
        return false
    }
}
