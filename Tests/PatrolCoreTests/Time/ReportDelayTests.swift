import PatrolCore
import Testing

@Suite("How late the receiver's reports are")
struct ReportDelayTests {
    @Test(
        "Whatever the delay up to the bound, the truth is inside at both ends, and nothing but what the bound leaves open",
        arguments: [
            (1.5, 0), (1.5, 0.3), (1.5, 0.95), (1.5, 1.4), (1.5, 1.5), (0.1, 0.1), (0.1, 0.01), (10, 9.9), (10, 0),
        ]
            as [(Double, Double)]
    )
    func bound(reportDelay: Double, delay: Double) throws {
        var bench = ClockBench(reportDelay: reportDelay)
        for second in 10...100 { bench.fix(Double(second), delay: delay) }
        let offset = try #require(bench.offset(at: 100))
        #expect(offset.uncertaintyMilliseconds == Int64(reportDelay * 500))
        #expect(try #require(bench.excess(at: 100)) <= 0)
        #expect(bench.clock.excessiveDelay == nil)
    }

    @Test("At 10 Hz, with delays that jump within the bound, it is trusted and stays right")
    func jitter() throws {
        var dice = SeededGenerator(seed: 6)
        var bench = ClockBench()
        for number in 0..<3000 {
            let second = 10 + Double(number) / 10
            bench.fix(second, delay: Double.random(in: 0.05...1.4, using: &dice))
            guard number > 100 else { continue }
            #expect(try #require(bench.excess(at: second)) <= 0)
        }
        #expect(bench.clock.contradiction == nil)
        #expect(bench.actions.count < 20, "\(bench.actions.count)")
    }

    @Test("Reports that are late by turns are trusted all the same")
    func turns() {
        var bench = ClockBench()
        for second in 10...14 { bench.fix(Double(second), delay: second % 2 == 0 ? 0.2 : 1.2) }
        #expect(bench.offset(at: 14) != nil)
    }

    @Test(
        "NTP measures the delay, with its own uncertainty; one that is surely too long is named",
        arguments: [
            // (delay, NTP's error, uncertainty of the measurement, excess)
            (0.3, 0.02, 0.5, nil), (1.4, 0.02, 0.5, nil), (1.9, 0.02, 0.5, nil), (2.1, 0.02, 0.5, 1.6),
            (3, 0.8, 0.8, 2.2),
        ] as [(Double, Double, Double, Double?)]
    )
    func measured(delay: Double, error: Double, uncertainty: Double, excess: Double?) throws {
        for isNTPFirst in [true, false] {
            var bench = ClockBench()
            if isNTPFirst { bench.kernel(9, error: error) }
            for second in 10...14 { bench.fix(Double(second), delay: delay) }
            bench.kernel(14 + delay, error: error)
            let measured = try #require(bench.clock.measuredDelay)
            #expect(measured.delay == .milliseconds(Int64(delay * 1000)))
            #expect(measured.uncertainty == .milliseconds(Int64(uncertainty * 1000)))
            #expect(bench.clock.excessiveDelay == excess.map { .milliseconds(Int64(($0 * 1000).rounded())) })
            #expect(try #require(bench.excess(at: 14 + delay)) <= 0, "covered at once")
        }
    }

    @Test(
        "What NTP has shown holds after NTP is gone, for as long as the receiver goes on",
        arguments: [1.6, 1.9, 2.5, 3.4]
    )
    func ntpIsGone(delay: Double) throws {
        var bench = ClockBench()
        bench.kernel(9, error: 0.02)
        for second in stride(from: 10.0, to: 40_000, by: 1) {
            bench.fix(second, delay: delay)
            if second == 100 { bench.kernel(second + delay, error: 0.02) }
            guard second > 12, second.truncatingRemainder(dividingBy: 100) == 0 else { continue }
            #expect(try #require(bench.excess(at: second + delay)) <= 0, "second \(second)")
        }
        #expect(bench.offset(at: 40_000)?.source == .gps)
    }

    @Test("What NTP has shown holds for a contradiction as well")
    func lateDoubt() throws {
        var bench = ClockBench()
        bench.kernel(9, error: 0.02)
        for second in 10...14 { bench.fix(Double(second), delay: 3) }
        for second in stride(from: 20_000.0, to: 20_010, by: 1) { bench.fix(second, ahead: -3600, delay: 3) }
        // The report may be true; then the truth is 3 s later than it says.
        let offset = try #require(bench.offset(at: 20_013))
        let low = offset.utcAtBootMilliseconds - offset.uncertaintyMilliseconds
        #expect(low <= ClockBench.truth - 3_600_000 - 3000)
        bench.fixes(until: 20_020, ahead: 3600)
        let later = try #require(bench.offset(at: 20_021))
        #expect(later.utcAtBootMilliseconds + later.uncertaintyMilliseconds >= ClockBench.truth + 3_600_000 + 2700)
    }

    @Test("A clock that NTP holds loosely, or held long ago, measures nothing", arguments: [1.01, 5] as [Double])
    func loose(error: Double) {
        var bench = ClockBench()
        bench.fixes(until: 10)
        bench.kernel(10.3, error: error)
        #expect(bench.clock.measuredDelay == nil)
        bench.kernel(11, error: 0.02)
        #expect(bench.clock.measuredDelay != nil)
        var old = ClockBench()
        old.kernel(10, error: 0.02)
        old.fixes(until: 150)
        #expect(old.clock.measuredDelay == nil)
    }

    /// Up to what the punctual ones were late themselves: 0.1 s.
    @Test(
        "Reports that were punctual and are later than the bound now show it by themselves, and the truth stays covered"
    )
    func growing() throws {
        var bench = ClockBench()
        for second in 10...40 { bench.fix(Double(second), delay: 0.1) }
        // As slowly as the punctual reports of half a minute can be told from a crystal that is wrong.
        for second in 41...400 {
            bench.fix(Double(second), delay: min(2, 0.1 + Double(second - 40) * 0.02))
            #expect(try #require(bench.excess(at: Double(second))) <= 0.1, "second \(second)")
        }
        #expect(try #require(bench.excess(at: 400)) <= 0)
        let excess = try #require(bench.clock.excessiveDelay)
        #expect((1.8...1.9).contains(excess.inSeconds))
    }

    @Test("Whoever acts on an earlier state is told at once when UTC may be what that state excludes")
    func reachesBeyond() {
        var bench = ClockBench()
        bench.fixes(until: 10)
        let earlier = bench.clock
        #expect(!bench.clock.reachesBeyond(earlier, at: bench.instant(10)))
        #expect(!bench.clock.reachesBeyond(earlier, at: bench.instant(10_000)), "both grow alike")
        #expect(bench.clock.reachesBeyond(WallClock(), at: bench.instant(10)), "trusted and not")
        bench.fix(11)
        #expect(!bench.clock.reachesBeyond(earlier, at: bench.instant(11.3)))
        bench.kernel(11.3, ahead: 1.8, error: 0.02)
        #expect(bench.clock.reachesBeyond(earlier, at: bench.instant(11.3)), "0.1 s of room between the two")
    }
}
