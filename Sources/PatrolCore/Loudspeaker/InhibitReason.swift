/// Why something does not sound.
public enum InhibitReason: Hashable, Sendable, CustomStringConvertible {
    /// The time of day is unknown: nothing sounds at all.
    case clockUntrusted(WallClock.UntrustedReason)
    /// Quiet hours, by the rule of this name.
    case quiet(rule: String)
    /// The clip would still be sounding when quiet begins.
    case wouldNotEndBeforeQuiet
    /// A person ordered silence.
    case muted
    /// The sound device failed a moment ago; it is tried again after a pause.
    case loudspeakerFailed
    /// The clips are still being checked.
    case clipsUnchecked
    /// None of the clips is there and good.
    case noPlayableClip
    /// The program that plays cannot be started, for this reason.
    case playerUnusable(String)
    /// These of the programme's conditions do not hold.
    case conditionsMissing([ProgrammeCondition])
    /// A turn of the timetable waited for other announcements for too long.
    case waitedTooLong
    /// Somebody ended what plays and what waits.
    case stoppedByPerson
    /// The slot waited for another announcement, and meanwhile its programme's conditions ceased to hold.
    case conditionsEnded
    /// The daemon stops.
    case daemonStops

    /// For machines and records: stable.
    public var code: String {
        switch self {
        case .clockUntrusted: "clock-untrusted"
        case .quiet: "quiet"
        case .wouldNotEndBeforeQuiet: "would-not-end-before-quiet"
        case .muted: "muted"
        case .loudspeakerFailed: "loudspeaker-failed"
        case .clipsUnchecked: "clips-unchecked"
        case .noPlayableClip: "no-playable-clip"
        case .playerUnusable: "player-unusable"
        case .conditionsMissing: "conditions-missing"
        case .waitedTooLong: "waited-too-long"
        case .stoppedByPerson: "stopped-by-person"
        case .conditionsEnded: "conditions-ended"
        case .daemonStops: "daemon-stops"
        }
    }

    /// In words.
    public var description: String {
        switch self {
        case .clockUntrusted(let reason): "the time of day is unknown (\(reason.rawValue))"
        case .quiet(let rule): "quiet hours (\(rule))"
        case .wouldNotEndBeforeQuiet: "the clip would not end before quiet hours begin"
        case .muted: "muted"
        case .loudspeakerFailed: "the loudspeaker has failed and is tried again after a pause"
        case .clipsUnchecked: "the clips are still being checked"
        case .noPlayableClip: "no clip of the programme is there and good"
        case .playerUnusable(let reason): "the player cannot be started: \(reason)"
        case .conditionsMissing(let conditions): conditions.map(\.missing).joined(separator: ", ")
        case .waitedTooLong: "it waited too long for other announcements to end"
        case .stoppedByPerson: "somebody stopped it"
        case .conditionsEnded: "its conditions ceased to hold while it waited"
        case .daemonStops: "the daemon stops"
        }
    }

    /// Whether slots that fall into one and then into the other are told as one run: what is missing for trust in the
    /// clock changes from second to second at start-up and makes no difference.
    func continues(_ other: InhibitReason) -> Bool {
        if case .clockUntrusted = self, case .clockUntrusted = other { return true }
        return self == other
    }
}

/// Why something does not sound, and until when.
struct Inhibition: Hashable, Sendable {
    var reason: InhibitReason
    /// When that ends, as far as is known.
    var until: Instant?

    init(_ reason: InhibitReason, until: Instant? = nil) {
        self.reason = reason
        self.until = until
    }
}

/// Why a play is to end early.
public enum StopReason: Hashable, Sendable, CustomStringConvertible {
    /// It may sound no longer.
    case inhibited(InhibitReason)
    /// Something more important has come.
    case outranked(by: PlayPriority)
    /// This condition of its programme has ceased to hold.
    case conditionEnded(ProgrammeCondition)
    /// Somebody stopped it.
    case person(requester: String)
    /// Its deadline came; the player stopped by itself.
    case deadline
    /// The player ended without having been told to; its reason says more.
    case unasked

    /// For machines and records: stable.
    public var code: String {
        switch self {
        case .inhibited(let inhibitReason): inhibitReason.code
        case .outranked: "outranked"
        case .conditionEnded(let condition): "\(condition.rawValue)-ended"
        case .person: "person"
        case .deadline: "deadline"
        case .unasked: "unasked"
        }
    }

    /// In words.
    public var description: String {
        switch self {
        case .inhibited(let inhibitReason): inhibitReason.description
        case .outranked(let priority): "cut by a more important announcement (\(priority.name))"
        case .conditionEnded(let condition): condition.ended
        case .person(let requester): "stopped by \(requester)"
        case .deadline: "quiet hours were about to begin"
        case .unasked: "the player ended by itself"
        }
    }
}
