extension Announcer {
    /// How it stands, as of the last call of ``handle(_:at:)``.
    public var status: AnnouncerStatus {
        let programmes = turns.map(programmeStatus)
        let next = next(of: programmes)
        return AnnouncerStatus(
            playing: playing,
            next: next,
            silence: playing == nil ? silence(programmes, next) : nil,
            gate: verdict,
            mute: mute,
            device: deviceStatus,
            queue: queue.entries.map(\.request),
            programmes: programmes
        )
    }

    private var playing: AnnouncerStatus.Playing? {
        switch floor {
        case .free:
            nil
        case .starting(let play):
            .init(announcement: play.announcement, since: nil, deadline: play.deadline, stopping: nil)
        case .sounding(let play, let since):
            .init(announcement: play.announcement, since: since, deadline: play.deadline, stopping: nil)
        case .stopping(let play, let reason, let since):
            .init(announcement: play.announcement, since: since, deadline: play.deadline, stopping: reason)
        }
    }

    private var deviceStatus: AnnouncerStatus.Device {
        switch device.state {
        case .fine: .fine
        case .failed(let since, let reason, _, let retryAt): .failed(since: since, reason: reason, retryAt: retryAt)
        case .proving(let since, let reason, _, _): .recovering(since: since, reason: reason)
        }
    }

    // MARK: What comes next

    private func next(of programmes: [AnnouncerStatus.ProgrammeStatus]) -> AnnouncerStatus.Next? {
        if let entry = queue.entries.first {
            return .init(at: now, clip: entry.request.clip, programme: nil, priority: entry.request.priority)
        }
        return programmes.compactMap { programme in
            guard let at = programme.nextAt, let clip = programme.clip else { return nil }
            return AnnouncerStatus.Next(at: at, clip: clip, programme: programme.name, priority: .scheduled)
        }.min { $0.at < $1.at }
    }

    private func programmeStatus(_ turn: Turn) -> AnnouncerStatus.ProgrammeStatus {
        var hindrance: Hindrance?
        if case .skipping(let run) = turn.slots.state { hindrance = run.hindrance }
        let lacks = lacks(of: turn)
        return .init(
            name: turn.programme.name,
            lacks: lacks,
            clip: clip(of: turn)?.name,
            nextAt: nextSlot(of: turn, lacks: lacks),
            hindrance: hindrance
        )
    }

    private func lacks(of turn: Turn) -> [String] {
        let programme = turn.programme
        var lacks: [String] = []
        if !turn.scheduleHolds { lacks.append("schedule") }
        if let zones = programme.zones, zones.isDisjoint(with: self.zones) { lacks.append("zone") }
        if programme.onlyWhileMoving, !isMoving { lacks.append("motion") }
        if programme.onlyOnDuty, !isOnDuty { lacks.append("duty") }
        return lacks
    }

    private func nextSlot(of turn: Turn, lacks: [String]) -> Instant? {
        guard !isShutDown, let silentUntil = silentUntil else { return nil }
        return turn.slots.next(
            ifConditionsHoldFrom: lacks == ["schedule"] ? scheduleBegins(of: turn) : nil,
            silentUntil: silentUntil,
            patience: settings.patience
        )
    }

    private func scheduleBegins(of turn: Turn) -> Instant? {
        guard case .trusted(let offset) = clock.state(at: now) else { return nil }
        let time = offset.wallTime(at: now)
        return settings.zone.nextChange(after: time, of: [turn.programme.schedule]).map { now + ($0 - time) }
    }

    /// Before when nothing can sound; now, if something can. `nil` if that is not known.
    private var silentUntil: Instant? {
        var until: Instant? = now
        if case .silent(_, let opens) = verdict { until = opens }
        guard mute != nil, let opens = until else { return until }
        return muteLookedAtAgainAt.map { max($0, opens) }
    }

    // MARK: Why nothing sounds

    private func silence(
        _ programmes: [AnnouncerStatus.ProgrammeStatus],
        _ next: AnnouncerStatus.Next?
    ) -> AnnouncerStatus.Silence {
        if isShutDown { return silence(.daemonStops, until: nil) }
        switch verdict {
        case .silent(.clockUntrusted(let reason), let until): return silence(.clockUntrusted(reason), until: until)
        case .silent(.quiet(let rule), let until): return silence(.quiet(rule: rule), until: until)
        case .open: break
        }
        if mute != nil { return silence(.muted, until: muteLookedAtAgainAt) }
        if programmes.isEmpty {
            return .init(code: "no-programmes", words: "no programme is configured", until: nil)
        }
        let able = programmes.filter { $0.lacks.isEmpty }
        if able.isEmpty {
            return .init(code: "conditions", words: "no programme's conditions hold", until: next?.at)
        }
        if let hindrance = able.compactMap(\.hindrance).first, able.allSatisfy({ $0.hindrance != nil }) {
            let isDevice = hindrance == .loudspeakerFailed
            return silence(hindrance, until: isDevice ? device.pauseEnds(after: now) : nil)
        }
        return .init(code: "gap", words: "between two announcements", until: next?.at)
    }

    private func silence(_ hindrance: Hindrance, until: Instant?) -> AnnouncerStatus.Silence {
        .init(code: hindrance.code, words: hindrance.description, until: until)
    }
}
