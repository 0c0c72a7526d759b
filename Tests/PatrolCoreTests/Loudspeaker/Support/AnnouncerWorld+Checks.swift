@testable import PatrolCore

/// What must hold.
extension AnnouncerWorld {
    mutating func complain(_ words: String) {
        complaints.append("at \(now.millisecondsSinceBoot) ms: \(words)")
    }

    /// How long a player may take from an order to silence.
    private static let reaction: Duration = .milliseconds(80)

    // MARK: Sound

    /// What is heard between two instants must be allowed at each moment of it, by the true time.
    mutating func checkSound(from start: Instant, to end: Instant) {
        guard let audible = player.audible, let play = player.play else { return }
        var from = max(start, audible.lowerBound)
        let until = min(end, audible.upperBound)
        // What was ordered before something changed has a moment to fall silent; what was ordered after it has none.
        if play.orderedAt <= lastReaction { from = max(from, lastReaction + Self.reaction) }
        guard from < until else { return }
        var instant = from
        // No quiet window is shorter than a minute.
        while instant < until {
            checkSound(of: play.order, at: instant)
            instant = instant + .seconds(30)
        }
        checkSound(of: play.order, at: until - .nanoseconds(1))
    }

    private mutating func checkSound(of order: PlayOrder, at instant: Instant) {
        if !books.isTrusted { complain("\(order.priority) sounds with an untrusted clock") }
        if mute != nil { complain("\(order.priority) sounds although it is muted") }
        guard let rule = plan.quietRule(at: trueUTC(at: instant), in: zones) else { return }
        let asked = books.asked[order.id].map { [$0] } ?? repeated(order)
        let hasReason = asked.contains { $0.reason?.contains { $0 != " " } ?? false }
        if plan.allowsEmergency, order.priority == .emergency, hasReason { return }
        complain("\(order.priority) sounds in quiet hours (\(rule.name)), \(instant.millisecondsSinceBoot) ms")
    }

    /// What a repetition may have been asked for, among the requests that go on.
    private func repeated(_ order: PlayOrder) -> [SayRequest] {
        books.requests.values.filter {
            $0.clip == order.clip.name && $0.priority == order.priority && $0.repeats > 1
        }
    }

    /// Surely nothing keeps a clip from sounding for a while, by the true time and a wide margin.
    private func isOpen(for duration: Duration) -> Bool {
        guard mute == nil, case .trusted(let offset) = clock.state(at: now) else { return false }
        let margin = 2 * offset.uncertaintyMilliseconds + 3000
        var utc = trueUTC(at: now) - margin
        let end = trueUTC(at: now) + duration.milliseconds + margin
        while utc < end {
            if plan.quietRule(at: utc, in: zones) != nil { return false }
            utc += 30_000
        }
        return plan.quietRule(at: end, in: zones) == nil
    }

    // MARK: Slots

    /// The programme's conditions, by the time that the vehicle believes in; unknown time holds nobody back.
    func conditionsHold(_ programme: Programme, _ hours: PlainRule) -> Bool {
        if programme.onlyWhileMoving, !isMoving { return false }
        if programme.onlyOnDuty, !isOnDuty { return false }
        if let needed = programme.zones, needed.isDisjoint(with: zones) { return false }
        guard let time = clock.wallTime(at: now) else { return true }
        return hours.isQuiet(at: plan.civil(time.millisecondsSince1970), in: [])
    }

    /// Nothing that is due is left lying while the floor is free and nothing hinders.
    mutating func checkSlots() {
        let isFree = player.play == nil && !books.isDeviceFailed && announcer.context.playerProblem == nil
        // Nothing comes between a clip and its repetition.
        let isBetween =
            !announcer.requests.entries.isEmpty || announcer.programmes.turns.contains { $0.repetition != nil }
        for index in books.ledgers.indices where isFree && !isBetween {
            guard let slot = books.ledgers[index].due(at: now) else { continue }
            let clips = plan.programmes[index].clips.compactMap { announcer.context.clips.clip($0) }
            guard let longest = clips.map(\.duration).max(), isOpen(for: longest) else { continue }
            complain("\(plan.programmes[index].name): the slot of \(slot) is due, and nothing happens")
        }
        for ledger in books.ledgers { complaints += ledger.complaints }
    }

    // MARK: Answers and records

    mutating func checkAnswer(_ actions: [Announcer.Action], to input: Announcer.Input) {
        let replies = actions.compactMap { if case .reply(let reply) = $0 { reply } else { nil } }
        guard case .say(let request) = input else {
            if !replies.isEmpty { complain("a reply to nobody") }
            return
        }
        guard replies.count == 1, case .reply = actions.first else { return complain("no reply") }
        switch replies[0] {
        case .accepted(let id), .queued(let id, _): accept(request, id, actions)
        case .refused(.inhibited(let inhibitReason)):
            guard let clip = plan.clips[request.clip], isOpen(for: clip.duration) else { return }
            if case .playerUnusable = inhibitReason, announcer.context.playerProblem != nil { return }
            if inhibitReason != .daemonStops { complain("refused for no reason: \(inhibitReason)") }
        case .refused: break
        }
    }

    private mutating func accept(_ request: SayRequest, _ id: PlayID, _ actions: [Announcer.Action]) {
        books.asked[id] = request
        books.requests[id] = request
    }

    mutating func note(_ event: LoudspeakerEvent) {
        switch event {
        case .unmuted(.time):
            guard let until = mute?.until, trueUTC(at: now) >= until.millisecondsSince1970 - 1 else {
                return complain("a mute ended before its time")
            }
            mute = nil
        case .muted(let ordered): mute = ordered
        case .unmuted(.person): mute = nil
        case .announcementFinished(let announcement, let end), .announcementCut(let announcement, let end, _),
            .announcementFailed(let announcement, let end):
            let clip = plan.clips[announcement.clip]
            if end.framesTotal != clip?.frames || announcement.sha256 != clip?.sha256 { complain("a wrong record") }
            if end.framesPlayed > 0, books.plays[announcement.id]?.starts != 1 { complain("sound without a start") }
        case .announcementStarted, .announcementSkipped, .quietBegan, .quietEnded, .quietChanged, .loudspeakerFailed,
            .loudspeakerRecovered:
            break
        }
    }

    /// The clock keeps what it promises; else nothing else can hold.
    mutating func checkClock() {
        guard case .trusted(let offset) = clock.state(at: now) else { return }
        let error = abs(offset.wallTime(at: now).millisecondsSince1970 - trueUTC(at: now))
        if error > offset.uncertaintyAtMost.milliseconds { complain("the clock is \(error) ms off") }
    }

    mutating func finish() {
        if announcer.wakeAt != nil { complain("a timer after the end") }
        if player.play != nil { complain("it plays after the end") }
        books.close()
        complaints += books.complaints
    }
}
