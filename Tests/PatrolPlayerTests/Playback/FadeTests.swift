import PatrolCore
import Testing

@testable import patrol_player

@Suite("The fade towards the limit")
struct FadeTests {
    private let limit = SilenceLimit.deadline(Instant(millisecondsSinceBoot: 1000))

    @Test(
        "Full until 43 ms before the deadline, nothing from 3 ms before it",
        arguments: [
            (0 as Int64, 1.0), (956, 1), (957, 1), (967, 0.75), (977, 0.5), (987, 0.25), (997, 0), (998, 0), (1000, 0),
            (2000, 0),
        ]
    )
    func gain(_ millisecond: Int64, _ expected: Double) {
        #expect(abs(Fade(limit).gain(at: Instant(millisecondsSinceBoot: millisecond)) - expected) < 1e-9)
    }

    @Test("Without a length it is a step")
    func step() {
        let fade = Fade(.parentGone(at: Instant(millisecondsSinceBoot: 1000)))
        #expect(fade.gain(at: Instant(millisecondsSinceBoot: 996)) == 1)
        #expect(fade.gain(at: Instant(millisecondsSinceBoot: 997)) == 0)
    }

    @Test("Each frame has its own gain, the same on all channels", arguments: [1, 2, 8], [8000, 44_100, 192_000])
    func apply(_ channels: Int, _ rate: Int) {
        let count = rate / 10
        var frames = [Float](repeating: 1, count: count * channels)
        let first = Instant(millisecondsSinceBoot: 920)
        Fade(limit).apply(to: &frames, count: count, channels: channels, rate: rate, first: first)
        for frame in 0..<count {
            let time = 920 + Double(frame) * 1000 / Double(rate)
            let expected = min(1, max(0, (997 - time) / 40))
            for channel in 0..<channels {
                #expect(abs(Double(frames[frame * channels + channel]) - expected) < 1e-4)
            }
        }
    }

    @Test("A piece before the fade stays as it is, bit for bit, and frames beyond the count are not touched")
    func untouched() {
        var frames: [Float] = [0.1, 0.2, 0.3, 0.4]
        let early = Instant(millisecondsSinceBoot: 100)
        Fade(limit).apply(to: &frames, count: 4, channels: 1, rate: 8000, first: early)
        #expect(frames == [0.1, 0.2, 0.3, 0.4])
        let late = Instant(millisecondsSinceBoot: 999)
        Fade(limit).apply(to: &frames, count: 2, channels: 1, rate: 8000, first: late)
        #expect(frames == [0, 0, 0.3, 0.4])
    }
}
