import PatrolCore

/// What there is to know about a clip.
struct ClipReport: Hashable, Sendable {
    var sha256: String
    /// As counted by decoding all of it.
    var frames: Int64
    var rate: Int
    var channels: Int
    /// Integrated, in LUFS.
    var loudness: Double
    /// In dBTP.
    var truePeak: Double
    /// In LUFS, as it leaves the limiter with the gain that is to bring it to the target; `nil` without a target.
    var loudnessAtTarget: Double?
    /// What its length was held against.
    var claim: LengthClaim

    /// Decodes and measures a file from its first to its last byte.
    /// - Parameter target: the loudness in LUFS that it is to be brought to.
    /// - Throws: why it is no clip.
    init(path: String, target: Double? = nil) throws(ClipProblem) {
        let file = try ClipFile(path: path)
        let format = file.format
        let meter = try LoudnessMeter(channels: format.channels, rate: format.rate)
        let frames = try Self.measure(file, with: meter)
        if let problem = file.problem(endingAfter: frames) { throw problem }
        let loudness = meter.loudness
        let truePeak = meter.truePeak
        guard loudness.isFinite, truePeak.isFinite else { throw ClipProblem("is silent: nowhere above -70 LUFS") }

        var digest = SHA256()
        try file.forEachPiece { digest.update($0) }
        sha256 = digest.finish()
        self.frames = frames
        rate = format.rate
        channels = format.channels
        self.loudness = loudness
        self.truePeak = truePeak
        claim = file.claim
        loudnessAtTarget = try target.map { target throws(ClipProblem) in
            try Self.loudness(of: path, broughtTo: target, from: loudness, truePeak: truePeak)
        }
    }

    /// How loud it comes out.
    private static func loudness(
        of path: String,
        broughtTo target: Double,
        from loudness: Double,
        truePeak: Double
    ) throws(ClipProblem) -> Double {
        let gain = Clip.gainDecibels(from: loudness, targetLUFS: target, volumeDecibels: 0)
        // Well below the ceiling the limiter passes everything as it is.
        guard truePeak + gain > Limiter.ceilingDecibels - 0.5 else { return loudness + gain }
        let file = try ClipFile(path: path)
        let format = file.format
        let meter = try LoudnessMeter(channels: format.channels, rate: format.rate, findsPeak: false)
        _ = try measure(
            file,
            with: meter,
            through: Limiter(decibels: gain, channels: format.channels, rate: format.rate)
        )
        return meter.loudness
    }

    var duration: Double { Double(frames) / Double(rate) }

    /// Feeds the meter.
    /// - Returns: how many frames the file has.
    private static func measure(
        _ file: ClipFile,
        with meter: LoudnessMeter,
        through limiter: Limiter? = nil
    ) throws(ClipProblem) -> Int64 {
        var limiter = limiter
        let format = file.format
        // EBU R 128 measures in blocks of 400 ms: a shorter chime is measured as if it went on, by repeating it.
        let shortest = format.rate * 2 / 5
        var beginning: [Float] = []
        var samples = [Float](repeating: 0, count: 4096 * format.channels)
        var frames: Int64 = 0
        while true {
            let count = file.read(into: &samples)
            guard count > 0 else { break }
            let decoded = Self.withoutNonNumbers(samples[..<(count * format.channels)])
            let piece = limiter?.process(decoded)[...] ?? decoded
            try meter.take(piece)
            if frames < shortest { beginning += piece }
            frames += Int64(count)
            guard frames <= Int64(ClipBounds.seconds * format.rate) else {
                throw ClipProblem("is longer than 30 min; allowed: up to that")
            }
        }
        if let rest = limiter?.finish() {
            try meter.take(rest[...])
            if frames < shortest { beginning += rest }
        }
        guard frames > 0, frames < shortest else { return frames }
        // Measured whole blocks: one that the last repetition fills only in part is not counted.
        for _ in 0...(Int64(shortest) / frames) { try meter.take(beginning[...]) }
        return frames
    }

    /// A file of floating-point numbers may hold some that are none, which the player plays as silence.
    private static func withoutNonNumbers(_ samples: ArraySlice<Float>) -> ArraySlice<Float> {
        samples.allSatisfy(\.isFinite) ? samples : ArraySlice(samples.map { $0.isFinite ? $0 : 0 })
    }
}
