/// What one source says of the offset: that it lies between `utcAtBoot` less and plus `uncertainty`.
struct ClockClaim: Hashable, Sendable {
    /// An uncertainty of half a day says nothing about the time of day any more.
    private static let largestUncertainty: Duration = .seconds(43_200)

    /// Who says it.
    var source: ClockSource
    /// UTC at the zero of the boot clock.
    var utcAtBoot: WallTime
    /// Half the width of the interval.
    var uncertainty: Duration

    init(source: ClockSource, utcAtBoot: WallTime, uncertainty: Duration) {
        self.source = source
        self.utcAtBoot = utcAtBoot
        self.uncertainty = uncertainty
    }

    /// A claim that was confirmed with an uncertainty some time ago.
    init(source: ClockSource, utcAtBoot: WallTime, uncertainty: Duration, heldFor duration: Duration) {
        let grown = uncertainty + Self.drift(over: duration)
        self.init(source: source, utcAtBoot: utcAtBoot, uncertainty: min(Self.largestUncertainty, grown))
    }

    /// A claim that the offset lies in an interval, made some time ago: the middle, and half the width. The bound of half
    /// a day is for the holdover alone: see ``covering(_:)``.
    init(source: ClockSource, span: OffsetSpan, heldFor duration: Duration) {
        // Rounded up: the interval has to hold both ends.
        let half = Duration.milliseconds(
            (span.high - span.low).milliseconds / 2 + (span.high - span.low).milliseconds % 2
        )
        let grown = max(half, min(Self.largestUncertainty, half + Self.drift(over: duration)))
        self.init(source: source, utcAtBoot: span.low + half, uncertainty: grown)
    }

    /// How much the boot clock may have gone wrong in a time, at 100 ppm; nothing in a negative one.
    static func drift(over duration: Duration) -> Duration {
        max(.zero, duration / 10_000)
    }

    /// The room between this interval and another, 0 or less if they overlap.
    func gap(to other: ClockClaim) -> Duration {
        distance(to: other) - uncertainty - other.uncertainty
    }

    /// This claim, with an uncertainty that reaches over the other's interval as well if the two have nothing in
    /// common. The holdover's bound of half a day does not hold here: sources that are three days apart leave three
    /// days in doubt, and with them which date it is.
    func covering(_ other: ClockClaim) -> ClockClaim {
        guard gap(to: other) > .zero else { return self }
        var claim = self
        claim.uncertainty = distance(to: other) + other.uncertainty
        return claim
    }

    /// This claim, with an uncertainty that reaches over the other's interval in any case.
    func including(_ other: ClockClaim) -> ClockClaim {
        var claim = self
        claim.uncertainty = max(uncertainty, distance(to: other) + other.uncertainty)
        return claim
    }

    /// As it is told, kept and sent.
    var offset: ClockOffset {
        ClockOffset(
            utcAtBootMilliseconds: utcAtBoot.millisecondsSince1970,
            source: source,
            uncertaintyMilliseconds: uncertainty.milliseconds
        )
    }

    private func distance(to other: ClockClaim) -> Duration {
        max(utcAtBoot - other.utcAtBoot, other.utcAtBoot - utcAtBoot)
    }
}

/// UTC as a source tells it moved against the boot clock.
struct ClockStep: Hashable, Sendable {
    /// How far, positive if it is later now.
    var by: Duration
    /// Whose.
    var source: ClockSource
}
