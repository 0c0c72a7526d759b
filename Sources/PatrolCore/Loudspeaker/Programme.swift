/// What the loudspeaker says by itself: clips in turn, a pause between them, and the conditions under which it speaks.
public struct Programme: Hashable, Sendable {
    /// Its name; unique among the programmes.
    public var name: String
    /// Names of clips, played in this order, again and again. One that is missing or bad is passed over.
    public var clips: [ClipName]
    /// From the end of one play to the next slot; at least ``shortestGap``.
    public var gap: Duration { didSet { gap = max(gap, Self.shortestGap) } }
    /// When it holds, in civil time.
    public var schedule: CivilSchedule
    /// It speaks only inside one of these zones; `nil`: everywhere.
    public var zones: Set<String>?
    /// It speaks only while the vehicle moves.
    public var onlyWhileMoving: Bool
    /// It speaks only on duty.
    public var onlyOnDuty: Bool
    /// On top of the gain that makes all clips equally loud, in dB.
    public var volumeDecibels: Double

    /// A loudspeaker without pauses is a fault, not a programme; and slots are counted by division.
    public static let shortestGap: Duration = .seconds(1)

    /// See the properties.
    public init(
        name: String,
        clips: [ClipName],
        gap: Duration,
        schedule: CivilSchedule,
        zones: Set<String>? = nil,
        onlyWhileMoving: Bool = false,
        onlyOnDuty: Bool = false,
        volumeDecibels: Double = 0
    ) {
        self.name = name
        self.clips = clips
        self.gap = max(gap, Self.shortestGap)
        self.schedule = schedule
        self.zones = zones
        self.onlyWhileMoving = onlyWhileMoving
        self.onlyOnDuty = onlyOnDuty
        self.volumeDecibels = volumeDecibels
    }
}
