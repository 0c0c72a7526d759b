import PatrolCore

/// The daemon's side of one play, as a machine: what the player said, what it is told, and when it has to be dead.
///
/// **The second gate.** Whatever state it is in, the player is killed 100 ms past the deadline if it has not exited by
/// then: it falls silent at the deadline by itself, and this does not trust it. A deadline that is already past when it
/// is told counts from the moment of telling, so that the player has a chance to obey and to say what it played.
///
/// **Stopping**, in steps: the line `stop`; SIGTERM 200 ms later; SIGKILL 500 ms after that. SIGKILL ends a process
/// that is stopped or ignores everything else.
struct PlayerWatch: Hashable, Sendable {
    /// The deadlines.
    struct Settings: Hashable, Sendable {
        /// From the deadline to SIGKILL.
        var afterDeadline: Duration = .milliseconds(100)
        /// From `stop` to SIGTERM.
        var beforeTermination: Duration = .milliseconds(200)
        /// From SIGTERM to SIGKILL.
        var beforeKilling: Duration = .milliseconds(500)
        /// How long a player may take to exit after its last line or after it has closed its output.
        var leaving: Duration = .milliseconds(500)
        /// How long SIGKILL may take. A process can hang in its driver, dead for every purpose but the exit.
        var dying: Duration = .seconds(2)
    }

    /// What happened.
    enum Input: Hashable, Sendable {
        /// The player said something.
        case line(PlayerLine)
        /// The player said something that it must not.
        case defect(String)
        /// It closed its output.
        case closedOutput
        /// The deadline is another one, or none.
        case changeDeadline(Instant?)
        /// It shall stop.
        case stop
        /// The process has ended.
        case exited(ChildProcess.Exit)
        /// The time is ``PlayerWatch/wakeAt`` or later.
        case wakeUp
    }

    /// What to do about it.
    enum Action: Hashable, Sendable {
        /// Write a line to the player.
        case send(String)
        /// SIGTERM.
        case terminate
        /// SIGKILL.
        case kill
        /// The device runs; told once at most.
        case started(PlayStart)
        /// It is over; told once. The process may still have to be reaped.
        case ended(PlayEnd)
    }

    /// Why the player had to be killed, or asked by signal.
    enum Force: Hashable, Sendable {
        case deadline
        case stop
        case defect(String)
        case leaving
    }

    private enum State: Hashable {
        /// It plays, or prepares to.
        case playing
        /// It was told to stop.
        case stopping(terminateAt: Instant)
        /// SIGTERM was sent.
        case terminating(killAt: Instant)
        /// It has said or shown that it is about to exit.
        case leaving(killAt: Instant)
        /// SIGKILL was sent.
        case dying(giveUpAt: Instant)
        /// The end was told.
        case over
    }

    private let settings: Settings
    private var state = State.playing
    private var gate: Instant?
    private var evidence = PlayEvidence()

    /// - Parameters:
    ///   - deadline: as the player was told at its start; `nil` for none.
    ///   - now: when it was started.
    ///   - settings: see there.
    init(deadline: Instant?, at now: Instant, settings: Settings = Settings()) {
        self.settings = settings
        gate = deadline.map { max($0, now) + settings.afterDeadline }
    }

    /// When to call with ``Input/wakeUp``.
    var wakeAt: Instant? {
        switch state {
        case .playing: gate
        case .stopping(let until), .terminating(let until), .leaving(let until): min(until, gate ?? until)
        case .dying(let until): until
        case .over: nil
        }
    }

    /// What the player wrote to its standard error, for the reason of a failure.
    mutating func note(diagnostics: String) {
        evidence.diagnostics = diagnostics
    }

    /// - Returns: what to do, in order.
    mutating func handle(_ input: Input, at now: Instant) -> [Action] {
        if case .over = state { return [] }
        switch input {
        case .line(let line): return take(line, at: now)
        case .defect(let reason): return force(.defect(reason), at: now)
        case .closedOutput:
            guard case .playing = state else { return [] }
            state = .leaving(killAt: now + settings.leaving)
            return []
        case .changeDeadline(let deadline):
            gate = deadline.map { max($0, now) + settings.afterDeadline }
            return isDying ? [] : [.send("deadline \((deadline ?? .never).nanosecondsSinceBoot)")]
        case .stop:
            guard case .playing = state else { return [] }
            evidence.force = evidence.force ?? .stop
            state = .stopping(terminateAt: now + settings.beforeTermination)
            return [.send("stop")]
        case .exited(let exit):
            state = .over
            return [.ended(evidence.end(exit, at: now))]
        case .wakeUp:
            return meetDeadlines(at: now)
        }
    }

    private var isDying: Bool {
        if case .dying = state { true } else { false }
    }

    private mutating func take(_ line: PlayerLine, at now: Instant) -> [Action] {
        guard evidence.said == nil else { return force(.defect("a line after its last one"), at: now) }
        switch line {
        case .started(let start):
            guard evidence.start == nil else { return force(.defect("it started twice"), at: now) }
            evidence.start = start
            return [.started(start)]
        case .ended(let end):
            evidence.said = end
            if !isDying { state = .leaving(killAt: now + settings.leaving) }
            return []
        }
    }

    private mutating func meetDeadlines(at now: Instant) -> [Action] {
        if let gate, now >= gate, !isDying { return force(.deadline, at: now) }
        switch state {
        case .stopping(let terminateAt) where now >= terminateAt:
            evidence.isTerminated = true
            state = .terminating(killAt: terminateAt + settings.beforeKilling)
            return [.terminate]
        case .terminating(let killAt) where now >= killAt: return force(.stop, at: now)
        case .leaving(let killAt) where now >= killAt: return force(.leaving, at: now)
        case .dying(let giveUpAt) where now >= giveUpAt:
            state = .over
            return [.ended(evidence.end(nil, at: now))]
        case .playing, .stopping, .terminating, .leaving, .dying, .over: return []
        }
    }

    private mutating func force(_ force: Force, at now: Instant) -> [Action] {
        guard !isDying else { return [] }
        evidence.force = force
        evidence.isKilled = true
        state = .dying(giveUpAt: now + settings.dying)
        return [.kill]
    }
}

extension Instant {
    /// Later than anything: 292 years of uptime.
    fileprivate static let never = Instant(nanosecondsSinceBoot: .max)
}
