/// Whether the sound device works, and when to try it again by itself.
struct DeviceHealth: Hashable, Sendable {
    /// The pauses.
    struct Settings: Hashable, Sendable {
        var shortestPause: Duration
        var longestPause: Duration
        /// How long a play must run before the device counts as recovered: one that hangs takes the first frames, too.
        var proof: Duration
    }

    /// How it stands.
    enum State: Hashable, Sendable {
        /// Nothing is known against it.
        case fine
        /// It failed first at `since`; programmes do not try it again before `retryAt`.
        case failed(since: Instant, reason: String, pause: Duration, retryAt: Instant)
        /// A play runs since `startedAt`; if it goes on, the failure is over.
        case proving(since: Instant, reason: String, pause: Duration, startedAt: Instant)
    }

    /// What changed.
    enum Change: Hashable, Sendable {
        case failed(reason: String)
        case recovered(after: Duration)

        /// What is to be recorded.
        var event: LoudspeakerEvent {
            switch self {
            case .failed(let reason): .loudspeakerFailed(reason: reason)
            case .recovered(let after): .loudspeakerRecovered(after: after)
            }
        }
    }

    private let settings: Settings
    private(set) var state: State = .fine

    init(settings: Settings) {
        self.settings = settings
    }

    /// When to look whether a play has proved it.
    var wakeAt: Instant? {
        guard case .proving(_, _, _, let startedAt) = state else { return nil }
        return startedAt + settings.proof
    }

    /// Until when programmes leave it alone.
    func pauseEnds(after now: Instant) -> Instant? {
        guard case .failed(_, _, _, let retryAt) = state, now < retryAt else { return nil }
        return retryAt
    }

    /// It failed.
    ///
    /// | failures in a row | 1 | 2 | 3 | 4 | 5 | 6 | 7 and more |
    /// | --- | --- | --- | --- | --- | --- | --- | --- |
    /// | pause | 1 s | 2 s | 4 s | 8 s | 16 s | 32 s | 60 s |
    mutating func fail(_ reason: String, at now: Instant) -> Change? {
        switch state {
        case .fine:
            let pause = settings.shortestPause
            state = .failed(since: now, reason: reason, pause: pause, retryAt: now + pause)
            return .failed(reason: reason)
        case .failed(let since, _, let last, _), .proving(let since, _, let last, _):
            let pause = min(last * 2, settings.longestPause)
            state = .failed(since: since, reason: reason, pause: pause, retryAt: now + pause)
            return nil
        }
    }

    /// A play began to sound.
    mutating func started(at now: Instant) {
        guard case .failed(let since, let reason, let pause, _) = state else { return }
        state = .proving(since: since, reason: reason, pause: pause, startedAt: now)
    }

    /// A play ended without a fault of the device.
    mutating func endedWell(at now: Instant, hasSounded: Bool) -> Change? {
        guard hasSounded, case .proving(let since, _, _, _) = state else { return giveUpProof(at: now) }
        state = .fine
        return .recovered(after: now - since)
    }

    private mutating func giveUpProof(at now: Instant) -> Change? {
        if case .proving(let since, let reason, let pause, _) = state {
            state = .failed(since: since, reason: reason, pause: pause, retryAt: now)
        }
        return nil
    }

    /// Time has passed.
    mutating func look(at now: Instant) -> Change? {
        guard case .proving(let since, _, _, let startedAt) = state, now >= startedAt + settings.proof else {
            return nil
        }
        state = .fine
        return .recovered(after: now - since)
    }

    /// For people.
    var status: AnnouncerStatus.Device {
        switch state {
        case .fine: .fine
        case .failed(let since, let reason, _, let retryAt): .failed(since: since, reason: reason, retryAt: retryAt)
        case .proving(let since, let reason, _, _): .recovering(since: since, reason: reason)
        }
    }
}
