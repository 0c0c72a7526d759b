import PatrolCore

/// How long a device that failed in the middle of a clip is tried again: after 50 ms, then after twice as long each time
/// up to 400 ms, and for at most 2 s in all, over all failures of the clip.
///
/// A sound server that restarts is back within a second. Whether a longer failure deserves another try is the daemon's
/// decision, which knows what else it has to play.
struct Reopening: Hashable, Sendable {
    static let budget: Duration = .seconds(2)
    static let firstPause: Duration = .milliseconds(50)
    static let longestPause: Duration = .milliseconds(400)

    private enum State: Hashable {
        /// The device plays.
        case fine
        /// It does not, since an instant; after the next failure it is left alone for a pause.
        case broken(since: Instant, pause: Duration)
    }

    private var state: State = .fine
    private var spent: Duration = .zero

    /// The device failed.
    /// - Returns: when to try again; `nil`: not any more.
    mutating func failed(at now: Instant) -> Instant? {
        let (since, pause) =
            switch state {
            case .fine: (now, Self.firstPause)
            case .broken(let since, let pause): (since, pause)
            }
        guard spent + (now - since) + pause < Self.budget else { return nil }
        state = .broken(since: since, pause: min(Self.longestPause, pause + pause))
        return now + pause
    }

    /// Frames advance.
    mutating func works(at now: Instant) {
        guard case .broken(let since, _) = state else { return }
        spent += now - since
        state = .fine
    }
}
