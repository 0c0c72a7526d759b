import PatrolCore

import func Glibc.cos

/// A road to drive round and round: a closed line with a speed for each place of it.
///
/// Places on it are told in metres along the line from its first point, 0 ..< ``length``.
struct RoutePlan {
    /// A point of the line.
    struct Point: Hashable {
        var coordinate: Coordinate
        /// Metres above mean sea level.
        var altitude: Double
    }

    /// A place beside the road where the cart waits.
    struct StopPlace: Hashable {
        var name: String
        var coordinate: Coordinate
        var dwellSeconds: Double
    }

    /// A circle in which the cart drives slowly.
    struct SlowPlace: Hashable {
        var name: String
        var coordinate: Coordinate
        var radiusMetres: Double
        /// m/s.
        var speed: Double
    }

    /// A place on the line where the cart waits.
    struct Stop: Hashable {
        var name: String
        var dwellSeconds: Double
        var metresAlong: Double
    }

    /// A stretch of the line on which the cart drives slowly.
    struct SlowStretch: Hashable {
        var metresAlong: ClosedRange<Double>
        /// m/s.
        var speed: Double
    }

    /// How far beside the road a stop may lie before it is taken for a mistake.
    static let farthestStopMetres = 50.0

    /// Metres of one lap.
    let length: Double
    /// m/s where nothing asks for less.
    let cruiseSpeed: Double
    /// In the order in which the cart comes by.
    let stops: [Stop]
    /// Where the cart drives slowly.
    let slowStretches: [SlowStretch]
    /// The bends of the line: how far along, and the speed in m/s at which the cart takes each.
    let bends: [(metresAlong: Double, speed: Double)]

    private let line: RouteLine

    /// - Parameters:
    ///   - isLoop: the last point is joined to the first; else the cart turns round at both ends.
    /// - Throws: if the line has no length or a stop is too far from it.
    init(
        points: [Point],
        isLoop: Bool,
        cruiseSpeed: Double,
        stops: [StopPlace],
        slowPlaces: [SlowPlace]
    ) throws(SimulatorError) {
        let line = try RouteLine(points: points, isLoop: isLoop)
        self.line = line
        self.cruiseSpeed = cruiseSpeed
        length = line.length
        var found: [Stop] = []
        for place in stops {
            let (metres, distance) = line.nearest(to: place.coordinate)
            guard distance <= Self.farthestStopMetres else {
                throw SimulatorError(
                    "the stop \"\(place.name)\" is \(Int(distance)) m away from the route;"
                        + " allowed are \(Int(Self.farthestStopMetres)) m"
                )
            }
            found.append(Stop(name: place.name, dwellSeconds: place.dwellSeconds, metresAlong: metres))
            // There and back again: the cart comes by a second time, unless the stop is where it turns.
            let onTheWayBack = line.length - metres
            if !isLoop, metres > 1, abs(onTheWayBack - metres) > 1 {
                found.append(Stop(name: place.name, dwellSeconds: place.dwellSeconds, metresAlong: onTheWayBack))
            }
        }
        self.stops = found.sorted { $0.metresAlong < $1.metresAlong }
        slowStretches = slowPlaces.flatMap { place in
            line.stretches(within: place.radiusMetres, of: place.coordinate)
                .map { SlowStretch(metresAlong: $0, speed: place.speed) }
        }
        bends = line.bends.map { ($0.metresAlong, Self.speed(throughBendOf: $0.degrees)) }
    }

    /// The speed in m/s at which the cart takes a bend of so many degrees, at least a crawl.
    ///
    /// A driver cuts the corner by up to 1.5 m, which makes an arc of the radius r = 1.5 m · c / (1 − c), with
    /// c = cos(bend / 2), and does not want more than 0.8 m/s² to the side: v = √(0.8 m/s² · r).
    ///
    /// | bend | 10° | 30° | 60° | 90° | 120° | 180° |
    /// | ---- | --- | --- | --- | --- | --- | --- |
    /// | m/s | 17.7 | 5.8 | 2.8 | 1.7 | 1.1 | 0.8 |
    static func speed(throughBendOf degrees: Double) -> Double {
        let cosine = max(0, cos(degrees * .pi / 360))
        let radius = 1.5 * cosine / max(1e-9, 1 - cosine)
        return max(0.8, (0.8 * radius).squareRoot())
    }

    /// The highest speed in m/s allowed at a place of the line, bends and stops aside.
    func speedCeiling(at metres: Double) -> Double {
        slowStretches.reduce(cruiseSpeed) { $1.metresAlong.contains(metres) ? min($0, $1.speed) : $0 }
    }

    /// The place on the line.
    func point(at metres: Double) -> Point { line.point(at: metres) }

    /// The course of the road in degrees from true north. Within 2 m of a bend the cart is turning already.
    func course(at metres: Double) -> Double {
        let ahead = line.point(at: metres + 2).coordinate
        return line.point(at: metres - 2).coordinate.course(to: ahead) ?? line.course(at: metres)
    }
}
