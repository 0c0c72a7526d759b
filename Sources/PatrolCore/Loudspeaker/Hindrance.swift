/// Why something does not sound.
public enum Hindrance: Hashable, Sendable, CustomStringConvertible {
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
    /// None of the clips is there and good.
    case noPlayableClip
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
        case .noPlayableClip: "no-playable-clip"
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
        case .noPlayableClip: "no clip of the programme is there and good"
        case .conditionsEnded: "its conditions ceased to hold while it waited"
        case .daemonStops: "the daemon stops"
        }
    }

    /// Whether slots that fall into one and then into the other are told as one run: what is missing for trust in the
    /// clock changes from second to second at start-up and makes no difference.
    func continues(_ other: Hindrance) -> Bool {
        if case .clockUntrusted = self, case .clockUntrusted = other { return true }
        return self == other
    }
}

/// Why a play is to end early.
public enum StopReason: Hashable, Sendable, CustomStringConvertible {
    /// It may sound no longer.
    case hindered(Hindrance)
    /// Something more important has come.
    case outranked(by: PlayPriority)
    /// Its deadline came; the player stopped by itself.
    case deadline
    /// The player ended without having been told to; its reason says more.
    case unasked

    /// For machines and records: stable.
    public var code: String {
        switch self {
        case .hindered(let hindrance): hindrance.code
        case .outranked: "outranked"
        case .deadline: "deadline"
        case .unasked: "unasked"
        }
    }

    /// In words.
    public var description: String {
        switch self {
        case .hindered(let hindrance): hindrance.description
        case .outranked(let priority): "cut by a more important announcement (\(priority.name))"
        case .deadline: "quiet hours were about to begin"
        case .unasked: "the player ended by itself"
        }
    }
}
