public import PatrolWire

/// `GET /v1/status`: what the cart knows of itself at this moment.
public struct StatusReport: Codable, Hashable, Sendable {
    /// The vehicle's name.
    public var vehicle: String
    /// The daemon's version.
    public var version: String
    /// Seconds since the daemon started.
    public var uptimeSeconds: Double
    /// How the whole stands.
    public var health: HealthReport.State
    /// What time it is, and whether that can be believed.
    public var clock: Clock
    /// The receiver.
    public var gps: GPS
    /// The newest accepted position; `nil` before the first one.
    public var position: CurrentPosition?
    /// The journal.
    public var journal: Journal
    /// The names of the zones that the cart is in; `nil` before the first position.
    public var zones: [String]?
    /// Whether there is duty.
    public var duty: DutyReport
    /// What the loudspeaker does; `nil` for a cart without one.
    public var announcements: AnnouncementsReport?

    enum CodingKeys: String, CodingKey {
        case vehicle, version, health, clock, gps, position, journal, zones, duty, announcements
        case uptimeSeconds = "uptime_s"
    }

    /// What time it is, and whether that can be believed.
    public struct Clock: Codable, Hashable, Sendable {
        /// Whether UTC is known.
        public var trusted: Bool
        /// UTC as it is trusted (RFC 3339); without trust the system's idea of it.
        public var time: String
        /// Who told the time: `gps`.
        public var source: String?
        /// Half the width of the interval in which the true time lies.
        public var uncertaintyMilliseconds: Int64?
        /// Why it is not trusted.
        public var reason: String?
        /// The name of the vehicle's time zone; `nil` if nobody knows it.
        public var timeZone: String?
        /// How its sources stand; `nil` from a daemon that does not say.
        public var sources: ClockSources?

        enum CodingKeys: String, CodingKey {
            case trusted, time, source, reason, sources
            case timeZone = "time_zone"
            case uncertaintyMilliseconds = "uncertainty_ms"
        }

        /// See the properties.
        public init(
            trusted: Bool,
            time: String,
            source: String?,
            uncertaintyMilliseconds: Int64?,
            reason: String?,
            sources: ClockSources? = nil
        ) {
            self.trusted = trusted
            self.time = time
            self.source = source
            self.uncertaintyMilliseconds = uncertaintyMilliseconds
            self.reason = reason
            self.sources = sources
        }
    }

    /// The receiver.
    public struct GPS: Codable, Hashable, Sendable {
        /// Whether there is a usable fix now.
        public var hasFix: Bool
        /// In words: what the connection and the receiver do.
        public var state: String
        /// gpsd's address.
        public var gpsd: String
        /// The device whose reports count, as gpsd names it; `nil` before the first one.
        public var device: String?
        /// Devices that report as well, and are not used; `nil` from a daemon that does not say.
        public var otherDevices: [String]?
        /// Fixes that were accepted since the daemon started.
        public var accepted: Int64
        /// Fixes that were refused since then, by reason.
        public var rejected: [String: Int64]

        enum CodingKeys: String, CodingKey {
            case state, gpsd, device, accepted, rejected
            case hasFix = "has_fix"
            case otherDevices = "other_devices"
        }

        /// See the properties.
        public init(
            hasFix: Bool,
            state: String,
            gpsd: String,
            device: String? = nil,
            otherDevices: [String]? = nil,
            accepted: Int64,
            rejected: [String: Int64]
        ) {
            self.hasFix = hasFix
            self.state = state
            self.gpsd = gpsd
            self.device = device
            self.otherDevices = otherDevices
            self.accepted = accepted
            self.rejected = rejected
        }
    }

    /// The journal.
    public struct Journal: Codable, Hashable, Sendable {
        /// Its identity.
        public var id: String
        /// The newest durable event; 0 before the first.
        public var events: Int64
        /// The newest durable position; 0 before the first.
        public var positions: Int64
        /// Records that are still in memory only.
        public var uncommitted: Int
        /// Why the last commit failed; `nil` if it did not.
        public var error: String?

        /// See the properties.
        public init(id: String, events: Int64, positions: Int64, uncommitted: Int, error: String?) {
            self.id = id
            self.events = events
            self.positions = positions
            self.uncommitted = uncommitted
            self.error = error
        }
    }

    /// See the properties.
    public init(
        vehicle: String,
        version: String,
        uptimeSeconds: Double,
        health: HealthReport.State,
        clock: Clock,
        gps: GPS,
        position: CurrentPosition?,
        journal: Journal,
        zones: [String]?,
        duty: DutyReport,
        announcements: AnnouncementsReport?
    ) {
        self.vehicle = vehicle
        self.version = version
        self.uptimeSeconds = uptimeSeconds
        self.health = health
        self.clock = clock
        self.gps = gps
        self.position = position
        self.journal = journal
        self.zones = zones
        self.duty = duty
        self.announcements = announcements
    }
}

/// `GET /v1/position`: the newest accepted position and how old it is.
public struct CurrentPosition: Codable, Hashable, Sendable {
    /// Seconds since the report was read; a position on a map without this is a guess.
    public var ageSeconds: Double
    /// `moving` or `parked`.
    public var motion: String
    /// The position.
    public var position: PositionJSON

    enum CodingKeys: String, CodingKey {
        case motion, position
        case ageSeconds = "age_s"
    }

    /// See the properties.
    public init(ageSeconds: Double, motion: String, position: PositionJSON) {
        self.ageSeconds = ageSeconds
        self.motion = motion
        self.position = position
    }
}
