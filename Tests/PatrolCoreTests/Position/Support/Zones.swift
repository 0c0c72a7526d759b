import PatrolCore
import Testing

extension Drive {
    /// A zone on the plane of this drive: rings of (metres east, metres north), closed here.
    func zone(_ id: String, _ rings: [(east: Double, north: Double)]...) throws -> Zone {
        try Zone(id: id, name: id, kind: .other, polygons: [rings.map { try ring($0) }])
    }

    /// An upright rectangle.
    func zone(_ id: String, east: ClosedRange<Double>, north: ClosedRange<Double>) throws -> Zone {
        try zone(id, Self.rectangle(east: east, north: north))
    }

    static func rectangle(east: ClosedRange<Double>, north: ClosedRange<Double>) -> [(east: Double, north: Double)] {
        [
            (east.lowerBound, north.lowerBound), (east.upperBound, north.lowerBound),
            (east.upperBound, north.upperBound), (east.lowerBound, north.upperBound),
        ]
    }

    /// A closed ring for a zone.
    func ring(_ points: [(east: Double, north: Double)]) throws -> [ZonePosition] {
        let positions = try points.map { point in
            let coordinate = try coordinate(east: point.east, north: point.north)
            return ZonePosition(longitude: coordinate.longitude, latitude: coordinate.latitude)
        }
        return positions + positions.prefix(1)
    }
}

/// Positions as they stand in a file: longitude first.
func positions(_ pairs: [(Double, Double)]) -> [ZonePosition] {
    pairs.map { ZonePosition(longitude: $0.0, latitude: $0.1) }
}

/// What is wrong with a zone of one polygon, as "place: message".
func zoneProblems(_ rings: [[(Double, Double)]]) -> [ZoneProblem] {
    do {
        _ = try Zone(id: "a", name: "a", kind: .other, polygons: [rings.map(positions)])
        return []
    } catch {
        return error.problems
    }
}
