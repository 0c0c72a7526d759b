import Foundation
import PatrolCore

/// A route as a GeoJSON FeatureCollection (RFC 7946), which any map viewer shows:
///
/// - one LineString, the road, with `cruise_speed_mps` (0.5–40, default 5.5) and `loop` (default true: the last point is
///   joined to the first; false: there and back again); a third coordinate is the altitude in metres;
/// - Points with `kind` `stop`, a `name` and `dwell_s` (0–86,400): the cart waits there;
/// - Points with `kind` `slow`, a `name`, `speed_mps` and `radius_m`: it drives no faster within the circle.
///
/// Other geometries are for the reader of the map and not looked at.
struct RouteFile {
    /// The route to drive.
    let plan: RoutePlan

    /// - Throws: with the feature and the property at fault.
    init(_ data: Data) throws(SimulatorError) {
        let collection = try Self.decode(data)
        var road: Feature?
        var stops: [RoutePlan.StopPlace] = []
        var slowPlaces: [RoutePlan.SlowPlace] = []
        for (index, feature) in collection.features.enumerated() {
            switch feature.geometry {
            case .lineString:
                guard road == nil else { throw SimulatorError("there is more than one LineString; one is the route") }
                road = feature
            case .point(let position):
                let point = try NamedPoint(feature.properties, number: index + 1, position: position)
                switch point.kind {
                case .stop: stops.append(try point.stop())
                case .slow: slowPlaces.append(try point.slowPlace())
                }
            case .other:
                continue
            }
        }
        guard let road, case .lineString(let positions) = road.geometry else {
            throw SimulatorError("there is no LineString; one is the route")
        }
        let speed = road.properties?.cruiseSpeed ?? 5.5
        guard NamedPoint.speeds.contains(speed) else {
            throw SimulatorError("cruise_speed_mps is \(speed); allowed are 0.5 to 40")
        }
        var points: [RoutePlan.Point] = []
        for (index, position) in positions.enumerated() {
            points.append(try Self.point(position, "point \(index + 1) of the route"))
        }
        plan = try RoutePlan(
            points: points,
            isLoop: road.properties?.loop ?? true,
            cruiseSpeed: speed,
            stops: stops,
            slowPlaces: slowPlaces
        )
    }

    private static func decode(_ data: Data) throws(SimulatorError) -> FeatureCollection {
        do {
            return try JSONDecoder().decode(FeatureCollection.self, from: data)
        } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
            throw SimulatorError("this is not JSON")
        } catch let error as DecodingError {
            throw SimulatorError("this is not a route in GeoJSON: \(explanation(of: error))")
        } catch {
            throw SimulatorError("this is not a route in GeoJSON: \(error)")
        }
    }

    private static func explanation(of error: DecodingError) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined().drop { $0 == "." }.description
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(place(context.codingPath + [key])) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "\(place(context.codingPath)): \(context.debugDescription)"
        @unknown default: "\(error)"
        }
    }

    /// A GeoJSON position: longitude, latitude and perhaps metres of altitude.
    static func point(_ position: [Double], _ name: String) throws(SimulatorError) -> RoutePlan.Point {
        guard (2...3).contains(position.count),
            let coordinate = Coordinate(latitude: position[1], longitude: position[0])
        else {
            throw SimulatorError(
                "\(name) is \(position); it must be [longitude, latitude] or [longitude, latitude, metres]"
            )
        }
        let altitude = position.count > 2 ? position[2] : 0
        guard (-1000.0...10_000).contains(altitude) else {
            throw SimulatorError("\(name) is \(altitude) m high; allowed are -1000 to 10000")
        }
        return RoutePlan.Point(coordinate: coordinate, altitude: altitude)
    }
}

/// A Point of the file, named in every complaint about it.
private struct NamedPoint {
    enum Kind: String, CaseIterable {
        case stop, slow
    }

    static let speeds = 0.5...40.0

    let kind: Kind
    private let name: String
    private let coordinate: Coordinate
    private let properties: Properties

    init(_ properties: Properties?, number: Int, position: [Double]) throws(SimulatorError) {
        guard let properties, let kind = properties.kind.flatMap(Kind.init) else {
            let given = properties?.kind.map { "\"\($0)\"" } ?? "missing"
            throw SimulatorError("feature \(number), a Point: its kind is \(given); it must be \"stop\" or \"slow\"")
        }
        guard let name = properties.name, !name.isEmpty else {
            throw SimulatorError("feature \(number), a \(kind), has no name")
        }
        self.kind = kind
        self.name = name
        self.properties = properties
        coordinate = try RouteFile.point(position, "the place of \"\(name)\"").coordinate
    }

    func stop() throws(SimulatorError) -> RoutePlan.StopPlace {
        let dwell = try number(properties.dwell, "dwell_s", 0...86_400)
        return RoutePlan.StopPlace(name: name, coordinate: coordinate, dwellSeconds: dwell)
    }

    func slowPlace() throws(SimulatorError) -> RoutePlan.SlowPlace {
        RoutePlan.SlowPlace(
            name: name,
            coordinate: coordinate,
            radiusMetres: try number(properties.radius, "radius_m", 1...100_000),
            speed: try number(properties.speed, "speed_mps", Self.speeds)
        )
    }

    private func number(
        _ value: Double?,
        _ key: String,
        _ allowed: ClosedRange<Double>
    ) throws(SimulatorError) -> Double {
        guard let value else { throw SimulatorError("\"\(name)\" has no \(key)") }
        guard allowed.contains(value) else {
            throw SimulatorError(
                "\(key) of \"\(name)\" is \(value); allowed are \(allowed.lowerBound) to \(allowed.upperBound)"
            )
        }
        return value
    }
}
