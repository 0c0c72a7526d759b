import Glibc
import Testing

@testable import patrol_player

@Suite("Loudness")
struct LoudnessTests {
    private func loudness(_ samples: [Float], channels: Int) throws -> Double {
        let meter = try LoudnessMeter(channels: channels, rate: 48_000)
        try meter.take(samples[...])
        return meter.loudness
    }

    @Test("Mono and stereo of the same sound are equally loud: EBU Tech 3341, case 1, -23.0 LUFS")
    func dualMono() throws {
        let level = Float(pow(10, -23.0 / 20))
        let tone = (0..<48_000 * 5).map { level * Float(sin(2 * .pi * 1000 * Double($0) / 48_000)) }
        let mono = try loudness(tone, channels: 1)
        let stereo = try loudness(tone.flatMap { [$0, $0] }, channels: 2)
        #expect(abs(mono + 23) <= 0.1, "\(mono) LUFS")
        #expect(abs(mono - stereo) < 1e-9)
        // One channel that is silent is not mono.
        let left = try loudness(tone.flatMap { [$0, 0] }, channels: 2)
        #expect(abs(left - mono + 3.01) <= 0.02)
    }
}
