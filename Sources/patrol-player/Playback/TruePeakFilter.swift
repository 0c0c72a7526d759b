import func Glibc.cos
import func Glibc.sin

/// Finds the peaks between the samples of one channel, as the digital-to-analogue converter will make them: four times
/// oversampling with a polyphase filter, after ITU-R BS.1770-4, annex 2.
///
/// The filter is a sinc under a Hann window with 16 taps a phase.
struct TruePeakFilter: Sendable {
    static let taps = 16
    /// The peak that ``take(_:)`` returns lies between the samples that came this many and one fewer calls ago.
    static let delay = taps / 2

    /// The three phases between two samples; the fourth is the sample itself.
    private static let phases: [[Float]] = (1...3).map { phase in
        let center = Double(taps / 2 - 1) + Double(phase) / 4
        let weights = (0..<taps).map { tap in
            let distance = Double(tap) - center
            let sinc = sin(.pi * distance) / (.pi * distance)
            return sinc * (0.5 + 0.5 * cos(2 * .pi * distance / Double(taps)))
        }
        // A constant must come out as itself.
        let sum = weights.reduce(0, +)
        return weights.map { Float($0 / sum) }
    }

    /// The last `taps` samples, twice in a row, so that a window of them is always in one piece.
    private var history = [Float](repeating: 0, count: 2 * taps)
    private var position = 0

    /// Takes the next sample.
    /// - Returns: the largest magnitude from the sample ``delay`` calls ago to the one after it.
    mutating func take(_ sample: Float) -> Float {
        history[position] = sample
        history[position + Self.taps] = sample
        position = (position + 1) % Self.taps
        let middle = position + Self.taps / 2 - 1
        var peak = max(abs(history[middle]), abs(history[middle + 1]))
        for weights in Self.phases {
            var sum: Float = 0
            for tap in 0..<Self.taps { sum += weights[tap] * history[position + tap] }
            peak = max(peak, abs(sum))
        }
        return peak
    }
}
