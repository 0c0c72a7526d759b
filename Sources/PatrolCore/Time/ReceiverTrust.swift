/// What the receiver's times say of the offset. The rules are those of ``WallClock``.
struct ReceiverTrust: Hashable, Sendable {
    /// What a reading led to.
    enum Change: Hashable {
        /// Nothing that anybody could use.
        case none
        /// The offset is known, or confirmed, or in doubt, or known anew after a step.
        case read(step: ClockStep?)
    }

    private enum Knowledge: Hashable {
        /// Nothing is trusted; `candidate` waits for a reading that agrees, `doubt` has those that did not.
        case none(WallClock.UntrustedReason, candidate: ClockReading?, ReceiverDoubt?)
        /// The offset is known, and nothing contradicts it.
        case offset(OffsetEstimate)
        /// The offset is known, but something else was read.
        case doubted(OffsetEstimate, ReceiverDoubt)
    }

    /// How long a reading waits for one that agrees while others are late.
    private static let candidateLife: Duration = .seconds(5)

    private let settings: WallClock.Settings
    private var knowledge: Knowledge = .none(.noReading, candidate: nil, nil)

    init(settings: WallClock.Settings) {
        self.settings = settings
    }

    /// Why there is no claim; `nil` if there is one.
    var untrustedReason: WallClock.UntrustedReason? {
        guard case .none(let reason, _, _) = knowledge else { return nil }
        return reason
    }

    /// What the reports of the last minute say; `nil` until two readings agree.
    var estimate: OffsetEstimate? {
        switch knowledge {
        case .none: nil
        case .offset(let estimate), .doubted(let estimate, _): estimate
        }
    }

    /// The contradiction in what the receiver says; `nil` if there is none.
    var doubt: ReceiverDoubt? {
        switch knowledge {
        case .offset: nil
        case .none(_, _, let doubt): doubt
        case .doubted(_, let doubt): doubt
        }
    }

    /// When something was read last that nothing has confirmed; `nil` if there is nothing of the kind.
    var unconfirmedAt: Instant? {
        guard case .none(_, let candidate?, nil) = knowledge else { return doubt?.heardAt }
        return candidate.at
    }

    /// What the receiver says of the offset, contradictions left out; `nil` until two readings agree.
    func claim(at now: Instant) -> ClockClaim? {
        estimate.map { claim($0.span(reportDelay: settings.reportDelay), of: $0, at: now) }
    }

    /// All that it says while it contradicts itself, with the bound of the delay that is known; `nil` while it does not.
    func doubtedClaim(at now: Instant, reportDelay: Duration) -> ClockClaim? {
        guard let doubt else { return nil }
        let heard = doubt.heard.delayed(by: reportDelay)
        guard let estimate else { return ClockClaim(source: .gps, span: heard, heldFor: now - doubt.heardAt) }
        return claim(estimate.wholeSpan(reportDelay: reportDelay).reaching(heard), of: estimate, at: now)
    }

    /// What the one reading says that waits for another; `nil` if there is none.
    func candidateClaim(at now: Instant) -> ClockClaim? {
        guard case .none(_, let candidate?, _) = knowledge else { return nil }
        let span = OffsetSpan(low: candidate.utcAtBoot, high: candidate.utcAtBoot)
        return ClockClaim(source: .gps, span: span.delayed(by: settings.reportDelay), heldFor: now - candidate.at)
    }

    private func claim(_ span: OffsetSpan, of estimate: OffsetEstimate, at now: Instant) -> ClockClaim {
        ClockClaim(source: .gps, span: span, heldFor: now - estimate.restsOn)
    }

    /// A fix with a time arrived. A time that goes back counts like any other: which of the two was wrong is not known.
    mutating func handle(_ reading: ClockReading, marked mark: TimeMark) -> Change {
        let isPossible = mark == .plausible || mark == .backwards
        switch knowledge {
        case .none(_, let candidate, let doubt) where !isPossible:
            knowledge = .none(.implausibleReading, candidate: candidate, doubt)
            return .none
        case .none(_, let candidate, let doubt):
            begin(with: reading, after: candidate, doubt)
            return .read(step: nil)
        case .offset where !isPossible, .doubted where !isPossible:
            return .none
        case .offset(let estimate):
            return follow(reading, from: estimate)
        case .doubted(let estimate, let doubt):
            return resolve(reading, from: estimate, doubt)
        }
    }

    /// What counted before the contradiction counts again; what nothing has confirmed is forgotten.
    mutating func endDoubt() {
        switch knowledge {
        case .none(let reason, _, _): knowledge = .none(reason, candidate: nil, nil)
        case .doubted(let estimate, _): knowledge = .offset(estimate)
        case .offset: break
        }
    }

    // MARK: Before the first trust

    private mutating func begin(with reading: ClockReading, after candidate: ClockReading?, _ doubt: ReceiverDoubt?) {
        var doubt = doubt
        if let proven = doubt?.take(reading) {
            knowledge = .offset(proven)
            return
        }
        guard let candidate else {
            knowledge = .none(.unconfirmed, candidate: reading, doubt)
            return
        }
        let ahead = reading.utcAtBoot - candidate.utcAtBoot
        let apart = max(ahead, .zero - ahead)
        guard apart <= settings.tolerance + ClockClaim.drift(over: reading.at - candidate.at) else {
            if doubt == nil, apart > settings.contradictionThreshold {
                var begun = ReceiverDoubt(candidate, settings: settings)
                _ = begun.take(reading)
                doubt = begun
            }
            // One that may just be late does not take a better one's place, for a while.
            let isJustLate =
                ahead < .zero && apart <= settings.contradictionThreshold
                && reading.at - candidate.at < Self.candidateLife
            knowledge = .none(.unconfirmed, candidate: isJustLate ? candidate : reading, doubt)
            return
        }
        guard reading.time - candidate.time >= settings.confirmationSpan else {
            knowledge = .none(.unconfirmed, candidate: candidate, doubt)
            return
        }
        var estimate = OffsetEstimate(candidate)
        estimate.take(reading)
        knowledge = doubt.map { .doubted(estimate, $0) } ?? .offset(estimate)
    }

    // MARK: From then on

    private mutating func follow(_ reading: ClockReading, from estimate: OffsetEstimate) -> Change {
        if isContradicted(estimate, by: reading.utcAtBoot, at: reading.at) {
            knowledge = .doubted(estimate, ReceiverDoubt(reading, settings: settings))
        } else {
            var estimate = estimate
            estimate.take(reading)
            knowledge = .offset(estimate)
        }
        return .read(step: nil)
    }

    private mutating func resolve(
        _ reading: ClockReading,
        from estimate: OffsetEstimate,
        _ doubt: ReceiverDoubt
    ) -> Change {
        var (estimate, doubt) = (estimate, doubt)
        if !isContradicted(estimate, by: reading.utcAtBoot, at: reading.at) { estimate.take(reading) }
        guard let proven = doubt.take(reading) else {
            knowledge = .doubted(estimate, doubt)
            return .read(step: nil)
        }
        guard isContradicted(estimate, by: proven.utcAtBoot, at: reading.at) else {
            knowledge = .offset(estimate)
            return .read(step: nil)
        }
        knowledge = .offset(proven)
        return .read(step: ClockStep(by: proven.utcAtBoot - estimate.utcAtBoot, source: .gps))
    }

    private func isContradicted(_ estimate: OffsetEstimate, by utcAtBoot: WallTime, at now: Instant) -> Bool {
        estimate.isContradicted(by: utcAtBoot, at: now, allowance: settings.contradictionThreshold)
    }
}
