/// `GET /v1/plan`: what may sound on a day, by the configuration alone. Times of the day are the vehicle's local ones.
public struct PlanReport: Codable, Hashable, Sendable {
    /// The day, `2026-11-25`.
    public var date: String
    /// Its day of the week: `mon` to `sun`.
    public var weekday: String
    /// `workday`, `day-off` or `holiday`.
    public var kind: String
    /// The name of the vehicle's time zone.
    public var timeZone: String
    /// What is added to UTC at noon of that day, `+08:00`.
    public var utcOffset: String
    /// The parts of the day, from 00:00 to 24:00 without a gap.
    public var segments: [Segment]
    /// The programmes, in the order of the configuration.
    public var programmes: [Programme]
    /// What changes the volume on this day.
    public var volumes: [Volume]
    /// Rules and programmes that do nothing on this day, with the reason.
    public var idle: [Idle]

    enum CodingKeys: String, CodingKey {
        case date, weekday, kind, segments, programmes, volumes, idle
        case timeZone = "time_zone"
        case utcOffset = "utc_offset"
    }

    /// A part of the day in which nothing changes.
    public struct Segment: Codable, Hashable, Sendable {
        /// From this time of the day on.
        public var from: String
        /// Up to, and not including, this one; `24:00` at the end.
        public var to: String
        /// The quiet rules that hold.
        public var quiet: [Quiet]
        /// The programmes that may sound again and again, if their other conditions hold.
        public var programmes: [String]
        /// The turns of timetables that may sound.
        public var turns: [Turn]
    }

    /// A quiet rule that holds.
    public struct Quiet: Codable, Hashable, Sendable {
        /// Its name.
        public var rule: String
        /// The names of the zones in which it holds; `nil` for everywhere.
        public var zones: [String]?
    }

    /// A turn of a timetable.
    public struct Turn: Codable, Hashable, Sendable {
        /// The time of the day.
        public var time: String
        /// Whose turn.
        public var programme: String
    }

    /// What a programme says and asks.
    public struct Programme: Codable, Hashable, Sendable {
        /// Its name.
        public var name: String
        /// Its clips, in turn.
        public var clips: [String]
        /// Seconds from the end of a clip to the next; `nil` with a timetable.
        public var gapSeconds: Double?
        /// The times of its timetable; `nil` with a gap.
        public var at: [String]?
        /// How often each clip is heard.
        public var repeats: Int
        /// The names of the zones in which it speaks; `nil` for everywhere.
        public var zones: [String]?
        /// It speaks only while the cart moves.
        public var onlyMoving: Bool
        /// It speaks only on duty.
        public var onlyOnDuty: Bool
        /// Its volume on top of the common loudness, in dB.
        public var volumeDecibels: Double

        enum CodingKeys: String, CodingKey {
            case name, clips, at, zones
            case gapSeconds = "gap_s"
            case repeats = "repeat"
            case onlyMoving = "only_moving"
            case onlyOnDuty = "only_on_duty"
            case volumeDecibels = "volume_db"
        }
    }

    /// A change of the volume, from a time of the day on that begins on this day; of several that hold the lowest counts.
    public struct Volume: Codable, Hashable, Sendable {
        /// From this time of the day on.
        public var from: String
        /// Up to this one; of the next day if it is earlier.
        public var to: String
        /// The names of the zones in which it holds; `nil` for everywhere.
        public var zones: [String]?
        /// In dB.
        public var decibels: Double

        enum CodingKeys: String, CodingKey {
            case from, to, zones
            case decibels = "volume_db"
        }
    }

    /// What does nothing on this day.
    public struct Idle: Codable, Hashable, Sendable {
        /// Its name.
        public var name: String
        /// `programme` or `quiet`.
        public var kind: String
        /// Why.
        public var reason: String
    }
}
