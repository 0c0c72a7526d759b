extension Announcer {
    /// How it stands, as of the last call of ``handle(_:at:)``.
    public var status: AnnouncerStatus {
        let programmes = turns.map(programmeStatus)
        let next = forecast
        return AnnouncerStatus(
            playing: playing,
            next: next,
            silence: playing == nil ? silence(programmes, next) : nil,
            gate: verdict,
            mute: mute,
            device: deviceStatus,
            playerProblem: playerProblem,
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

    private func programmeStatus(_ turn: ProgrammeTurn) -> AnnouncerStatus.ProgrammeStatus {
        let lacks = lacks(of: turn)
        var inhibitReason = lacks.isEmpty ? self.inhibitReason(to: turn)?.0 : nil
        // Before its first slot nothing is skipped.
        if turn.run == nil, turn.due(at: now) == nil { inhibitReason = nil }
        return .init(name: turn.programme.name, lacks: lacks, clip: clip(of: turn)?.name, inhibitReason: inhibitReason)
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
        if clips == nil { return silence(.clipsUnchecked, until: nil) }
        if let playerProblem { return silence(.playerUnusable(playerProblem), until: nil) }
        if programmes.isEmpty {
            return .init(code: "no-programmes", words: "no programme is configured", until: nil)
        }
        let able = programmes.filter { $0.lacks.isEmpty }
        if able.isEmpty {
            return .init(code: "conditions", words: "no programme's conditions hold", until: next?.at)
        }
        if let inhibitReason = able.compactMap(\.inhibitReason).first, able.allSatisfy({ $0.inhibitReason != nil }) {
            let isDevice = inhibitReason == .loudspeakerFailed
            return silence(inhibitReason, until: isDevice ? device.pauseEnds(after: now) : nil)
        }
        return .init(code: "gap", words: "between two announcements", until: next?.at)
    }

    private func silence(_ inhibitReason: InhibitReason, until: Instant?) -> AnnouncerStatus.Silence {
        .init(code: inhibitReason.code, words: inhibitReason.description, until: until)
    }
}
