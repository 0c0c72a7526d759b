import FoundationEssentials
public import PatrolCore
import PatrolSystem
import PatrolWire

/// The zones' file, `zones.geojson`: a GeoJSON FeatureCollection (RFC 7946), which any map editor writes.
///
/// Each Feature is a zone: a Polygon or a MultiPolygon with the properties `name`, `kind` and `id`, which is the name if it
/// is left out. Other properties are the editor's and the reader's business. Coordinates are WGS 84, as GPS gives them.
public enum ZoneFile {
    /// A border of 2000 positions is 50 KiB, and few are as long; a file larger than this is some other map.
    public static let maximumBytes = 4 * 1024 * 1024

    /// Reads and checks a file.
    /// - Throws: ``ConfigurationError`` with every problem at once. Keys count from 0, as JSON paths do:
    ///   `features[3].geometry.coordinates[0]` is the first ring of the fourth feature.
    public static func load(path: String) throws(ConfigurationError) -> [Zone] {
        let text: String
        do {
            text = try SmallFile.text(of: path, kind: .anything, maximumBytes: maximumBytes).text
        } catch {
            throw ConfigurationError(path: path, problems: [ConfigurationProblem(key: "", message: error.clause)])
        }
        return try parse(text, path: path)
    }

    /// Checks the text of a file.
    /// - Parameter path: for the messages only.
    /// - Throws: ``ConfigurationError`` with every problem at once.
    public static func parse(_ text: String, path: String) throws(ConfigurationError) -> [Zone] {
        let problems = ProblemList()
        let zones = read(text, problems)
        guard problems.problems.isEmpty else { throw ConfigurationError(path: path, problems: problems.problems) }
        return zones
    }

    private static func read(_ text: String, _ problems: ProblemList) -> [Zone] {
        // Editors on Windows put a byte order mark first.
        let json = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        guard json.contains(where: { !$0.isWhitespace }) else {
            problems.add("", "is empty; allowed: a GeoJSON FeatureCollection, which may have no features")
            return []
        }
        if let fault = JSONSyntax.fault(in: json) {
            problems.add("line \(fault.line), column \(fault.column)", fault.message)
            return []
        }
        let document: Document
        do {
            document = try JSONDecoder().decode(Document.self, from: Data(json.utf8))
        } catch let error as DecodingError {
            let fault = JSONFault(error)
            problems.add(fault.key, fault.message)
            return []
        } catch {
            problems.add("", "is not JSON: \(error)")
            return []
        }
        return zones(of: document, problems)
    }

    private static func zones(of document: Document, _ problems: ProblemList) -> [Zone] {
        expect("FeatureCollection", document.type, at: "type", problems)
        if let system = document.crs?.value?.properties?.name, !isWGS84(system) {
            problems.add(
                "crs",
                "is \"\(system)\"; allowed: WGS 84, for which it is left out (RFC 7946 §4), and CGCS2000"
            )
        }
        guard let features = value(document.features, at: "features", "an array of Features", problems) else {
            return []
        }
        guard features.count <= ZoneBounds.mostZones else {
            problems.add("features", "has \(features.count) zones; allowed: at most \(ZoneBounds.mostZones)")
            return []
        }
        var zones: [Zone] = []
        var indices: [String: Int] = [:]
        for (index, reading) in features.enumerated() {
            let key = "features[\(index)]"
            guard let feature = value(reading, at: key, "a Feature", problems) else { continue }
            let reader = FeatureReader(feature: feature, key: key, problems: problems)
            let (id, zone) = reader.read()
            if let id, let earlier = indices.updateValue(index, forKey: id) {
                problems.add("\(key).properties.id", "is \"\(id)\", as in features[\(earlier)]; allowed: each id once")
            }
            if let zone { zones.append(zone) }
        }
        return zones
    }

    /// The names of WGS 84 that editors wrote before RFC 7946 abolished `crs`; and of CGCS2000 (EPSG 4490), in which China's
    /// maps are drawn and which differs from it by less than a decimetre.
    private static func isWGS84(_ system: String) -> Bool {
        ["CRS84", "EPSG::4326", "EPSG:4326", "EPSG::4490", "EPSG:4490"].contains { system.hasSuffix($0) }
    }

    fileprivate static func expect(
        _ name: String,
        _ reading: Reading<String>?,
        at key: String,
        _ problems: ProblemList
    ) {
        guard let type = value(reading, at: key, "\"\(name)\"", problems), type != name else { return }
        problems.add(key, "is \"\(type)\"; allowed: \"\(name)\"")
    }

    /// The value that was read; `nil`, and a problem, if there is none.
    fileprivate static func value<Value>(
        _ reading: Reading<Value>?,
        at key: String,
        _ allowed: String,
        _ problems: ProblemList
    ) -> Value? {
        switch reading {
        case .right(let value):
            return value
        case .wrong(let fault):
            problems.add(fault.key, fault.message)
            return nil
        case nil:
            problems.add(key, "is missing; allowed: \(allowed)")
            return nil
        }
    }
}

/// Reads one zone.
private struct FeatureReader {
    let feature: ZoneFile.Feature
    let key: String
    let problems: ProblemList

    private struct Shape {
        var polygons: [[[ZonePosition]]]
        /// Whether the file has one level of brackets more.
        var isMultiPolygon: Bool
    }

    /// - Returns: the id, if there is one, and the zone, if nothing is wrong with it.
    func read() -> (id: String?, zone: Zone?) {
        ZoneFile.expect("Feature", feature.type, at: "\(key).type", problems)
        let allowed = "an object with \"name\" and \"kind\""
        let properties = ZoneFile.value(feature.properties, at: "\(key).properties", allowed, problems)
        let name = properties.flatMap { label($0.name, "name", ZoneBounds.nameRule) }
        let kind = properties.flatMap { self.kind($0.kind) }
        // Left out, the id is the name.
        let id = properties?.id == nil ? name : label(properties?.id, "id", ZoneBounds.idRule)
        let place = "\(key).geometry"
        let shape = ZoneFile.value(feature.geometry, at: place, ZoneFile.Geometry.allowed, problems)
            .flatMap { self.shape($0) }
        // What is missing has been said; a stand-in lets the rest be checked.
        guard let shape else { return (id, nil) }
        do {
            let zone = try Zone(
                id: id ?? "stand-in",
                name: name ?? "stand-in",
                kind: kind ?? .other,
                polygons: shape.polygons
            )
            return (id, zone)
        } catch {
            for problem in error.problems { add(problem, isMultiPolygon: shape.isMultiPolygon, name: name) }
            return (id, nil)
        }
    }

    private func label(_ reading: ZoneFile.Reading<ZoneFile.Label>?, _ name: String, _ allowed: String) -> String? {
        ZoneFile.value(reading, at: "\(key).properties.\(name)", allowed, problems)?.text
    }

    private func text(_ reading: ZoneFile.Reading<String>?, _ name: String, _ allowed: String) -> String? {
        ZoneFile.value(reading, at: "\(key).properties.\(name)", allowed, problems)
    }

    private func kind(_ reading: ZoneFile.Reading<String>?) -> ZoneKind? {
        let allowed = ZoneKind.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        guard let text = text(reading, "kind", allowed) else { return nil }
        let kind = ZoneKind(rawValue: text)
        if kind == nil { problems.add("\(key).properties.kind", "is \"\(text)\"; allowed: \(allowed)") }
        return kind
    }

    private func shape(_ geometry: ZoneFile.Geometry) -> Shape? {
        let place = "\(key).geometry"
        switch geometry {
        case .polygon(let reading):
            return ZoneFile.value(reading, at: "\(place).coordinates", "an array of rings", problems)
                .map { Shape(polygons: [$0.map { $0.map(\.position) }], isMultiPolygon: false) }
        case .multiPolygon(let reading):
            return ZoneFile.value(reading, at: "\(place).coordinates", "an array of polygons", problems)
                .map { Shape(polygons: $0.map { $0.map { $0.map(\.position) } }, isMultiPolygon: true) }
        case .other(let type):
            if let name = ZoneFile.value(type, at: "\(place).type", ZoneFile.Geometry.allowed, problems) {
                problems.add("\(place).type", "is \"\(name)\"; allowed: \(ZoneFile.Geometry.allowed)")
            }
            return nil
        }
    }

    /// Says a zone's problem in the terms of the file.
    private func add(_ problem: ZoneProblem, isMultiPolygon: Bool, name: String?) {
        let coordinates = "\(key).geometry.coordinates"
        func polygon(_ index: Int) -> String { isMultiPolygon ? "\(coordinates)[\(index)]" : coordinates }
        let place =
            switch problem.place {
            case .id: "\(key).properties.id"
            case .name: "\(key).properties.name"
            case .shape: coordinates
            case .polygon(let index): polygon(index)
            case .ring(let index, let ring): "\(polygon(index))[\(ring)]"
            case .position(let index, let ring, let position): "\(polygon(index))[\(ring)][\(position)]"
            }
        switch problem.place {
        case .id where feature.properties?.value?.id == nil:
            problems.add(place, "is left out, and the name cannot be one: \(problem.message)")
        case .id, .name:
            problems.add(place, problem.message)
        case .shape, .polygon, .ring, .position:
            problems.add(place, problem.message + (name.map { "; zone \"\($0)\"" } ?? ""))
        }
    }
}
