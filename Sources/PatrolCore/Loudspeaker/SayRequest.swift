/// Somebody wants a clip played now.
public struct SayRequest: Hashable, Sendable {
    /// The clip's name.
    public var clip: ClipName
    /// ``PlayPriority/manual``, ``PlayPriority/live`` or ``PlayPriority/emergency``.
    public var priority: PlayPriority
    /// Why, in the person's words; an emergency in quiet hours needs one.
    public var reason: String?
    /// Who, as the record shows it.
    public var requester: String
    /// How often it is heard, with ``Programme/repeatPause`` between; in ``allowedRepeats``.
    public var repeats: Int

    /// What ``repeats`` may be.
    public static let allowedRepeats = 1...100

    /// See the properties.
    public init(clip: ClipName, priority: PlayPriority, reason: String?, requester: String, repeats: Int = 1) {
        self.clip = clip
        self.priority = priority
        self.reason = reason
        self.requester = requester
        self.repeats = repeats
    }

    /// Whether there is more in the reason than blanks.
    var hasReason: Bool {
        reason.map { !$0.allSatisfy(\.isWhitespace) } ?? false
    }
}

/// The answer to a ``SayRequest``, given at once.
public enum SayReply: Hashable, Sendable {
    /// It plays now, or as soon as what it cuts has fallen silent.
    case accepted(PlayID)
    /// It plays after `ahead` others, one of which may be playing.
    case queued(PlayID, ahead: Int)
    /// It will not be played.
    case refused(SayRefusal)
}

/// How a request ended, told once for each that was accepted.
public enum SayConclusion: Hashable, Sendable {
    /// It was heard as often as it was asked for.
    case finished
    /// It was cut.
    case cut(StopReason)
    /// Something is broken.
    case failed(reason: String)
    /// It was not played, or not as often as it was asked for.
    case skipped(InhibitReason)
}

/// The answer to ``Announcer/Input/stop(requester:andQueue:)``.
public struct StopReply: Hashable, Sendable {
    /// The clip that played and falls silent; `nil` if none did.
    public var stopped: ClipName?
    /// How many requests were taken from the queue.
    public var removed: Int

    /// See the properties.
    public init(stopped: ClipName?, removed: Int) {
        self.stopped = stopped
        self.removed = removed
    }
}

/// Why a ``SayRequest`` is refused.
public enum SayRefusal: Hashable, Sendable, CustomStringConvertible {
    /// Nothing of the kind may sound now.
    case inhibited(InhibitReason)
    /// An emergency may sound in quiet hours, but only with a reason.
    case reasonRequired(rule: String)
    /// No clip of that name is there, or it is bad.
    case unknownClip(ClipName)
    /// Programmes have their own turns; nobody can ask for one.
    case priorityNotAllowed(PlayPriority)
    /// So many of this priority wait already.
    case queueFull(bound: Int)

    /// For machines: stable.
    public var code: String {
        switch self {
        case .inhibited(let inhibitReason): inhibitReason.code
        case .reasonRequired: "reason-required"
        case .unknownClip: "unknown-clip"
        case .priorityNotAllowed: "priority-not-allowed"
        case .queueFull: "queue-full"
        }
    }

    /// In words.
    public var description: String {
        switch self {
        case .inhibited(let inhibitReason): inhibitReason.description
        case .reasonRequired(let rule): "quiet hours (\(rule)): an emergency must give its reason"
        case .unknownClip(let name): "there is no playable clip \(name)"
        case .priorityNotAllowed(let priority): "nobody can ask for the priority \(priority.name)"
        case .queueFull(let bound): "\(bound) announcements of this priority wait already"
        }
    }
}
