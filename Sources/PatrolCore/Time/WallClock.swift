/// What time it is, and whether that can be believed.
///
/// UTC is `boot time + offset`. The offset comes from the receiver: it is trusted when two readings, at least 2 s of
/// UTC apart, agree on it within half a second. A log that is replayed faster than it was recorded disagrees with
/// itself and gives no trust.
///
/// **Which offset.** A report comes through a serial line and gpsd after the moment that it names, never before it:
/// each reading's `UTC − boot time` is the true offset less its delay. The reading with the least delay is the best
/// one, so the estimate is the largest offset of the last 30 to 60 s. The true offset lies between the estimate and the
/// estimate plus the smallest delay, which for receivers at 1 Hz is below 1 s: that second is the uncertainty. A report
/// without delay does not exist, so the clock is late by some 0.1 to 0.5 s rather than early.
///
/// **Without readings** the clock holds over on boot time; its uncertainty grows by 100 ppm (8.64 s a day), more than
/// any crystal's error, up to half a day, which says nothing about the time of day any more. Trust is not taken back:
/// who needs a bound looks at the uncertainty.
///
/// **A step** is a reading more than 2 s off (plus what the crystal may have drifted), confirmed by a second one in the
/// same way as at the beginning. Anything less is followed quietly, and told when it adds up to 100 ms.
public struct WallClock: Hashable, Sendable {
    /// Whether UTC is known.
    public enum State: Hashable, Sendable {
        /// It is not.
        case untrusted(UntrustedReason)
        /// It is, with the uncertainty as it is at the instant that was asked for.
        case trusted(ClockOffset)
    }

    /// Why UTC is not known.
    public enum UntrustedReason: String, CaseIterable, Sendable {
        /// No fix with a time has come yet.
        case noReading = "no-reading"
        /// The receiver's time cannot be true.
        case implausibleReading = "implausible-reading"
        /// There is a reading, but none yet that agrees with it.
        case unconfirmed
    }

    /// What a reading led to.
    public enum Action: Hashable, Sendable {
        /// From here on UTC is known.
        case trusted(ClockOffset)
        /// GPS time moved against the boot clock by `by`; the offset is the new one.
        case stepped(by: Duration, ClockOffset)
        /// The offset has changed by 100 ms or more since it was last told.
        case offsetChanged(ClockOffset)
    }

    /// The bounds; see the type's description.
    public struct Settings: Hashable, Sendable {
        /// How far apart the offsets of two readings that agree may be.
        public var tolerance: Duration = .milliseconds(500)
        /// How much UTC must pass between two readings that agree.
        public var confirmationSpan: Duration = .seconds(2)
        /// A deviation from the trusted offset beyond this is a step.
        public var stepThreshold: Duration = .seconds(2)
        /// The uncertainty of a reading: the largest delay of a report.
        public var readingUncertainty: Duration = .seconds(1)
        /// A change of the offset that is worth telling.
        public var worthTelling: Duration = .milliseconds(100)

        /// The defaults.
        public init() {}
    }

    private let settings: Settings
    private var knowledge: Knowledge = .none(.noReading, candidate: nil)

    private enum Knowledge: Hashable {
        /// Nothing is trusted; `candidate` waits for a reading that agrees.
        case none(UntrustedReason, candidate: ClockReading?)
        /// The offset is known; `dissenter` is a reading a step away that waits for another one.
        case offset(OffsetEstimate, dissenter: ClockReading?)
    }

    /// - Parameter settings: see there.
    public init(settings: Settings = Settings()) {
        self.settings = settings
    }

    /// What is known at an instant.
    public func state(at now: Instant) -> State {
        switch knowledge {
        case .none(let reason, _): .untrusted(reason)
        case .offset(let estimate, _): .trusted(offset(estimate, at: now))
        }
    }

    /// UTC at an instant of this boot; `nil` while it is not trusted.
    public func wallTime(at instant: Instant) -> WallTime? {
        switch knowledge {
        case .none: nil
        case .offset(let estimate, _): offset(estimate, at: instant).wallTime(at: instant)
        }
    }

    /// A fix with a time arrived.
    /// - Parameters:
    ///   - time: the receiver's time; only that of an accepted fix, for a receiver without one shows its own clock.
    ///   - mark: what ``FixTimeJudge`` says of it. Only a plausible time is ever used.
    ///   - now: when the fix was read.
    public mutating func handle(_ time: WallTime, marked mark: TimeMark, at now: Instant) -> [Action] {
        let reading = ClockReading(time: time, at: now)
        switch knowledge {
        case .none(_, let candidate) where mark != .plausible:
            knowledge = .none(.implausibleReading, candidate: candidate)
            return []
        case .none(_, let candidate):
            return begin(with: reading, after: candidate)
        case .offset(let estimate, let dissenter):
            return mark == .plausible ? follow(reading, from: estimate, dissenter: dissenter) : []
        }
    }

    private mutating func begin(with reading: ClockReading, after candidate: ClockReading?) -> [Action] {
        switch pair(reading, with: candidate) {
        case .waiting(let candidate):
            knowledge = .none(.unconfirmed, candidate: candidate)
            return []
        case .confirmed(let estimate):
            knowledge = .offset(estimate, dissenter: nil)
            return [.trusted(offset(estimate, at: reading.at))]
        }
    }

    private mutating func follow(
        _ reading: ClockReading,
        from estimate: OffsetEstimate,
        dissenter: ClockReading?
    ) -> [Action] {
        let drift = OffsetEstimate.drift(over: reading.at - estimate.confirmedAt)
        guard reading.deviation(from: estimate.utcAtBoot) > settings.stepThreshold + drift else {
            return confirm(reading, of: estimate)
        }
        switch pair(reading, with: dissenter) {
        case .waiting(let dissenter):
            knowledge = .offset(estimate, dissenter: dissenter)
            return []
        case .confirmed(let stepped):
            knowledge = .offset(stepped, dissenter: nil)
            return [.stepped(by: stepped.utcAtBoot - estimate.utcAtBoot, offset(stepped, at: reading.at))]
        }
    }

    private mutating func confirm(_ reading: ClockReading, of estimate: OffsetEstimate) -> [Action] {
        var estimate = estimate
        estimate.take(reading)
        let change = max(estimate.utcAtBoot - estimate.told, estimate.told - estimate.utcAtBoot)
        let isWorthTelling = change >= settings.worthTelling
        if isWorthTelling { estimate.told = estimate.utcAtBoot }
        knowledge = .offset(estimate, dissenter: nil)
        return isWorthTelling ? [.offsetChanged(offset(estimate, at: reading.at))] : []
    }

    private enum Pairing {
        /// Two readings agree.
        case confirmed(OffsetEstimate)
        /// Not yet: this one waits for the next.
        case waiting(ClockReading)
    }

    private func pair(_ reading: ClockReading, with waiting: ClockReading?) -> Pairing {
        guard let waiting else { return .waiting(reading) }
        let drift = OffsetEstimate.drift(over: reading.at - waiting.at)
        guard reading.deviation(from: waiting.utcAtBoot) <= settings.tolerance + drift else {
            return .waiting(reading)
        }
        guard reading.time - waiting.time >= settings.confirmationSpan else { return .waiting(waiting) }
        var estimate = OffsetEstimate(waiting)
        estimate.take(reading)
        estimate.told = estimate.utcAtBoot
        return .confirmed(estimate)
    }

    private func offset(_ estimate: OffsetEstimate, at now: Instant) -> ClockOffset {
        ClockOffset(
            utcAtBootMilliseconds: estimate.utcAtBoot.millisecondsSince1970,
            source: .gps,
            uncertaintyMilliseconds: estimate.uncertainty(of: settings.readingUncertainty, at: now).milliseconds
        )
    }
}
