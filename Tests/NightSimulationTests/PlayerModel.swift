import PatrolCore

/// A player that keeps its deadline: it sounds a while after it was ordered, until the clip ends, its deadline comes, or a
/// moment after it was stopped.
struct PlayerModel {
    struct Play {
        var order: PlayOrder
        var startsAt: Instant
        var isStartTold = false
        var deadline: Instant?
        var stopsAt: Instant?

        /// The instant of silence, and why.
        var end: (at: Instant, how: PlayEnd.How) {
            var end = (at: startsAt + order.clip.duration, how: PlayEnd.How.finished)
            if let deadline, deadline < end.at { end = (deadline, .deadline) }
            if let stopsAt, stopsAt < end.at { end = (stopsAt, .stopped) }
            return end
        }
    }

    private(set) var play: Play?

    mutating func start(_ order: PlayOrder, at instant: Instant) {
        play = Play(order: order, startsAt: instant, deadline: order.deadline)
    }

    mutating func changeDeadline(_ id: PlayID, to deadline: Instant) {
        if play?.order.id == id { play?.deadline = deadline }
    }

    mutating func stop(_ id: PlayID, silentAt instant: Instant) {
        if play?.order.id == id, play?.stopsAt == nil { play?.stopsAt = instant }
    }

    mutating func losePower() {
        play = nil
    }

    /// When it has something to tell.
    var wakeAt: Instant? {
        guard let play else { return nil }
        return play.isStartTold ? play.end.at : min(play.startsAt, play.end.at)
    }

    /// What it tells at an instant.
    mutating func tell(at now: Instant) -> Cart.Input? {
        guard let play else { return nil }
        let end = play.end
        if end.at <= now {
            self.play = nil
            let total = play.order.clip.frames
            let sounded = max(.zero, end.at - play.startsAt).milliseconds * 8
            let isWhole = end.how == .finished
            return .playEnded(
                play.order.id,
                PlayEnd(end.how, framesPlayed: isWhole ? total : min(total, sounded), framesTotal: total)
            )
        }
        guard !play.isStartTold, play.startsAt <= now else { return nil }
        self.play?.isStartTold = true
        return .playStarted(play.order.id)
    }

    /// From when to when it is heard before an instant, as far as that is certain.
    func heard(until now: Instant) -> ClosedRange<Instant>? {
        guard let play, play.startsAt < now else { return nil }
        let end = min(play.end.at, now)
        return play.startsAt < end ? play.startsAt...end : nil
    }
}
