/// A closed line that neither crosses nor touches itself; its last point is joined to its first.
struct ZoneRing: Hashable, Sendable {
    /// On which side of the line a point lies.
    enum Side: Hashable, Sendable {
        /// Within.
        case inside
        /// On the line itself.
        case border
        /// Without.
        case outside
    }

    /// At least three, no two neighbours the same; the first is not repeated.
    let points: [GridPoint]
    /// Around the points.
    let box: GridBox

    /// - Parameter points: at least three, checked by ``ZoneRing/init(_:at:)``.
    init(points: [GridPoint], box: GridBox) {
        self.points = points
        self.box = box
    }

    /// Exact: counts the edges that a line from the point to the east crosses.
    func side(of point: GridPoint) -> Side {
        let gap = box.gap(to: point)
        guard gap.x == 0, gap.y == 0, var a = points.last else { return .outside }
        var isInside = false
        for b in points {
            defer { a = b }
            let (isAboveA, isAboveB) = (a.y > point.y, b.y > point.y)
            // Both above, or both below and neither at the point's height: neither crossed nor touched.
            if isAboveA && isAboveB || a.y < point.y && b.y < point.y { continue }
            let turn = GridPoint.turn(a, b, point)
            if turn == 0, min(a.x, b.x) <= point.x, point.x <= max(a.x, b.x) { return .border }
            // An upward edge has the point on its left if it is crossed to the east of it, a downward one on its right.
            if isAboveA != isAboveB, isAboveB == (turn > 0) { isInside.toggle() }
        }
        return isInside ? .inside : .outside
    }

    /// The square of the metres from an origin to the line; infinity, or any distance beyond it, if they are more than
    /// `limit`.
    func squaredDistance(from origin: GridPoint, in plane: LocalPlane, within limit: Double) -> Double {
        guard var a = points.last else { return .infinity }
        let steps = plane.stepsNorth(limit)
        let (north, south) = (origin.y + steps, origin.y - steps)
        var least = Double.infinity
        for b in points {
            defer { a = b }
            // Too far to the north or to the south: most edges, at the cost of a comparison.
            if a.y > north && b.y > north || a.y < south && b.y < south { continue }
            least = min(least, plane.squaredDistance(from: origin, to: a, b))
        }
        return least
    }

    /// The fractions of a segment at which it first and last meets the line, together with what it met before.
    func contact(
        from start: GridPoint,
        to end: GridPoint,
        joining joined: ClosedRange<Double>?
    ) -> ClosedRange<Double>? {
        guard box.meets(start, end), var a = points.last else { return joined }
        var found = joined
        for b in points {
            defer { a = b }
            guard GridPoint.segmentsMeet(start, end, a, b) else { continue }
            let edge = Self.fractions(of: start, end, on: a, b)
            found = found.map { min($0.lowerBound, edge.lowerBound)...max($0.upperBound, edge.upperBound) } ?? edge
        }
        return found
    }

    /// Where the segment from `start` to `end`, which is no point, meets the one from `a` to `b`.
    private static func fractions(
        of start: GridPoint,
        _ end: GridPoint,
        on a: GridPoint,
        _ b: GridPoint
    ) -> ClosedRange<Double> {
        func clamped(_ fraction: Double) -> Double { min(1, max(0, fraction)) }
        let (before, after) = (GridPoint.turn(a, b, start), GridPoint.turn(a, b, end))
        if before != after {
            let fraction = clamped(Double(before) / (Double(before) - Double(after)))
            return fraction...fraction
        }
        // Both on one line.
        let step = (x: Double(end.x - start.x), y: Double(end.y - start.y))
        let square = step.x * step.x + step.y * step.y
        let ends = [a, b].map { point in
            clamped((Double(point.x - start.x) * step.x + Double(point.y - start.y) * step.y) / square)
        }
        return min(ends[0], ends[1])...max(ends[0], ends[1])
    }
}
