import Foundation

/// The part of a FeatureCollection that a route is made of.
struct FeatureCollection: Decodable {
    var features: [Feature]
}

/// One thing on the map.
struct Feature: Decodable {
    var geometry: Geometry
    var properties: Properties?
}

/// A geometry, as far as a route has a use for it.
enum Geometry: Decodable {
    case point([Double])
    case lineString([[Double]])
    /// A polygon, for example, or no geometry at all.
    case other

    private enum CodingKeys: String, CodingKey {
        case type, coordinates
    }

    init(from decoder: any Decoder) throws {
        if try decoder.singleValueContainer().decodeNil() {
            self = .other
            return
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(String.self, forKey: .type) {
        case "Point": self = .point(try container.decode([Double].self, forKey: .coordinates))
        case "LineString": self = .lineString(try container.decode([[Double]].self, forKey: .coordinates))
        default: self = .other
        }
    }
}

/// What a route says of its features; which of these belong to which feature is ``RouteFile``'s business.
struct Properties: Decodable {
    var kind: String?
    var name: String?
    var loop: Bool?
    /// m/s.
    var cruiseSpeed: Double?
    /// Seconds.
    var dwell: Double?
    /// m/s.
    var speed: Double?
    /// Metres.
    var radius: Double?

    private enum CodingKeys: String, CodingKey {
        case kind, name, loop
        case cruiseSpeed = "cruise_speed_mps"
        case dwell = "dwell_s"
        case speed = "speed_mps"
        case radius = "radius_m"
    }
}
