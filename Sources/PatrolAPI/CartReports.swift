/// `GET /v1/duty`: whether there is duty.
public struct DutyReport: Codable, Hashable, Sendable {
    /// `patrol`, `visit`, `security` or `call-out`; `nil` for no duty.
    public var kind: String?
    /// Who, if anybody said so.
    public var officer: String?
    /// Since when in UTC (RFC 3339), if the clock was trusted then.
    public var since: String?
    /// For how many seconds, if anybody can tell.
    public var forSeconds: Double?
    /// The name of the vehicle's time zone; `nil` if nobody knows it.
    public var timeZone: String?

    enum CodingKeys: String, CodingKey {
        case timeZone = "time_zone"
        case kind, officer, since
        case forSeconds = "for_s"
    }

    /// See the properties.
    public init(kind: String?, officer: String?, since: String?, forSeconds: Double?) {
        self.kind = kind
        self.officer = officer
        self.since = since
        self.forSeconds = forSeconds
    }
}

/// `GET /v1/zones`: the places that have a name, and in which of them the cart is.
public struct ZonesReport: Codable, Hashable, Sendable {
    /// Every zone of the zone file.
    public var zones: [Zone]

    /// A zone.
    public struct Zone: Codable, Hashable, Sendable {
        /// As rules and programmes name it.
        public var id: String
        /// As people call it.
        public var name: String
        /// `village`, `school`, `hospital`, `industrial` or `other`.
        public var kind: String
        /// Whether the cart is in it; `nil` before the first position.
        public var inside: Bool?

        /// See the properties.
        public init(id: String, name: String, kind: String, inside: Bool?) {
            self.id = id
            self.name = name
            self.kind = kind
            self.inside = inside
        }
    }

    /// See the property.
    public init(zones: [Zone]) {
        self.zones = zones
    }
}

/// `GET /v1/clips`: the station's recordings; `POST /v1/clips` looks at the folder again first.
public struct ClipsReport: Codable, Hashable, Sendable {
    /// The folder.
    public var folder: String
    /// `checking`, `ready`, or why the folder cannot be used.
    public var state: String
    /// Good and bad ones, by name.
    public var clips: [Clip]
    /// What programmes name and cannot be played; `nil` before the first look, and from a daemon that does not know.
    public var missing: [Missing]?
    /// Files that are not looked at, because there are too many; `nil` if there are none.
    public var leftOut: LeftOut?

    enum CodingKeys: String, CodingKey {
        case folder, state, clips, missing
        case leftOut = "left_out"
    }

    /// A clip that a programme names and that cannot be played.
    public struct Missing: Codable, Hashable, Sendable {
        /// The programme.
        public var programme: String
        /// The clip as the programme names it.
        public var name: String
        /// Why, with the name that may have been meant.
        public var problem: String

        /// See the properties.
        public init(programme: String, name: String, problem: String) {
            self.programme = programme
            self.name = name
            self.problem = problem
        }
    }

    /// Files that are not looked at.
    public struct LeftOut: Codable, Hashable, Sendable {
        /// How many.
        public var count: Int
        /// How many are looked at.
        public var bound: Int
        /// The first of them by name.
        public var firstNames: [String]
        /// For people.
        public var message: String

        enum CodingKeys: String, CodingKey {
            case count, bound, message
            case firstNames = "first_names"
        }

        /// See the properties.
        public init(count: Int, bound: Int, firstNames: [String], message: String) {
            self.count = count
            self.bound = bound
            self.firstNames = firstNames
            self.message = message
        }
    }

    /// A file of the folder.
    public struct Clip: Codable, Hashable, Sendable {
        /// Its file name, with `\xNN` for each byte that is no UTF-8 or of a control character; such a file is never played.
        public var name: String
        /// Why it is never played; `nil` for a good one.
        public var problem: String?
        /// Of the file, hexadecimal.
        public var sha256: String?
        /// How long it sounds.
        public var durationSeconds: Double?
        /// Integrated loudness (EBU R 128).
        public var loudnessLUFS: Double?
        /// The highest true peak (ITU-R BS.1770).
        public var truePeakDBTP: Double?
        /// What could be better about one that can be played.
        public var warning: String?

        enum CodingKeys: String, CodingKey {
            case name, problem, sha256, warning
            case durationSeconds = "duration_s"
            case loudnessLUFS = "loudness_lufs"
            case truePeakDBTP = "true_peak_dbtp"
        }

        /// A bad one.
        public init(name: String, problem: String) {
            self.name = name
            self.problem = problem
        }

        /// A good one.
        public init(
            name: String,
            sha256: String,
            durationSeconds: Double,
            loudnessLUFS: Double,
            truePeakDBTP: Double,
            warning: String? = nil
        ) {
            self.name = name
            self.sha256 = sha256
            self.durationSeconds = durationSeconds
            self.loudnessLUFS = loudnessLUFS
            self.truePeakDBTP = truePeakDBTP
            self.warning = warning
        }
    }

    /// See the properties.
    public init(
        folder: String,
        state: String,
        clips: [Clip],
        missing: [Missing]? = nil,
        leftOut: LeftOut? = nil
    ) {
        self.folder = folder
        self.state = state
        self.clips = clips
        self.missing = missing
        self.leftOut = leftOut
    }
}
