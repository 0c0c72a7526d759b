import PatrolCore
import Testing

/// A receiver that contradicts itself: from the first odd report on everything that was read may be true, until one thing
/// only has been read for a minute.
@Suite("A receiver that contradicts itself")
struct ReceiverDoubtTests {
    private static let hours = 2 * 3600.0

    /// A bench that trusts its receiver, at second 20.
    private func trusted() -> ClockBench {
        var bench = ClockBench()
        bench.fixes(until: 20)
        bench.actions = []
        return bench
    }

    private func doubts(_ actions: [WallClock.Action]) -> Int {
        actions.count { if case .doubted = $0 { true } else { false } }
    }

    private func steps(_ actions: [WallClock.Action]) -> [Duration] {
        actions.compactMap { if case .stepped(let by, _, _) = $0 { by } else { nil } }
    }

    /// Whether the clock allows for a time so many seconds ahead of the truth.
    private func covers(_ ahead: Double, _ bench: ClockBench, at seconds: Double) -> Bool {
        guard let offset = bench.offset(at: seconds) else { return false }
        let apart = abs(offset.utcAtBootMilliseconds - ClockBench.truth - Int64(ahead * 1000))
        return apart <= offset.uncertaintyMilliseconds
    }

    @Test(
        "One report more than 2 s off widens the uncertainty at once so that it covers both; 2 s do not",
        arguments: [(2.1, true), (-2.1, true), (7200, true), (-7200, true), (1e8, true), (2, false), (-2, false)]
            as [(Double, Bool)]
    )
    func atOnce(ahead: Double, isDoubt: Bool) {
        var bench = trusted()
        bench.fix(21, ahead: ahead)
        #expect(doubts(bench.actions) == (isDoubt ? 1 : 0))
        #expect(covers(0, bench, at: 21.3))
        #expect(!isDoubt || covers(ahead - 0.3, bench, at: 21.3) && covers(ahead + 1.2, bench, at: 21.3))
        #expect((bench.clock.contradiction != nil) == isDoubt)
        #expect(!isDoubt || bench.clock.contradiction?.by == .milliseconds(Int64((ahead * 1000).rounded())))
    }

    @Test(
        "A single glitch counts for a minute of reports that agree, and moves nothing",
        arguments: [7200, -7200, 5, -3]
    )
    func glitch(ahead: Double) {
        var bench = trusted()
        bench.fix(21, ahead: ahead)
        for second in 22...81 {
            bench.fix(Double(second))
            #expect(bench.clock.contradiction != nil, "second \(second)")
            #expect(covers(ahead, bench, at: Double(second)), "it may still be true in second \(second)")
        }
        bench.fix(82)
        #expect(bench.clock.contradiction == nil)
        #expect(bench.offset(at: 82) == .gps())
        #expect(steps(bench.actions).isEmpty)
        #expect(bench.actions.last == .offsetChanged(.gps()), "who was told of the doubt is told of its end")
    }

    @Test(
        "A step is told when it alone has been read for a minute; until then both count",
        arguments: [2.5, -2.5, 18, -18, 3600, -3600, 604_800] as [Double]
    )
    func step(ahead: Double) {
        var bench = trusted()
        for second in 21...80 {
            bench.fix(Double(second), ahead: ahead)
            #expect(covers(0, bench, at: Double(second)) && covers(ahead, bench, at: Double(second)))
        }
        #expect(steps(bench.actions).isEmpty)
        bench.fix(81, ahead: ahead)
        #expect(steps(bench.actions) == [.milliseconds(Int64(ahead * 1000))])
        #expect(bench.offset(at: 81) == .gps(ahead))
        #expect(bench.clock.contradiction == nil)
    }

    /// The times between which it goes to and fro, how many reports it stays with each, and how many come in a second.
    @Test(
        "Time that goes to and fro is never believed, however slowly and between however many times",
        arguments: [
            ([0, hours], 1, 1), ([0, hours], 2, 1), ([0, hours], 3, 1), ([0, hours], 20, 1), ([0, hours], 59, 1),
            ([0, hours, -hours], 1, 1), ([0, hours, -hours], 5, 1), ([0, hours, 3 * hours, -hours], 2, 1),
            ([0, hours], 1, 10), ([0, hours], 25, 10), ([0, 2.5], 1, 1), ([0, 2.5, 5], 4, 1),
        ] as [([Double], Int, Int)]
    )
    func alternation(times: [Double], stays: Int, perSecond: Int) {
        var bench = trusted()
        var number = 0
        var heard: Set<Double> = [0]
        for second in stride(from: 21.0, to: 321, by: 1 / Double(perSecond)) {
            let ahead = times[number / stays % times.count]
            heard.insert(ahead)
            bench.fix(second, ahead: ahead)
            for ahead in heard where !covers(ahead, bench, at: second + 0.3) {
                Issue.record("\(ahead) s is not covered in second \(second)")
                return
            }
            number += 1
        }
        #expect(doubts(bench.actions) == 1, "told once")
        #expect(steps(bench.actions).isEmpty)
    }

    @Test(
        "A time that creeps is found when it is 2 s off, and never believed",
        arguments: [(0.4, 1), (-0.4, 1), (0.04, 10), (0.1, 1), (-0.1, 1), (0.03, 1)] as [(Double, Int)]
    )
    func creeping(each: Double, perSecond: Int) {
        var bench = trusted()
        var (ahead, found) = (0.0, 0.0)
        for second in stride(from: 21.0, to: 621, by: 1 / Double(perSecond)) {
            ahead += each
            bench.fix(second, ahead: ahead)
            guard bench.clock.contradiction != nil else { continue }
            if found == 0 { found = ahead }
            guard covers(0, bench, at: second + 0.3), covers(ahead, bench, at: second + 0.3) else {
                Issue.record("second \(second): \(ahead) s, \(String(describing: bench.offset(at: second)))")
                return
            }
        }
        #expect((2...2.5).contains(abs(found)), "\(found)")
        #expect(steps(bench.actions).isEmpty)
    }

    @Test("What did not agree before the first trust is covered after it, for a minute")
    func beforeTrust() {
        var bench = ClockBench()
        bench.fix(17, ahead: Self.hours)
        bench.fixes(until: 20)
        #expect(covers(0, bench, at: 20) && covers(Self.hours, bench, at: 20))
        #expect(doubts(bench.actions) == 1)
        for second in 21...78 { bench.fix(Double(second)) }
        #expect(bench.offset(at: 78) == .gps())
    }

    @Test("Reports that go to and fro from the start are no time at all")
    func neverTrusted() {
        var bench = ClockBench()
        for second in 0...300 { bench.fix(Double(second), ahead: second % 2 == 0 ? 0 : Self.hours) }
        #expect(bench.offset(at: 300) == nil)
        // NTP is not alone with its opinion then.
        bench.kernel(301, error: 0.02)
        #expect(covers(0, bench, at: 301) && covers(Self.hours, bench, at: 301))
        #expect(bench.clock.contradiction != nil)
    }

    @Test("A receiver that vanishes in the middle of it ends nothing; NTP does ten minutes later, if it agrees")
    func vanishes() {
        var bench = trusted()
        bench.fix(21, ahead: Self.hours)
        #expect(covers(Self.hours, bench, at: 7200), "hours later")
        var liar = bench
        liar.kernel(700, ahead: 30, error: 0.02)
        #expect(covers(Self.hours, liar, at: 700), "NTP that says something else ends nothing")
        bench.kernel(600, error: 0.02)
        #expect(covers(Self.hours, bench, at: 600), "ten minutes")
        bench.kernel(664, error: 0.02)
        #expect(bench.clock.contradiction == nil)
        #expect(bench.offset(at: 664) == .ntp(within: 0.5))
    }

    @Test("A receiver that comes back in the middle of it needs its minute all the same")
    func comesBack() {
        var bench = trusted()
        bench.fix(21, ahead: Self.hours)
        for second in 3600...3604 { bench.fix(Double(second), ahead: Self.hours) }
        #expect(covers(0, bench, at: 3604), "two reports an hour apart are not a minute of reports")
        for second in 3605...3660 { bench.fix(Double(second), ahead: Self.hours) }
        #expect(steps(bench.actions) == [.seconds(Int64(Self.hours))])
    }

    @Test("A week rollover in the middle contradicts nobody, and ends nothing")
    func rollover() {
        var bench = trusted()
        for second in 21...60 { bench.fix(Double(second), ahead: ClockBench.rollover) }
        #expect(bench.actions.isEmpty)
        #expect(bench.clock.contradiction == nil)
        bench.fix(61, ahead: 5)
        for second in 62...200 { bench.fix(Double(second), ahead: -ClockBench.rollover) }
        #expect(covers(5, bench, at: 200))
    }

    @Test("Reports that have waited in a queue for a minute, read all at once, are no step")
    func queue() {
        var bench = trusted()
        for second in 21...80 { bench.fix(Double(second), delay: 80.5 - Double(second)) }
        #expect(doubts(bench.actions) == 1 && steps(bench.actions).isEmpty)
        for second in 81...142 { bench.fix(Double(second)) }
        #expect(steps(bench.actions).isEmpty && bench.clock.contradiction == nil)
        #expect(bench.offset(at: 142) == .gps())
    }
}
