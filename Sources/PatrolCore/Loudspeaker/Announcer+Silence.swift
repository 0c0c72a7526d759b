/// What may sound at all: the gate, the mute, and what hinders whom.
extension Announcer {
    /// A boundary that is asked about again is asked about after this pause at the earliest. The answer that was given
    /// before it holds on: nothing is started that would not end before the boundary.
    private static let shortestPauseOfGate: Duration = .milliseconds(100)
    /// A later deadline is told only if it gains so much; an earlier one always.
    private static let worthTelling: Duration = .milliseconds(50)
    /// A deadline that no longer holds is put off by this.
    private static let noDeadline: Duration = .seconds(86_400)

    var isClockTrusted: Bool {
        if case .trusted = clock.state(at: now) { true } else { false }
    }

    // MARK: The gate

    /// Asks the gate if its last answer no longer holds, and records where quiet begins and ends.
    mutating func askGate(_ actions: inout [Action], force: Bool) {
        let isTimeToAsk = gateAskedAgainAt.map { now >= $0 } ?? false
        guard force || isTimeToAsk else { return }
        verdict = settings.gate.verdict(at: now, clock: clock, zones: zones)
        switch verdict {
        case .silent(.clockUntrusted, let until):
            quietEndsAt = until.map { max($0, now + Self.shortestPauseOfGate) }
            gateAskedAgainAt = quietEndsAt
        case .silent(.quiet(let rule), let until):
            let ruleChanges = settings.gate.ruleMayChange(after: now, clock: clock, zones: zones)
            let earliest = now + Self.shortestPauseOfGate
            quietEndsAt = until.map { max($0, earliest) }
            gateAskedAgainAt = [until, ruleChanges].compactMap { $0 }.min().map { max($0, earliest) }
            switch recordedQuiet {
            case nil: actions.append(.record(.quietBegan(rule: rule)))
            case let before? where before != rule:
                actions.append(.record(.quietChanged(from: before, to: rule)))
            case _?: break
            }
            recordedQuiet = rule
        case .open(let until):
            // Open up to and including that instant.
            quietEndsAt = nil
            gateAskedAgainAt = until.map { max($0 + .nanoseconds(1), now + Self.shortestPauseOfGate) }
            if let rule = recordedQuiet { actions.append(.record(.quietEnded(rule: rule))) }
            recordedQuiet = nil
        }
    }

    // MARK: The mute

    mutating func begin(_ mute: Mute, _ actions: inout [Action]) {
        self.mute = mute
        actions.append(.record(.muted(mute)))
        endMuteByTime(&actions)
    }

    mutating func endMute(_ cause: UnmuteCause, _ actions: inout [Action]) {
        guard mute != nil else { return }
        mute = nil
        muteLookedAtAgainAt = nil
        actions.append(.record(.unmuted(cause)))
    }

    /// Ends a mute whose time has surely come. Its uncertainty may grow until then, so it may take a second look.
    mutating func endMuteByTime(_ actions: inout [Action]) {
        muteLookedAtAgainAt = nil
        guard let until = mute?.until, case .trusted(let offset) = clock.state(at: now) else { return }
        let surely = offset.wallTime(at: now) + (.zero - offset.uncertaintyAtMost)
        if surely >= until {
            endMute(.time, &actions)
        } else {
            muteLookedAtAgainAt = now + max(until - surely, Self.shortestPauseOfGate)
        }
    }

    // MARK: What hinders

    /// What silences even what sounds already.
    private func silencer(isExempt: Bool) -> InhibitReason? {
        switch verdict {
        case .silent(.clockUntrusted(let reason), _): return .clockUntrusted(reason)
        case .silent(.quiet(let rule), _) where !isExempt: return .quiet(rule: rule)
        case .silent(.quiet, _), .open: return mute == nil ? nil : .muted
        }
    }

    /// What keeps a clip from being started.
    func inhibitReason(to clip: Clip, isExempt: Bool) -> InhibitReason? {
        if let silencer = silencer(isExempt: isExempt) { return silencer }
        if let playerProblem { return .playerUnusable(playerProblem) }
        return wouldEndInTime(clip, isExempt: isExempt) ? nil : .wouldNotEndBeforeQuiet
    }

    /// Whether a clip that is started now will have ended when quiet begins.
    func wouldEndInTime(_ clip: Clip, isExempt: Bool) -> Bool {
        deadline(isExempt: isExempt).map { now + settings.startAllowance + clip.duration <= $0 } ?? true
    }

    /// What keeps a programme from using its slot, and until when, as far as is known.
    func inhibitReason(to turn: ProgrammeTurn) -> (InhibitReason, until: Instant?)? {
        if let silencer = silencer(isExempt: false) {
            if case .quiet = silencer { return (silencer, quietEndsAt) }
            return (silencer, nil)
        }
        if clips == nil { return (.clipsUnchecked, nil) }
        guard let clip = clip(of: turn) else { return (.noPlayableClip, nil) }
        if let pauseEnds = device.pauseEnds(after: now) { return (.loudspeakerFailed, pauseEnds) }
        return inhibitReason(to: clip, isExempt: false).map { ($0, nil) }
    }

    /// The last instant at which something may sound.
    func deadline(isExempt: Bool) -> Instant? {
        guard !isExempt, case .open(let until) = verdict else { return nil }
        return until
    }

    /// Whether quiet hours do not hold a request back.
    func isExempt(_ request: SayRequest) -> Bool {
        request.priority == .emergency && settings.emergencyInQuietHours && request.hasReason
    }

    // MARK: What plays

    /// Asks for what plays whether it may go on, and until when.
    mutating func reviewPlay(_ actions: inout [Action]) {
        guard case (var play, let since)? = current else { return }
        if let silencer = silencer(isExempt: play.isExempt) {
            stop(play, .inhibited(silencer), since: since, &actions)
            return
        }
        if let ended = conditionEnded(of: play) {
            stop(play, .conditionEnded(ended), since: since, &actions)
            return
        }
        if case .silent(.quiet(let rule), _) = verdict { play.announcement.inSpiteOfQuiet = rule }
        if let deadline = newDeadline(of: play) {
            play.deadline = deadline.isReal ? deadline.instant : nil
            actions.append(.changeDeadline(play.order.id, deadline.instant))
        }
        floor = since.map { .sounding(play, since: $0) } ?? .starting(play)
    }

    /// The condition of a play's programme at whose end it is stopped, if there is one that has ended.
    private func conditionEnded(of play: Play) -> ProgrammeCondition? {
        guard let index = play.programme else { return nil }
        return lacks(of: turns[index]).first(where: turns[index].programme.stopsAtEndOf.contains)
    }

    /// The deadline that the player must be told, if it is another one.
    private func newDeadline(of play: Play) -> (instant: Instant, isReal: Bool)? {
        switch (play.deadline, deadline(isExempt: play.isExempt)) {
        case (_, nil) where play.deadline == nil: nil
        case (_, nil): (now + Self.noDeadline, false)
        case (nil, let new?): (new, true)
        case (let old?, let new?): new < old || new - old >= Self.worthTelling ? (new, true) : nil
        }
    }

    mutating func stop(_ play: Play, _ reason: StopReason, since: Instant?, _ actions: inout [Action]) {
        floor = .stopping(play, reason, since: since)
        actions.append(.stop(play.order.id, reason))
    }
}
