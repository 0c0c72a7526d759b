import PatrolCore
import Testing

@Suite("What the clock says is true")
struct ClockHonestyTests {
    /// A random day of a cart: who can be seen when, and who lies.
    private struct Day {
        /// How the sources may behave.
        enum Behaviour: CaseIterable {
            case bothHonest, receiverLies, kernelLies
        }

        var generator: SeededGenerator
        var bench = ClockBench()
        /// In seconds of UTC for each of the boot clock.
        let drift: Double
        var receiverIsThere = false
        var kernelIsHeld = false
        var receiverLie = 0.0
        var kernelLie = 0.0

        init(seed: UInt64) {
            generator = SeededGenerator(seed: seed)
            drift = Double.random(in: -0.000_09...0.000_09, using: &generator)
        }

        /// How far UTC is ahead of the boot clock.
        func ahead(at seconds: Double) -> Double { seconds * drift }

        mutating func change(_ behaviour: Behaviour) {
            receiverIsThere = Bool.random(using: &generator)
            kernelIsHeld = Bool.random(using: &generator)
            // No source's uncertainty grows to a minute in these days, and so hides such a lie.
            let lie: Double = [-86_400, -3600, -60, 0, 60, 3600, 864_000].randomElement(using: &generator) ?? 0
            if behaviour == .receiverLies { receiverLie = lie }
            if behaviour == .kernelLies { kernelLie = lie }
        }

        mutating func fix(_ second: Double) {
            guard receiverIsThere else { return }
            let delay = Double.random(in: 0.05...0.95, using: &generator)
            // The bench's `ahead` is that of the time in the report, which the boot clock's drift belongs to as well.
            bench.fix(second, ahead: ahead(at: second + delay) + receiverLie, delay: delay)
        }

        mutating func kernel(_ second: Double) {
            let error = Double.random(in: 0.001...2, using: &generator)
            let wrong = Double.random(in: -error...error, using: &generator)
            bench.kernel(second, ahead: ahead(at: second) + wrong + kernelLie, error: kernelIsHeld ? error : nil)
        }
    }

    @Test("On random days the truth lies within the uncertainty while at least one source is honest and was heard")
    func honesty() {
        let seed = RunSeed.next(for: "the clock on random days")
        var checked = 0
        var disagreements = 0
        for number in 0..<24 {
            var day = Day(seed: seed &+ UInt64(number))
            let behaviour = Day.Behaviour.allCases[number % 3]
            var heardHonest = false
            for second in stride(from: 60.0, to: 12_000, by: 1) {
                if second.truncatingRemainder(dividingBy: 600) == 0 { day.change(behaviour) }
                day.fix(second)
                if second.truncatingRemainder(dividingBy: 64) == 0 {
                    day.kernel(second)
                    heardHonest = heardHonest || (behaviour != .kernelLies && day.kernelIsHeld)
                }
                // After a minute of fixes the receiver has surely been heard.
                let minutes = second.truncatingRemainder(dividingBy: 600)
                heardHonest = heardHonest || (behaviour != .receiverLies && day.receiverIsThere && minutes == 60)
                guard heardHonest, minutes > 60, let offset = day.bench.offset(at: second) else { continue }
                let truth = Double(ClockBench.truth) + day.ahead(at: second) * 1000
                let error = abs(Double(offset.utcAtBootMilliseconds) - truth)
                // The clock's own arithmetic rounds down to milliseconds, a few times.
                if error > Double(offset.uncertaintyMilliseconds) + 5 {
                    Issue.record("seed \(seed), day \(number), second \(second): \(error) ms off, \(offset)")
                    return
                }
                checked += 1
                if day.bench.clock.disagreement != nil { disagreements += 1 }
            }
        }
        #expect(checked > 100_000, "seed \(seed)")
        #expect(disagreements > 10_000, "seed \(seed)")
    }

    @Test("Numbers at the ends of the range do not trap")
    func extremes() {
        let numbers: [Int64] = [.min, -1, 0, 1_795_525_200_000, .max]
        let errors: [Duration] = [.seconds(Int64.min), .zero, .seconds(1), .seconds(Int64.max)]
        for mark in [TimeMark.plausible, .weekRollover] {
            for first in numbers {
                for second in numbers {
                    for boot in [Int64.min, 0, .max] {
                        var clock = WallClock()
                        let instant = Instant(nanosecondsSinceBoot: boot)
                        for (time, error) in zip([first, second, first, second], errors) {
                            let time = WallTime(millisecondsSince1970: time)
                            _ = clock.handle(time, marked: mark, at: instant)
                            _ = clock.handle(
                                KernelTime(time: time, at: instant, isSynchronised: true, maximumError: error),
                                marked: mark
                            )
                            _ = clock.handle(time + .seconds(3), marked: mark, at: instant + .seconds(3))
                        }
                        _ = (clock.state(at: Instant(nanosecondsSinceBoot: .max)), clock.disagreement)
                    }
                }
            }
        }
    }
}
