/// One report of the receiver as gpsd gives it (a TPV object, with the satellites of the last SKY), before any judgement.
///
/// A quantity that the receiver did not report is `nil`: gpsd leaves it out of the JSON, libgps says NaN.
public struct Fix: Hashable, Sendable {
    /// What the receiver says it knows; gpsd's `mode`.
    public enum Mode: UInt8, Sendable {
        /// No fix (gpsd 0 and 1).
        case none = 1
        /// Latitude and longitude only.
        case twoDimensional = 2
        /// With altitude.
        case threeDimensional = 3
    }

    /// When the daemon read the report.
    public var receivedAt: Instant
    /// What the receiver says it knows.
    public var mode: Mode
    /// gpsd's `status`; 0 means "not said", and most receivers never say it: shown, never a gate.
    public var status: UInt8
    /// UTC as the receiver says it, which may be wrong by 1024 weeks.
    public var time: WallTime?
    /// Degrees, positive to the north.
    public var latitude: Double?
    /// Degrees, positive to the east.
    public var longitude: Double?
    /// Metres above mean sea level.
    public var altitude: Double?
    /// Metres per second over ground.
    public var speed: Double?
    /// Degrees from true north, clockwise.
    public var course: Double?
    /// Estimated horizontal position error in metres, 95 % confidence (gpsd's `eph`).
    public var horizontalError: Double?
    /// Satellites used in the last solution; `nil` before the first SKY report.
    public var satellitesUsed: UInt8?

    /// A report with nothing but its mode; the rest is set as it is known.
    public init(receivedAt: Instant, mode: Mode) {
        self.receivedAt = receivedAt
        self.mode = mode
        status = 0
    }
}
