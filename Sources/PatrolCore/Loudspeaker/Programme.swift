/// What the loudspeaker says by itself: clips in turn, when, and the conditions under which it speaks.
public struct Programme: Hashable, Sendable {
    /// When its slots come.
    public enum Timing: Hashable, Sendable {
        /// Again and again while the conditions hold: from the end of one play to the next slot; at least
        /// ``Programme/shortestGap``.
        case every(gap: Duration)
        /// At these times of each day of its schedule, whatever was played before.
        case at([TimeOfDay])
    }

    /// Its name; unique among the programmes.
    public var name: String
    /// Names of clips, played in this order, again and again. One that is missing or bad is passed over, and so is one
    /// that would not end before quiet hours where another one would.
    public var clips: [ClipName]
    /// When its slots come.
    public var timing: Timing
    /// How often the clip of a slot is heard, with ``repeatPause`` between; at least 1. Only what was heard to its end
    /// counts.
    public var repeats: Int
    /// When it holds, in civil time.
    public var schedule: CivilSchedule
    /// It speaks only inside one of these zones; `nil`: everywhere.
    public var zones: Set<String>?
    /// It speaks only while the vehicle moves.
    public var onlyWhileMoving: Bool
    /// It speaks only on duty.
    public var onlyOnDuty: Bool
    /// Conditions at whose end a clip that plays is stopped; at the end of the others it is heard to its end.
    public var stopsAtEndOf: Set<ProgrammeCondition>
    /// On top of the gain that makes all clips equally loud, in dB.
    public var volumeDecibels: Double

    /// A loudspeaker without pauses is a fault, not a programme; and slots are counted by division.
    public static let shortestGap: Duration = .seconds(1)
    /// From the end of a clip to its repetition.
    public static let repeatPause: Duration = .seconds(1)

    /// See the properties.
    public init(
        name: String,
        clips: [ClipName],
        timing: Timing,
        repeats: Int = 1,
        schedule: CivilSchedule,
        zones: Set<String>? = nil,
        onlyWhileMoving: Bool = false,
        onlyOnDuty: Bool = false,
        stopsAtEndOf: Set<ProgrammeCondition> = [.duty],
        volumeDecibels: Double = 0
    ) {
        self.name = name
        self.clips = clips
        self.timing = timing
        self.repeats = repeats
        self.schedule = schedule
        self.zones = zones
        self.onlyWhileMoving = onlyWhileMoving
        self.onlyOnDuty = onlyOnDuty
        self.stopsAtEndOf = stopsAtEndOf
        self.volumeDecibels = volumeDecibels
    }

    /// What of its conditions does not hold in a world, in the order of ``ProgrammeCondition``.
    func lacks(scheduleHolds: Bool, zones present: Set<String>, isMoving: Bool, isOnDuty: Bool) -> [ProgrammeCondition]
    {
        ProgrammeCondition.allCases.filter { condition in
            switch condition {
            case .schedule: !scheduleHolds
            case .zone: zones.map { $0.isDisjoint(with: present) } ?? false
            case .motion: onlyWhileMoving && !isMoving
            case .duty: onlyOnDuty && !isOnDuty
            }
        }
    }
}
