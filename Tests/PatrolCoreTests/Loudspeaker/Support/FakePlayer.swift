@testable import PatrolCore

/// A player process in virtual time: it takes a while to start, honours its deadline and an order to stop, and may fail
/// in every way that a real one does. Whoever started it kills it when it does not answer.
struct FakePlayer {
    /// What happens to a play if nobody interferes.
    enum Nature: Equatable {
        /// It plays the clip to its end.
        case plays
        /// The device is missing, or vanishes after a while.
        case deviceFails(after: Duration)
        /// The file turns out to be bad after a while.
        case fileFails(after: Duration)
        /// The process hangs after a while, silent from then on.
        case hangs(after: Duration)
    }

    /// A play from its order to its end.
    struct Play {
        let order: PlayOrder
        let orderedAt: Instant
        /// When the first frame sounds, if it gets so far.
        let startsAt: Instant
        let nature: Nature
        /// From an order to stop to silence.
        let stopLatency: Duration
        var deadline: Instant?
        var stopsAt: Instant?
        var isStartTold = false
        /// When it fell silent, once that cannot be changed any more.
        var silence: Silence?
    }

    /// When and why it falls silent; at that instant nothing is heard any more.
    struct Silence {
        let at: Instant
        let how: PlayEnd.How
        /// When the process has ended.
        let exitAt: Instant
    }

    private(set) var play: Play?

    private static let killDelay: Duration = .milliseconds(100)
    private static let watchdog: Duration = .seconds(5)

    mutating func start(_ order: PlayOrder, at now: Instant, latency: Duration, nature: Nature, stopLatency: Duration) {
        play = Play(
            order: order,
            orderedAt: now,
            startsAt: now + latency,
            nature: nature,
            stopLatency: stopLatency,
            deadline: order.deadline
        )
    }

    mutating func changeDeadline(_ id: PlayID, to deadline: Instant, at now: Instant) {
        guard var changed = latched(at: now), changed.order.id == id else { return }
        changed.deadline = max(deadline, now)
        play = changed
    }

    mutating func stop(_ id: PlayID, at now: Instant) {
        guard var stopped = latched(at: now), stopped.order.id == id else { return }
        stopped.stopsAt = now + stopped.stopLatency
        play = stopped
    }

    /// The power is cut.
    mutating func vanish() {
        play = nil
    }

    /// What is over cannot be changed by an order that comes too late.
    private func latched(at now: Instant) -> Play? {
        guard var play else { return nil }
        let silence = Self.silence(of: play)
        // One that hangs is silent, but it can still be told to stop, and is killed if it does not.
        if silence.at <= now, silence.how != .killed || silence.exitAt <= now { play.silence = silence }
        return play
    }

    // MARK: What is heard

    /// The interval in which it is heard as things stand; `nil` if it never is.
    var audible: Range<Instant>? {
        guard let play, play.nature != .deviceFails(after: .zero), play.nature != .fileFails(after: .zero) else {
            return nil
        }
        let end = Self.silence(of: play).at
        return end > play.startsAt ? play.startsAt..<end : nil
    }

    private static func silence(of play: Play) -> Silence {
        if let silence = play.silence { return silence }
        var (at, how) = natural(play)
        if let deadline = play.deadline, deadline < at { (at, how) = (deadline, .deadline) }
        if let stopsAt = play.stopsAt, stopsAt < at { (at, how) = (stopsAt, .stopped) }
        guard case .hangs(let after) = play.nature, how != .finished, at > play.startsAt + after || how == .killed
        else {
            return Silence(at: at, how: how, exitAt: max(at, play.orderedAt) + .milliseconds(3))
        }
        let kill = how == .killed ? play.startsAt + play.order.clip.duration + watchdog : at + killDelay
        return Silence(at: min(at, play.startsAt + after), how: .killed, exitAt: kill)
    }

    private static func natural(_ play: Play) -> (Instant, PlayEnd.How) {
        let duration = play.order.clip.duration
        switch play.nature {
        case .plays: return (play.startsAt + duration, .finished)
        case .deviceFails(let after): return (play.startsAt + min(after, duration), .deviceFailed)
        case .fileFails(let after): return (play.startsAt + min(after, duration), .fileFailed)
        case .hangs: return (play.startsAt + duration + watchdog, .killed)
        }
    }

    // MARK: What it reports

    /// When ``report(at:)`` has something.
    var reportsAt: Instant? {
        guard let play else { return nil }
        guard !play.isStartTold, let audible else { return Self.silence(of: play).exitAt }
        return audible.lowerBound
    }

    /// What it reports, if it is time.
    mutating func report(at now: Instant) -> Announcer.Input? {
        guard let time = reportsAt, time <= now, let reporting = play else { return nil }
        if !reporting.isStartTold, audible != nil {
            play?.isStartTold = true
            return .playStarted(reporting.order.id)
        }
        let clip = reporting.order.clip
        let silence = Self.silence(of: reporting)
        let heard = audible.map { $0.upperBound - $0.lowerBound } ?? .zero
        let frames = silence.how == .finished ? clip.frames : heard.milliseconds * Int64(clip.sampleRate) / 1000
        play = nil
        return .playEnded(
            reporting.order.id,
            PlayEnd(silence.how, framesPlayed: min(frames, clip.frames), framesTotal: clip.frames)
        )
    }
}
