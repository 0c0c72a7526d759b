/// What comes next, found by letting a copy of the machine go on with a player that does as it is told: no second set of
/// rules that could say otherwise.
struct PlayForecast {
    /// A silence of days with a timetable skips some slots; beyond this nobody knows.
    private static let largestNumberOfSteps = 300

    private var announcer: Announcer
    private var player: IdealPlayer

    init(of announcer: Announcer) {
        self.announcer = announcer
        player = IdealPlayer(announcer.floor, at: announcer.context.now)
    }

    /// The next play if nothing happens from outside; `nil` if none will, or that cannot be told.
    mutating func run() -> AnnouncerStatus.Next? {
        let asked = announcer.context.now
        for _ in 0..<Self.largestNumberOfSteps {
            guard let instant = [player.endsAt, announcer.wakeAt].compactMap({ $0 }).min() else { return nil }
            let actions = announcer.handle(player.end(at: instant) ?? .wakeUp, at: max(instant, asked))
            let now = announcer.context.now
            for action in actions {
                switch action {
                case .play(let order):
                    let (clip, programme) = (order.clip.name, order.programme)
                    return .init(at: now, clip: clip, programme: programme, priority: order.priority)
                case .stop: player.stop(at: now)
                case .changeDeadline(_, let deadline): player.deadline = deadline
                case .record, .reply, .stopReply, .concluded: break
                }
            }
        }
        return nil
    }
}

/// A player that does what it is told, without delay.
private struct IdealPlayer {
    private var order: PlayOrder?
    private var naturalEnd: Instant?
    private var stoppedAt: Instant?
    var deadline: Instant?

    init(_ floor: Floor, at now: Instant) {
        switch floor.state {
        case .free:
            break
        case .starting(let play):
            begin(play, at: now)
        case .sounding(let play, let since):
            begin(play, at: since)
        case .stopping(let play, _, let since):
            begin(play, at: since ?? now)
            stop(at: now)
        }
    }

    private mutating func begin(_ play: ActivePlay, at instant: Instant) {
        order = play.order
        naturalEnd = instant + play.order.clip.duration
        deadline = play.deadline
    }

    /// When the play ends; `nil` if there is none.
    var endsAt: Instant? {
        order == nil ? nil : [naturalEnd, deadline, stoppedAt].compactMap { $0 }.min()
    }

    mutating func stop(at instant: Instant) {
        stoppedAt = instant
    }

    /// The play's end, if it has come.
    mutating func end(at instant: Instant) -> Announcer.Input? {
        guard let order, let endsAt, endsAt <= instant else { return nil }
        self.order = nil
        let how: PlayEnd.How = endsAt == naturalEnd ? .finished : endsAt == stoppedAt ? .stopped : .deadline
        let frames = order.clip.frames
        return .playEnded(order.id, PlayEnd(how, framesPlayed: frames, framesTotal: frames))
    }
}
