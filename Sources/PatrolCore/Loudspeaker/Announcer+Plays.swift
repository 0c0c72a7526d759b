/// Who has the floor: requests, orders and what becomes of them.
extension Announcer {
    /// What sounds or is about to, unless it was told to stop; and since when it sounds.
    var current: (play: Play, since: Instant?)? {
        switch floor {
        case .free, .stopping: nil
        case .starting(let play): (play, nil)
        case .sounding(let play, let since): (play, since)
        }
    }

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
        switch current {
        case nil:
            playing = 0
        case let (play, since)? where play.order.priority < request.priority:
            stop(play, .outranked(by: request.priority), since: since, &actions)
            playing = 0
        case _?:
            playing = 1
        }
        let ahead = before + playing
        actions.insert(.reply(ahead == 0 ? .accepted(entry.id) : .queued(entry.id, ahead: ahead)), at: 0)
    }

    private func refusal(of request: SayRequest) -> SayRefusal? {
        if isShutDown { return .inhibited(.daemonStops) }
        if request.priority == .scheduled { return .priorityNotAllowed(request.priority) }
        if clips == nil { return .inhibited(.clipsUnchecked) }
        guard let clip = usableClip(request.clip) else { return .unknownClip(request.clip) }
        switch inhibitReason(to: clip, isExempt: isExempt(request)) {
        case .quiet(let rule)?
        where request.priority == .emergency && settings.emergencyInQuietHours && !request.hasReason:
            return .reasonRequired(rule: rule)
        case let inhibitReason?:
            return .inhibited(inhibitReason)
        case nil:
            return queue.isFull(for: request.priority) ? .queueFull(bound: settings.queueBound) : nil
        }
    }

    /// Somebody ends what plays, and what waits.
    mutating func stop(by requester: String, andQueue: Bool, _ actions: inout [Action]) {
        var reply = StopReply(stopped: nil, removed: 0)
        if let (play, since) = current {
            reply.stopped = play.order.clip.name
            stop(play, .person(requester: requester), since: since, &actions)
        }
        if andQueue {
            let removed = queue.removeAll()
            reply.removed = removed.count
            for entry in removed { skip(entry, .stoppedByPerson, &actions) }
        }
        putOffTurns(&actions)
        actions.insert(.stopReply(reply), at: 0)
    }

    /// Gives the floor, if it is free, to whoever is next.
    mutating func giveFloor(_ actions: inout [Action]) {
        guard !isShutDown else { return }
        while case .free = floor, let entry = queue.popFirst(at: now) {
            guard let clip = usableClip(entry.request.clip) else {
                skip(entry, clips == nil ? .clipsUnchecked : .noPlayableClip, &actions)
                continue
            }
            if let inhibitReason = inhibitReason(to: clip, isExempt: isExempt(entry.request)) {
                skip(entry, inhibitReason, &actions)
            } else {
                order(clip, for: entry, &actions)
            }
        }
        // The pause of a repetition is no gap for a programme.
        if case .free = floor, queue.entries.isEmpty { giveFloorToProgramme(&actions) }
    }

    // MARK: Orders

    private mutating func order(_ clip: Clip, for entry: PlayQueue.Entry, _ actions: inout [Action]) {
        let request = entry.request
        let id = entry.round == 1 ? entry.id : nextID()
        let isExempt = isExempt(request)
        let volume = request.priority == .emergency ? 0 : volumeDecibels
        var play = Play(
            order: PlayOrder(
                id: id,
                clip: clip,
                priority: request.priority,
                programme: nil,
                gainDecibels: clip.gainDecibels(targetLUFS: settings.targetLoudnessLUFS, volumeDecibels: volume),
                deadline: deadline(isExempt: isExempt)
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
            entry: entry,
            isExempt: isExempt
        )
        if request.repeats > 1 { play.announcement.round = .init(number: entry.round, of: request.repeats) }
        start(play, &actions)
    }

    mutating func order(_ clip: Clip, _ id: PlayID, forProgramme index: Int, _ actions: inout [Action]) {
        let turn = turns[index], programme = turn.programme
        let volume = programme.volumeDecibels + volumeDecibels
        var play = Play(
            order: PlayOrder(
                id: id,
                clip: clip,
                priority: .scheduled,
                programme: programme.name,
                gainDecibels: clip.gainDecibels(targetLUFS: settings.targetLoudnessLUFS, volumeDecibels: volume),
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
        if programme.repeats > 1 {
            play.announcement.round = .init(number: (turn.repetition?.rounds ?? 0) + 1, of: programme.repeats)
        }
        start(play, &actions)
    }

    /// What the volume is changed by where and when it is.
    private var volumeDecibels: Double {
        guard !settings.volumes.isEmpty, let time = clock.wallTime(at: now) else { return 0 }
        let civil = settings.zone.civilTime(at: time)
        return VolumeRule.decibels(of: settings.volumes, at: civil, inZones: zones)
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
        let outcome = PlayOutcome(end, stopped: stopped, deadline: play.deadline, at: now)
        actions.append(.record(outcome.event(play.announcement, end)))
        noteFile(play.order.clip.name, end)
        noteDevice(outcome, end, &actions)
        if let entry = play.entry { conclude(entry, outcome, end, &actions) }
        guard let index = play.programme else { return }
        turns[index].ended(
            outcome,
            end,
            of: play.order.clip.name,
            at: now,
            conditionsHold: lacks(of: turns[index]).isEmpty
        )
        lookAtTimetable(of: index)
        if isShutDown { endTurns(&actions) }
    }

    /// A play that somebody asked for has ended: it is heard again, or that was it.
    private mutating func conclude(
        _ entry: PlayQueue.Entry,
        _ outcome: PlayOutcome,
        _ end: PlayEnd,
        _ actions: inout [Action]
    ) {
        switch outcome {
        case .finished where entry.round < entry.request.repeats:
            var entry = entry
            entry.round += 1
            entry.notBefore = now + Programme.repeatPause
            if isShutDown { skip(entry, .daemonStops, &actions) } else { queue.putBack(entry) }
        case .finished: actions.append(.concluded(entry.id, .finished))
        case .cut(let reason): actions.append(.concluded(entry.id, .cut(reason)))
        case .deviceFailed(let reason): actions.append(.concluded(entry.id, .failed(reason: reason)))
        case .fileFailed:
            actions.append(.concluded(entry.id, .failed(reason: end.reason ?? "the file cannot be decoded")))
        }
    }

    private mutating func noteFile(_ clip: ClipName, _ end: PlayEnd) {
        switch end.how {
        case .fileFailed: fileFailures[clip, default: 0] += 1
        case .finished: fileFailures[clip] = nil
        case .deadline, .stopped, .parentGone, .deviceFailed, .killed: break
        }
    }

    private mutating func noteDevice(_ outcome: PlayOutcome, _ end: PlayEnd, _ actions: inout [Action]) {
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
        if let (play, since) = current { stop(play, .inhibited(.daemonStops), since: since, &actions) }
        for entry in queue.removeAll() { skip(entry, .daemonStops, &actions) }
        endTurns(&actions)
    }

    // MARK: Records

    /// A request is not played, or not again.
    private func skip(_ entry: PlayQueue.Entry, _ inhibitReason: InhibitReason, _ actions: inout [Action]) {
        let skipped = SkippedAnnouncement(
            origin: .request(entry.id, entry.request),
            clip: entry.request.clip,
            inhibitReason: inhibitReason,
            firstDueAt: entry.since,
            slots: 1
        )
        actions.append(.record(.announcementSkipped(skipped)))
        actions.append(.concluded(entry.id, .skipped(inhibitReason)))
    }

    func record(_ change: DeviceHealth.Change, _ actions: inout [Action]) {
        switch change {
        case .failed(let reason): actions.append(.record(.loudspeakerFailed(reason: reason)))
        case .recovered(let after): actions.append(.record(.loudspeakerRecovered(after: after)))
        }
    }
}
