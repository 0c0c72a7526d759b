/// UTC of a record as far as anybody knows it: the one rule by which cart and station find and show records.
///
/// | the record's own time | UTC at its boot | known |
/// | --- | --- | --- |
/// | can be true | either | the record's own |
/// | missing, or cannot be true | is known | boot clock and that offset, `isCorrected` |
/// | missing, or cannot be true | is not | `nil`: it is left out, never shown as if it were one |
public struct KnownTime: Hashable, Sendable {
    /// UTC.
    public var time: WallTime
    /// Whether it was found later, from the boot clock and what it turned out to be.
    public var isCorrected: Bool

    /// - Parameters:
    ///   - own: UTC as the record says it, if that can be true: ``Position/believedTime``.
    ///   - instant: the record's place on its boot's clock.
    ///   - utcAtBoot: UTC at the instant 0 of that clock, if that is known.
    public init?(own: WallTime?, at instant: Instant, utcAtBoot: WallTime?) {
        if let own {
            (time, isCorrected) = (own, false)
        } else if let utcAtBoot {
            (time, isCorrected) = (utcAtBoot + .milliseconds(instant.millisecondsSinceBoot), true)
        } else {
            return nil
        }
    }
}

extension Position {
    /// The receiver's time, unless it cannot be true.
    public var believedTime: WallTime? { timeMark == .plausible ? time : nil }
}
