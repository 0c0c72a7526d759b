/// One position as the journal keeps it: the receiver's words, rounded to the units of the wire.
public struct Position: Hashable, Sendable {
    /// When the daemon read the fix, on the boot clock; kept to 0.1 s in a block.
    public var receivedAt: Instant
    /// UTC as the receiver said it, even if it cannot be true: see ``timeMark``.
    public var time: WallTime?
    /// Whether ``time`` can be believed.
    public var timeMark: TimeMark
    /// Where.
    public var coordinate: Coordinate
    /// Decimetres above mean sea level; may be negative.
    public var altitudeDecimetres: Int32?
    /// Speed over ground in cm/s, never negative.
    public var speedCentimetresPerSecond: Int32?
    /// Course over ground in 0.1° from true north, 0–3599.
    public var courseDecidegrees: Int32?
    /// Estimated horizontal error in decimetres (95 %), never negative.
    public var horizontalErrorDecimetres: Int32?
    /// Satellites used.
    public var satellitesUsed: UInt8?
    /// 2D or 3D; a report without a fix never becomes a position.
    public var mode: Fix.Mode
    /// gpsd's `status`, 0 for "not said".
    public var status: UInt8
    /// The cart's odometer in metres since the journal was created.
    public var odometerMetres: Int64

    /// A position with nothing optional known.
    public init(receivedAt: Instant, coordinate: Coordinate, mode: Fix.Mode, odometerMetres: Int64) {
        self.receivedAt = receivedAt
        self.coordinate = coordinate
        self.mode = mode
        self.odometerMetres = odometerMetres
        timeMark = .missing
        status = 0
    }
}

/// Whether the receiver's time of a fix can be true. The time is stored either way; only a ``plausible`` one dates its
/// record.
public enum TimeMark: UInt8, CaseIterable, Sendable {
    /// Nothing speaks against it.
    case plausible = 0
    /// The receiver gave no time.
    case missing = 1
    /// Earlier than the day this program was built.
    case beforeBuild = 2
    /// A multiple of 1024 weeks away from the expected time: a GPS week rollover.
    case weekRollover = 3
    /// Earlier than the report before it.
    case backwards = 4
    /// Not the time that the cart goes by: the receiver contradicts itself, or NTP. See ``WallClock/contradicts(_:at:)``.
    case contradicted = 5

    /// The name on the socket and in JSON.
    public var name: String {
        switch self {
        case .plausible: "plausible"
        case .missing: "missing"
        case .beforeBuild: "before-build"
        case .weekRollover: "week-rollover"
        case .backwards: "backwards"
        case .contradicted: "contradicted"
        }
    }
}
