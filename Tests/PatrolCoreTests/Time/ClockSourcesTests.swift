import PatrolCore
import Testing

@Suite("GPS and NTP together")
struct ClockSourcesTests {
    @Test(
        "Boot in 1970 or a day ahead: nothing is trusted until the receiver gives time, then it is right",
        arguments: [
            -1_795_525_200, 86_400,
        ] as [Double]
    )
    func boot(ahead: Double) {
        var bench = ClockBench()
        for seconds in stride(from: 0.0, to: 10, by: 1) { bench.kernel(seconds, ahead: ahead, error: nil) }
        #expect(bench.offset(at: 10) == nil)
        for second in 10...12 { bench.fix(Double(second)) }
        bench.kernel(64, ahead: ahead, error: nil)
        #expect(bench.takeActions() == [.trusted(.gps())])
        #expect(bench.offset(at: 64)?.utcAtBootMilliseconds == ClockBench.truth + 450)
        // NTP comes much later and sets the clock right: a step of the system's clock, and a better source.
        bench.fixes(until: 100)
        bench.kernel(100, error: 0.02)
        let step = WallClock.Action.stepped(by: .milliseconds(-Int64(ahead * 1000)), source: .system, nil)
        #expect(bench.takeActions() == [step, .offsetChanged(.ntp(within: 0.5))])
    }

    @Test(
        "NTP counts once it is surer by 200 ms, the receiver by 500 ms, whoever was first; in between the first one stays",
        arguments: [
            (0.02, true, true), (0.54, true, true), (0.56, false, true), (1.24, false, true), (1.26, false, false),
        ]
            as [(Double, Bool, Bool)]
    )
    func choice(error: Double, winsAsSecond: Bool, staysAsFirst: Bool) {
        let ntp = ClockOffset.ntp(within: max(0.5, error))
        var second = ClockBench()
        second.fixes(until: 10)
        second.kernel(10, error: error)
        #expect(second.actions == [.trusted(.gps())] + (winsAsSecond ? [.offsetChanged(ntp)] : []))
        var first = ClockBench()
        first.kernel(10, error: error)
        first.fixes(until: 10)
        #expect(first.actions == [.trusted(ntp)] + (staysAsFirst ? [] : [.offsetChanged(.gps())]))
    }

    @Test(
        "An NTP client that polls every 2048 s and lets the error grow to a second between does not change the source"
    )
    func sawtooth() {
        var bench = ClockBench()
        for second in stride(from: 0.0, to: 86_400, by: 1) {
            bench.fix(second)
            let sincePoll = second.truncatingRemainder(dividingBy: 2048)
            if sincePoll.truncatingRemainder(dividingBy: 64) == 0 { bench.kernel(second, error: sincePoll / 2000) }
        }
        #expect(bench.actions == [.trusted(.ntp(within: 0.5))])
    }

    @Test("NTP is lost: its word counts until the receiver's is the better one, for two hours")
    func ntpLost() throws {
        var bench = ClockBench()
        bench.kernel(0, error: 0.02)
        var changedAt: [Double] = []
        for second in stride(from: 1.0, to: 20_000, by: 1) {
            bench.fix(second)
            if second.truncatingRemainder(dividingBy: 64) == 0 { bench.kernel(second, error: nil) }
            if bench.takeActions().contains(.offsetChanged(.gps())) { changedAt.append(second) }
        }
        #expect(changedAt == [7500])
    }

    @Test("The receiver is lost: the holdover is NTP's, and ends with NTP's next word")
    func gpsLost() {
        var bench = ClockBench()
        bench.fixes(until: 10)
        bench.kernel(100, error: 1.5)
        #expect(bench.offset(at: 100) == .gps(within: 0.758))
        bench.kernel(10_000, error: 1.5)
        #expect(bench.offset(at: 10_000)?.source == .ntp)
        #expect(bench.offset(at: 20_000) == .ntp(within: 2.5))
    }

    @Test(
        "Up to 2 s of room between them is no disagreement, but the uncertainty reaches over both",
        arguments: [
            // (NTP ahead by, its error, uncertainty): the receiver says from 0.3 s before to 1.2 s after the truth.
            (0, 0.02, 0.5), (1.7, 0.02, 0.5), (1.8, 0.02, 2.1), (3.6, 0.02, 3.9), (-0.8, 0.02, 0.5), (-0.9, 0.02, 2.1),
            (-2.7, 0.02, 3.9),
        ] as [(Double, Double, Double)]
    )
    func apart(ahead: Double, error: Double, uncertainty: Double) {
        var bench = ClockBench()
        bench.kernel(10, ahead: ahead, error: error)
        bench.fixes(until: 10)
        #expect(bench.offset(at: 10) == .ntp(ahead, within: uncertainty))
        #expect(bench.clock.disagreement == nil)
        #expect(bench.actions.allSatisfy { if case .disagreed = $0 { false } else { true } })
    }

    private static let distances: [Double] = [3.9, -3.9, 10_800, -10_800, 86_400, 3 * 86_400, 300_000_000]

    @Test("More is a disagreement: told once, the receiver counts, the uncertainty covers both", arguments: distances)
    func disagreement(ahead: Double) {
        let covering = ClockOffset.gps(within: abs(ahead - 0.45) + 0.5)
        let by = Duration.milliseconds(Int64((ahead * 1000).rounded()) - 450)
        for isNTPFirst in [true, false] {
            var bench = ClockBench()
            if isNTPFirst { bench.kernel(5, ahead: ahead, error: 0.02) }
            bench.fixes(until: 10)
            bench.kernel(10, ahead: ahead, error: 0.02)
            let first = WallClock.Action.trusted(isNTPFirst ? .ntp(ahead, within: 0.5) : .gps())
            #expect(bench.takeActions().first == first)
            #expect(bench.offset(at: 10) == covering)
            #expect(bench.clock.disagreement == by)
            for second in stride(from: 11.0, to: 1000, by: 1) {
                bench.fix(second)
                if second.truncatingRemainder(dividingBy: 64) == 0 { bench.kernel(second, ahead: ahead, error: 0.02) }
            }
            #expect(bench.takeActions().isEmpty, "told once")
            #expect(bench.offset(at: 1000) == .gps(within: abs(ahead - 0.45) + 0.504))
        }
    }

    @Test("A disagreement ends when they touch again, and a second one is told again")
    func agreement() {
        var bench = ClockBench()
        bench.fixes(until: 10)
        bench.kernel(10, ahead: 10, error: 0.02)
        let disagreed = WallClock.Action.disagreed(by: .milliseconds(9550), .gps(within: 10.05))
        #expect(bench.takeActions() == [.trusted(.gps()), disagreed])
        bench.kernel(20, ahead: 2, error: 0.02)
        bench.fixes(until: 20)
        #expect(bench.clock.disagreement != nil, "0.3 s apart is not together")
        bench.actions = []
        bench.kernel(30, ahead: 1, error: 0.02)
        #expect(bench.takeActions() == [.offsetChanged(.ntp(1, within: 0.5))])
        #expect(bench.clock.disagreement == nil)
        bench.kernel(40, ahead: 10, error: 0.02)
        let actions = bench.takeActions()
        #expect(
            actions.count == 2 && actions.last == .disagreed(by: .milliseconds(9550), actions[0].offset ?? .gps())
        )
        #expect(actions.first.map { if case .stepped(.seconds(9), .ntp, _) = $0 { true } else { false } } == true)
    }

    @Test("NTP that lied and is lost is still covered: silence does not show who was right")
    func silentLiar() {
        var bench = ClockBench()
        bench.fixes(until: 10)
        bench.kernel(10, ahead: 10_800, error: 0.02)
        for second in stride(from: 11.0, to: 4000, by: 1) { bench.fix(second) }
        bench.kernel(4000, ahead: 10_800, error: nil)
        #expect(bench.clock.disagreement != nil)
        #expect((bench.offset(at: 4000)?.uncertaintyMilliseconds ?? 0) >= 10_800_000)
    }

    @Test("A step of the receiver under NTP's eyes is a step and a disagreement")
    func receiverSteps() {
        var bench = ClockBench()
        bench.kernel(10, error: 0.02)
        bench.fixes(until: 10)
        bench.actions = []
        bench.fix(11, ahead: 3600)
        let both = ClockOffset.ntp(within: 3601.2)
        #expect(bench.takeActions() == [.doubted(by: .seconds(3600), both)])
        for second in 12...71 { bench.fix(Double(second), ahead: 3600) }
        let offset = ClockOffset.gps(3600, within: 3600.956)
        let expected: [WallClock.Action] = [
            .stepped(by: .seconds(3600), source: .gps, offset), .disagreed(by: .milliseconds(-3_600_450), offset),
        ]
        #expect(bench.takeActions() == expected)
        // Its time goes back.
        for second in 72...132 { bench.fix(Double(second)) }
        #expect(bench.takeActions().last == .stepped(by: .seconds(-3600), source: .gps, .ntp(within: 0.512)))
    }

    @Test(
        "A receiver 1024 weeks off contradicts nobody, before NTP or after it",
        arguments: [
            ClockBench.rollover, -ClockBench.rollover, 2 * ClockBench.rollover,
        ] as [Double]
    )
    func receiverWeeks(ahead: Double) {
        for isNTPFirst in [true, false] {
            var bench = ClockBench()
            if isNTPFirst { bench.kernel(5, error: 0.02) }
            for second in 6...60 { bench.fix(Double(second), ahead: ahead) }
            #expect((bench.offset(at: 60) == nil) == !isNTPFirst)
            bench.kernel(64, error: 0.02)
            #expect(bench.offset(at: 64) == .ntp(within: 0.5))
            #expect(bench.actions == [.trusted(.ntp(within: 0.5))])
        }
    }

    @Test(
        "NTP 1024 weeks off contradicts nobody, before the receiver or after it",
        arguments: [
            ClockBench.rollover, -ClockBench.rollover,
        ] as [Double]
    )
    func kernelWeeks(ahead: Double) {
        for isNTPFirst in [true, false] {
            var bench = ClockBench()
            if isNTPFirst { bench.kernel(5, ahead: ahead, error: 0.02) }
            bench.fixes(until: 10)
            bench.kernel(10, ahead: ahead, error: 0.02)
            #expect(bench.offset(at: 10) == .gps())
            #expect(bench.actions == [.trusted(.gps())])
        }
    }
}
