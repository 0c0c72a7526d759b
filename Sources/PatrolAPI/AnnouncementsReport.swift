/// `GET /v1/announcements`: what the loudspeaker plays, what comes next and when, and why it is silent.
public struct AnnouncementsReport: Codable, Hashable, Sendable {
    /// What plays, or is about to; `nil` for nothing.
    public var playing: Playing?
    /// What comes next, as far as can be known.
    public var next: Next?
    /// Why nothing sounds; `nil` while something plays.
    public var silence: Silence?
    /// Whether it is quiet now, and when that changes.
    public var quiet: Quiet
    /// The mute in force.
    public var muted: Muted?
    /// The sound device: `fine`, `recovering` or `failed`.
    public var device: String
    /// What is wrong with it.
    public var deviceProblem: String?
    /// Requests that wait, the next one first.
    public var queue: [Waiting]
    /// The programmes, as configured.
    public var programmes: [ProgrammeState]
    /// The name of the vehicle's time zone; `nil` if nobody knows it.
    public var timeZone: String?

    enum CodingKeys: String, CodingKey {
        case timeZone = "time_zone"
        case playing, next, silence, quiet, muted, device, queue, programmes
        case deviceProblem = "device_problem"
    }

    /// What plays.
    public struct Playing: Codable, Hashable, Sendable {
        /// The clip's file name.
        public var clip: String
        /// Whose turn it is; `nil` for a request.
        public var programme: String?
        /// `scheduled`, `manual`, `live` or `emergency`.
        public var priority: String
        /// Seconds since the first frame; `nil` before it.
        public var forSeconds: Double?
        /// Seconds until it must be silent; `nil` if nothing known limits it.
        public var deadlineInSeconds: Double?

        enum CodingKeys: String, CodingKey {
            case clip, programme, priority
            case forSeconds = "for_s"
            case deadlineInSeconds = "deadline_in_s"
        }
    }

    /// What comes next.
    public struct Next: Codable, Hashable, Sendable {
        /// The clip's file name.
        public var clip: String
        /// Whose turn it is; `nil` for a request.
        public var programme: String?
        /// Its priority.
        public var priority: String
        /// In how many seconds.
        public var inSeconds: Double
        /// The same in UTC, if that is known.
        public var time: String?

        enum CodingKeys: String, CodingKey {
            case clip, programme, priority, time
            case inSeconds = "in_s"
        }
    }

    /// Why nothing sounds.
    public struct Silence: Codable, Hashable, Sendable {
        /// For programs; stable.
        public var code: String
        /// For people.
        public var message: String
        /// In UTC, if that is known.
        public var until: String?
    }

    /// Whether it is quiet now, and when that changes.
    public struct Quiet: Codable, Hashable, Sendable {
        /// Whether it is.
        public var now: Bool
        /// The rule in force; `nil` if it is not quiet, or nobody knows the time of day.
        public var rule: String?
        /// Seconds until it begins or ends, on the safe side of the clock's uncertainty; `nil` if nothing known changes it.
        public var changesInSeconds: Double?
        /// The same in UTC.
        public var changesAt: String?

        enum CodingKeys: String, CodingKey {
            case now, rule
            case changesInSeconds = "changes_in_s"
            case changesAt = "changes_at"
        }
    }

    /// The mute in force.
    public struct Muted: Codable, Hashable, Sendable {
        /// In UTC; `nil` until somebody ends it.
        public var until: String?
        /// Who ordered it.
        public var by: String
    }

    /// A request that waits.
    public struct Waiting: Codable, Hashable, Sendable {
        /// The clip's file name.
        public var clip: String
        /// Its priority.
        public var priority: String
        /// Who asked for it.
        public var by: String
    }

    /// How it stands with one programme.
    public struct ProgrammeState: Codable, Hashable, Sendable {
        /// Its name.
        public var name: String
        /// What it lacks: some of `schedule`, `zone`, `motion`, `duty`.
        public var lacks: [String]
        /// The clip whose turn it is; `nil` if none is playable.
        public var clip: String?
        /// Why its slots are skipped; `nil` if they are not.
        public var skipped: String?
    }
}
