/// The loudspeaker's rules as a machine: what sounds, what does not, and what is left on record about either.
///
/// Programmes propose, people insert, and the last word has silence, in this order, the last one wins:
///
/// 1. **Programmes** have slots while their conditions hold, or at times of the day (``Programme``). Duty that ends stops
///    their clip; in front of the end of a zone, of a drive or of their hours it is heard to its end, unless the
///    programme says otherwise (``Programme/stopsAtEndOf``).
/// 2. **Priorities**: emergency, live, manual, scheduled. A higher one cuts a lower one; equals wait for each other, as
///    do programmes that are due together: the one that has waited longest first, then in configuration order. A
///    scheduled clip that was cut by a higher one starts afresh, once; after any other cut the next clip's turn comes.
/// 3. **Stops** end what plays, **mutes** silence everything.
/// 4. **The quiet gate** (``QuietGate``). Only an emergency may sound in quiet hours, if the configuration allows it and
///    it has a reason. While the time of day is unknown nothing sounds, whatever it is.
///
/// A clip is not started unless it will have ended before quiet begins, and every order carries that instant as its
/// deadline, so that the player falls silent even if nobody tells it to. When the clock, the zones or the mute change,
/// the rules are asked again at once: what plays is stopped or gets its new deadline.
///
/// Each slot is played or skipped with a reason on record, each play that was ordered ends in exactly one record. There
/// is one play at a time: the next is ordered when the player has said that the last one ended.
///
/// It needs no timer while it has nothing to decide: slots that fall into a silence are counted when the silence ends.
public struct Announcer: Sendable {
    /// What says whether something may sound.
    private(set) var context: PlayContext
    /// What sounds, or is about to.
    private(set) var floor = Floor()
    /// What people want to be played.
    private(set) var requests: RequestQueue
    /// Whose turn it is if nobody wants anything.
    private(set) var programmes: ProgrammeScheduler
    private(set) var isShutDown = false
    private var lastID: UInt64 = 0

    /// When to call with ``Input/wakeUp``: `nil` while nothing can change by itself, else later than the last call.
    public private(set) var wakeAt: Instant?

    /// Two wake-ups are never nearer to each other: whatever a boundary's arithmetic says, there is progress.
    private static let shortestSleep: Duration = .milliseconds(1)

    /// The first call of ``handle(_:at:)`` may come at once; nothing is ordered before it.
    /// - Parameters:
    ///   - settings: what is configured.
    ///   - clock: as it is known so far.
    ///   - zones: the zones that the vehicle is in. Where they are not known yet, those in which quiet rules hold are
    ///     the cautious choice.
    ///   - isOnDuty: as it was before a restart.
    ///   - mute: the one that was in force before a restart.
    ///   - now: the boot clock.
    public init(
        settings: AnnouncerSettings,
        clock: WallClock,
        zones: Set<String>,
        isOnDuty: Bool,
        mute: Mute?,
        at now: Instant
    ) {
        context = PlayContext(settings, clock, zones: zones, isOnDuty: isOnDuty, mute, at: now)
        requests = RequestQueue(bound: settings.queueBound)
        programmes = ProgrammeScheduler(settings.programmes, at: now)
        wakeAt = now
    }

    /// Something happened, or a deadline has come; every input looks at everything that time may have changed.
    public mutating func handle(_ input: Input, at instant: Instant) -> [Action] {
        var actions: [Action] = []
        context.advance(to: instant)
        let wasTrusted = context.clockOffset != nil
        // First what time has changed by itself, so that the input meets the present.
        var events: [LoudspeakerEvent] = []
        context.learn(input, &events)
        programmes.lookAtSchedules(in: context, isNews: input.changesClock)
        if !wasTrusted, context.clockOffset != nil { events += programmes.beginAnew(at: context.now) }
        record(events, &actions)
        obey(input, &actions)
        record(context.lookAtDevice(), &actions)
        reviewPlay(&actions)
        if !isShutDown {
            record(programmes.update(in: context), &actions)
            giveFloor(&actions)
        }
        wakeAt = isShutDown ? nil : nextWake
        return actions
    }

    private mutating func obey(_ input: Input, _ actions: inout [Action]) {
        switch input {
        case .say(let request): say(request, &actions)
        case .mute(let mute): record(context.begin(mute), &actions)
        case .unmute(let requester): record(context.endMute(by: requester), &actions)
        case .stop(let requester, let andQueue): stop(by: requester, andQueue: andQueue, &actions)
        case .playStarted(let id): playStarted(id, &actions)
        case .playEnded(let id, let end): playEnded(id, end, &actions)
        case .shutDown: shutDown(&actions)
        case .clockChanged, .zonesChanged, .motionChanged, .dutyChanged, .clipsChanged, .playerChanged, .wakeUp: break
        }
    }

    private var nextWake: Instant? {
        var instants = [context.wakeAt, programmes.schedulesChangeAt]
        if floor.isFree { instants += [programmes.slotComesAt(after: context.now), requests.wakeAt] }
        return instants.compactMap { $0 }.min().map { max($0, context.now + Self.shortestSleep) }
    }

    private var nextID: PlayID { PlayID(rawValue: lastID + 1) }

    private func record(_ events: some Sequence<LoudspeakerEvent>, _ actions: inout [Action]) {
        for event in events { actions.append(.record(event)) }
    }

    private func record(_ event: LoudspeakerEvent?, _ actions: inout [Action]) {
        if let event { actions.append(.record(event)) }
    }

    // MARK: What people want

    private mutating func say(_ request: SayRequest, _ actions: inout [Action]) {
        if let refusal = refusal(of: request) {
            actions.insert(.reply(.refused(refusal)), at: 0)
            return
        }
        let entry = RequestQueue.Entry(id: nextID, request: request, since: context.now)
        lastID += 1
        var ahead = requests.insert(entry)
        if let play = floor.current {
            if play.order.priority < request.priority {
                stopPlay(.outranked(by: request.priority), &actions)
            } else {
                ahead += 1
            }
        }
        actions.insert(.reply(ahead == 0 ? .accepted(entry.id) : .queued(entry.id, ahead: ahead)), at: 0)
    }

    private func refusal(of request: SayRequest) -> SayRefusal? {
        isShutDown
            ? .inhibited(.daemonStops) : context.refusal(of: request) ?? requests.refusal(of: request)
    }

    /// Somebody ends what plays, and what waits.
    private mutating func stop(by requester: String, andQueue: Bool, _ actions: inout [Action]) {
        var reply = StopReply(stopped: floor.current?.order.clip.name, removed: 0)
        stopPlay(.person(requester: requester), &actions)
        if andQueue { reply.removed = skipRequests(.stoppedByPerson, &actions) }
        record(programmes.putOff(in: context), &actions)
        actions.insert(.stopReply(reply), at: 0)
    }

    private mutating func shutDown(_ actions: inout [Action]) {
        guard !isShutDown else { return }
        isShutDown = true
        stopPlay(.inhibited(.daemonStops), &actions)
        skipRequests(.daemonStops, &actions)
        record(programmes.end(in: context), &actions)
    }

    @discardableResult
    private mutating func skipRequests(_ reason: InhibitReason, _ actions: inout [Action]) -> Int {
        let removed = requests.removeAll()
        for entry in removed { actions += entry.skipped(reason) }
        return removed.count
    }

    // MARK: What plays

    private mutating func stopPlay(_ reason: StopReason, _ actions: inout [Action]) {
        if let stop = floor.stop(reason) { actions.append(stop) }
    }

    /// Asks for what plays whether it may go on, and until when.
    private mutating func reviewPlay(_ actions: inout [Action]) {
        guard let play = floor.current else { return }
        if let silencer = context.silencer(isExempt: play.isExempt) {
            stopPlay(.inhibited(silencer), &actions)
        } else if case .programme(let index) = play.cause,
            let ended = programmes.conditionEnded(of: index, in: context)
        {
            stopPlay(.conditionEnded(ended), &actions)
        } else {
            let end = context.deadline(isExempt: play.isExempt)
            let change = floor.prolong(until: end, inSpiteOfQuiet: context.quiet.rule, at: context.now)
            if let change { actions.append(change) }
        }
    }

    /// Gives the floor, if it is free, to whoever is next.
    private mutating func giveFloor(_ actions: inout [Action]) {
        while floor.isFree, let entry = requests.popFirst(at: context.now) {
            guard let clip = context.clips.clip(entry.request.clip) else {
                actions += entry.skipped(context.clips.areChecked ? .noPlayableClip : .clipsUnchecked)
                continue
            }
            if let reason = context.inhibitReason(of: clip, isExempt: context.isExempt(entry.request)) {
                actions += entry.skipped(reason)
                continue
            }
            let id = entry.round == 1 ? entry.id : nextID
            lastID = max(lastID, id.rawValue)
            actions.append(floor.start(ActivePlay(id, clip, for: entry, in: context)))
        }
        // The pause of a repetition is no gap for a programme.
        guard floor.isFree, requests.entries.isEmpty else { return }
        var events: [LoudspeakerEvent] = []
        let id = nextID
        let slot = programmes.takeSlot(id, in: context, &events)
        record(events, &actions)
        guard let slot else { return }
        lastID = id.rawValue
        actions.append(floor.start(ActivePlay(id, slot, in: context)))
    }

    private mutating func playStarted(_ id: PlayID, _ actions: inout [Action]) {
        guard let event = floor.started(id, inZones: context.zones, at: context.now) else { return }
        record(event, &actions)
        context.playStarted()
    }

    private mutating func playEnded(_ id: PlayID, _ end: PlayEnd, _ actions: inout [Action]) {
        guard let (play, outcome) = floor.ended(id, end, at: context.now) else { return }
        let clip = play.order.clip.name
        record(outcome.event(play.announcement, end), &actions)
        record(context.playEnded(clip, outcome, end), &actions)
        switch play.cause {
        case .request(let entry, _):
            if let conclusion = requests.playEnded(entry, outcome, end, at: context.now) {
                actions.append(.concluded(entry.id, conclusion))
            }
            if isShutDown { skipRequests(.daemonStops, &actions) }
        case .programme(let index):
            programmes.playEnded(index, outcome, end, of: clip, in: context)
            if isShutDown { record(programmes.end(in: context), &actions) }
        }
    }

    // MARK: For people

    /// How it stands, as of the last call of ``handle(_:at:)``.
    public var status: AnnouncerStatus { AnnouncerStatus(of: self, next: forecast) }

    /// The same without ``AnnouncerStatus/next``, and without ``AnnouncerStatus/Silence/until`` where that is the next
    /// play: for health and others that do not need what comes next, which costs as much as playing it.
    public var statusWithoutForecast: AnnouncerStatus { AnnouncerStatus(of: self, next: nil) }

    /// The next play if nothing happens from outside; `nil` if none will, or that cannot be told.
    public var forecast: AnnouncerStatus.Next? {
        var forecast = PlayForecast(of: self)
        return forecast.run()
    }
}
