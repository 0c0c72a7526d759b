/// The vehicle as one machine: position, clock, zones, duty, light, loudspeaker, and the orders of people.
///
/// Whoever drives it has one thread, tells it everything that happens, and does what it says. No policy knows of another;
/// what follows for one from what another has decided stands here, and nowhere else. It has no clock, no lock and no
/// callback of its own, so that a night passes in virtual time exactly as on the road.
public struct Cart: Sendable {
    private let settings: CartSettings
    private var gps: GPSSource
    private var pipeline: PositionPipeline
    private var duty: DutyMachine
    private var light: LightUpkeep?
    private var announcer: Announcer?
    private var missingClips: MissingClips
    private var records: RecordLedger
    private var clockRelay = ClockRelay()
    private var markLimit = MarkLimit()
    /// Whether the position was lost since the last fix that was believed.
    private var areZonesLost = false
    private var hasFix = false
    private var playerProblem: String?

    /// The announcer waits for it: what is due is not to be skipped for a player that is back.
    private var isPlayerCheckUnderWay = false
    /// Who waits for the end of a clip.
    private var conclusions: [PlayID: CommandID] = [:]
    private var isShutDown = false

    /// - Parameters:
    ///   - settings: what is configured.
    ///   - memory: what earlier runs left behind.
    ///   - now: the boot clock.
    public init(settings: CartSettings, memory: CartMemory, at now: Instant) {
        self.settings = settings
        gps = GPSSource(settings: settings.gps)
        let pipeline = PositionPipeline(settings: settings.position, odometerMetres: memory.odometerMetres)
        self.pipeline = pipeline
        duty = DutyMachine(keptIn: memory.states, boot: settings.bootID)
        light = settings.light.map { LightUpkeep(pattern: $0, at: now) }
        announcer = settings.loudspeaker.map { rules in
            Announcer(
                settings: rules,
                clock: pipeline.clock,
                // Before the first position the cart may be anywhere, so it is wherever a rule wants silence.
                zones: settings.quietZones,
                isOnDuty: false,
                mute: Mute(keptIn: memory.states),
                at: now
            )
        }
        missingClips = MissingClips(programmes: settings.loudspeaker?.programmes ?? [])
        records = RecordLedger(replyLimit: settings.replyLimit)
    }

    /// When to call with ``Input/wakeUp``: `nil` while nothing can change by itself.
    public var wakeAt: Instant? {
        [gps.wakeAt, isPlayerCheckUnderWay ? nil : announcer?.wakeAt, records.wakeAt].compactMap { $0 }.min()
    }

    /// Whether every record has come to its end, so that nothing is waited for any more.
    public var isSettled: Bool { records.isSettled }

    /// The cart as it is.
    public func snapshot(at now: Instant) -> CartSnapshot {
        CartSnapshot(
            at: now,
            position: pipeline.state,
            hasFix: hasFix,
            gpsState: gps.state,
            receivers: gps.receivers,
            zones: areZonesLost ? nil : pipeline.zones,
            clock: pipeline.clock,
            duty: duty.current,
            announcer: announcer,
            missingClips: missingClips.missing,
            light: light?.light
        )
    }

    /// Something happened, or a deadline has come.
    public mutating func handle(_ input: Input, at now: Instant) -> [Action] {
        var actions: [Action] = []
        switch input {
        case .started(let version, let hadNoStop):
            record(.daemonStarted(version: version, lastRunEndedWithoutStop: hadNoStop), at: now, &actions)
            dutyChanged(at: now, &actions)
            if announcer != nil { checkPlayer(&actions) }
            take(gps.start(at: now), at: now, &actions)
        case .gps(let message): take(gps.handle(message, at: now), at: now, &actions)
        case .kernelClock(let time): take(time, &actions)
        case .clipsChecked(let findings): take(findings, at: now, &actions)
        case .playerChecked(let problem): playerChecked(problem, at: now, &actions)
        case .playStarted(let id): tell(.playStarted(id), at: now, &actions)
        case .playEnded(let id, let end): tell(.playEnded(id, end), at: now, &actions)
        case .lightWritten(let setting, let failure):
            tell(light: .written(setting, failure: failure), at: now, &actions)
        case .lightRead(let reading): tell(light: .read(reading), at: now, &actions)
        case .command(let id, let command, let origin): take(command, as: id, from: origin, at: now, &actions)
        case .happened(let kind): record(kind, at: now, &actions)
        case .recorded(let id, let durability): actions += records.recorded(id, durability)
        case .journalBacklog(let events): records.journalBacklog = events
        case .lookedAt:
            lookAtPlayer(&actions)
            take(light?.pass(at: now), at: now, &actions)
        case .wakeUp: break
        case .concludeAll: concludeAll(&actions)
        case .shutDown:
            isShutDown = true
            concludeAll(&actions)
            tell(.shutDown, at: now, &actions)
        case .stopped(let reason): record(.daemonStopped(reason: reason), at: now, &actions)
        }
        pass(at: now, &actions)
        return actions
    }

    /// What time alone has changed.
    private mutating func pass(at now: Instant, _ actions: inout [Action]) {
        take(gps.pass(at: now), at: now, &actions)
        if let due = announcer?.wakeAt, due <= now {
            lookAtPlayer(&actions)
            if !isPlayerCheckUnderWay { tell(.wakeUp, at: now, &actions) }
        }
        actions += records.pass(at: now)
    }
}

// MARK: Records

extension Cart {
    private mutating func record(
        _ kind: EventKind,
        keeping state: KeptState? = nil,
        at now: Instant,
        _ actions: inout [Action]
    ) {
        let time = pipeline.clock.wallTime(at: now)
        let event = Event(kind, at: now, time: time, coordinate: pipeline.latest?.coordinate)
        actions.append(records.record(event, keeping: state))
    }
}

// MARK: Position and clock

extension Cart {
    private mutating func take(_ outputs: [GPSSource.Output], at now: Instant, _ actions: inout [Action]) {
        for output in outputs {
            switch output {
            case .connect: actions.append(.connectGPS)
            case .disconnect: actions.append(.disconnectGPS)
            case .fix(let fix): take(fix, &actions)
            case .receivers(let report): actions.append(.note(.receivers(report)))
            case .lost(let reason):
                hasFix = false
                // A cart that drives on without a fix may be in any zone; the tracker's word counts again with its next fix.
                areZonesLost = true
                // Nobody can say that it is not in one of those in which it must be silent.
                tell(.zonesChanged((pipeline.zones ?? []).union(settings.quietZones)), at: now, &actions)
                record(.gpsLost(reason: reason), at: now, &actions)
            case .restored(let after):
                hasFix = true
                record(.gpsRestored(afterSeconds: after.milliseconds / 1000), at: now, &actions)
            case .stateChanged(let state): actions.append(.note(.gps(state)))
            }
        }
    }

    private mutating func take(_ fix: Fix, _ actions: inout [Action]) {
        let now = fix.receivedAt
        let (motion, zones) = (pipeline.motion, pipeline.zones)
        let outcome = pipeline.handle(fix)
        let isBelieved = outcome.verdict.coordinate != nil
        // First what the loudspeaker must know: a school begins here.
        if let current = pipeline.zones, !areZonesLost || isBelieved {
            if areZonesLost || current != zones { tell(.zonesChanged(current), at: now, &actions) }
            areZonesLost = false
        }
        clockRead(outcome.clockOffset, at: now, &actions)
        if let rejection = outcome.verdict.rejection { actions.append(.note(.refused(fix, rejection))) }
        for event in outcome.events { actions.append(records.record(event, keeping: nil)) }
        if let position = outcome.record { actions.append(.append(position)) }
        if pipeline.motion != motion {
            let isMoving = pipeline.motion == .moving
            actions.append(.motionChanged(isMoving: isMoving))
            tell(.motionChanged(isMoving: isMoving), at: now, &actions)
        }
        if isBelieved { actions.append(.positionChanged) }
    }

    private mutating func take(_ kernel: KernelTime, _ actions: inout [Action]) {
        let outcome = pipeline.handle(kernel)
        clockRead(outcome.clockOffset, at: kernel.at, &actions)
        for event in outcome.events { actions.append(records.record(event, keeping: nil)) }
    }

    /// - Parameter offset: what it turned out to be, if that is news.
    private mutating func clockRead(_ offset: ClockOffset?, at now: Instant, _ actions: inout [Action]) {
        if clockRelay.passes(pipeline.clock, isNews: offset != nil, at: now) {
            tell(.clockChanged(pipeline.clock), at: now, &actions)
        }
        if let offset { actions.append(.learnClock(offset)) }
        take(light?.pass(at: now), at: now, &actions)
    }
}

// MARK: Loudspeaker

extension Cart {
    /// - Returns: the announcer's answer, if somebody asked it.
    @discardableResult
    private mutating func tell(
        _ input: Announcer.Input,
        at now: Instant,
        _ actions: inout [Action]
    ) -> (say: SayReply?, stop: StopReply?) {
        var answer: (say: SayReply?, stop: StopReply?)
        for action in announcer?.handle(input, at: now) ?? [] {
            switch action {
            case .play(let order): actions.append(.play(order))
            case .changeDeadline(let id, let deadline): actions.append(.changeDeadline(id, deadline))
            case .stop(let id, _): actions.append(.stopPlay(id))
            case .record(let event): record(.loudspeaker(event), keeping: event.kept, at: now, &actions)
            case .reply(let reply): answer.say = reply
            case .stopReply(let reply): answer.stop = reply
            case .concluded(let id, let conclusion):
                if let command = conclusions.removeValue(forKey: id) { actions.append(.conclude(command, conclusion)) }
            }
        }
        return answer
    }

    private mutating func concludeAll(_ actions: inout [Action]) {
        actions += conclusions.sorted { $0.key < $1.key }.map { .conclude($0.value, nil) }
        conclusions = [:]
    }

    private mutating func take(_ findings: ClipFindings, at now: Instant, _ actions: inout [Action]) {
        let change = missingClips.look(
            isGood: { findings.clips[$0] != nil },
            problem: { findings.problems[$0] },
            because: findings.failure
        )
        if let change { record(.clips(change), at: now, &actions) }
        tell(.clipsChanged(findings.clips), at: now, &actions)
    }

    private mutating func playerChecked(_ problem: String?, at now: Instant, _ actions: inout [Action]) {
        isPlayerCheckUnderWay = false
        guard problem != playerProblem else { return }
        playerProblem = problem
        if let problem { actions.append(.note(.player(problem: problem))) }
        tell(.playerChanged(problem: problem), at: now, &actions)
    }

    /// A player that was missing may be back.
    private mutating func lookAtPlayer(_ actions: inout [Action]) {
        if playerProblem != nil { checkPlayer(&actions) }
    }

    private mutating func checkPlayer(_ actions: inout [Action]) {
        guard !isPlayerCheckUnderWay else { return }
        isPlayerCheckUnderWay = true
        actions.append(.checkPlayer)
    }
}

// MARK: Duty and light

extension Cart {
    private mutating func dutyChanged(at now: Instant, _ actions: inout [Action]) {
        let isOn = duty.current != nil
        tell(.dutyChanged(isOn: isOn), at: now, &actions)
        tell(light: .duty(isOn: isOn), at: now, &actions)
    }

    private mutating func tell(light input: Light.Input, at now: Instant, _ actions: inout [Action]) {
        take(light?.handle(input, at: now), at: now, &actions)
    }

    private mutating func take(_ orders: [Light.Action]?, at now: Instant, _ actions: inout [Action]) {
        for action in orders ?? [] {
            switch action {
            case .write(let setting): actions.append(.writeLight(setting))
            case .verify: actions.append(.readLight)
            case .record(let event): record(.light(event), at: now, &actions)
            }
        }
    }
}

// MARK: Commands

extension Cart {
    private mutating func take(
        _ command: Command,
        as id: CommandID,
        from origin: CommandOrigin,
        at now: Instant,
        _ actions: inout [Action]
    ) {
        let by = origin.description
        if let refusal = refusal(of: command, from: origin, at: now) { return actions.append(.reply(id, refusal)) }
        let before = records.last
        switch command {
        case .say(let clip, let priority, let reason, let repeats):
            let request = SayRequest(clip: clip, priority: priority, reason: reason, requester: by, repeats: repeats)
            return say(request, as: id, at: now, &actions)
        case .stop(let andQueue):
            guard let reply = tell(.stop(requester: by, andQueue: andQueue), at: now, &actions).stop else { return }
            let stopped = reply.stopped.map { "stopped \($0)" } ?? "nothing played"
            let removed = andQueue ? ", \(reply.removed) removed from the queue" : ""
            record(.command(andQueue ? "stop all" : "stop", by: by, result: stopped + removed), at: now, &actions)
            return records.answer(id, .stopped(reply), isInForce: true, since: before, at: now)
        case .mute(let until):
            tell(.mute(Mute(until: until, requester: by)), at: now, &actions)
            let result = until.map { "until \($0)" } ?? "until somebody ends it"
            record(.command("mute", by: by, result: result), at: now, &actions)
        case .unmute:
            tell(.unmute(requester: by), at: now, &actions)
            record(.command("unmute", by: by, result: "done"), at: now, &actions)
        case .startDuty(let kind, let officer):
            do throws(DutyError) {
                let time = pipeline.clock.wallTime(at: now)
                let started = try duty.start(kind, officer: officer, at: now, time: time)
                let kept = duty.kept(boot: settings.bootID)
                record(.dutyStarted(started, by: by), keeping: kept, at: now, &actions)
            } catch {
                return actions.append(.reply(id, .refused(.duty(error))))
            }
            dutyChanged(at: now, &actions)
        case .endDuty:
            do throws(DutyError) {
                let ended = try duty.end()
                let elapsed = ended.elapsed(at: now, time: pipeline.clock.wallTime(at: now))
                let seconds = elapsed.map { $0.milliseconds / 1000 }
                let kind = EventKind.dutyEnded(ended, lastedSeconds: seconds, by: by)
                record(kind, keeping: duty.kept(boot: settings.bootID), at: now, &actions)
            } catch {
                return actions.append(.reply(id, .refused(.duty(error))))
            }
            dutyChanged(at: now, &actions)
        case .mark(let text):
            record(.mark(text: text, by: by), at: now, &actions)
            return records.answer(id, .done, isInForce: false, since: before, at: now)
        }
        records.answer(id, .done, isInForce: true, since: before, at: now)
    }

    /// Answered before it is on disk: it sounds at once, and the play has records of its own.
    private mutating func say(_ request: SayRequest, as id: CommandID, at now: Instant, _ actions: inout [Action]) {
        let own = actions.count
        guard let answer = tell(.say(request), at: now, &actions).say else { return }
        let (reply, result): (CommandReply, String)
        switch answer {
        case .accepted(let play): (reply, result) = (.accepted(play, ahead: 0), "accepted")
        case .queued(let play, let ahead): (reply, result) = (.accepted(play, ahead: ahead), "queued behind \(ahead)")
        case .refused(let refusal): (reply, result) = (.refused(.say(refusal)), "refused: \(refusal)")
        }
        if case .accepted(let play, _) = reply { conclusions[play] = id }
        // Before what follows from it.
        actions.insert(.reply(id, reply), at: own)
        record(.command("say \(request.clip)", by: request.requester, result: result), at: now, &actions)
    }

    private mutating func refusal(of command: Command, from origin: CommandOrigin, at now: Instant) -> CommandReply? {
        if isShutDown { return .refused(.stopping) }
        switch command {
        case .say, .stop, .mute, .unmute:
            guard announcer != nil else { return .refused(.noLoudspeaker) }
        case .startDuty, .endDuty, .mark: break
        }
        switch command {
        case .mute(let until?):
            if let time = pipeline.clock.wallTime(at: now), until <= time {
                return .refused(.timePassed(until, now: time))
            }
        // Silence is the safe side: it is taken whatever the disk does.
        case .say, .stop, .mute(nil): break
        case .unmute, .startDuty, .endDuty, .mark:
            guard records.hasRoomForOrder else {
                let reason = "the disk takes nothing, and enough waits in memory already"
                return .notDurable(.lost(reason: reason), isInForce: false)
            }
        }
        guard case .mark = command else { return nil }
        return markLimit.refusal(of: origin, at: now).map(CommandReply.refused)
    }
}

extension LoudspeakerEvent {
    /// What of it must outlive a restart.
    fileprivate var kept: KeptState? {
        switch self {
        case .muted(let mute): mute.kept
        case .unmuted: Mute.forgotten
        default: nil
        }
    }
}
