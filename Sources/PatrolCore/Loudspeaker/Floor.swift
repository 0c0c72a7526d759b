/// Who has the floor: at most one play, from its order until the player has said that it ended.
struct Floor: Hashable, Sendable {
    /// What the player does, as far as is known.
    enum State: Hashable, Sendable {
        /// Nothing.
        case free
        /// An order was given; nothing is heard yet, as far as is known.
        case starting(ActivePlay)
        /// It sounds since an instant.
        case sounding(ActivePlay, since: Instant)
        /// It was told to stop; `since` is when it began to sound.
        case stopping(ActivePlay, StopReason, since: Instant?)
    }

    /// A later deadline is told only if it gains so much; an earlier one always.
    private static let worthTelling: Duration = .milliseconds(50)
    /// A deadline that no longer holds is put off by this.
    private static let noDeadline: Duration = .seconds(86_400)

    private(set) var state: State = .free

    var isFree: Bool {
        if case .free = state { true } else { false }
    }

    /// What sounds or is about to, unless it was told to stop.
    var current: ActivePlay? {
        switch state {
        case .free, .stopping: nil
        case .starting(let play), .sounding(let play, _): play
        }
    }

    /// Gives the free floor to a play.
    mutating func start(_ play: ActivePlay) -> Announcer.Action {
        state = .starting(play)
        return .play(play.order)
    }

    /// Stops the current play.
    /// - Returns: `nil` if there is none.
    mutating func stop(_ reason: StopReason) -> Announcer.Action? {
        switch state {
        case .free, .stopping: return nil
        case .starting(let play):
            state = .stopping(play, reason, since: nil)
            return .stop(play.order.id, reason)
        case .sounding(let play, let since):
            state = .stopping(play, reason, since: since)
            return .stop(play.order.id, reason)
        }
    }

    /// Lets the current play go on.
    /// - Parameters:
    ///   - end: the last instant at which it may sound; `nil` if nothing known limits it.
    ///   - rule: the quiet rule in spite of which it sounds.
    /// - Returns: the deadline that the player must be told, if it is another one.
    mutating func prolong(until end: Instant?, inSpiteOfQuiet rule: String?, at now: Instant) -> Announcer.Action? {
        guard var play = current else { return nil }
        if let rule { play.announcement.inSpiteOfQuiet = rule }
        let told: Instant?
        switch (play.deadline, end) {
        case (nil, nil): told = nil
        case (_?, nil): told = now + Self.noDeadline
        case (nil, let new?): told = new
        case (let old?, let new?): told = new < old || new - old >= Self.worthTelling ? new : nil
        }
        if told != nil { play.deadline = end }
        if case .sounding(_, let since) = state {
            state = .sounding(play, since: since)
        } else {
            state = .starting(play)
        }
        return told.map { .changeDeadline(play.order.id, $0) }
    }

    /// The player says that the first frames sound.
    /// - Returns: what is to be recorded; `nil` if it speaks of another play, or says it again.
    mutating func started(_ id: PlayID, inZones zones: Set<String>, at now: Instant) -> LoudspeakerEvent? {
        switch state {
        case .starting(var play) where play.order.id == id:
            play.announcement.zones = zones.sorted()
            state = .sounding(play, since: now)
            return .announcementStarted(play.announcement)
        case .stopping(var play, let reason, since: nil) where play.order.id == id:
            // The order to stop has crossed its first sound.
            play.announcement.zones = zones.sorted()
            state = .stopping(play, reason, since: now)
            return .announcementStarted(play.announcement)
        case .free, .starting, .sounding, .stopping:
            return nil
        }
    }

    /// The player has ended, and the floor is free.
    /// - Returns: `nil` if it speaks of another play.
    mutating func ended(_ id: PlayID, _ end: PlayEnd, at now: Instant) -> (ActivePlay, PlayOutcome)? {
        let play: ActivePlay
        var stopped: StopReason?
        switch state {
        case .free: return nil
        case .starting(let starting): play = starting
        case .sounding(let sounding, _): play = sounding
        case .stopping(let stopping, let reason, _): (play, stopped) = (stopping, reason)
        }
        guard play.order.id == id else { return nil }
        state = .free
        return (play, PlayOutcome(end, stopped: stopped, deadline: play.deadline, at: now))
    }

    /// For people.
    var playing: AnnouncerStatus.Playing? {
        switch state {
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
}
