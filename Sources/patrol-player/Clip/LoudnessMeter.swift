import CLoudness

import func Glibc.log10

/// Integrated loudness and true peak after EBU R 128, by libebur128.
final class LoudnessMeter {
    private var state: UnsafeMutablePointer<ebur128_state>?
    private let channels: Int

    /// - Parameter findsPeak: whether ``truePeak`` will be asked for.
    init(channels: Int, rate: Int, findsPeak: Bool = true) throws(ClipProblem) {
        self.channels = channels
        let peak = findsPeak ? EBUR128_MODE_TRUE_PEAK.rawValue : 0
        state = ebur128_init(UInt32(channels), UInt(rate), Int32(bitPattern: EBUR128_MODE_I.rawValue | peak))
        guard state != nil else { throw ClipProblem("cannot be measured for its loudness: no memory") }
        // What has one channel sounds from every loudspeaker: it is counted twice, so that it is as loud as the same sound
        // in stereo (ebur128.h, EBUR128_DUAL_MONO; EBU Tech 3344, 3.2). It fails only for a channel that is not there.
        if channels == 1 { ebur128_set_channel(state, 0, Int32(bitPattern: EBUR128_DUAL_MONO.rawValue)) }
    }

    deinit {
        ebur128_destroy(&state)
    }

    /// Takes whole interleaved frames.
    func take(_ samples: ArraySlice<Float>) throws(ClipProblem) {
        let result = samples.withUnsafeBufferPointer {
            ebur128_add_frames_float(state, $0.baseAddress, $0.count / channels)
        }
        guard result == 0 else { throw ClipProblem("cannot be measured for its loudness: libebur128 error \(result)") }
    }

    /// LUFS; minus infinity if no stretch of 400 ms is louder than −70 LUFS.
    var loudness: Double {
        var value = 0.0
        // Fails only in a mode without it (ebur128.h).
        ebur128_loudness_global(state, &value)
        return value
    }

    /// dBTP over all channels; minus infinity for digital silence.
    var truePeak: Double {
        let peaks = (0..<channels).map { channel in
            var value = 0.0
            ebur128_true_peak(state, UInt32(channel), &value)
            return value
        }
        return 20 * log10(peaks.max() ?? 0)
    }
}
