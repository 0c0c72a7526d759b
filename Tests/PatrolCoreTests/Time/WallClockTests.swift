import PatrolCore
import Testing

@Suite("When the time of day can be believed")
struct WallClockTests {
    /// UTC at the zero of the boot clock in all of these tests.
    private static let truth: Int64 = 1_795_525_200_000

    /// A clock that gets readings, and what it did.
    private struct Bench {
        var clock = WallClock()
        var actions: [WallClock.Action] = []

        /// A report of the time `seconds` after boot that is read `delay` later.
        mutating func read(_ seconds: Double, delay: Double = 0.3, ahead: Double = 0, mark: TimeMark = .plausible) {
            let time = WallTime(millisecondsSince1970: truth + Int64(((seconds + ahead) * 1000).rounded()))
            actions += clock.handle(time, marked: mark, at: instant(seconds + delay))
        }

        func offset(at seconds: Double) -> ClockOffset? {
            guard case .trusted(let offset) = clock.state(at: instant(seconds)) else { return nil }
            return offset
        }
    }

    private static func instant(_ seconds: Double) -> Instant {
        Instant(millisecondsSinceBoot: Int64((seconds * 1000).rounded()))
    }

    /// - Parameter milliseconds: how far the most punctual report is ahead of the truth; the clock tells the middle of what
    ///   the bound of 1.5 s leaves open.
    private func offset(_ milliseconds: Int64, uncertainty: Int64 = 750) -> ClockOffset {
        ClockOffset(
            utcAtBootMilliseconds: Self.truth + milliseconds + 750,
            source: .gps,
            uncertaintyMilliseconds: uncertainty
        )
    }

    private func trustedBench(at seconds: Double = 20) -> Bench {
        var bench = Bench()
        bench.read(seconds - 2)
        bench.read(seconds)
        bench.actions = []
        return bench
    }

    @Test("Two readings that agree give trust; before the second there is none")
    func trust() {
        var bench = Bench()
        #expect(bench.clock.state(at: Self.instant(5)) == .untrusted(.noReading))
        #expect(bench.clock.wallTime(at: Self.instant(5)) == nil)
        bench.read(10)
        #expect(bench.clock.state(at: Self.instant(10.3)) == .untrusted(.unconfirmed))
        bench.read(11)
        #expect(bench.actions.isEmpty, "one second of UTC is too little to tell a replay")
        bench.read(12, delay: 0.2)
        #expect(bench.actions == [.trusted(offset(-200))])
        #expect(bench.clock.wallTime(at: Self.instant(60))?.millisecondsSince1970 == Self.truth + 60_550)
    }

    @Test(
        "A replay that is faster than its recording gives no trust",
        arguments: [
            // (seconds of UTC between two fixes, how much faster)
            (1.0, 1.5), (1.0, 2.0), (1.0, 10.0), (1.0, 100_000.0), (0.1, 2.0), (0.1, 60.0), (0.1, 100_000.0),
            (5.0, 1.2),
        ]
    )
    func replay(spacing: Double, speedUp: Double) {
        var bench = Bench()
        for number in 0..<500 {
            let recorded = Double(number) * spacing
            let now = 10 + recorded / speedUp
            bench.read(now, delay: 0, ahead: recorded - recorded / speedUp)
        }
        #expect(bench.actions.isEmpty)
        #expect(bench.clock.wallTime(at: Self.instant(1000)) == nil)
    }

    @Test("The same report over and over is one reading")
    func repeats() {
        var bench = Bench()
        for number in 0..<100 { bench.read(10, delay: 0.3 + Double(number) * 0.001) }
        #expect(bench.actions.isEmpty)
    }

    @Test(
        "A time that cannot be true is never used, and is the reason while there is no trust",
        arguments: TimeMark.allCases
    )
    func implausible(mark: TimeMark) {
        guard mark != .plausible, mark != .backwards else { return }
        var bench = Bench()
        for second in 10..<20 { bench.read(Double(second), mark: mark) }
        #expect(bench.actions.isEmpty)
        #expect(bench.clock.state(at: Self.instant(20)) == .untrusted(.implausibleReading))

        var trusted = trustedBench()
        for second in 21..<40 { trusted.read(Double(second), ahead: 500, mark: mark) }
        #expect(trusted.actions.isEmpty)
        #expect(trusted.offset(at: 40) == offset(-300, uncertainty: 751))
    }

    @Test("The reading with the least delay is the best one, told when it makes 100 ms")
    func leastDelay() {
        var bench = trustedBench()
        for (number, delay) in [0.9, 0.5, 0.25, 0.9].enumerated() { bench.read(21 + Double(number), delay: delay) }
        #expect(bench.actions.isEmpty)
        #expect(bench.offset(at: 25)?.utcAtBootMilliseconds == Self.truth + 500)
        bench.read(25, delay: 0.2)
        #expect(bench.actions == [.offsetChanged(offset(-200))])
    }

    @Test("Delays that grow for good are followed within a minute")
    func moreDelay() {
        var bench = trustedBench()
        for second in 21...90 { bench.read(Double(second), delay: 0.8) }
        #expect(bench.actions == [.offsetChanged(offset(-800))])
    }

    @Test("A crystal that is 100 ppm off is followed for a day, and told about a hundred times")
    func drift() {
        for sign in [1.0, -1.0] {
            var bench = Bench()
            for second in stride(from: 10.0, to: 86_400, by: 1) { bench.read(second, ahead: sign * second / 10_000) }
            let told = bench.actions.count { if case .offsetChanged = $0 { true } else { false } }
            #expect((80...90).contains(told))
            #expect(told + 1 == bench.actions.count, "nothing but the trust and the changes")
            let error = (bench.offset(at: 86_400)?.utcAtBootMilliseconds ?? 0) - (Self.truth + Int64(sign * 8640) + 450)
            #expect(abs(error) <= 10)
        }
    }

    @Test(
        "Without readings the uncertainty grows by 100 ppm, up to half a day",
        arguments: [
            (20.3, 750), (20.0, 750), (3620.3, 1110), (86_420.3, 9390), (10 * 86_400 + 20.3, 87_150),
            (10_000 * 86_400, 43_200_000),
        ] as [(Double, Int64)]
    )
    func holdover(seconds: Double, uncertainty: Int64) {
        let bench = trustedBench()
        #expect(bench.offset(at: seconds) == offset(-300, uncertainty: uncertainty))
    }

    @Test("After a holdover the drift of the crystal is no step")
    func afterHoldover() {
        var bench = trustedBench()
        bench.read(86_420, ahead: -6)
        #expect(bench.actions == [.offsetChanged(offset(-6300))])
    }

    @Test("What is within 2 s is no step, but followed; what cannot be all true is covered")
    func noStep() {
        var bench = trustedBench()
        bench.read(21, ahead: 1.9)
        #expect(bench.actions == [.offsetChanged(offset(650, uncertainty: 1700))])
    }

    @Test("Times at the ends of the range do not trap")
    func extremes() {
        for first in [Int64.min, 0, Int64.max] {
            for second in [Int64.min, 0, Int64.max] {
                for boot in [Int64.min, 0, Int64.max] {
                    var clock = WallClock()
                    for time in [first, first, second, second] {
                        _ = clock.handle(
                            WallTime(millisecondsSince1970: time),
                            marked: .plausible,
                            at: Instant(nanosecondsSinceBoot: boot)
                        )
                    }
                    _ = clock.state(at: Instant(nanosecondsSinceBoot: .max))
                }
            }
        }
    }
}
