/// A recorded announcement that was checked and found playable; a bad file never becomes one.
public struct Clip: Hashable, Sendable {
    /// The file's name in the clips folder.
    public var name: ClipName
    /// SHA-256 of the file, 64 lower-case hexadecimal digits: what the record proves to have been played.
    public var sha256: String
    /// How many frames the file really holds, by decoding it; more than 0.
    public var frames: Int64
    /// Frames per second of the file; more than 0.
    public var sampleRate: Int
    /// 1 for mono, 2 for stereo.
    public var channels: Int
    /// Integrated loudness by EBU R 128, in LUFS.
    public var loudnessLUFS: Double
    /// The highest true peak by ITU-R BS.1770, in dBTP.
    public var truePeakDBTP: Double
    /// Integrated loudness, in LUFS, as it leaves the limiter when its gain is to bring it to the configured loudness;
    /// `nil` if that was not measured.
    public var loudnessAtTargetLUFS: Double?

    /// See the properties.
    public init(
        name: ClipName,
        sha256: String,
        frames: Int64,
        sampleRate: Int,
        channels: Int,
        loudnessLUFS: Double,
        truePeakDBTP: Double,
        loudnessAtTargetLUFS: Double? = nil
    ) {
        self.name = name
        self.sha256 = sha256
        self.frames = frames
        self.sampleRate = sampleRate
        self.channels = channels
        self.loudnessLUFS = loudnessLUFS
        self.truePeakDBTP = truePeakDBTP
        self.loudnessAtTargetLUFS = loudnessAtTargetLUFS
    }

    /// How long it sounds, rounded up to the next nanosecond: who plans with it must not be early.
    public var duration: Duration {
        guard frames > 0, sampleRate > 0 else { return .zero }
        let rate = Int64(sampleRate)
        let (seconds, rest) = frames.quotientAndRemainder(dividingBy: rate)
        // The rest is below the rate, and no rate comes near the 9·10⁹ Hz at which this product would overflow.
        let nanoseconds = (rest * 1_000_000_000 + rate - 1) / rate
        return .seconds(seconds) + .nanoseconds(nanoseconds)
    }

    /// The gain that brings this clip to one loudness with all others.
    ///
    /// | clip | target | volume | gain |
    /// | --- | --- | --- | --- |
    /// | −20 LUFS | −16 LUFS | 0 dB | +4 dB |
    /// | −20 LUFS | −16 LUFS | −6 dB | −2 dB |
    /// | −70 LUFS (a whisper) | −16 LUFS | 0 dB | +20 dB, the most |
    /// | silence (−∞) | −16 LUFS | 0 dB | 0 dB: nothing to bring anywhere |
    ///
    /// - Parameters:
    ///   - targetLUFS: the loudness that all clips are brought to.
    ///   - volumeDecibels: on top of that; the programme's.
    /// - Returns: decibels in ``gainRange``. The peaks are the player's limiter's business.
    public func gainDecibels(targetLUFS: Double, volumeDecibels: Double) -> Double {
        Self.gainDecibels(from: loudnessLUFS, targetLUFS: targetLUFS, volumeDecibels: volumeDecibels)
    }

    /// See ``gainDecibels(targetLUFS:volumeDecibels:)``, for a sound of which only the loudness is known.
    public static func gainDecibels(from loudnessLUFS: Double, targetLUFS: Double, volumeDecibels: Double) -> Double {
        let correction = targetLUFS - loudnessLUFS
        let gain = (correction.isFinite ? correction : 0) + (volumeDecibels.isFinite ? volumeDecibels : 0)
        return min(max(gain, gainRange.lowerBound), gainRange.upperBound)
    }

    /// By how much it stays below the loudness of the others, in LU, if that is worth a word: its peaks stand out so far from
    /// the rest that the limiter holds it back, or it is so soft that the largest gain does not suffice. `nil` up to
    /// ``tolerableShortfallLU``, which nobody calls softer.
    public func shortfall(targetLUFS: Double) -> Double? {
        guard let loudnessAtTargetLUFS else { return nil }
        let shortfall = targetLUFS - loudnessAtTargetLUFS
        return shortfall > Self.tolerableShortfallLU ? shortfall : nil
    }

    /// Half the power.
    public static let tolerableShortfallLU = 3.0

    /// What a gain may be, in dB: below it nothing is heard, above it noise is lifted instead of speech.
    public static let gainRange: ClosedRange<Double> = -40...20
}
