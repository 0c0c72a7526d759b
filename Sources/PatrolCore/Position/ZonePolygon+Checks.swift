extension ZonePolygon {
    /// Checks the rings of a polygon, the border first.
    /// - Parameter index: of the polygon in its zone, for the messages.
    /// - Throws: ``ZoneError`` with every problem at once.
    init(rings: [[ZonePosition]], index: Int) throws(ZoneError) {
        guard !rings.isEmpty else {
            throw ZoneError(problems: [
                ZoneProblem(.polygon(index), "has no ring; allowed: a border, and holes after it")
            ])
        }
        var problems: [ZoneProblem] = []
        var checked: [ZoneRing?] = []
        for (number, positions) in rings.enumerated() {
            do {
                checked.append(try ZoneRing(positions, at: .init(polygon: index, ring: number)))
            } catch {
                problems += error.problems
                checked.append(nil)
            }
        }
        var holes: [ZoneRing] = []
        if let border = checked[0] {
            for (number, hole) in checked.enumerated().dropFirst() {
                guard let hole = hole?.framed(like: border) else { continue }
                if let reason = hole.reasonNotToBeAHole(of: border) {
                    problems.append(ZoneProblem(.ring(polygon: index, ring: number), reason))
                }
                holes.append(hole)
            }
        }
        guard problems.isEmpty, let border = checked[0] else { throw ZoneError(problems: problems) }
        self.init(outer: border, holes: holes)
    }
}

extension ZoneRing {
    /// Which ring of a zone, for the messages.
    struct Number: Hashable {
        var polygon: Int
        var ring: Int

        func problem(_ message: String) -> ZoneError {
            ZoneError(problems: [ZoneProblem(.ring(polygon: polygon, ring: ring), message)])
        }
    }

    /// A point with its number in the file.
    private struct Numbered {
        var point: GridPoint
        var number: Int
    }

    /// Checks a ring of a file: closed, in range, not around a pole, not too large, not touching itself.
    /// - Throws: ``ZoneError`` with the first problem of the ring; what comes after it would be its consequence.
    init(_ positions: [ZonePosition], at number: Number) throws(ZoneError) {
        guard positions.count >= 4 else {
            throw number.problem(
                "has \(positions.count) position\(positions.count == 1 ? "" : "s");"
                    + " allowed: at least 4, of which the last is the first again"
            )
        }
        let line = try Self.unwrapped(positions, at: number)
        let (first, last) = (line[0], line[line.count - 1])
        guard first.y == last.y, (first.x - last.x) % GridPoint.fullTurn == 0 else {
            throw number.problem(
                "is not closed: it begins at \(positions[0]) and ends at \(positions[positions.count - 1]);"
                    + " allowed: the last position is the first again"
            )
        }
        guard first.x == last.x else {
            throw number.problem("goes round a pole; allowed: no pole inside a zone")
        }
        let box = GridBox(around: first, line)
        let widest = Int64(ZoneBounds.widestDegrees) * 10_000_000
        guard box.east - box.west <= widest, box.north - box.south <= widest else {
            let (wide, high) = (Double(box.east - box.west) / 1e7, Double(box.north - box.south) / 1e7)
            throw number.problem(
                "spans \(wide)° from west to east and \(high)° from south to north;"
                    + " allowed: at most \(ZoneBounds.widestDegrees)°; is a digit wrong?"
            )
        }
        var distinct: [Numbered] = []
        for (index, point) in line.dropLast().enumerated() where point != distinct.last?.point {
            distinct.append(Numbered(point: point, number: index))
        }
        // The end repeats the first position; so may those before it.
        while distinct.count > 1, distinct.last?.point == first { distinct.removeLast() }
        try Self.checkArea(distinct, at: number)
        try Self.checkContacts(distinct, positions, at: number)
        self.init(points: distinct.map(\.point), box: box)
    }

    /// The same ring with its longitudes named as another one names them.
    fileprivate func framed(like other: ZoneRing) -> ZoneRing {
        let shift = other.box.framed(box.west) - box.west
        guard shift != 0 else { return self }
        let moved = points.map { GridPoint(x: $0.x + shift, y: $0.y) }
        return ZoneRing(points: moved, box: GridBox(around: moved[0], moved))
    }

    /// Puts the positions on the grid, each the short way round from the one before it.
    private static func unwrapped(_ positions: [ZonePosition], at number: Number) throws(ZoneError) -> [GridPoint] {
        var line: [GridPoint] = []
        var wrong: [(index: Int, message: String)] = []
        for (index, position) in positions.enumerated() {
            guard let coordinate = Coordinate(latitude: position.latitude, longitude: position.longitude) else {
                let isSwapped = Coordinate(latitude: position.longitude, longitude: position.latitude) != nil
                let hint = isSwapped ? "; longitude comes first" : ""
                wrong.append((index, "is \(position); allowed: longitude -180 to 180, latitude -90 to 90\(hint)"))
                continue
            }
            guard abs(position.latitude) <= Double(ZoneBounds.farthestLatitude) else {
                let allowed = "latitude -\(ZoneBounds.farthestLatitude) to \(ZoneBounds.farthestLatitude) in a zone"
                wrong.append((index, "is \(position), too near to a pole; allowed: \(allowed)"))
                continue
            }
            let x = Int64(coordinate.longitudeE7)
            let unwrapped = line.last.map { $0.x + GridPoint.shortWay((x - $0.x) % GridPoint.fullTurn) } ?? x
            line.append(GridPoint(x: unwrapped, y: Int64(coordinate.latitudeE7)))
        }
        guard let first = wrong.first else { return line }
        let more = wrong.count > 1 ? "; \(wrong.count - 1) more of this ring are out of range" : ""
        let place = ZoneProblem.Place.position(polygon: number.polygon, ring: number.ring, position: first.index)
        throw ZoneError(problems: [ZoneProblem(place, first.message + more)])
    }

    private static func checkArea(_ line: [Numbered], at number: Number) throws(ZoneError) {
        let hasArea =
            line.count >= 3
            && line.contains { GridPoint.turn(line[0].point, line[1].point, $0.point) != 0 }
        guard hasArea else {
            throw number.problem("has no area: all its positions lie on one line; allowed: at least three that do not")
        }
    }

    /// Looks for two edges that have more in common than the point where one ends and the other begins.
    ///
    /// Edges are compared in the order of their western ends, each only with those that begin before it ends.
    private static func checkContacts(
        _ line: [Numbered],
        _ positions: [ZonePosition],
        at number: Number
    ) throws(ZoneError) {
        let count = line.count
        func ends(_ edge: Int) -> (GridPoint, GridPoint) { (line[edge].point, line[(edge + 1) % count].point) }
        func west(_ edge: Int) -> Int64 { min(ends(edge).0.x, ends(edge).1.x) }
        func east(_ edge: Int) -> Int64 { max(ends(edge).0.x, ends(edge).1.x) }
        let order = (0..<count).map { (edge: $0, west: west($0)) }.sorted { $0.west < $1.west }
        for (place, one) in order.enumerated() {
            let limit = east(one.edge)
            for other in order[(place + 1)...] {
                guard other.west <= limit else { break }
                let (first, second) = (min(one.edge, other.edge), max(one.edge, other.edge))
                guard meet(first, second, of: count, ends: ends) else { continue }
                throw number.problem(
                    "crosses or touches itself: the edge from \(describe(first, line, positions)) meets the edge from"
                        + " \(describe(second, line, positions)); allowed: edges that meet only at their ends"
                )
            }
        }
    }

    private static func meet(
        _ first: Int,
        _ second: Int,
        of count: Int,
        ends: (Int) -> (GridPoint, GridPoint)
    ) -> Bool {
        let ((a, b), (c, d)) = (ends(first), ends(second))
        if first + 1 == second { return foldsBack(a, b, d) }
        if first == 0, second == count - 1 { return foldsBack(c, a, b) }
        return GridPoint.segmentsMeet(a, b, c, d)
    }

    /// Whether the line goes from `a` to `b` and from there back upon itself.
    private static func foldsBack(_ a: GridPoint, _ b: GridPoint, _ c: GridPoint) -> Bool {
        GridPoint.turn(a, b, c) == 0 && (b.x - a.x) * (c.x - b.x) + (b.y - a.y) * (c.y - b.y) < 0
    }

    private static func describe(_ edge: Int, _ line: [Numbered], _ positions: [ZonePosition]) -> String {
        let (from, to) = (line[edge].number, line[(edge + 1) % line.count].number)
        // The end of the last edge is written at the end of the ring as well.
        let end = to == 0 ? positions.count - 1 : to
        return "position \(from) \(positions[from]) to position \(end) \(positions[end])"
    }

    /// Why this ring cannot be cut out of a border; `nil` if it can. It may touch the border at points.
    fileprivate func reasonNotToBeAHole(of border: ZoneRing) -> String? {
        let allowed = "allowed: a hole within its polygon's first ring"
        if points.allSatisfy({ border.side(of: $0) == .outside }) {
            return "is a hole outside its polygon's border; \(allowed)"
        }
        let crosses = points.indices.contains { index in
            let (a, b) = (points[index], points[(index + 1) % points.count])
            return border.points.indices.contains { other in
                let c = border.points[other]
                return GridPoint.segmentsCross(a, b, c, border.points[(other + 1) % border.points.count])
            }
        }
        if crosses || points.contains(where: { border.side(of: $0) == .outside }) {
            return "is a hole that reaches beyond its polygon's border; \(allowed)"
        }
        return nil
    }
}

extension ZonePosition: CustomStringConvertible {
    /// As it stands in the file.
    public var description: String { "[\(longitude), \(latitude)]" }
}
