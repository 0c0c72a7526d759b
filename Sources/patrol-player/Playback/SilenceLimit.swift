import PatrolCore

/// From when on nothing may sound any more, and why.
struct SilenceLimit: Hashable, Sendable {
    /// The instant at which the device is dropped.
    var at: Instant
    /// How long before ``at`` the sound begins to fade; frames that the device holds already fade no more.
    var fade: Duration
    /// How the play has ended then.
    var ending: Ending

    /// The end of a clip that would sound into a quiet window.
    static func deadline(_ at: Instant) -> SilenceLimit {
        SilenceLimit(at: at, fade: .milliseconds(40), ending: Ending(how: .deadline))
    }

    /// As soon as it does not click.
    static func stop(at now: Instant, reason: String? = nil) -> SilenceLimit {
        let fade: Duration = .milliseconds(20)
        return SilenceLimit(at: now + fade, fade: fade, ending: Ending(how: .stopped, reason: reason))
    }

    /// At once: nobody is there any more who could say that sound is allowed.
    static func parentGone(at now: Instant) -> SilenceLimit {
        SilenceLimit(at: now, fade: .zero, ending: Ending(how: .parentGone))
    }
}

/// The fade towards a limit: linear, from full to nothing, a little before the limit itself.
///
/// | frame sounds before the limit | gain with a fade of 40 ms |
/// | --- | --- |
/// | 43 ms and more | 1 |
/// | 23 ms | 0.5 |
/// | 3 ms and less, or after it | 0 |
struct Fade: Hashable, Sendable {
    /// The device tells its delay to within a few milliseconds; no error of that size may make a frame sound late.
    static let margin: Duration = .milliseconds(3)

    /// From when on the gain is 0.
    let end: Instant
    let length: Duration

    init(_ limit: SilenceLimit) {
        end = limit.at - Self.margin
        length = limit.fade
    }

    /// The gain of a frame that sounds at an instant, 0 to 1.
    func gain(at instant: Instant) -> Double {
        let left = (end - instant).nanoseconds
        guard left > 0 else { return 0 }
        let span = length.nanoseconds
        return left >= span ? 1 : Double(left) / Double(span)
    }

    /// Applies the fade to interleaved samples.
    /// - Parameters:
    ///   - frames: whole frames, changed in place.
    ///   - first: when the first of them sounds.
    func apply(to frames: inout [Float], count: Int, channels: Int, rate: Int, first: Instant) {
        // The usual case: the whole piece lies before the fade.
        guard gain(at: first + .nanoseconds(nanoseconds(of: count, rate: rate))) < 1 else { return }
        for frame in 0..<count {
            let gain = Float(gain(at: first + .nanoseconds(nanoseconds(of: frame, rate: rate))))
            for index in frame * channels..<(frame + 1) * channels { frames[index] *= gain }
        }
    }

    /// Pieces are shorter than a second, so that the product stays far below the range.
    private func nanoseconds(of frames: Int, rate: Int) -> Int64 {
        Int64(frames) * 1_000_000_000 / Int64(rate)
    }
}
