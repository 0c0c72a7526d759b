import PatrolAPI
import PatrolCore
import Testing

@testable import PatrolControl

@Suite("The query of records and track")
struct HistoryParametersTests {
    @Test("Nothing asked means all events")
    func defaults() throws {
        let parameters = try HistoryParameters([])
        #expect(parameters.lane == .events)
        #expect(parameters.from == nil && parameters.to == nil && parameters.kinds.isEmpty)
        #expect(parameters.limit == APIPath.maximumPageSize)
        #expect(parameters.format == .geojson)
    }

    @Test("Everything that can be asked")
    func all() throws {
        let parameters = try HistoryParameters([
            ("lane", "positions"), ("from", "2026-11-24"), ("to", "2026-11-24T21:00:00+08:00"),
            ("kind", "gps.lost,gps.restored"), ("last", "1000"), ("after", "0"), ("limit", "1"), ("format", "gpx"),
        ])
        #expect(parameters.lane == .positions)
        #expect(parameters.from == WallTime(iso8601: "2026-11-24T00:00:00Z"))
        #expect(parameters.to == WallTime(iso8601: "2026-11-24T13:00:00Z"))
        #expect(parameters.kinds == ["gps.lost", "gps.restored"])
        #expect(parameters.last == 1000 && parameters.after == 0 && parameters.limit == 1)
        #expect(parameters.format == .gpx)
    }

    @Test(
        "What is wrong is named with its value and what is allowed",
        arguments: [
            ("lane", "lights", "events, positions"), ("from", "yesterday", "RFC 3339"), ("to", "", "RFC 3339"),
            ("last", "0", "1 to 1000"), ("last", "1001", "1 to 1000"), ("limit", "ten", "1 to 1000"),
            ("after", "-1", "from 0"), ("after", "9223372036854775808", "from 0"), ("kind", "", "1 to 64"),
            ("format", "kml", "geojson, gpx"), ("foo", "1", "after, format, from"),
        ]
    )
    func refused(name: String, value: String, allowed: String) {
        #expect {
            try HistoryParameters([(name, value)])
        } throws: { error in
            guard let error = error as? RequestError else { return false }
            return error.message == "\(name) is \"\(value)\"" && error.hint?.contains(allowed) == true
        }
    }

    @Test(
        "A kind of event that there is not is named, with the one that may be meant and those that there are",
        arguments: [
            ("nosuch", "kind is \"nosuch\""), ("gps.lots", "kind is \"gps.lots\"; did you mean gps.lost?"),
            ("gps.lost,Mark", "kind is \"Mark\"; did you mean mark?"),
        ]
    )
    func unknownKind(value: String, message: String) throws {
        let error = try #require(throws: RequestError.self) { try HistoryParameters([("kind", value)]) }
        #expect(error.code == .badRequest && error.message == message)
        for name in EventName.allCases { #expect(error.hint?.contains(name.rawValue) == true) }
    }

    @Test("Every kind of event can be asked for", arguments: EventName.allCases)
    func kind(name: EventName) throws {
        #expect(try HistoryParameters([("kind", name.rawValue)]).kinds == [name.rawValue])
    }

    @Test("A range that ends before it begins is refused; an empty one is not")
    func range() throws {
        #expect(throws: RequestError.self) {
            try HistoryParameters([("from", "2026-11-25"), ("to", "2026-11-24")])
        }
        _ = try HistoryParameters([("from", "2026-11-24"), ("to", "2026-11-24")])
    }
}
