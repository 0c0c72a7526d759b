import PatrolCore
import Testing

import func Glibc.exp
import func Glibc.pow
import func Glibc.sin

@testable import patrol_player

@Suite("The limiter")
struct LimiterTests {
    /// What the limiter makes of a sound, fed in pieces of odd sizes.
    private func limited(_ samples: [Float], decibels: Double, channels: Int, rate: Int) -> [Float] {
        var limiter = Limiter(decibels: decibels, channels: channels, rate: rate)
        var output: [Float] = []
        var rest = samples[...]
        var size = 1
        while !rest.isEmpty {
            output += limiter.process(rest.prefix(size * channels))
            rest = rest.dropFirst(size * channels)
            size = size % 1021 + 97
        }
        return output + limiter.finish()
    }

    /// True peak in dBTP as libebur128 has it, which shares no code with the limiter.
    private func truePeak(_ samples: [Float], channels: Int, rate: Int) throws -> Double {
        let meter = try LoudnessMeter(channels: channels, rate: rate)
        try meter.take(samples[...])
        return meter.truePeak
    }

    private static let nasty = ["quarter", "square", "noise", "steps", "impulses", "corrupt"]

    /// Sounds that are hard on a limiter.
    private func sound(_ name: String, rate: Int, channels: Int) -> [Float] {
        var dice = SplitMix64(seed: 7)
        return (0..<rate).flatMap { frame -> [Float] in
            let time = Double(frame) / Double(rate)
            let value: Double
            switch name {
            // A quarter of the rate, sampled beside its peaks: 3 dB more between the samples than on them.
            case "quarter": value = sin(.pi / 2 * Double(frame) + .pi / 4)
            case "square": value = frame / 40 % 2 == 0 ? 1 : -1
            case "noise": value = Double.random(in: -1...1, using: &dice)
            case "steps": value = sin(2 * .pi * 500 * time) * (frame / 2000 % 2 == 0 ? 0.01 : 1)
            case "impulses": value = frame % 777 == 0 ? 1 : 0
            default: value = Double.random(in: -1.6...1.6, using: &dice)
            }
            return [Float](repeating: Float(value), count: channels)
        }
    }

    @Test("The true peak stays at or below -1 dBTP", arguments: nasty, [0.0, 6, 24])
    func ceiling(_ name: String, _ gain: Double) throws {
        for (rate, channels) in [(8000, 1), (22_050, 1), (44_100, 2), (48_000, 1)] {
            let output = limited(
                sound(name, rate: rate, channels: channels),
                decibels: gain,
                channels: channels,
                rate: rate
            )
            let peak = try truePeak(output, channels: channels, rate: rate)
            #expect(peak <= -1, "\(name) at \(rate): \(peak) dBTP")
        }
    }

    @Test("It takes no more than needed: a loud tone comes out just below the ceiling")
    func notTooMuch() throws {
        let tone = (0..<48_000).map { Float(sin(2 * .pi * 440 * Double($0) / 48_000)) }
        let output = limited(tone, decibels: 12, channels: 1, rate: 48_000)
        let peak = try truePeak(Array(output[4800...]), channels: 1, rate: 48_000)
        #expect((-1.4 ... -1).contains(peak), "\(peak) dBTP")
    }

    @Test(
        "What stays below the ceiling passes bit for bit, with no frame more or less",
        arguments: [1, 2, 6],
        [8000, 48_000]
    )
    func transparent(_ channels: Int, _ rate: Int) {
        for frames in [0, 1, 7, 239, 240, 241, 5000] {
            var dice = SplitMix64(seed: UInt64(frames))
            let samples = (0..<frames * channels).map { _ in Float.random(in: -0.5...0.5, using: &dice) }
            #expect(limited(samples, decibels: 0, channels: channels, rate: rate) == samples)
        }
    }

    @Test("The gain is in decibels", arguments: [-60.0, -20, -6, 3])
    func gain(_ decibels: Double) {
        let samples = [Float](repeating: 0.25, count: 4800)
        let output = limited(samples, decibels: decibels, channels: 1, rate: 48_000)
        #expect(abs(Double(output[2400]) - 0.25 * pow(10, decibels / 20)) < 1e-6)
    }

    @Test("After a peak it comes back with a time constant of 100 ms")
    func release() {
        var samples = [Float](repeating: 0.1, count: 48_000)
        for index in 4800..<4810 { samples[index] = 8 }
        let output = limited(samples, decibels: 0, channels: 1, rate: 48_000)
        #expect(output[4400] == 0.1, "nothing happens more than 5 ms before the peak")
        #expect(output[4800] < 0.9)
        let ratio = Double(Limiter.ceiling) / 8
        // From the end of the hold on, about 5 ms after the peak.
        let expected = 1 - (1 - ratio) * exp(-1)
        #expect(abs(Double(output[4810 + 240 + 4800] / 0.1) - expected) < 0.05)
        #expect(abs(output[47_000] - 0.1) < 0.0001)
    }

    @Test("Numbers that are none are silence, and no peak is too high")
    func notNumbers() {
        var samples = [Float](repeating: 0.25, count: 2000)
        samples[500] = .nan
        samples[900] = .infinity
        samples[901] = -.infinity
        samples[1300] = 3e38
        let output = limited(samples, decibels: 24, channels: 1, rate: 8000)
        #expect(output.count == 2000)
        #expect(output.allSatisfy { $0.isFinite && abs($0) <= Limiter.ceiling })
        #expect(output[500] == 0)
    }

    @Test("The sliding minimum is the minimum of the last values", arguments: [1, 2, 3, 50])
    func minimum(_ window: Int) {
        var dice = SplitMix64(seed: UInt64(window))
        let values = (0..<2000).map { _ in Int64.random(in: 0...20, using: &dice) }
        var sliding = SlidingMinimum(window: window)
        for (index, value) in values.enumerated() {
            let expected = values[max(0, index - window + 1)...index].min()
            #expect(sliding.take(value) == expected)
        }
    }
}
