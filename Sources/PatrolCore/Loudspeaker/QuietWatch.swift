/// Keeps the answer of the quiet gate as long as it holds, and says where quiet begins, changes and ends.
struct QuietWatch: Sendable {
    /// A boundary that is asked about again is asked about after this pause at the earliest. The answer that was given
    /// before it holds on: nothing is started that would not end before the boundary.
    private static let shortestPause: Duration = .milliseconds(100)

    private let gate: QuietGate
    /// What the gate said last.
    private(set) var verdict: QuietGate.Verdict
    /// When quiet ends, as far as is known; another rule may take over before.
    private(set) var endsAt: Instant?
    /// When the gate must be asked again; `nil` while its answer stands until something is learned.
    private(set) var wakeAt: Instant?
    /// The rule that is on record as in force.
    private var recordedRule: String?

    /// It has to be looked at before the first answer is recorded.
    init(_ gate: QuietGate, at now: Instant, _ clock: WallClock, inZones zones: Set<String>) {
        self.gate = gate
        verdict = gate.verdict(at: now, clock: clock, zones: zones)
        wakeAt = now
    }

    /// The rule that holds; `nil` if none does, or the time of day is unknown.
    var rule: String? {
        if case .silent(.quiet(let rule), _) = verdict { rule } else { nil }
    }

    /// The last instant at which something may sound; `nil` if nothing known limits it, or it is silent already.
    var opensUntil: Instant? {
        if case .open(let until) = verdict { until } else { nil }
    }

    /// What silences even what sounds already.
    /// - Parameter isExempt: whether quiet hours do not hold it back. An unknown time of day does.
    func inhibitReason(isExempt: Bool) -> InhibitReason? {
        switch verdict {
        case .silent(.clockUntrusted(let reason), _): .clockUntrusted(reason)
        case .silent(.quiet(let rule), _): isExempt ? nil : .quiet(rule: rule)
        case .open: nil
        }
    }

    /// Asks the gate if its last answer no longer holds.
    /// - Parameter isNews: whether the clock or the zones are others than before.
    /// - Returns: what is to be recorded.
    mutating func look(at now: Instant, _ clock: WallClock, inZones zones: Set<String>, isNews: Bool)
        -> LoudspeakerEvent?
    {
        let isTimeToAsk = wakeAt.map { now >= $0 } ?? false
        guard isNews || isTimeToAsk else { return nil }
        let earliest = now + Self.shortestPause
        verdict = gate.verdict(at: now, clock: clock, zones: zones)
        switch verdict {
        case .silent(.clockUntrusted, let until):
            endsAt = until.map { max($0, earliest) }
            wakeAt = endsAt
            // Whether the rule still holds nobody knows: it stays on record.
            return nil
        case .silent(.quiet(let rule), let until):
            let ruleChanges = gate.ruleMayChange(after: now, clock: clock, zones: zones)
            endsAt = until.map { max($0, earliest) }
            wakeAt = [until, ruleChanges].compactMap { $0 }.min().map { max($0, earliest) }
            return change(to: rule)
        case .open(let until):
            // Open up to and including that instant.
            endsAt = nil
            wakeAt = until.map { max($0 + .nanoseconds(1), earliest) }
            return change(to: nil)
        }
    }

    private mutating func change(to rule: String?) -> LoudspeakerEvent? {
        defer { recordedRule = rule }
        return switch (recordedRule, rule) {
        case (nil, let rule?): .quietBegan(rule: rule)
        case (let before?, let rule?): before == rule ? nil : .quietChanged(from: before, to: rule)
        case (let before?, nil): .quietEnded(rule: before)
        case (nil, nil): nil
        }
    }
}
