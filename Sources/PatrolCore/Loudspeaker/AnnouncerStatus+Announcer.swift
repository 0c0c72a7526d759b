extension AnnouncerStatus {
    /// - Parameter next: what comes next; `nil` if nobody needs to know.
    init(of announcer: Announcer, next: Next?) {
        let context = announcer.context
        self.init(
            playing: announcer.floor.playing,
            next: next,
            silence: nil,
            gate: context.quiet.verdict,
            mute: context.muting.mute,
            device: context.device.status,
            playerProblem: context.playerProblem,
            queue: announcer.requests.entries.map(\.request),
            programmes: announcer.programmes.turns.map { $0.status(in: context) }
        )
        guard playing == nil else { return }
        silence = announcer.isShutDown ? Silence(.daemonStops) : Silence(of: context) ?? silenceOfProgrammes(context)
    }

    /// Why no programme speaks where nothing silences all.
    private func silenceOfProgrammes(_ context: PlayContext) -> Silence {
        if programmes.isEmpty {
            return .init(code: "no-programmes", words: "no programme is configured", until: nil)
        }
        let able = programmes.filter { $0.lacks.isEmpty }
        if able.isEmpty {
            return .init(code: "conditions", words: "no programme's conditions hold", until: next?.at)
        }
        if let reason = able.compactMap(\.inhibitReason).first, able.allSatisfy({ $0.inhibitReason != nil }) {
            let isDevice = reason == .loudspeakerFailed
            return Silence(reason, until: isDevice ? context.device.pauseEnds(after: context.now) : nil)
        }
        return .init(code: "gap", words: "between two announcements", until: next?.at)
    }
}

extension AnnouncerStatus.Silence {
    fileprivate init(_ reason: InhibitReason, until: Instant? = nil) {
        self.init(code: reason.code, words: reason.description, until: until)
    }

    /// What silences all; `nil` if nothing does.
    fileprivate init?(of context: PlayContext) {
        switch context.quiet.verdict {
        case .silent(.clockUntrusted(let reason), let until): self.init(.clockUntrusted(reason), until: until)
        case .silent(.quiet(let rule), let until): self.init(.quiet(rule: rule), until: until)
        case .open:
            if context.muting.mute != nil {
                self.init(.muted, until: context.muting.wakeAt)
            } else if !context.clips.areChecked {
                self.init(.clipsUnchecked)
            } else if let problem = context.playerProblem {
                self.init(.playerUnusable(problem))
            } else {
                return nil
            }
        }
    }
}
