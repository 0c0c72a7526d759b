import func Glibc.exp
import func Glibc.pow

/// Gain, and a limiter that keeps the true peak at or below −1 dBTP.
///
/// It looks 5 ms ahead: the gain that a peak needs is reached, without a step, when the peak comes; afterwards it
/// returns with a time constant of 100 ms. A clip that stays below the ceiling passes bit for bit. What comes out has
/// as many frames as what went in: the delay is taken off at the beginning and given back by ``finish()``.
struct Limiter: Sendable {
    /// −1 dBTP, with 0.25 dB for what four times oversampling overlooks near half the rate.
    static let ceilingDecibels = -1.25
    static let ceiling = Float(pow(10, ceilingDecibels / 20))
    /// A gain of 1 in fixed point: sums of integers do not drift, so that 1 stays exactly 1.
    private static let one: Int64 = 1 << 32

    private let channels: Int
    private let gain: Float
    /// Frames of looking ahead.
    private let window: Int
    private let release: Double
    private var filters: [TruePeakFilter]
    /// The frames on their way through the delay, as a ring.
    private var delayed: [Float]
    private var position = 0
    private var lowest: SlidingMinimum
    private var envelope = Self.one
    /// The last `window` values of the envelope, as a ring, and their sum.
    private var recent: [Int64]
    private var recentSum: Int64
    private var recentPosition = 0
    /// Frames still to be left out at the beginning.
    private var pending: Int

    /// - Parameters:
    ///   - decibels: the gain before the limiter.
    ///   - rate: frames per second, at least 1000.
    init(decibels: Double, channels: Int, rate: Int) {
        self.channels = channels
        gain = Float(pow(10, decibels / 20))
        window = max(1, rate * 5 / 1000)
        release = 1 - exp(-1 / (0.1 * Double(rate)))
        filters = Array(repeating: TruePeakFilter(), count: channels)
        pending = window + TruePeakFilter.delay
        delayed = Array(repeating: 0, count: pending * channels)
        // Two more than are averaged: the gain holds for the samples on both sides of a peak that lies between them.
        lowest = SlidingMinimum(window: window + 2)
        recent = Array(repeating: Self.one, count: window)
        recentSum = Self.one * Int64(window)
    }

    /// Takes whole interleaved frames and gives those that are ready.
    mutating func process(_ samples: ArraySlice<Float>) -> [Float] {
        var output: [Float] = []
        output.reserveCapacity(samples.count)
        var index = samples.startIndex
        while index < samples.endIndex {
            step(samples[index..<index + channels], into: &output)
            index += channels
        }
        return output
    }

    /// The frames that are still on their way.
    mutating func finish() -> [Float] {
        process(ArraySlice(repeatElement(0, count: (window + TruePeakFilter.delay) * channels)))
    }

    private mutating func step(_ frame: ArraySlice<Float>, into output: inout [Float]) {
        let base = position * channels
        let factor = nextGain(for: frame)
        if pending > 0 {
            pending -= 1
        } else {
            for channel in 0..<channels {
                let sample = delayed[base + channel] * factor
                output.append(min(Self.ceiling, max(-Self.ceiling, sample)))
            }
        }
        for channel in 0..<channels {
            delayed[base + channel] = amplified(frame[frame.startIndex + channel])
        }
        position = (position + 1) % (window + TruePeakFilter.delay)
    }

    /// A file of floating-point numbers may hold ones that are none, or that are far from any sound.
    private func amplified(_ sample: Float) -> Float {
        let product = sample * gain
        return product.isNaN ? 0 : min(1e6, max(-1e6, product))
    }

    /// The gain of the frame that leaves the delay when this one enters it.
    private mutating func nextGain(for frame: ArraySlice<Float>) -> Float {
        var peak: Float = 0
        for channel in 0..<channels {
            peak = max(peak, filters[channel].take(amplified(frame[frame.startIndex + channel])))
        }
        // Rounded down: never more than what the peak allows.
        let needed = peak > Self.ceiling ? Int64(Double(Self.ceiling / peak) * Double(Self.one)) : Self.one
        let recovered = envelope + Int64((Double(Self.one - envelope) * release).rounded(.up))
        envelope = min(lowest.take(needed), recovered)
        recentSum += envelope - recent[recentPosition]
        recent[recentPosition] = envelope
        recentPosition = (recentPosition + 1) % window
        return Float(Double(recentSum) / Double(Self.one * Int64(window)))
    }
}

/// The smallest of the last values, in constant time on average: a queue from which every value goes that a later and
/// smaller one makes meaningless.
struct SlidingMinimum: Sendable {
    private let window: Int
    private var count = 0
    /// Ascending values with their numbers, as a ring; never more than `window` of them.
    private var queue: [(value: Int64, number: Int)]
    private var first = 0
    private var length = 0

    init(window: Int) {
        self.window = window
        queue = Array(repeating: (0, 0), count: window)
    }

    /// Takes the next value and gives the smallest of the last `window`.
    mutating func take(_ value: Int64) -> Int64 {
        if length > 0, queue[first].number <= count - window {
            first = (first + 1) % window
            length -= 1
        }
        while length > 0, queue[(first + length - 1) % window].value >= value { length -= 1 }
        queue[(first + length) % window] = (value, count)
        length += 1
        count += 1
        return queue[first].value
    }
}
