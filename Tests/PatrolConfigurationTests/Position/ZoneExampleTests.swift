import Foundation
import PatrolCore
import Testing

@testable import PatrolConfiguration

@Suite("The zone files in the tree")
struct ZoneExampleTests {
    private func configuration(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "config/\(name)")
    }

    /// The demo's road, driven at its cruise speed, slower within its slow circles; stops and bends are left out.
    /// - Returns: where the cart is in each second of a lap.
    private func lap() throws -> [Coordinate] {
        let data = try Data(contentsOf: configuration("demo/xipeng-route.geojson"))
        let features = try JSONDecoder().decode(Route.self, from: data).features
        let road = try #require(features.first { $0.line != nil })
        let line = try (road.line ?? []).map { try coordinate($0) }
        let slow = try features.filter { $0.properties.kind == "slow" }.map { feature in
            (
                place: try coordinate(feature.point ?? []),
                radius: try #require(feature.properties.radius),
                speed: try #require(feature.properties.speed)
            )
        }
        let cruise = try #require(road.properties.cruiseSpeed)
        var seconds: [Coordinate] = []
        var due = 0.0
        for (from, to) in zip(line, line.dropFirst() + line.prefix(1)) {
            let length = from.distanceInMetres(to: to)
            var metres = due
            while metres < length {
                let fraction = metres / length
                let here = try coordinate([
                    from.longitude + (to.longitude - from.longitude) * fraction,
                    from.latitude + (to.latitude - from.latitude) * fraction,
                ])
                seconds.append(here)
                metres += slow.first { here.distanceInMetres(to: $0.place) <= $0.radius }?.speed ?? cruise
            }
            due = metres - length
        }
        return seconds
    }

    private func coordinate(_ position: [Double]) throws -> Coordinate {
        try #require(position.count >= 2)
        return try #require(Coordinate(latitude: position[1], longitude: position[0]))
    }

    @Test(
        "The demo's cart is in the school's zone within its first minute and out of it before two; then come the villages"
    )
    func demo() throws {
        let zones = try ZoneFile.load(path: configuration("demo/zones.geojson").path)
        #expect(Set(zones.map(\.kind)) == [.village, .school, .industrial, .hospital])
        var tracker = ZoneTracker(zones: zones)
        var log: [(second: Int, action: ZoneTracker.Action)] = []
        for (second, coordinate) in try lap().enumerated() {
            let now = Instant(millisecondsSinceBoot: Int64(second) * 1000)
            let actions = tracker.handle(coordinate, errorMetres: 4, at: now)
            log += actions.map { (second, $0) }
        }
        #expect(
            log.map(\.action) == [
                .entered("西彭小学"), .left("西彭小学"), .entered("真武宫村"), .left("真武宫村"), .entered("泥壁村"),
                .left("泥壁村"), .entered("元明村"), .left("元明村"), .entered("aluminium-park"), .left("aluminium-park"),
                .entered("西彭镇卫生院"), .left("西彭镇卫生院"),
            ]
        )
        let school = try #require(log.count > 1 ? (log[0].second, log[1].second) : nil)
        print("the demo's cart is in the school's zone from \(school.0) s to \(school.1) s after its start")
        #expect((35...60).contains(school.0))
        #expect((65...100).contains(school.1))
    }

    @Test("The example for an installation: a village around a hole, and a school beside it")
    func example() throws {
        let zones = try ZoneFile.load(path: configuration("zones.geojson").path)
        #expect(zones.map(\.id) == ["example-village", "example-school"])
        #expect(zones.map(\.kind) == [.village, .school])
        let inHole = try #require(Coordinate(latitude: 29.2925, longitude: 106.314))
        #expect(!zones[0].contains(inHole))
        #expect(zones[0].distanceInMetres(from: inHole) > 40)
    }
}

/// What of the demo's route a lap is made of.
private struct Route: Decodable {
    struct Feature: Decodable {
        var properties: Properties
        var point: [Double]?
        var line: [[Double]]?

        private enum Keys: CodingKey {
            case properties, geometry, type, coordinates
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            properties = try container.decode(Properties.self, forKey: .properties)
            let geometry = try container.nestedContainer(keyedBy: Keys.self, forKey: .geometry)
            if try geometry.decode(String.self, forKey: .type) == "Point" {
                point = try geometry.decode([Double].self, forKey: .coordinates)
            } else {
                line = try geometry.decode([[Double]].self, forKey: .coordinates)
            }
        }
    }

    struct Properties: Decodable {
        var kind: String?
        var cruiseSpeed: Double?
        var speed: Double?
        var radius: Double?

        private enum CodingKeys: String, CodingKey {
            case kind
            case cruiseSpeed = "cruise_speed_mps"
            case speed = "speed_mps"
            case radius = "radius_m"
        }
    }

    var features: [Feature]
}
