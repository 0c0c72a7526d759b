import PatrolCore

/// What a receiver says once per epoch. A quantity that it does not know is `nil` and leaves its field empty.
struct ReceiverEpoch: Hashable {
    /// UTC of the fix.
    var time: WallTime
    /// Where the receiver believes to be.
    var coordinate: Coordinate
    /// Metres above mean sea level; with it the fix is a 3D one.
    var altitude: Double?
    /// m/s over ground.
    var speed: Double?
    /// Degrees from true north; a receiver at rest has none.
    var course: Double?
    /// The satellites used in the solution, 0–12.
    var satellitesUsed: Int
    /// How good it believes to be.
    var accuracy: Accuracy
}

/// A receiver's opinion of its own error, all of it from the horizontal dilution of precision.
struct Accuracy: Hashable {
    /// Reported horizontal error (95 %) in metres for an HDOP of 1: an ordinary receiver under an open sky.
    static let horizontalErrorPerHDOP = 2.5
    /// 95 % of a circular normal distribution lie within so many of its standard deviations: √(−2 · ln 0.05).
    private static let sigmasIn95PercentCircle = 2.4477
    /// The same for a normal distribution in one dimension.
    private static let sigmasIn95PercentInterval = 1.96
    /// Satellites stand on one side of the receiver: the height is worse than the place.
    private static let verticalFactor = 1.5

    /// Standard deviation in m/s of each component of the velocity: what Doppler gives an ordinary receiver.
    static let speedSigma = 0.06
    /// m/s within which 95 % of the speeds lie.
    static let speedError = speedSigma * sigmasIn95PercentInterval

    /// Horizontal dilution of precision, as the receiver prints it.
    let hdop: Double

    /// Vertical dilution of precision.
    var vdop: Double { hdop * Self.verticalFactor }
    /// Dilution of precision in three dimensions.
    var pdop: Double { (hdop * hdop + vdop * vdop).squareRoot() }
    /// Metres within which 95 % of the fixes lie around the true place.
    var horizontalError: Double { hdop * Self.horizontalErrorPerHDOP }
    /// Standard deviation in metres to the east, and the same to the north.
    var horizontalSigma: Double { horizontalError / Self.sigmasIn95PercentCircle }
    /// Standard deviation of the altitude in metres.
    var verticalSigma: Double { horizontalSigma * Self.verticalFactor }
    /// Metres within which 95 % of the altitudes lie.
    var verticalError: Double { verticalSigma * Self.sigmasIn95PercentInterval }
}
