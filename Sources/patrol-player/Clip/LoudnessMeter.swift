import CLoudness

import func Glibc.log10

/// Integrated loudness and true peak after EBU R 128, by libebur128.
final class LoudnessMeter {
    private var state: UnsafeMutablePointer<ebur128_state>?
    private let channels: Int

    init(channels: Int, rate: Int) throws(ClipProblem) {
        self.channels = channels
        let mode = Int32(bitPattern: EBUR128_MODE_I.rawValue | EBUR128_MODE_TRUE_PEAK.rawValue)
        state = ebur128_init(UInt32(channels), UInt(rate), mode)
        guard state != nil else { throw ClipProblem("its loudness cannot be measured: no memory") }
    }

    deinit {
        ebur128_destroy(&state)
    }

    /// Takes whole interleaved frames.
    func take(_ samples: ArraySlice<Float>) throws(ClipProblem) {
        let result = samples.withUnsafeBufferPointer {
            ebur128_add_frames_float(state, $0.baseAddress, $0.count / channels)
        }
        guard result == 0 else { throw ClipProblem("its loudness cannot be measured: libebur128 error \(result)") }
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
