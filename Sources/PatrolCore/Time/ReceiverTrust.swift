/// What the receiver's times say of the offset. The rules are those of ``WallClock``.
struct ReceiverTrust: Hashable, Sendable {
    /// What a reading led to.
    enum Change: Hashable {
        /// Nothing that anybody could use.
        case none
        /// The offset is known, or confirmed, or known anew after a step.
        case confirmed(step: ClockStep?)
    }

    private enum Knowledge: Hashable {
        /// Nothing is trusted; `candidate` waits for a reading that agrees.
        case none(WallClock.UntrustedReason, candidate: ClockReading?)
        /// The offset is known; `dissenter` is a reading a step away that waits for another one.
        case offset(OffsetEstimate, dissenter: ClockReading?)
    }

    private let settings: WallClock.Settings
    private var knowledge: Knowledge = .none(.noReading, candidate: nil)

    init(settings: WallClock.Settings) {
        self.settings = settings
    }

    /// Why there is no claim; `nil` if there is one.
    var untrustedReason: WallClock.UntrustedReason? {
        switch knowledge {
        case .none(let reason, _): reason
        case .offset: nil
        }
    }

    /// What the receiver says of the offset; `nil` until two readings agree.
    func claim(at now: Instant) -> ClockClaim? {
        guard case .offset(let estimate, _) = knowledge else { return nil }
        return ClockClaim(
            source: .gps,
            utcAtBoot: estimate.utcAtBoot,
            uncertainty: settings.readingUncertainty,
            heldFor: now - estimate.confirmedAt
        )
    }

    /// A fix with a time arrived.
    mutating func handle(_ reading: ClockReading, marked mark: TimeMark) -> Change {
        switch knowledge {
        case .none(_, let candidate) where mark != .plausible:
            knowledge = .none(.implausibleReading, candidate: candidate)
            return .none
        case .none(_, let candidate):
            return begin(with: reading, after: candidate)
        case .offset(let estimate, let dissenter):
            return mark == .plausible ? follow(reading, from: estimate, dissenter: dissenter) : .none
        }
    }

    private mutating func begin(with reading: ClockReading, after candidate: ClockReading?) -> Change {
        switch pair(reading, with: candidate) {
        case .waiting(let candidate):
            knowledge = .none(.unconfirmed, candidate: candidate)
            return .none
        case .confirmed(let estimate):
            knowledge = .offset(estimate, dissenter: nil)
            return .confirmed(step: nil)
        }
    }

    private mutating func follow(
        _ reading: ClockReading,
        from estimate: OffsetEstimate,
        dissenter: ClockReading?
    ) -> Change {
        let drift = ClockClaim.drift(over: reading.at - estimate.confirmedAt)
        guard reading.deviation(from: estimate.utcAtBoot) > settings.stepThreshold + drift else {
            var estimate = estimate
            estimate.take(reading)
            knowledge = .offset(estimate, dissenter: nil)
            return .confirmed(step: nil)
        }
        switch pair(reading, with: dissenter) {
        case .waiting(let dissenter):
            knowledge = .offset(estimate, dissenter: dissenter)
            return .none
        case .confirmed(let stepped):
            knowledge = .offset(stepped, dissenter: nil)
            return .confirmed(step: ClockStep(by: stepped.utcAtBoot - estimate.utcAtBoot, source: .gps))
        }
    }

    private enum Pairing {
        /// Two readings agree.
        case confirmed(OffsetEstimate)
        /// Not yet: this one waits for the next.
        case waiting(ClockReading)
    }

    private func pair(_ reading: ClockReading, with waiting: ClockReading?) -> Pairing {
        guard let waiting else { return .waiting(reading) }
        let drift = ClockClaim.drift(over: reading.at - waiting.at)
        guard reading.deviation(from: waiting.utcAtBoot) <= settings.tolerance + drift else {
            return .waiting(reading)
        }
        guard reading.time - waiting.time >= settings.confirmationSpan else { return .waiting(waiting) }
        var estimate = OffsetEstimate(waiting)
        estimate.take(reading)
        return .confirmed(estimate)
    }
}
