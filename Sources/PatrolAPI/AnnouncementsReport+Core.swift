public import PatrolCore

extension AnnouncementsReport {
    /// - Parameters:
    ///   - status: what the announcer says.
    ///   - now: when it says so.
    ///   - time: UTC at an instant, if that is known.
    public init(_ status: AnnouncerStatus, at now: Instant, time: (Instant) -> WallTime?) {
        func text(_ instant: Instant?) -> String? { instant.flatMap(time).map(String.init(describing:)) }
        func seconds(until instant: Instant) -> Double { ((instant - now).inSeconds * 1000).rounded() / 1000 }
        playing = status.playing.map { playing in
            Playing(
                clip: playing.announcement.clip.description,
                programme: playing.announcement.programme,
                priority: playing.announcement.priority.name,
                forSeconds: playing.since.map { -seconds(until: $0) },
                deadlineInSeconds: playing.deadline.map(seconds)
            )
        }
        next = status.next.map { next in
            Next(
                clip: next.clip.description,
                programme: next.programme,
                priority: next.priority.name,
                inSeconds: max(0, seconds(until: next.at)),
                time: text(next.at)
            )
        }
        silence = status.silence.map { Silence(code: $0.code, message: $0.words, until: text($0.until)) }
        switch status.gate {
        case .open(let until):
            quiet = Quiet(now: false, rule: nil, changesInSeconds: until.map(seconds), changesAt: text(until))
        case .silent(let reason, let until):
            var rule: String?
            if case .quiet(let name) = reason { rule = name }
            quiet = Quiet(now: true, rule: rule, changesInSeconds: until.map(seconds), changesAt: text(until))
        }
        muted = status.mute.map { Muted(until: $0.until.map(String.init(describing:)), by: $0.requester) }
        switch status.device {
        case .fine: (device, deviceProblem) = ("fine", nil)
        case .recovering(_, let reason): (device, deviceProblem) = ("recovering", reason)
        case .failed(_, let reason, _): (device, deviceProblem) = ("failed", reason)
        }
        queue = status.queue.map { Waiting(clip: $0.clip.description, priority: $0.priority.name, by: $0.requester) }
        programmes = status.programmes.map {
            ProgrammeState(
                name: $0.name,
                lacks: $0.lacks.map(\.rawValue),
                clip: $0.clip?.description,
                skipped: $0.inhibitReason?.description
            )
        }
    }
}
