import PatrolCore

/// The geometry of a route: a closed line, measured in metres along it from its first point.
struct RouteLine {
    /// More than any cart drives; a longer route has a misplaced point.
    static let longestMetres = 1_000_000.0

    /// Metres once round.
    let length: Double

    private let points: [RoutePlan.Point]
    /// Where each point lies along the line; ascending from 0.
    private let metres: [Double]

    /// - Parameter isLoop: joins the last point to the first; else the line is walked back to its first point.
    /// - Throws: if fewer than two different points are left.
    init(points given: [RoutePlan.Point], isLoop: Bool) throws(SimulatorError) {
        var points = given
        if !isLoop { points += given.dropLast().reversed() }
        var distinct: [RoutePlan.Point] = []
        for point in points where point.coordinate != distinct.last?.coordinate { distinct.append(point) }
        while distinct.count > 1, distinct.first?.coordinate == distinct.last?.coordinate { distinct.removeLast() }
        guard distinct.count > 1 else { throw SimulatorError("the route needs at least two different points") }

        var metres = [0.0]
        for (from, to) in zip(distinct, distinct.dropFirst()) {
            metres.append(metres[metres.count - 1] + from.coordinate.distanceInMetres(to: to.coordinate))
        }
        let closing = distinct[distinct.count - 1].coordinate.distanceInMetres(to: distinct[0].coordinate)
        self.points = distinct
        self.metres = metres
        length = metres[metres.count - 1] + closing
        guard length <= Self.longestMetres else {
            throw SimulatorError(
                "the route is \(Int(length / 1000)) km long; allowed are \(Int(Self.longestMetres / 1000)) km"
            )
        }
    }

    /// The place so far along the line; any number, taken round and round.
    func point(at distance: Double) -> RoutePlan.Point {
        let (index, fraction) = segment(at: distance)
        let (from, to) = (points[index], points[(index + 1) % points.count])
        return RoutePlan.Point(
            coordinate: from.coordinate.interpolated(to: to.coordinate, fraction: fraction),
            altitude: from.altitude + (to.altitude - from.altitude) * fraction
        )
    }

    /// The course of the segment so far along the line, in degrees from true north.
    func course(at distance: Double) -> Double {
        let index = segment(at: distance).index
        return points[index].coordinate.course(to: points[(index + 1) % points.count].coordinate) ?? 0
    }

    /// Each point of the line with the angle by which the line turns there, 0–180°.
    var bends: [(metresAlong: Double, degrees: Double)] {
        points.indices.map { index in
            let here = points[index].coordinate
            let before = points[(index + points.count - 1) % points.count].coordinate
            let after = points[(index + 1) % points.count].coordinate
            let turn = (here.course(to: after) ?? 0) - (before.course(to: here) ?? 0)
            let angle = turn.normalizedCourse
            return (metres[index], min(angle, 360 - angle))
        }
    }

    /// The place on the line that is nearest to another place, and the metres between the two.
    func nearest(to place: Coordinate) -> (metresAlong: Double, distance: Double) {
        var best = (metresAlong: 0.0, distance: Double.infinity)
        for index in points.indices {
            let from = place.offset(to: points[index].coordinate)
            let to = place.offset(to: points[(index + 1) % points.count].coordinate)
            let along = (east: to.eastMetres - from.eastMetres, north: to.northMetres - from.northMetres)
            let square = along.east * along.east + along.north * along.north
            let projection = -(from.eastMetres * along.east + from.northMetres * along.north)
            let fraction = square > 0 ? min(1, max(0, projection / square)) : 0
            let (start, end) = bounds(ofSegment: index)
            let metres = start + (end - start) * fraction
            let distance = point(at: metres).coordinate.distanceInMetres(to: place)
            if distance < best.distance { best = (metres >= length ? 0 : metres, distance) }
        }
        return best
    }

    /// The stretches of the line that lie within a circle, to a metre.
    func stretches(within radius: Double, of place: Coordinate) -> [ClosedRange<Double>] {
        var found: [ClosedRange<Double>] = []
        var start: Double?
        for step in 0...Int(length) {
            let metres = Double(step)
            let isInside = point(at: metres).coordinate.distanceInMetres(to: place) <= radius
            if isInside, start == nil { start = metres }
            if !isInside, let begin = start {
                found.append(begin...metres)
                start = nil
            }
        }
        if let begin = start { found.append(begin...length) }
        return found
    }

    private func bounds(ofSegment index: Int) -> (start: Double, end: Double) {
        (metres[index], index + 1 < metres.count ? metres[index + 1] : length)
    }

    private func segment(at distance: Double) -> (index: Int, fraction: Double) {
        let rest = distance.truncatingRemainder(dividingBy: length)
        let wrapped = rest < 0 ? rest + length : rest
        let index = (metres.firstIndex { $0 > wrapped } ?? metres.count) - 1
        let (start, end) = bounds(ofSegment: index)
        return (index, end > start ? min(1, (wrapped - start) / (end - start)) : 0)
    }
}
