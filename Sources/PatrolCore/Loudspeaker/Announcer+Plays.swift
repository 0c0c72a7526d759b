/// Who has the floor: requests, orders and what becomes of them.
extension Announcer {
    mutating func nextID() -> PlayID {
        lastID += 1
        return PlayID(rawValue: lastID)
    }

    // MARK: Requests

    mutating func say(_ request: SayRequest, _ actions: inout [Action]) {
        if let refusal = refusal(of: request) {
            actions.insert(.reply(.refused(refusal)), at: 0)
            return
        }
        let entry = PlayQueue.Entry(id: nextID(), request: request, since: now)
        let before = queue.insert(entry)
        let playing: Int
        switch floor {
        case .free, .stopping:
            playing = 0
        case .starting(let play) where play.order.priority < request.priority:
            stop(play, .outranked(by: request.priority), since: nil, &actions)
            playing = 0
        case .sounding(let play, let since) where play.order.priority < request.priority:
            stop(play, .outranked(by: request.priority), since: since, &actions)
            playing = 0
        case .starting, .sounding:
            playing = 1
        }
        let ahead = before + playing
        actions.insert(.reply(ahead == 0 ? .accepted(entry.id) : .queued(entry.id, ahead: ahead)), at: 0)
    }

    private func refusal(of request: SayRequest) -> SayRefusal? {
        if isShutDown { return .hindered(.daemonStops) }
        if request.priority == .scheduled { return .priorityNotAllowed(request.priority) }
        guard let clip = usableClip(request.clip) else { return .unknownClip(request.clip) }
        switch hindrance(to: clip, isExempt: isExempt(request)) {
        case .quiet(let rule)?
        where request.priority == .emergency && settings.emergencyInQuietHours && !request.hasReason:
            return .reasonRequired(rule: rule)
        case let hindrance?:
            return .hindered(hindrance)
        case nil:
            return queue.isFull(for: request.priority) ? .queueFull(bound: settings.queueBound) : nil
        }
    }

    /// Gives the floor, if it is free, to whoever is next.
    mutating func giveFloor(_ actions: inout [Action]) {
        guard !isShutDown else { return }
        while case .free = floor, let entry = queue.popFirst() {
            guard let clip = usableClip(entry.request.clip) else {
                record(.noPlayableClip, entry, &actions)
                continue
            }
            if let hindrance = hindrance(to: clip, isExempt: isExempt(entry.request)) {
                record(hindrance, entry, &actions)
            } else {
                order(clip, entry.id, for: entry.request, &actions)
            }
        }
        if case .free = floor { giveFloorToProgramme(&actions) }
    }

    // MARK: Orders

    private mutating func order(_ clip: Clip, _ id: PlayID, for request: SayRequest, _ actions: inout [Action]) {
        let play = Play(
            order: PlayOrder(
                id: id,
                clip: clip,
                priority: request.priority,
                programme: nil,
                gainDecibels: clip.gainDecibels(targetLUFS: settings.targetLoudnessLUFS, volumeDecibels: 0),
                deadline: deadline(isExempt: isExempt(request))
            ),
            announcement: Announcement(
                id: id,
                clip: clip,
                programme: nil,
                priority: request.priority,
                reason: request.hasReason ? request.reason : nil,
                requester: request.requester,
                zones: zones.sorted(),
                inSpiteOfQuiet: quietRule
            ),
            programme: nil,
            isExempt: isExempt(request)
        )
        start(play, &actions)
    }

    mutating func order(_ clip: Clip, _ id: PlayID, forProgramme index: Int, _ actions: inout [Action]) {
        let programme = turns[index].programme
        let play = Play(
            order: PlayOrder(
                id: id,
                clip: clip,
                priority: .scheduled,
                programme: programme.name,
                gainDecibels: clip.gainDecibels(
                    targetLUFS: settings.targetLoudnessLUFS,
                    volumeDecibels: programme.volumeDecibels
                ),
                deadline: deadline(isExempt: false)
            ),
            announcement: Announcement(
                id: id,
                clip: clip,
                programme: programme.name,
                priority: .scheduled,
                reason: nil,
                requester: nil,
                zones: zones.sorted(),
                inSpiteOfQuiet: nil
            ),
            programme: index,
            isExempt: false
        )
        start(play, &actions)
    }

    private var quietRule: String? {
        if case .silent(.quiet(let rule), _) = verdict { rule } else { nil }
    }

    private mutating func start(_ play: Play, _ actions: inout [Action]) {
        var play = play
        play.deadline = play.order.deadline
        floor = .starting(play)
        actions.append(.play(play.order))
    }

    // MARK: What the player says

    mutating func started(_ id: PlayID, _ actions: inout [Action]) {
        switch floor {
        case .starting(var play) where play.order.id == id:
            play.announcement.zones = zones.sorted()
            floor = .sounding(play, since: now)
            actions.append(.record(.announcementStarted(play.announcement)))
        case .stopping(var play, let reason, since: nil) where play.order.id == id:
            // The order to stop has crossed its first sound.
            play.announcement.zones = zones.sorted()
            floor = .stopping(play, reason, since: now)
            actions.append(.record(.announcementStarted(play.announcement)))
        case .free, .starting, .sounding, .stopping:
            return
        }
        device.started(at: now)
    }

    mutating func ended(_ id: PlayID, _ end: PlayEnd, _ actions: inout [Action]) {
        let play: Play
        let stopped: StopReason?
        switch floor {
        case .starting(let ordered): (play, stopped) = (ordered, nil)
        case .sounding(let sounding, _): (play, stopped) = (sounding, nil)
        case .stopping(let stopping, let reason, _): (play, stopped) = (stopping, reason)
        case .free: return
        }
        guard play.order.id == id else { return }
        floor = .free
        let outcome = Outcome(end, stopped: stopped, deadline: play.deadline, at: now)
        actions.append(.record(outcome.event(play.announcement, end)))
        noteFile(play.order.clip.name, end)
        noteDevice(outcome, end, &actions)
        guard let index = play.programme else { return }
        if outcome.advancesRotation(end) { advanceRotation(of: index, past: play.order.clip.name) }
        turns[index].slots.ended(
            at: now,
            startsAfresh: outcome.startsAfresh,
            conditionsHold: conditionsHold(for: turns[index])
        )
        if isShutDown { endTurns(&actions) }
    }

    private mutating func noteFile(_ clip: ClipName, _ end: PlayEnd) {
        switch end.how {
        case .fileFailed: fileFailures[clip, default: 0] += 1
        case .finished: fileFailures[clip] = nil
        case .deadline, .stopped, .parentGone, .deviceFailed, .killed: break
        }
    }

    private mutating func noteDevice(_ outcome: Outcome, _ end: PlayEnd, _ actions: inout [Action]) {
        let change =
            if case .deviceFailed(let reason) = outcome {
                device.fail(reason, at: now)
            } else {
                device.endedWell(at: now, hasSounded: end.framesPlayed > 0)
            }
        if let change { record(change, &actions) }
    }

    // MARK: The end

    mutating func shutDown(_ actions: inout [Action]) {
        guard !isShutDown else { return }
        isShutDown = true
        switch floor {
        case .free, .stopping: break
        case .starting(let play): stop(play, .hindered(.daemonStops), since: nil, &actions)
        case .sounding(let play, let since): stop(play, .hindered(.daemonStops), since: since, &actions)
        }
        while let entry = queue.popFirst() { record(.daemonStops, entry, &actions) }
        endTurns(&actions)
    }

    // MARK: Records

    private func record(_ hindrance: Hindrance, _ entry: PlayQueue.Entry, _ actions: inout [Action]) {
        let skipped = SkippedAnnouncement(
            origin: .request(entry.id, entry.request),
            clip: entry.request.clip,
            hindrance: hindrance,
            firstDueAt: entry.since,
            slots: 1
        )
        actions.append(.record(.announcementSkipped(skipped)))
    }

    func record(_ change: DeviceHealth.Change, _ actions: inout [Action]) {
        switch change {
        case .failed(let reason): actions.append(.record(.loudspeakerFailed(reason: reason)))
        case .recovered(let after): actions.append(.record(.loudspeakerRecovered(after: after)))
        }
    }
}
