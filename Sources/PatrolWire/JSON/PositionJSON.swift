public import PatrolCore

/// A position on the socket; the units are in the names.
public struct PositionJSON: Codable, Hashable, Sendable {
    /// Its place in its lane; `nil` while it is not in the journal.
    public var sequence: Int64?
    /// UTC (RFC 3339), if anybody knows it.
    public var time: String?
    /// `true` if the time comes from the boot's clock as it was learned later; `nil` otherwise.
    public var corrected: Bool?
    /// Why the receiver's time cannot be true; `nil` if it can.
    public var timeMark: String?
    /// Degrees, WGS 84, positive to the north.
    public var latitude: Double
    /// Degrees, positive to the east.
    public var longitude: Double
    /// Metres above mean sea level.
    public var altitudeMetres: Double?
    /// Over ground.
    public var speedMetresPerSecond: Double?
    /// From true north, clockwise, 0 up to 360.
    public var courseDegrees: Double?
    /// The receiver's own estimate, 95 %.
    public var horizontalErrorMetres: Double?
    /// Used in the solution.
    public var satellites: Int?
    /// 2 or 3 dimensions.
    public var mode: Int
    /// gpsd's `status`; `nil` for "not said".
    public var status: Int?
    /// Since the journal was created.
    public var odometerMetres: Int64
    /// The boot that ``bootTimeSeconds`` counts from; `nil` for a position that is not in the journal.
    public var boot: Int64?
    /// When the report was read, in seconds since that boot.
    public var bootTimeSeconds: Double?

    enum CodingKeys: String, CodingKey {
        case sequence, time, corrected, latitude, longitude, satellites, mode, status, boot
        case bootTimeSeconds = "boot_time_s"
        case timeMark = "time_mark"
        case altitudeMetres = "altitude_m"
        case speedMetresPerSecond = "speed_mps"
        case courseDegrees = "course_deg"
        case horizontalErrorMetres = "horizontal_error_m"
        case odometerMetres = "odometer_m"
    }

    /// A recorded position.
    /// - Parameters:
    ///   - time: the time to show; the receiver's own unless the journal knows better.
    ///   - isCorrected: whether `time` comes from the boot's clock.
    public init(_ recorded: Recorded<Position>, time: WallTime?, isCorrected: Bool) {
        self.init(recorded.record, time: time)
        sequence = recorded.sequence.rawValue
        boot = recorded.boot.rawValue
        bootTimeSeconds = Double(PositionRules.deciseconds(recorded.record.receivedAt)) / 10
        corrected = isCorrected ? true : nil
    }

    /// A position that is not, or not yet, in the journal.
    public init(_ position: Position) {
        self.init(position, time: position.time)
    }

    private init(_ position: Position, time: WallTime?) {
        self.time = time?.description
        timeMark = position.timeMark == .plausible ? nil : position.timeMark.name
        latitude = position.coordinate.latitude
        longitude = position.coordinate.longitude
        altitudeMetres = position.altitudeDecimetres.map { Double($0) / 10 }
        speedMetresPerSecond = position.speedCentimetresPerSecond.map { Double($0) / 100 }
        courseDegrees = position.courseDecidegrees.map { Double($0) / 10 }
        horizontalErrorMetres = position.horizontalErrorDecimetres.map { Double($0) / 10 }
        satellites = position.satellitesUsed.map(Int.init)
        mode = Int(position.mode.rawValue)
        status = position.status == 0 ? nil : Int(position.status)
        odometerMetres = position.odometerMetres
    }
}

/// A position as a GeoJSON feature (RFC 7946): longitude first, then latitude, then metres.
public struct PositionFeature: Encodable {
    private struct Geometry: Encodable {
        var type = "Point"
        var coordinates: [Double]
    }

    private var type = "Feature"
    private var geometry: Geometry
    private var properties: PositionJSON

    /// The position, with everything that is known of it as properties.
    public init(_ position: PositionJSON) {
        geometry = Geometry(
            coordinates: [position.longitude, position.latitude] + (position.altitudeMetres.map { [$0] } ?? [])
        )
        properties = position
    }
}
