import PatrolAPI
import PatrolCore

extension ClockSources {
    /// How the sources of a clock stand at an instant.
    init(_ clock: WallClock, at now: Instant) {
        self.init(
            reportDelaySeconds: Self.rounded(clock.reportDelay),
            measuredDelay: clock.measuredDelay.map {
                MeasuredDelay(
                    delaySeconds: Self.rounded($0.delay),
                    uncertaintySeconds: Self.rounded($0.uncertainty),
                    ageSeconds: Self.rounded(now - $0.at)
                )
            },
            excessiveDelaySeconds: clock.excessiveDelay.map(Self.rounded),
            contradiction: clock.contradiction.map {
                Contradiction(bySeconds: Self.rounded($0.by), forSeconds: Self.rounded(now - $0.since))
            },
            disagreementSeconds: clock.disagreement.map(Self.rounded)
        )
    }

    /// Milliseconds are as exact as a person or a script needs.
    private static func rounded(_ duration: Duration) -> Double {
        (duration.inSeconds * 1000).rounded() / 1000
    }
}
