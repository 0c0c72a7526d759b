/// What comes next, found by letting the machine itself go on: no second set of rules that could say otherwise.
extension Announcer {
    /// A silence of days with a timetable skips some slots; beyond this nobody knows.
    private static let largestNumberOfSteps = 300

    /// The next play if nothing happens from outside; `nil` if none will, or that cannot be told.
    var forecast: AnnouncerStatus.Next? {
        var machine = self
        var player = IdealPlayer(self)
        for _ in 0..<Self.largestNumberOfSteps {
            guard let instant = [player.endsAt, machine.wakeAt].compactMap({ $0 }).min() else { return nil }
            let actions: [Action]
            if let end = player.end(at: instant) {
                actions = machine.handle(end, at: max(instant, now))
            } else {
                actions = machine.handle(.wakeUp, at: max(instant, now))
            }
            for action in actions {
                switch action {
                case .play(let order):
                    let (clip, programme) = (order.clip.name, order.programme)
                    return .init(at: machine.now, clip: clip, programme: programme, priority: order.priority)
                case .stop: player.stop(at: machine.now)
                case .changeDeadline(_, let deadline): player.deadline = deadline
                case .record, .reply, .stopReply, .concluded: break
                }
            }
        }
        return nil
    }

    /// A player that does what it is told, without delay.
    private struct IdealPlayer {
        private var order: PlayOrder?
        private var naturalEnd: Instant?
        private var stoppedAt: Instant?
        var deadline: Instant?

        init(_ announcer: Announcer) {
            switch announcer.floor {
            case .free:
                break
            case .starting(let play):
                begin(play, at: announcer.now)
            case .sounding(let play, let since):
                begin(play, at: since)
            case .stopping(let play, _, let since):
                begin(play, at: since ?? announcer.now)
                stop(at: announcer.now)
            }
        }

        private mutating func begin(_ play: Play, at instant: Instant) {
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
        mutating func end(at instant: Instant) -> Input? {
            guard let order, let endsAt, endsAt <= instant else { return nil }
            self.order = nil
            let how: PlayEnd.How = endsAt == naturalEnd ? .finished : endsAt == stoppedAt ? .stopped : .deadline
            let frames = order.clip.frames
            return .playEnded(order.id, PlayEnd(how, framesPlayed: frames, framesTotal: frames))
        }
    }
}
