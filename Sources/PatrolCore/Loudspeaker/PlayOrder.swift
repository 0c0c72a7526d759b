/// Names one play, from the order to its end. Unique for one run of the daemon.
public struct PlayID: RawRepresentable, Hashable, Comparable, Sendable {
    /// 1 for the first play of a run.
    public let rawValue: UInt64

    /// - Parameter rawValue: 1 for the first play of a run.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Ordered, or queued, earlier.
    public static func < (left: PlayID, right: PlayID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Who has the floor: a higher one cuts a lower one, equals wait for each other.
public enum PlayPriority: Int, CaseIterable, Comparable, Sendable {
    /// A programme's turn.
    case scheduled
    /// A person chose a clip.
    case manual
    /// The command room speaks.
    case live
    /// Danger; the only one that may sound in quiet hours, if the configuration allows it and a reason is given.
    case emergency

    /// Lower.
    public static func < (left: PlayPriority, right: PlayPriority) -> Bool {
        left.rawValue < right.rawValue
    }

    /// The name on the socket and in records.
    public var name: String {
        switch self {
        case .scheduled: "scheduled"
        case .manual: "manual"
        case .live: "live"
        case .emergency: "emergency"
        }
    }

    /// - Parameter name: see ``name``.
    public init?(name: some StringProtocol) {
        guard let priority = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = priority
    }
}

/// One clip to play, as the player gets it.
public struct PlayOrder: Hashable, Sendable {
    /// Names the play in what is reported about it.
    public var id: PlayID
    /// What to play.
    public var clip: Clip
    /// Why it has the floor.
    public var priority: PlayPriority
    /// The programme whose turn it is; `nil` if somebody asked for it.
    public var programme: String?
    /// In ``Clip/gainRange``; the player's limiter keeps the peaks below −1 dBTP.
    public var gainDecibels: Double
    /// The last instant at which it may sound; `nil` if nothing known limits it.
    public var deadline: Instant?

    /// See the properties.
    public init(
        id: PlayID,
        clip: Clip,
        priority: PlayPriority,
        programme: String?,
        gainDecibels: Double,
        deadline: Instant?
    ) {
        self.id = id
        self.clip = clip
        self.priority = priority
        self.programme = programme
        self.gainDecibels = gainDecibels
        self.deadline = deadline
    }
}
