import PatrolCore

import func Glibc.atan2
import func Glibc.cos
import func Glibc.fmod

/// Steps of a few kilometres at most: on the sphere of ``Coordinate/distanceInMetres(to:)``, as if it were flat here.
extension Coordinate {
    /// Metres per degree of latitude on a sphere of the earth's mean radius, 6,371,008.8 m.
    private static let metresPerDegree = 6_371_008.8 * Double.pi / 180

    /// The place so many metres away; crosses the meridian of ±180° and stops at a pole.
    func moved(eastMetres: Double, northMetres: Double) -> Coordinate {
        let latitude = min(90, max(-90, self.latitude + northMetres / Self.metresPerDegree))
        // At the pole every direction is south; the cosine's floor keeps the step finite there.
        let metresPerDegreeEast = Self.metresPerDegree * max(1e-6, cos(self.latitude * .pi / 180))
        let longitude = Self.wrapped(self.longitude + eastMetres / metresPerDegreeEast)
        return Coordinate(latitude: latitude, longitude: longitude) ?? self
    }

    /// Metres to the east and to the north from here to another place, the short way round.
    func offset(to other: Coordinate) -> (eastMetres: Double, northMetres: Double) {
        let middle = (latitude + other.latitude) / 2 * .pi / 180
        let east = Self.wrapped(other.longitude - longitude) * Self.metresPerDegree * cos(middle)
        return (east, (other.latitude - latitude) * Self.metresPerDegree)
    }

    /// The course from here to another place in degrees from true north, 0 ..< 360; `nil` from a place to itself.
    func course(to other: Coordinate) -> Double? {
        guard self != other else { return nil }
        let (east, north) = offset(to: other)
        return .course(east: east, north: north)
    }

    /// The place at a fraction of the way to another one, the short way round.
    func interpolated(to other: Coordinate, fraction: Double) -> Coordinate {
        let latitude = latitude + (other.latitude - latitude) * fraction
        let longitude = Self.wrapped(longitude + Self.wrapped(other.longitude - longitude) * fraction)
        return Coordinate(latitude: latitude, longitude: longitude) ?? self
    }

    private static func wrapped(_ longitude: Double) -> Double {
        if longitude > 180 { return longitude - 360 }
        if longitude < -180 { return longitude + 360 }
        return longitude
    }
}

extension Double {
    /// The course of a movement in degrees from true north, 0 ..< 360; 0 without any.
    static func course(east: Double, north: Double) -> Double {
        (atan2(east, north) * 180 / .pi).normalizedCourse
    }

    /// This angle in degrees as a course, 0 ..< 360.
    var normalizedCourse: Double {
        let rest = fmod(self, 360)
        let positive = rest < 0 ? rest + 360 : rest
        return positive >= 360 ? 0 : positive
    }
}
