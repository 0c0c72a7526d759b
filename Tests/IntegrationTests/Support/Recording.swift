import Foundation
import PatrolCore

/// What a ``SoundCard`` would have sounded, on the boot clock.
///
/// The sink renders in blocks and hands each to the recorder at once, so that a frame arrives up to a block (5 ms) before
/// its time or, on a busy machine, some milliseconds after it. The frames themselves are without gap, but the sink rounds
/// the length of each block, which adds up to some 50 ppm. So each second of the recording has its own beginning: the
/// median over its reads of "time of the read less the frames so far". The resolution is ±5 ms.
struct Recording: Sendable {
    /// Interleaved, two channels.
    let samples: [Float]
    let rate: Int
    /// When frame 0 would have sounded, as each second of the recording has it, in nanoseconds since boot.
    private let starts: [Int64]
    /// How far the reads lie around their second's median: the 1st and the 99th hundredth, in milliseconds.
    let scatter: (low: Double, high: Double)

    /// - Parameter reads: how many frames there were after each read, and when.
    init(samples: [Float], rate: Int, reads: [(frames: Int, at: Instant)]) {
        self.samples = samples
        self.rate = rate
        var seconds = [[Int64]](repeating: [], count: samples.count / 2 / rate + 1)
        for read in reads {
            let start = read.at.nanosecondsSinceBoot - Int64(read.frames) * 1_000_000_000 / Int64(rate)
            seconds[min(seconds.count - 1, max(0, read.frames - 1) / rate)].append(start)
        }
        var medians: [Int64] = []
        var deviations: [Int64] = []
        for (second, starts) in seconds.enumerated() {
            let sorted = starts.sorted()
            let median = sorted.isEmpty ? medians.last ?? 0 : sorted[sorted.count / 2]
            medians.append(median)
            // The first seconds are not to be relied on.
            if second >= 3 { deviations += starts.map { $0 - median } }
        }
        starts = medians
        deviations.sort()
        func milliseconds(_ share: Double) -> Double {
            deviations.isEmpty ? 0 : Double(deviations[Int(share * Double(deviations.count - 1))]) / 1e6
        }
        scatter = (milliseconds(0.01), milliseconds(0.99))
    }

    var frames: Int { samples.count / 2 }

    func time(of frame: Int) -> Instant {
        let start = starts[min(starts.count - 1, frame / rate)]
        return Instant(nanosecondsSinceBoot: start + Int64(frame) * 1_000_000_000 / Int64(rate))
    }

    /// The frame that sounds at an instant, within the recording.
    func frame(at instant: Instant) -> Int {
        func frame(startingAt start: Int64) -> Int {
            let index = Double(instant.nanosecondsSinceBoot - start) / 1e9 * Double(rate)
            return Int(min(Double(frames), max(0, index.rounded())))
        }
        // The seconds' beginnings differ by less than a millisecond, so that the second guess is right.
        let guess = frame(startingAt: starts[starts.count - 1])
        return frame(startingAt: starts[min(starts.count - 1, guess / rate)])
    }

    /// The louder of the two channels.
    func level(of frame: Int) -> Float {
        max(abs(samples[2 * frame]), abs(samples[2 * frame + 1]))
    }

    /// The last instant of an interval at which the level is above a threshold in dBFS.
    func lastSound(from begin: Instant, to end: Instant, above decibels: Double = -60) -> Instant? {
        let threshold = Float(pow(10, decibels / 20))
        let range = frame(at: begin)..<max(frame(at: begin), frame(at: end))
        return range.last { level(of: $0) > threshold }.map { time(of: $0) }
    }

    /// A stretch of sound.
    struct Run: Hashable, Sendable {
        var begin: Instant
        var end: Instant

        var duration: Duration { end - begin }
    }

    /// The stretches of an interval in which the level is above a threshold in dBFS, with shorter pauses than `gap` in them.
    func runs(
        from begin: Instant,
        to end: Instant,
        above decibels: Double = -60,
        gap: Duration = .milliseconds(50)
    ) -> [Run] {
        let threshold = Float(pow(10, decibels / 20))
        let gapFrames = Int(gap.inSeconds * Double(rate))
        var found: [ClosedRange<Int>] = []
        for frame in frame(at: begin)..<max(frame(at: begin), frame(at: end)) where level(of: frame) > threshold {
            if let last = found.last, frame - last.upperBound <= gapFrames {
                found[found.count - 1] = last.lowerBound...frame
            } else {
                found.append(frame...frame)
            }
        }
        return found.map { Run(begin: time(of: $0.lowerBound), end: time(of: $0.upperBound)) }
    }
}
