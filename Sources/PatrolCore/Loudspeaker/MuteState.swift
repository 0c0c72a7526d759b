/// The mute in force, if one is, and when it ends by itself.
struct MuteState: Hashable, Sendable {
    /// From one look at the clock to the next, at least.
    private static let shortestPause: Duration = .milliseconds(100)

    /// The one in force.
    private(set) var mute: Mute?
    /// When its time may have come; `nil` if it has none, or nobody knows what time it is.
    private(set) var wakeAt: Instant?

    /// - Parameter mute: the one that was in force before a restart.
    init(_ mute: Mute?) {
        self.mute = mute
    }

    /// A person orders silence; the one in force is replaced. It may be over already: ``look(at:_:)`` tells.
    mutating func begin(_ mute: Mute) -> LoudspeakerEvent {
        self.mute = mute
        return .muted(mute)
    }

    /// It ends.
    /// - Returns: what is to be recorded; `nil` if none was in force.
    mutating func end(_ cause: UnmuteCause) -> LoudspeakerEvent? {
        guard mute != nil else { return nil }
        (mute, wakeAt) = (nil, nil)
        return .unmuted(cause)
    }

    /// Ends a mute whose time has surely come. Its uncertainty may grow until then, so it may take a second look.
    mutating func look(at now: Instant, _ clock: WallClock) -> LoudspeakerEvent? {
        wakeAt = nil
        guard let until = mute?.until, case .trusted(let offset) = clock.state(at: now) else { return nil }
        let surely = offset.wallTime(at: now) + (.zero - offset.uncertaintyAtMost)
        if surely >= until { return end(.time) }
        wakeAt = now + max(until - surely, Self.shortestPause)
        return nil
    }
}
