import func Glibc.asin
import func Glibc.cos
import func Glibc.sin

/// A place on the WGS 84 ellipsoid in steps of 1e-7° (11 mm at the equator): the resolution of the journal and the wire.
public struct Coordinate: Hashable, Sendable {
    /// Latitude in 1e-7°, −900,000,000 (south pole) to 900,000,000.
    public let latitudeE7: Int32
    /// Longitude in 1e-7°, −1,800,000,000 to 1,800,000,000; both ends are the same meridian.
    public let longitudeE7: Int32

    /// `nil` outside ±90° and ±180°.
    public init?(latitudeE7: Int32, longitudeE7: Int32) {
        guard (-900_000_000...900_000_000).contains(latitudeE7),
            (-1_800_000_000...1_800_000_000).contains(longitudeE7)
        else { return nil }
        self.latitudeE7 = latitudeE7
        self.longitudeE7 = longitudeE7
    }

    /// Rounds to the nearest 1e-7°; `nil` outside ±90° and ±180° and for values that are not finite.
    public init?(latitude: Double, longitude: Double) {
        guard (-90.0...90.0).contains(latitude), (-180.0...180.0).contains(longitude) else { return nil }
        self.init(
            latitudeE7: Int32((latitude * 1e7).rounded()),
            longitudeE7: Int32((longitude * 1e7).rounded())
        )
    }

    /// Latitude in degrees, positive to the north.
    public var latitude: Double { Double(latitudeE7) / 1e7 }
    /// Longitude in degrees, positive to the east.
    public var longitude: Double { Double(longitudeE7) / 1e7 }

    /// The great-circle distance in metres on a sphere of the earth's mean radius (IUGG, 6,371,008.8 m).
    ///
    /// At most 0.6 % off the ellipsoid's; exact enough for an odometer, whose receiver is no better. The haversine
    /// form keeps its precision for the centimetres between two fixes.
    public func distanceInMetres(to other: Coordinate) -> Double {
        let latitudeHalf = sin((other.latitude - latitude).inRadians / 2)
        let longitudeHalf = sin((other.longitude - longitude).inRadians / 2)
        let chord =
            latitudeHalf * latitudeHalf
            + cos(latitude.inRadians) * cos(other.latitude.inRadians) * longitudeHalf * longitudeHalf
        return 2 * 6_371_008.8 * asin(min(1, chord.squareRoot()))
    }
}

extension Double {
    fileprivate var inRadians: Double { self * .pi / 180 }
}
