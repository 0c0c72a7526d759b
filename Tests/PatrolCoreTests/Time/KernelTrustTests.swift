import PatrolCore
import Testing

@Suite("When the system's clock can be believed")
struct KernelTrustTests {
    private static let year = 365.25 * 86_400

    @Test(
        "A clock that NTP does not hold is never trusted, whatever it shows",
        arguments: [-1_795_525_200, -86_400, -1, 0, 1, 86_400, ClockBench.rollover, 100 * year] as [Double]
    )
    func merelySet(ahead: Double) {
        var bench = ClockBench()
        for seconds in stride(from: 1.0, to: 90_000, by: 64) { bench.kernel(seconds, ahead: ahead, error: nil) }
        #expect(bench.actions.isEmpty)
        #expect(bench.clock.state(at: bench.instant(90_000)) == .untrusted(.noReading))
    }

    @Test(
        "The first reading of a clock that NTP holds gives trust, with the kernel's error or half a second",
        arguments: [(0, 0.5), (0.02, 0.5), (0.5, 0.5), (0.501, 0.501), (1.024, 1.024), (15.999, 15.999)]
            as [(Double, Double)]
    )
    func trust(error: Double, uncertainty: Double) {
        var bench = ClockBench()
        bench.kernel(10, error: error)
        #expect(bench.actions == [.trusted(.ntp(within: uncertainty))])
        #expect(bench.clock.wallTime(at: bench.instant(60))?.millisecondsSince1970 == ClockBench.truth + 60_000)
    }

    @Test(
        "A maximum error of 16 s is the kernel's word for a clock that is not synchronised",
        arguments: [16, 17, 1e6] as [Double]
    )
    func phaseLimit(error: Double) {
        var bench = ClockBench()
        bench.kernel(10, error: error)
        #expect(bench.actions.isEmpty)
        #expect(bench.clock.state(at: bench.instant(10)) == .untrusted(.noReading))
    }

    @Test(
        "NTP that holds the clock at a time that cannot be true is not trusted, and is the reason",
        arguments: [
            -1_795_525_200, -ClockBench.rollover, -393_000, ClockBench.rollover - 392_000, ClockBench.rollover,
            100 * year,
        ] as [Double]
    )
    func implausible(ahead: Double) {
        var bench = ClockBench()
        for seconds in [1.0, 65, 129] { bench.kernel(seconds, ahead: ahead, error: 0.01) }
        #expect(bench.actions.isEmpty)
        #expect(bench.clock.state(at: bench.instant(130)) == .untrusted(.implausibleReading))
        bench.fix(131)
        #expect(bench.clock.state(at: bench.instant(132)) == .untrusted(.unconfirmed), "the receiver has a word now")
        bench.kernel(200, error: 0.01)
        #expect(bench.offset(at: 200) == .ntp(within: 0.5))
    }

    @Test("The window is the receiver's: from the build date on, for 1024 weeks", arguments: [0, -1, 1] as [Int64])
    func window(milliseconds: Int64) throws {
        let built = try utc("2026-11-20T00:00:00Z")
        let judge = FixTimeJudge(buildDate: built)
        func mark(_ time: WallTime) -> TimeMark {
            judge.mark(
                KernelTime(
                    time: time + .milliseconds(milliseconds),
                    at: Instant(nanosecondsSinceBoot: 1),
                    isSynchronised: true,
                    maximumError: .zero
                )
            )
        }
        #expect(mark(built) == (milliseconds < 0 ? .beforeBuild : .plausible))
        #expect(mark(built + .seconds(1024 * 7 * 86_400)) == (milliseconds < 0 ? .plausible : .weekRollover))
    }

    @Test(
        "Lost synchronisation is holdover: the uncertainty grows by 100 ppm from the last reading that was synchronised",
        arguments: [(64, 0.5), (3600, 0.86), (86_400, 9.14), (864_000, 86.9), (1e9, 43_200)] as [(Double, Double)]
    )
    func holdover(after seconds: Double, uncertainty: Double) {
        var bench = ClockBench()
        bench.kernel(0, error: 0.3)
        for reading in stride(from: 64, through: min(seconds, 86_400), by: 64) { bench.kernel(reading, error: nil) }
        let offset = bench.offset(at: seconds)
        #expect(offset?.source == .ntp)
        #expect(offset?.utcAtBootMilliseconds == ClockBench.truth)
        #expect(abs((offset?.uncertaintyMilliseconds ?? 0) - Int64(uncertainty * 1000)) <= 10)
        #expect(bench.actions.count == 1, "nothing but the trust")
    }

    @Test("Synchronisation that comes back ends the holdover, and is told")
    func back() {
        var bench = ClockBench()
        bench.kernel(0, error: 0.3)
        bench.kernel(36_000, error: nil)
        #expect(bench.offset(at: 36_000) == .ntp(within: 4.1))
        bench.kernel(36_064, ahead: 0.2, error: 0.3)
        #expect(bench.offset(at: 36_064) == .ntp(0.2, within: 0.5))
        #expect(bench.actions == [.trusted(.ntp(within: 0.5)), .offsetChanged(.ntp(0.2, within: 0.5))])
    }

    @Test("An error that shrinks or grows by a second is told, less is not")
    func uncertainty() {
        var bench = ClockBench()
        for (number, error) in [8, 7.1, 7, 6.5, 6.0, 6.9, 7.0].enumerated() {
            bench.kernel(Double(number) * 64, error: error)
        }
        #expect(
            bench.actions == [
                .trusted(.ntp(within: 8)), .offsetChanged(.ntp(within: 7)), .offsetChanged(.ntp(within: 6)),
                .offsetChanged(.ntp(within: 7)),
            ]
        )
    }

    @Test(
        "A clock that is set without NTP is a step of the system, and moves nothing",
        arguments: [2.5, -2.5, 86_400, -1e9] as [Double]
    )
    func systemStep(seconds: Double) {
        var bench = ClockBench()
        bench.kernel(10, ahead: 5, error: nil)
        bench.kernel(20, ahead: 5 + seconds, error: nil)
        bench.kernel(84, ahead: 5 + seconds, error: nil)
        let step = WallClock.Action.stepped(by: .milliseconds(Int64(seconds * 1000)), source: .system, nil)
        #expect(bench.takeActions() == [step])
        #expect(bench.offset(at: 90) == nil)
        // The same while the receiver gives the time.
        bench.fixes(until: 100)
        #expect(bench.takeActions() == [.trusted(.gps())])
        bench.kernel(101, ahead: 5 + 2 * seconds, error: nil)
        #expect(bench.takeActions() == [step])
        #expect(bench.offset(at: 101) == .gps())
    }

    @Test("A setting by 2 s or less is none of anybody's business", arguments: [2.0, -2, 1, -1, 0.1] as [Double])
    func smallSetting(seconds: Double) {
        var bench = ClockBench()
        bench.kernel(10, ahead: 50, error: nil)
        bench.kernel(20, ahead: 50 + seconds, error: nil)
        #expect(bench.actions.isEmpty)
    }

    @Test("Boot in 1970, then NTP: the system stepped, and is trusted from there on")
    func bootWithNTP() {
        var bench = ClockBench()
        bench.kernel(5, ahead: -1_795_525_200, error: nil)
        bench.kernel(30, error: 0.05)
        let step = WallClock.Action.stepped(by: .seconds(1_795_525_200), source: .system, nil)
        #expect(bench.actions == [step, .trusted(.ntp(within: 0.5))])
    }

    @Test("A step of a clock that NTP holds is followed at once", arguments: [2.5, -2.5, 3600, -3600] as [Double])
    func step(seconds: Double) {
        var bench = ClockBench()
        bench.kernel(10, error: 0.05)
        bench.kernel(20, ahead: seconds, error: 0.05)
        let offset = ClockOffset.ntp(seconds, within: 0.5)
        let step = WallClock.Action.stepped(by: .milliseconds(Int64(seconds * 1000)), source: .ntp, offset)
        #expect(bench.actions == [.trusted(.ntp(within: 0.5)), step])
        #expect(bench.offset(at: 20) == offset)
    }

    @Test(
        "What NTP moves by 2 s or less is followed quietly, a leap second among it",
        arguments: [-1, 2, 0.4, 0.1] as [Double]
    )
    func smallStep(seconds: Double) {
        var bench = ClockBench()
        bench.kernel(10, error: 0.05)
        bench.kernel(20, ahead: seconds, error: 0.05)
        let offset = ClockOffset.ntp(seconds, within: 0.5)
        #expect(bench.actions == [.trusted(.ntp(within: 0.5)), .offsetChanged(offset)])
    }

    @Test("After a day without NTP the crystal's drift is no step")
    func drift() {
        var bench = ClockBench()
        bench.kernel(0, error: 0.05)
        bench.kernel(86_400, ahead: 10.6, error: 0.05)
        bench.kernel(86_464, ahead: 13.2, error: 0.05)
        #expect(bench.actions.compactMap(\.offset) == [0, 10.6, 13.2].map { .ntp($0, within: 0.5) })
        let steps = bench.actions.compactMap {
            if case .stepped(let by, let source, _) = $0 { (by, source) } else { nil }
        }
        #expect(steps.map { $0.1 } == [.system, .ntp], "10.6 s: the clock was set; 13.2 s: NTP contradicts itself")
    }

    @Test("A clock that NTP holds and a hand sets wrong: NTP's word is held over until it is set right")
    func setByHand() {
        var bench = ClockBench()
        bench.kernel(10, error: 0.05)
        bench.kernel(20, ahead: 7200, error: nil)
        bench.kernel(84, ahead: 7200, error: nil)
        #expect(bench.offset(at: 84) == .ntp(within: 0.507))
        bench.kernel(100, error: 0.05)
        #expect(
            bench.actions == [
                .trusted(.ntp(within: 0.5)),
                .stepped(by: .seconds(7200), source: .system, nil), .stepped(by: .seconds(-7200), source: .system, nil),
            ]
        )
    }

    @Test("NTP that goes to a time that cannot be true is held over")
    func becomesImplausible() {
        var bench = ClockBench()
        bench.kernel(10, error: 0.05)
        for seconds in [74.0, 138] { bench.kernel(seconds, ahead: -1_795_525_200, error: 0.05) }
        #expect(bench.offset(at: 138) == .ntp(within: 0.512))
        let step = WallClock.Action.stepped(by: .seconds(-1_795_525_200), source: .system, nil)
        #expect(bench.actions == [.trusted(.ntp(within: 0.5)), step])
    }
}
