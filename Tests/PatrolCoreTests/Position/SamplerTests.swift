import PatrolCore
import Testing

@Suite("Which positions are recorded")
struct SamplerTests {
    /// The times in seconds that are taken of fixes at these times.
    private func taken(
        _ times: [Double],
        motion: Motion = .moving,
        _ change: (inout Sampler.Settings) -> Void = { _ in }
    ) -> [Double] {
        var settings = Sampler.Settings()
        change(&settings)
        var sampler = Sampler(settings: settings)
        return times.filter {
            sampler.takes(at: Instant(millisecondsSinceBoot: Int64($0 * 1000)), motion: motion, changed: false)
        }
    }

    @Test("At 1 Hz every fix is taken while moving, however its arrival jitters", arguments: UInt64(1)...10)
    func jitter(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let times = (0..<1000).map { Double($0) + Double.random(in: -0.1...0.1, using: &generator) }
        #expect(taken(times) == times, "seed \(seed)")
    }

    @Test("A receiver whose second is not quite the boot clock's loses none", arguments: [0.9995, 1.0005])
    func drift(second: Double) {
        let times = (0..<10_000).map { Double($0) * second }
        #expect(taken(times).count == times.count)
    }

    @Test("A faster receiver gives one a second", arguments: [2, 4, 5, 10, 18])
    func fast(rate: Int) {
        let times = (0..<(60 * rate)).map { Double($0) / Double(rate) }
        #expect((58...62).contains(taken(times).count))
    }

    @Test("While parked it is one a minute, to within half a second")
    func parked() {
        let times = (0..<601).map { Double($0) + ($0.isMultiple(of: 2) ? 0.1 : -0.1) }
        let taken = taken(times, motion: .parked)
        #expect(taken.count == 11)
        for (earlier, later) in zip(taken, taken.dropFirst()) { #expect(abs(later - earlier - 60) <= 0.5) }
    }

    @Test("0 takes every accepted fix")
    func everything() {
        let times = (0..<100).map { Double($0) / 100 }
        #expect(taken(times) { $0.moving = .zero } == times)
        #expect(taken(times, motion: .parked) { $0.parked = .zero } == times)
    }

    @Test("Slow and missing fixes are taken when they come")
    func slow() {
        let times = [0, 5, 10, 70, 70.2, 71.1, 100]
        #expect(taken(times) == [0, 5, 10, 70, 71.1, 100])
    }

    @Test("A change of motion is always taken, and the interval counts from it")
    func change() {
        var sampler = Sampler()
        func takes(_ seconds: Double, _ motion: Motion, changed: Bool = false) -> Bool {
            sampler.takes(at: Instant(millisecondsSinceBoot: Int64(seconds * 1000)), motion: motion, changed: changed)
        }
        let taken = [
            takes(0, .parked), takes(1, .parked), takes(2, .parked), takes(3, .moving, changed: true),
            takes(4, .moving), takes(5, .parked, changed: true), takes(6, .parked), takes(7, .parked),
            takes(65, .parked), takes(65.5, .moving, changed: true), takes(65.6, .parked, changed: true),
        ]
        #expect(taken == [true, false, false, true, true, true, false, false, true, true, true])
    }
}
