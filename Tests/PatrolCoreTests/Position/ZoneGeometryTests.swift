import Foundation
import PatrolCore
import Testing

@Suite("Inside, and how far outside")
struct ZoneGeometryTests {
    private static let places = [
        (29.3, 106.3), (-33.9, 151.2), (-54.8, -68.3), (51.5, -0.000_01), (0.000_01, 179.999_99), (-16.8, -179.999_99),
        (69.6, 180.0), (84.9, 20.0),
    ]

    private func drive(_ place: (Double, Double)) -> Drive {
        var drive = Drive()
        (drive.latitude, drive.longitude) = place
        return drive
    }

    @Test("A square with a hole, on every side of the globe's seams; borders are inside", arguments: places)
    func hole(place: (Double, Double)) throws {
        let drive = drive(place)
        let zone = try drive.zone(
            "a",
            Drive.rectangle(east: -100...100, north: -100...100),
            Drive.rectangle(east: -50...50, north: -20...20)
        )
        let table: [(east: Double, north: Double, isInside: Bool, metres: Double)] = [
            (0, 0, false, 20), (45, 0, false, 5), (-45, 0, false, 5), (60, 0, true, 0), (-60, 0, true, 0),
            (0, 30, true, 0), (0, -99, true, 0), (110, 0, false, 10), (-110, 0, false, 10), (0, 130, false, 30),
            (103, 104, false, 5), (-103, -104, false, 5), (400, 0, false, 300),
        ]
        for row in table {
            let coordinate = try drive.coordinate(east: row.east, north: row.north)
            #expect(zone.contains(coordinate) == row.isInside, "\(row)")
            let metres = zone.distanceInMetres(from: coordinate)
            #expect(abs(metres - row.metres) <= 0.03 + row.metres * 0.001, "\(row): \(metres)")
        }
        // The corners as they lie on the grid: of the border and of the hole.
        for (east, north) in [(-100.0, -100.0), (100, -100), (100, 100), (-100, 100), (-50, -20), (50, 20)] {
            #expect(zone.contains(try drive.coordinate(east: east, north: north)), "\(east) \(north)")
        }
        let antipode = try #require(
            Coordinate(latitude: -place.0, longitude: place.1 > 0 ? place.1 - 180 : place.1 + 180)
        )
        #expect(!zone.contains(antipode))
        #expect(zone.distanceInMetres(from: antipode) > 1_000_000)
    }

    @Test("One step of the grid beside the border is outside, the border itself is inside")
    func exact() throws {
        // A slanted border through points of the grid: 3 steps east for 1 north.
        let corner = (longitude: 106.3, latitude: 29.3)
        let triangle = positions([
            (corner.longitude, corner.latitude), (corner.longitude + 0.03, corner.latitude),
            (corner.longitude + 0.03, corner.latitude + 0.01), (corner.longitude, corner.latitude),
        ])
        let zone = try Zone(id: "a", name: "a", kind: .other, polygons: [[triangle]])
        for step in stride(from: Int32(0), through: 100_000, by: 997) {
            func isInside(_ east: Int32, _ north: Int32) throws -> Bool {
                zone.contains(
                    try #require(Coordinate(latitudeE7: 293_000_000 + north, longitudeE7: 1_063_000_000 + east))
                )
            }
            #expect(try isInside(3 * step, step), "on the slope, \(step)")
            #expect(try !isInside(3 * step - 1, step))
            #expect(try !isInside(3 * step, step + 1))
            #expect(try isInside(3 * step, 0), "on the base, \(step)")
            #expect(try !isInside(3 * step, -1))
            #expect(try isInside(300_000, step), "on the eastern edge, \(step)")
            #expect(try !isInside(300_001, step))
        }
    }

    @Test("A polygon drawn across 180° and one cut there in two are the same zone")
    func antimeridian() throws {
        let drawn = try Zone(
            id: "a",
            name: "a",
            kind: .other,
            polygons: [[positions([(179.9, -17), (-179.9, -17), (-179.9, -16), (179.9, -16), (179.9, -17)])]]
        )
        let cut = try Zone(
            id: "b",
            name: "b",
            kind: .other,
            polygons: [
                [positions([(179.9, -17), (180, -17), (180, -16), (179.9, -16), (179.9, -17)])],
                [positions([(-180, -17), (-179.9, -17), (-179.9, -16), (-180, -16), (-180, -17)])],
            ]
        )
        let fromTheOtherSide = try Zone(
            id: "c",
            name: "c",
            kind: .other,
            polygons: [
                [
                    positions([(-179.9, -16), (179.9, -16), (179.9, -17), (-179.9, -17), (-179.9, -16)]),
                    positions([(179.95, -16.4), (179.99, -16.4), (179.99, -16.3), (179.95, -16.4)]),
                ]
            ]
        )
        let table: [(Double, Double, Bool)] = [
            (180, -16.5, true), (-180, -16.5, true), (179.95, -16.5, true), (-179.95, -16.5, true),
            (179.9, -16.5, true), (-179.9, -16, true), (179.89, -16.5, false), (-179.89, -16.5, false),
            (0, -16.5, false), (180, -15.9, false), (-180, -17.1, false),
        ]
        for (longitude, latitude, isInside) in table {
            let coordinate = try #require(Coordinate(latitude: latitude, longitude: longitude))
            for zone in [drawn, cut, fromTheOtherSide] {
                #expect(zone.contains(coordinate) == isInside, "\(zone.id): \(longitude) \(latitude)")
            }
            #expect(
                abs(drawn.distanceInMetres(from: coordinate) - cut.distanceInMetres(from: coordinate)) < 0.001,
                "\(longitude) \(latitude)"
            )
        }
        let inHole = try #require(Coordinate(latitude: -16.38, longitude: 179.98))
        #expect(!fromTheOtherSide.contains(inHole))
        #expect(drawn.contains(inHole))
    }

    @Test("At the poles every zone is far away")
    func poles() throws {
        let zone = try Zone(
            id: "a",
            name: "a",
            kind: .other,
            polygons: [[positions([(20, 84), (21, 84), (21, 85), (20, 84)])]]
        )
        for (latitude, longitude) in [(90.0, 20.5), (-90, 20.5), (89.999_999_9, -159.5)] {
            let coordinate = try #require(Coordinate(latitude: latitude, longitude: longitude))
            #expect(!zone.contains(coordinate))
            #expect(zone.distanceInMetres(from: coordinate) > 500_000)
        }
    }

    @Test(
        "Against brute force in floating point: star-shaped zones with holes, all over the globe",
        arguments: UInt64(1)...8
    )
    func bruteForce(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<25 {
            var drive = Drive()
            drive.latitude = .random(in: -80...80, using: &random)
            drive.longitude = Bool.random(using: &random) ? 179.9995 : .random(in: -180...180, using: &random)
            let outer = Self.star(.random(in: 7...40, using: &random), radii: 150...300, using: &random)
            let hole = Self.star(.random(in: 3...12, using: &random), radii: 20...60, using: &random)
            let zone = try drive.zone("a", outer, hole)
            for _ in 0..<40 {
                let east = Double.random(in: -350...350, using: &random)
                let north = Double.random(in: -350...350, using: &random)
                let coordinate = try drive.coordinate(east: east, north: north)
                let border = min(Self.distance(outer, east, north), Self.distance(hole, east, north))
                let isInside = Self.winds(outer, east, north) && !Self.winds(hole, east, north)
                // The plane of the drive has another cosine than the place: 0.06 m in 350 m at 80°, and the grid's 1 cm.
                if border > 0.1 {
                    #expect(zone.contains(coordinate) == isInside, "seed \(seed): \(east) \(north)")
                }
                let metres = zone.distanceInMetres(from: coordinate)
                #expect(abs(metres - (isInside ? 0 : border)) <= 0.2, "seed \(seed): \(metres), not \(border)")
            }
        }
    }

    /// A ring around the origin with corners at random radii and rising angles.
    private static func star(
        _ corners: Int,
        radii: ClosedRange<Double>,
        using random: inout SeededGenerator
    ) -> [(east: Double, north: Double)] {
        (0..<corners).map { corner in
            let angle = (Double(corner) + .random(in: 0...0.5, using: &random)) / Double(corners) * 2 * .pi
            let radius = Double.random(in: radii, using: &random)
            return (radius * cos(angle), radius * sin(angle))
        }
    }

    /// By the sum of the angles under which the edges are seen.
    private static func winds(_ ring: [(east: Double, north: Double)], _ east: Double, _ north: Double) -> Bool {
        let sum = ring.indices.reduce(0.0) { sum, index in
            let (a, b) = (ring[index], ring[(index + 1) % ring.count])
            let turn = atan2(b.north - north, b.east - east) - atan2(a.north - north, a.east - east)
            return sum + remainder(turn, 2 * .pi)
        }
        return abs(sum) > .pi
    }

    /// By searching each edge for its nearest point: along an edge the distance falls, then rises.
    private static func distance(_ ring: [(east: Double, north: Double)], _ east: Double, _ north: Double) -> Double {
        ring.indices.reduce(Double.infinity) { least, index in
            let (a, b) = (ring[index], ring[(index + 1) % ring.count])
            func metres(_ fraction: Double) -> Double {
                hypot(
                    a.east + (b.east - a.east) * fraction - east,
                    a.north + (b.north - a.north) * fraction - north
                )
            }
            var (low, high) = (0.0, 1.0)
            for _ in 0..<30 {
                let (first, second) = (low + (high - low) / 3, high - (high - low) / 3)
                if metres(first) < metres(second) { high = second } else { low = first }
            }
            return min(least, metres(low))
        }
    }

    @Test("The plane's error is what its comment says")
    func planeError() throws {
        for (latitude, longitude) in Self.places {
            let place = try #require(Coordinate(latitude: latitude, longitude: longitude))
            for metres in [10.0, 300, 3000, 20_000] {
                // A corner far to the north-east, so that it is the nearest point of a small triangle beyond it.
                var drive = Drive()
                (drive.latitude, drive.longitude) = (latitude, longitude)
                let (a, b) = (metres * 0.6, metres * 0.8 * (latitude > 80 ? -1 : 1))
                let zone = try drive.zone("a", [(a, b), (a + 5, b + (b > 0 ? 5 : -5)), (a + 5, b)])
                let corner = try #require(Coordinate(drive.fix(0, east: a, north: b)))
                let truth = place.distanceInMetres(to: corner)
                let bound = tan(abs(latitude) * .pi / 180) * truth / 6_371_008.8 * truth
                #expect(
                    abs(zone.distanceInMetres(from: place) - truth) <= bound + 0.02 + truth * 1e-5,
                    "\(latitude) \(metres)"
                )
            }
        }
    }
}
