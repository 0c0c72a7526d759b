import Foundation
import PatrolCore
import Testing

@testable import PatrolConfiguration

@Suite("The zones' file")
struct ZoneFileTests {
    private static let square = "[[[106, 29], [106.1, 29], [106.1, 29.1], [106, 29]]]"

    private static func feature(
        properties: String = #"{"name": "西彭小学", "kind": "school"}"#,
        geometry: String = #"{"type": "Polygon", "coordinates": \#(square)}"#
    ) -> String {
        #"{"type": "Feature", "properties": \#(properties), "geometry": \#(geometry)}"#
    }

    private static func collection(_ features: String...) -> String {
        #"{"type": "FeatureCollection", "features": [\#(features.joined(separator: ", "))]}"#
    }

    private static func polygon(_ coordinates: String) -> String {
        feature(geometry: #"{"type": "Polygon", "coordinates": \#(coordinates)}"#)
    }

    private func problems(_ text: String) -> [String] {
        do {
            _ = try ZoneFile.parse(text, path: "zones.geojson")
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test("A Polygon and a MultiPolygon with holes, altitudes, and members that are an editor's business")
    func reads() throws {
        let multi = """
            {"type": "MultiPolygon", "bbox": [1, 2], "coordinates": [
                [[[0, 0, 5], [1, 0, 5.5], [1, 1, 6], [0, 0, 5]]],
                [[[5, 0], [9, 0], [9, 4], [5, 4], [5, 0]], [[6, 1], [8, 1], [8, 3], [6, 1]]]
            ]}
            """
        let text =
            "\u{FEFF}\n"
            + Self.collection(
                Self.feature(properties: #"{"name": "西彭小学", "kind": "school", "fill": "red", "id": null}"#),
                Self.feature(properties: #"{"name": "学校（东）", "kind": "other", "id": "east 1"}"#, geometry: multi)
            ).replacing(
                #""features""#,
                with: #""crs": {"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, "features""#
            )
        let zones = try ZoneFile.parse(text, path: "")
        #expect(zones.map(\.id) == ["西彭小学", "east 1"])
        #expect(zones.map(\.name) == ["西彭小学", "学校（东）"])
        #expect(zones.map(\.kind) == [.school, .other])
        #expect(zones.map(\.polygons.count) == [1, 2])
        for (longitude, latitude, isInside) in [(0.9, 0.1, true), (5.5, 0.5, true), (7.9, 1.1, false), (3, 0, false)] {
            let place = try #require(Coordinate(latitude: latitude, longitude: longitude))
            #expect(zones[1].contains(place) == isInside, "\(longitude) \(latitude)")
        }
    }

    @Test("No features are no zones")
    func empty() throws {
        #expect(try ZoneFile.parse(Self.collection(), path: "").isEmpty)
    }

    @Test("As QGIS writes it: numbers for ids, CGCS2000, and names with full-width brackets that are ids as well")
    func editors() throws {
        let text = Self.collection(
            Self.feature(properties: #"{"id": 1, "name": "西彭小学", "kind": "school"}"#),
            Self.feature(properties: #"{"name": "学校（东）", "kind": "school"}"#),
            Self.feature(properties: #"{"name": 12, "kind": "village"}"#)
        ).replacing(
            #""features""#,
            with: #""crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}, "features""#
        )
        let zones = try ZoneFile.parse(text, path: "")
        #expect(zones.map(\.id) == ["1", "学校（东）", "12"])
        #expect(zones.map(\.name) == ["西彭小学", "学校（东）", "12"])
    }

    @Test(
        "Each mistake is named with its place, its value and what is allowed",
        arguments: [
            ("", "is empty; allowed: a GeoJSON FeatureCollection"),
            ("\u{FEFF} \n", "is empty; allowed"),
            ("[]", "is an array; allowed: an object"),
            ("3", "is a number; allowed: an object"),
            ("{}", "type: is missing; allowed: \"FeatureCollection\""),
            (#"{"type": "Topology", "features": []}"#, "type: is \"Topology\"; allowed: \"FeatureCollection\""),
            (#"{"type": 3, "features": []}"#, "type: is a number; allowed: a text"),
            (#"{"type": "FeatureCollection"}"#, "features: is missing; allowed: an array of Features"),
            (#"{"type": "FeatureCollection", "features": {}}"#, "features: is an object; allowed: an array"),
            (
                #"{"type": "FeatureCollection", "features": [], "crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::4610"}}}"#,
                "crs: is \"urn:ogc:def:crs:EPSG::4610\"; allowed: WGS 84"
            ),
            (collection("5"), "features[0]: is a number; allowed: an object"),
            (collection("null"), "features[0]: is"),
            (collection("{}"), "features[0].properties: is missing; allowed: an object with \"name\" and \"kind\""),
            (collection("{}"), "features[0].geometry: is missing; allowed: \"Polygon\" or \"MultiPolygon\""),
            (collection(#"{"type": "Zone"}"#), "features[0].type: is \"Zone\"; allowed: \"Feature\""),
            (collection(feature(properties: "null")), "features[0].properties: is missing"),
            (collection(feature(properties: "[]")), "features[0].properties: is an array; allowed: an object"),
            (
                collection(feature(properties: #"{"kind": "school"}"#)),
                "features[0].properties.name: is missing; allowed: 1 to 128 characters"
            ),
            (
                collection(feature(properties: #"{"name": "a"}"#)),
                #"features[0].properties.kind: is missing; allowed: "village", "school", "hospital", "industrial", "other""#
            ),
            (
                collection(feature(properties: #"{"name": "a", "kind": "scool"}"#)),
                #"features[0].properties.kind: is "scool"; allowed: "village", "school""#
            ),
            (
                collection(feature(properties: #"{"name": "a/b", "kind": "school"}"#)),
                "features[0].properties.id: is left out, and the name cannot be one: is \"a/b\"; allowed: 1 to 64 letters"
            ),
            (
                collection(feature(properties: #"{"name": "a", "id": "a/b", "kind": "school"}"#)),
                "features[0].properties.id: is \"a/b\"; allowed: 1 to 64 letters"
            ),
            (
                collection(feature(properties: #"{"name": "a", "id": true, "kind": "school"}"#)),
                "features[0].properties.id: is true or false; allowed: a text"
            ),
            (collection(feature(geometry: "null")), "features[0].geometry: is missing"),
            (collection(feature(geometry: "[]")), "features[0].geometry: is an array; allowed: an object"),
            (collection(feature(geometry: "{}")), "features[0].geometry.type: is missing; allowed: \"Polygon\" or"),
            (
                collection(feature(), feature(geometry: #"{"type": "Point", "coordinates": [106, 29]}"#)),
                "features[1].geometry.type: is \"Point\"; allowed: \"Polygon\" or \"MultiPolygon\""
            ),
            (
                collection(feature(geometry: #"{"type": "Polygon"}"#)),
                "features[0].geometry.coordinates: is missing; allowed: an array of rings"
            ),
            (collection(polygon("[]")), "features[0].geometry.coordinates: has no ring"),
            (collection(polygon("[[]]")), "features[0].geometry.coordinates[0]: has 0 positions"),
            (
                collection(polygon("[[1, 2]]")),
                "features[0].geometry.coordinates[0][0]: is a number; allowed: an array"
            ),
            (
                collection(polygon(#"[[[106, 29], [106, "29"]]]"#)),
                "features[0].geometry.coordinates[0][1][1]: is a text; allowed: a number"
            ),
            (
                collection(polygon("[[[106, 29], [106, null]]]")),
                "features[0].geometry.coordinates[0][1][1]: is null; allowed: a number"
            ),
            (
                collection(polygon("[[[106, 29], [106]]]")),
                "features[0].geometry.coordinates[0][1]: has fewer than 2 numbers; allowed: [longitude, latitude] or"
            ),
            (
                collection(polygon("[[[106, 29, 1, 2]]]")),
                "features[0].geometry.coordinates[0][0]: has more than 3 numbers"
            ),
            (
                collection(polygon("[[[106, 29], [107, 29], [107, 30], [106, 30]]]")),
                "features[0].geometry.coordinates[0]: is not closed: it begins at [106.0, 29.0] and ends at [106.0, 30.0]"
            ),
            (
                collection(polygon("[[[106, 29], [29, 107], [107, 30], [106, 29]]]")),
                "features[0].geometry.coordinates[0][1]: is [29.0, 107.0]; allowed: longitude -180 to 180"
            ),
            (
                collection(
                    feature(
                        geometry:
                            #"{"type": "MultiPolygon", "coordinates": [\#(square), [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]]}"#
                    )
                ),
                "features[0].geometry.coordinates[1][0]: crosses or touches itself: the edge from position 0 [0.0, 0.0]"
            ),
            (collection(polygon("[[[0, 0]]]")), "zone \"西彭小学\""),
            (
                collection(feature(), feature(properties: #"{"name": "a", "kind": "other"}"#), feature()),
                "features[2].properties.id: is \"西彭小学\", as in features[0]; allowed: each id once"
            ),
        ]
    )
    func mistakes(text: String, problem: String) {
        let found = problems(text)
        #expect(found.contains { $0.contains(problem) }, "\(found)")
    }

    @Test(
        "What is not JSON is named with its line and column",
        arguments: [
            ("{", "line 1, column 2: is not JSON: found the end; allowed: a key in quotes or }"),
            (
                "{\"type\": \"FeatureCollection\",\n \"features\": [\n  {]}",
                "line 3, column 4: is not JSON: found \"]}\""
            ),
            ("{\"村\": 1} x", "line 1, column 10: is not JSON: found \"x\"; allowed: nothing more"),
            (
                "{\"a\": [1 2]}",
                "line 1, column 10: is not JSON: found \"2]}\"; allowed: a comma or the closing bracket"
            ),
            ("{\"a\": [1}", "line 1, column 9: is not JSON: found \"}\""),
            ("{\"a\": NaN}", "line 1, column 7: is not JSON: found \"NaN}\"; allowed: a value"),
            ("{\"a\": 01}", "line 1, column 7"),
            ("{\"a\" 1}", "line 1, column 6: is not JSON: found \"1}\"; allowed: a colon"),
            ("{\"a\": \"b\nc\"}", "line 1, column 7: is not JSON: found \"\"b\"; allowed: a value"),
            ("{\"a\": 'b'}", "line 1, column 7"),
            ("<?xml version=\"1.0\"?>", "line 1, column 1: is not JSON: found \"<?xml versio\"; allowed: a value"),
            ("{\"a\": \"\\", "line 1, column 7"),
            ("{\"a\": [1,]}", "line 1, column 10: is not JSON: found \"]}\"; allowed: a value"),
            ("{\"a\": 1,}", "line 1, column 9: is not JSON: found \"}\"; allowed: a key in quotes"),
        ]
    )
    func syntax(text: String, problem: String) {
        #expect(problems(text).first?.contains(problem) == true, "\(problems(text))")
    }

    @Test("Every good value of JSON passes the scanner")
    func goodSyntax() {
        for text in [
            "{}", "[]", "0", "-1.5e+10", "\"a\\\"\\\\\"", "[true, false, null, 0.1, 1E5, {\"a\": [[]], \"b\": {}}]",
            " \t\r\n[1]\n",
        ] {
            #expect(JSONSyntax.fault(in: text) == nil, "\(text)")
        }
    }

    @Test("All mistakes of a file are told at once, in its order")
    func together() {
        let text = Self.collection(
            Self.feature(properties: #"{"kind": "pub"}"#, geometry: #"{"type": "Polygon", "coordinates": [[[0, 0]]]}"#),
            "7",
            Self.feature(properties: #"{"name": "a", "kind": "other"}"#),
            Self.feature(properties: #"{"name": "a", "kind": "other"}"#, geometry: #"{"type": "Circle"}"#)
        )
        #expect(
            problems(text).map { String($0.prefix { $0 != ":" }) } == [
                "features[0].properties.name", "features[0].properties.kind", "features[0].geometry.coordinates[0]",
                "features[1]", "features[3].geometry.type", "features[3].properties.id",
            ]
        )
    }

    @Test("More than 200 zones are refused, 200 are not")
    func bound() throws {
        func text(_ count: Int) -> String {
            let features = (0..<count).map { Self.feature(properties: #"{"name": "\#($0)", "kind": "other"}"#) }
            return #"{"type": "FeatureCollection", "features": [\#(features.joined(separator: ","))]}"#
        }
        #expect(try ZoneFile.parse(text(200), path: "").count == 200)
        #expect(problems(text(201)) == ["features: has 201 zones; allowed: at most 200"])
    }

    @Test("A numeral that no Double holds, and brackets without end, are refused and not a crash")
    func hostile() {
        #expect(problems(Self.collection(Self.polygon("[[[1e400, 0]]]"))).count == 1)
        for bracket in ["[", "{\"a\":"] {
            #expect(problems(String(repeating: bracket, count: 200_000)).count == 1)
        }
        let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
        #expect(problems(deep).count == 1)
        #expect(problems(Self.collection(Self.polygon(deep))).count == 1)
    }

    @Test("Mutations of a good file never crash; what is refused has a reason", arguments: UInt64(1)...4)
    func mutations(seed: UInt64) throws {
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let good = Array(
            Self.collection(Self.feature(), Self.feature(properties: #"{"name": "b", "kind": "other"}"#)).utf8
        )
        let pieces = ["[", "]", "{", "}", ",", "\"", "null", "-", "1e9", "\\", "\u{0}", "村"].map { Array($0.utf8) }
        for _ in 0..<500 {
            var bytes = good
            for _ in 0...random(3) {
                let place = random(bytes.count)
                let end = min(bytes.count, place + random(8))
                bytes.replaceSubrange(place..<end, with: pieces[random(pieces.count)])
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let isJSON = JSONSyntax.fault(in: text) == nil
            do {
                let zones = try ZoneFile.parse(text, path: "")
                #expect(zones.count <= 2)
                #expect(isJSON, "\(text)")
            } catch {
                #expect(!error.problems.isEmpty)
                // What the scanner lets pass, the parser reads; only escapes in texts and too large numbers are left to it.
                let isUnreadable = error.problems.contains { $0.message.contains("cannot be read") }
                let isLeftToParser = text.contains("\\") || text.contains(/[0-9]e[0-9]{3}/)
                #expect(!isJSON || !isUnreadable || isLeftToParser, "\(text)")
            }
        }
    }

    @Test("A missing file, a folder, bytes that are no text, and a file that is too large are named")
    func files() throws {
        func message(_ path: String) -> String? {
            do {
                _ = try ZoneFile.load(path: path)
                return nil
            } catch {
                return error.description
            }
        }
        #expect(
            message("/nonexistent/zones.geojson")?.contains("/nonexistent/zones.geojson: cannot be read: No such")
                == true
        )
        #expect(message("/")?.contains("cannot be read: Is a directory") == true)
        let file = FileManager.default.temporaryDirectory.appending(path: "zones-\(UUID()).geojson")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data([0x7B, 0xFF]).write(to: file)
        #expect(message(file.path)?.contains("is not text in UTF-8; allowed: UTF-8") == true)
        try Data(repeating: 0x20, count: ZoneFile.maximumBytes + 1).write(to: file)
        #expect(message(file.path)?.contains("is larger than 4194304 bytes") == true)
        try Data(Self.collection(Self.feature()).utf8).write(to: file)
        #expect(try ZoneFile.load(path: file.path).map(\.id) == ["西彭小学"])
    }
}
