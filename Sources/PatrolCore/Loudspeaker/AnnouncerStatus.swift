/// How it stands with the loudspeaker, for people: what plays, what comes next, and why it is silent.
public struct AnnouncerStatus: Hashable, Sendable {
    /// What plays, or is about to.
    public struct Playing: Hashable, Sendable {
        /// What its records say.
        public var announcement: Announcement
        /// Since when it sounds; `nil` before the first frame.
        public var since: Instant?
        /// The last instant at which it may sound; `nil` if nothing known limits it.
        public var deadline: Instant?
        /// Why it was told to stop; `nil` if it was not.
        public var stopping: StopReason?
    }

    /// What comes next if nothing happens from outside: nobody signs off, mutes or asks for something, the vehicle stays
    /// where it is and goes on moving or standing.
    public struct Next: Hashable, Sendable {
        /// When.
        public var at: Instant
        /// The clip's name.
        public var clip: ClipName
        /// Whose turn it is; `nil` for a request.
        public var programme: String?
        /// Its priority.
        public var priority: PlayPriority
    }

    /// Why nothing sounds.
    public struct Silence: Hashable, Sendable {
        /// For machines, stable: that of an ``InhibitReason``, or `no-programmes`, `conditions`, `gap`.
        public var code: String
        /// For people.
        public var words: String
        /// Until when, if that is known.
        public var until: Instant?
    }

    /// How it stands with one programme.
    public struct ProgrammeStatus: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// What it lacks to have slots; none if the conditions hold.
        public var lacks: [ProgrammeCondition]
        /// The next clip; `nil` if none is playable.
        public var clip: ClipName?
        /// Why its slots are skipped, if they are.
        public var inhibitReason: InhibitReason?
    }

    /// How it stands with the sound device.
    public enum Device: Hashable, Sendable {
        /// Nothing is known against it.
        case fine
        /// It failed first at `since`; programmes try it again with their next slots from `retryAt` on.
        case failed(since: Instant, reason: String, retryAt: Instant)
        /// Something plays again; not yet for long enough.
        case recovering(since: Instant, reason: String)
    }

    /// What plays, or is about to.
    public var playing: Playing?
    /// What comes next.
    public var next: Next?
    /// Why nothing sounds; `nil` while something plays.
    public var silence: Silence?
    /// What the quiet gate says, and until when.
    public var gate: QuietGate.Verdict
    /// The mute in force.
    public var mute: Mute?
    /// The sound device.
    public var device: Device
    /// Why the player cannot be started; `nil` if nothing is known against it.
    public var playerProblem: String?
    /// The requests that wait, the next one first.
    public var queue: [SayRequest]
    /// The programmes, as configured.
    public var programmes: [ProgrammeStatus]
}
