/// What the loudspeaker leaves on record; the composition root turns it into journal events.
public enum LoudspeakerEvent: Hashable, Sendable {
    /// The first frames sound; exactly once for each play that got so far.
    case announcementStarted(Announcement)
    /// The clip was played to its end.
    case announcementFinished(Announcement, PlayEnd)
    /// It ended early, as it should.
    case announcementCut(Announcement, PlayEnd, StopReason)
    /// It ended early, or never began, because something is broken. One of these three ends each play.
    case announcementFailed(Announcement, PlayEnd)
    /// Slots of a programme, or an accepted request, that were not played.
    case announcementSkipped(SkippedAnnouncement)
    /// Quiet hours are in force, by this rule.
    case quietBegan(rule: String)
    /// They go on without a pause, by another rule.
    case quietChanged(from: String, to: String)
    /// They are over; the rule that held last.
    case quietEnded(rule: String)
    /// A person ordered silence.
    case muted(Mute)
    /// It is over.
    case unmuted(UnmuteCause)
    /// The device failed; told once until it recovers.
    case loudspeakerFailed(reason: String)
    /// It sounds again, after so long.
    case loudspeakerRecovered(after: Duration)
}

/// What a play's records say about it.
public struct Announcement: Hashable, Sendable {
    /// Which play.
    public var id: PlayID
    /// The clip's name.
    public var clip: ClipName
    /// The file's SHA-256, hexadecimal.
    public var sha256: String
    /// The programme whose turn it was; `nil` if somebody asked for it.
    public var programme: String?
    /// Why it had the floor.
    public var priority: PlayPriority
    /// The reason that was given.
    public var reason: String?
    /// Who asked for it; `nil` for a programme.
    public var requester: String?
    /// The zones that the vehicle was in when it started, in alphabetical order.
    public var zones: [String]
    /// The quiet rule in spite of which it sounded: an emergency's exception.
    public var inSpiteOfQuiet: String?
    /// Which time of several this is; `nil` for something that is played once.
    public var round: Round?

    /// One of several times that a clip is played, by a request or in a programme's slot.
    public struct Round: Hashable, Sendable {
        /// 1 for the first.
        public var number: Int
        /// How many there are to be.
        public var of: Int
    }

    /// See the properties.
    public init(
        id: PlayID,
        clip: Clip,
        programme: String?,
        priority: PlayPriority,
        reason: String?,
        requester: String?,
        zones: [String],
        inSpiteOfQuiet: String?,
        round: Round? = nil
    ) {
        self.id = id
        self.clip = clip.name
        sha256 = clip.sha256
        self.programme = programme
        self.priority = priority
        self.reason = reason
        self.requester = requester
        self.zones = zones
        self.inSpiteOfQuiet = inSpiteOfQuiet
        self.round = round
    }
}

/// Announcements that did not take place.
///
/// A programme's run of skipped slots is told twice: its first slot at once (`slots` is 1), the others when the run ends.
public struct SkippedAnnouncement: Hashable, Sendable {
    /// Whose.
    public enum Origin: Hashable, Sendable {
        /// A programme's slots.
        case programme(String)
        /// A request that had been accepted or queued.
        case request(PlayID, SayRequest)
    }

    /// Whose.
    public var origin: Origin
    /// The clip whose turn it was; `nil` if there is none.
    public var clip: ClipName?
    /// Why.
    public var inhibitReason: InhibitReason
    /// When the first of them was due.
    public var firstDueAt: Instant
    /// How many; more than 0.
    public var slots: Int64

    /// See the properties.
    public init(origin: Origin, clip: ClipName?, inhibitReason: InhibitReason, firstDueAt: Instant, slots: Int64) {
        self.origin = origin
        self.clip = clip
        self.inhibitReason = inhibitReason
        self.firstDueAt = firstDueAt
        self.slots = slots
    }
}
