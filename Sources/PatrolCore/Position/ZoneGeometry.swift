import func Glibc.cos

/// A closed area with holes on the grid of ``Coordinate``, in whole numbers, so that "inside" is exact.
///
/// Its edges are straight in longitude and latitude, as RFC 7946 §3.1.1 has it. Longitudes are unwrapped: each edge goes
/// the shorter way round, so a polygon across 180° lies in one piece in a frame of its own that may reach beyond ±180°.
public struct ZonePolygon: Hashable, Sendable {
    /// The border.
    let outer: ZoneRing
    /// What is cut out of it.
    let holes: [ZoneRing]

    /// From the border and its holes, which ``ZonePolygon/init(rings:index:)`` has checked.
    init(outer: ZoneRing, holes: [ZoneRing]) {
        self.outer = outer
        self.holes = holes
    }

    /// Whether a place is in it; its borders are, those of the holes too.
    public func contains(_ coordinate: Coordinate) -> Bool {
        contains(GridPoint(x: outer.box.framed(Int64(coordinate.longitudeE7)), y: Int64(coordinate.latitudeE7)))
    }

    private func contains(_ point: GridPoint) -> Bool {
        guard outer.side(of: point) != .outside else { return false }
        return !holes.contains { $0.side(of: point) == .inside }
    }

    /// Metres from a plane's origin, 0 in the polygon; infinity if they are more than `limit`.
    func distance(from plane: LocalPlane, within limit: Double) -> Double {
        guard plane.isWithin(limit, of: outer.box) else { return .infinity }
        let origin = plane.origin(in: outer.box)
        if contains(origin) { return 0 }
        let least = holes.reduce(outer.squaredDistance(from: origin, in: plane, within: limit)) { least, hole in
            min(least, hole.squaredDistance(from: origin, in: plane, within: limit))
        }
        return least <= limit * limit ? least.squareRoot() : .infinity
    }

    /// Where a way first and last meets the borders, together with what it met before.
    func contact(with way: ZoneWay, joining joined: ClosedRange<Double>?) -> ClosedRange<Double>? {
        guard way.meets(outer.box) else { return joined }
        let (start, end) = way.ends(in: outer.box)
        return holes.reduce(outer.contact(from: start, to: end, joining: joined)) { joined, hole in
            hole.contact(from: start, to: end, joining: joined)
        }
    }
}

/// A point in steps of 1e-7°, east and north; east may lie beyond ±180° in the frame of a polygon.
struct GridPoint: Hashable, Sendable {
    var x: Int64
    var y: Int64

    /// 360° in steps of 1e-7°.
    static let fullTurn: Int64 = 3_600_000_000

    /// A difference of two longitudes, the short way round: −180° up to but not including 180°.
    static func shortWay(_ difference: Int64) -> Int64 {
        let half = fullTurn / 2
        return difference < -half ? difference + fullTurn : difference >= half ? difference - fullTurn : difference
    }

    /// The turn from `a` over `b` to `c`: positive to the left, negative to the right, 0 straight on or back.
    ///
    /// Exact: within ``ZoneBounds/widestDegrees`` and ``ZoneWay/longestStep`` each difference has at most 2 × 10⁸ steps.
    static func turn(_ a: GridPoint, _ b: GridPoint, _ c: GridPoint) -> Int64 {
        (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
    }

    /// Whether two segments have a point in common, ends included.
    static func segmentsMeet(_ a: GridPoint, _ b: GridPoint, _ c: GridPoint, _ d: GridPoint) -> Bool {
        // The boxes decide for segments on one line, where every turn is 0.
        guard max(a.x, b.x) >= min(c.x, d.x), max(c.x, d.x) >= min(a.x, b.x),
            max(a.y, b.y) >= min(c.y, d.y), max(c.y, d.y) >= min(a.y, b.y)
        else { return false }
        return turn(a, b, c).signum() * turn(a, b, d).signum() <= 0
            && turn(c, d, a).signum() * turn(c, d, b).signum() <= 0
    }

    /// Whether two segments cross at a point that is an end of neither.
    static func segmentsCross(_ a: GridPoint, _ b: GridPoint, _ c: GridPoint, _ d: GridPoint) -> Bool {
        segmentsMeet(a, b, c, d)
            && turn(a, b, c).signum() * turn(a, b, d).signum() < 0
            && turn(c, d, a).signum() * turn(c, d, b).signum() < 0
    }
}

/// A rectangle of the grid.
struct GridBox: Hashable, Sendable {
    private(set) var west: Int64
    private(set) var east: Int64
    private(set) var south: Int64
    private(set) var north: Int64

    /// The smallest that holds all points; there is at least one.
    init(around first: GridPoint, _ points: some Sequence<GridPoint>) {
        (west, east, south, north) = (first.x, first.x, first.y, first.y)
        for point in points {
            west = min(west, point.x)
            east = max(east, point.x)
            south = min(south, point.y)
            north = max(north, point.y)
        }
    }

    /// A longitude as it is named in this frame: the one of its turns that lies nearest to the middle.
    func framed(_ longitudeE7: Int64) -> Int64 {
        let middle = west + (east - west) / 2
        return middle + GridPoint.shortWay(longitudeE7 - middle)
    }

    /// How far a point lies outside, in steps to each side; 0 within.
    func gap(to point: GridPoint) -> (x: Int64, y: Int64) {
        (max(west - point.x, point.x - east, 0), max(south - point.y, point.y - north, 0))
    }

    /// Whether it has a point in common with the box around two points.
    func meets(_ a: GridPoint, _ b: GridPoint) -> Bool {
        max(a.x, b.x) >= west && min(a.x, b.x) <= east && max(a.y, b.y) >= south && min(a.y, b.y) <= north
    }
}

/// The way between two fixes, straight in longitude and latitude, the short way round.
struct ZoneWay: Hashable, Sendable {
    /// Steps of 1e-7° to each side, 10°: two fixes that are seconds apart lie a thousandth of that from each other, and
    /// the exact arithmetic needs a bound.
    static let longestStep: Int64 = 100_000_000

    let start: GridPoint
    /// From the start to the end.
    let step: GridPoint

    /// `nil` without any way, or with one beyond ``longestStep``.
    init?(from start: Coordinate, to end: Coordinate) {
        self.start = GridPoint(x: Int64(start.longitudeE7), y: Int64(start.latitudeE7))
        step = GridPoint(
            x: GridPoint.shortWay(Int64(end.longitudeE7) - Int64(start.longitudeE7)),
            y: Int64(end.latitudeE7) - Int64(start.latitudeE7)
        )
        guard step != GridPoint(x: 0, y: 0), max(abs(step.x), abs(step.y)) <= Self.longestStep else { return nil }
    }

    /// Its ends in the frame of a polygon.
    func ends(in box: GridBox) -> (GridPoint, GridPoint) {
        let start = GridPoint(x: box.framed(start.x), y: start.y)
        return (start, GridPoint(x: start.x + step.x, y: start.y + step.y))
    }

    /// Whether the box around it has a point in common with another.
    func meets(_ box: GridBox) -> Bool {
        let (start, end) = ends(in: box)
        return box.meets(start, end)
    }
}

/// The map around a place as if the earth were flat there (equirectangular): metres per step of the grid.
///
/// Straight edges stay straight on it. Against the sphere of ``Coordinate/distanceInMetres(to:)`` a distance d is off by at
/// most a share of tan(latitude) · d / 6371 km: 1 cm in 300 m at 30°, and 0.2 m in 300 m at the northernmost zones. That
/// sphere is at most 0.6 % off the ellipsoid.
struct LocalPlane: Hashable, Sendable {
    private let longitudeE7: Int64
    private let latitudeE7: Int64
    /// Metres of a step of 1e-7° to the east.
    private let eastScale: Double
    /// Metres of a step of 1e-7° to the north.
    private let northScale: Double

    init(around coordinate: Coordinate) {
        longitudeE7 = Int64(coordinate.longitudeE7)
        latitudeE7 = Int64(coordinate.latitudeE7)
        northScale = 6_371_008.8 * .pi / 180 / 1e7
        eastScale = northScale * cos(coordinate.latitude * .pi / 180)
    }

    /// The place in the frame of a polygon.
    func origin(in box: GridBox) -> GridPoint {
        GridPoint(x: box.framed(longitudeE7), y: latitudeE7)
    }

    /// Whether a box is no farther away than so many metres.
    func isWithin(_ metres: Double, of box: GridBox) -> Bool {
        square(box.gap(to: origin(in: box))) <= metres * metres
    }

    /// So many metres to the north or south, in steps, rounded up; more than there are on earth for infinity.
    func stepsNorth(_ metres: Double) -> Int64 {
        Int64(min(Double(GridPoint.fullTurn), (metres / northScale).rounded(.up)))
    }

    /// The square of the metres that so many steps make.
    func square(_ gap: (x: Int64, y: Int64)) -> Double {
        let (east, north) = (Double(gap.x) * eastScale, Double(gap.y) * northScale)
        return east * east + north * north
    }

    /// The square of the metres from an origin to a segment.
    func squaredDistance(from origin: GridPoint, to a: GridPoint, _ b: GridPoint) -> Double {
        let start = (x: Double(a.x - origin.x) * eastScale, y: Double(a.y - origin.y) * northScale)
        let along = (x: Double(b.x - a.x) * eastScale, y: Double(b.y - a.y) * northScale)
        let square = along.x * along.x + along.y * along.y
        let fraction = min(1, max(0, -(start.x * along.x + start.y * along.y) / square))
        let nearest = (x: start.x + along.x * fraction, y: start.y + along.y * fraction)
        return nearest.x * nearest.x + nearest.y * nearest.y
    }
}
