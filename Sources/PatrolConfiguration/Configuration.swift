public import Logging
public import PatrolCore
public import PatrolWire

/// Everything that the configuration file says, decoded, validated and frozen.
///
/// The defaults are those of ``Configuration/load(path:)``; `config/patrold.toml` describes each key for people.
public struct Configuration: Sendable {
    /// The vehicle's name at the receiver, 1–64 of a–z, 0–9, `-`, `_` and `.`.
    public var vehicle: String
    /// How much is logged.
    public var logLevel: Logger.Level
    /// Where positions come from.
    public var gps: GPSSettings
    /// What becomes of a fix.
    public var position: PositionSettings
    /// Where records are kept.
    public var journal: JournalSettings
    /// The path of the local socket.
    public var controlSocket: String
    /// Who gets the records; may be empty.
    public var destinations: [Destination]
    /// The time zone of the schedules by its name in the zone data; `nil` for the system's.
    public var timeZone: String?
    /// The file of the zones; `nil` for none.
    public var zonesFile: String?
    /// The places that have a name; may be empty.
    public var zones: [Zone]
    /// `nil` for a cart without one.
    public var loudspeaker: LoudspeakerSettings?
    /// The warning light; `nil` for a cart without one that patrold switches.
    public var light: LightSettings?

    /// `[gps]`
    public struct GPSSettings: Hashable, Sendable {
        /// gpsd's host.
        public var host: String
        /// gpsd's TCP port.
        public var port: Int
        /// As people read it: `127.0.0.1:2947`, `[::1]:2947`.
        public var address: String { GPSDAddress(host: host, port: port).text }
        /// The receiver to use, as gpsd names it; `nil` for the first one with a fix.
        public var device: String?
        /// How long after its moment a report is read at most.
        public var reportDelay: Duration
        /// Without a usable fix for so long the position counts as lost.
        public var lostAfter: Duration
    }

    /// `[position]`
    public struct PositionSettings: Hashable, Sendable {
        /// The least time between two recorded positions while moving; zero records every accepted fix.
        public var movingInterval: Duration
        /// The same while parked.
        public var parkedInterval: Duration
        /// A fix whose own estimate of its error is this large or larger is refused.
        public var maximumErrorMetres: Double
        /// A fix that is faster, or that could only be reached faster, is refused.
        public var maximumSpeedMetresPerSecond: Double
    }

    /// `[journal]`
    public struct JournalSettings: Hashable, Sendable {
        /// The journal's folder.
        public var folder: String
        /// What a power cut can cost at most, in positions.
        public var commitInterval: Duration
        /// How much it keeps.
        public var limits: JournalLimits
    }

    /// `[[upload]]`
    public struct Destination: Sendable {
        /// Its name in the journal, in `patrolctl queue` and in events; the same rule as for the vehicle.
        public var name: String
        /// `http` or `https`; `/v1/batches` is appended.
        public var url: String
        /// How a batch is written.
        public var encoding: WireEncoding
        /// The file that holds the bearer token, or `credential:NAME`; see `Credential`.
        public var tokenFile: String?
        /// The only certificate authority to be trusted; `nil` trusts the system's.
        public var certificateAuthorityFile: String?
        /// The certificate that the cart shows, if the receiver asks for one.
        public var clientCertificateFile: String?
        /// Its key, or `credential:NAME`.
        public var clientKeyFile: String?
        /// When what is sent.
        public var settings: UploadSettings
    }
}
