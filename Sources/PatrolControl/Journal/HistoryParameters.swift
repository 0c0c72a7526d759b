import PatrolAPI
import PatrolCore
import PatrolJournal

/// The query of `/v1/records` and `/v1/track`, checked: names, values and what is allowed.
struct HistoryParameters {
    static let known = ["lane", "from", "to", "kind", "last", "after", "limit", "format"]
    private static let maximumKinds = 64

    var lane = Lane.events
    var from: WallTime?
    var to: WallTime?
    var kinds: Set<String> = []
    var last: Int?
    var after: Int64?
    var limit = APIPath.maximumPageSize
    var format = TrackFormat.geojson

    /// - Parameter pairs: names and values, percent-decoded.
    init(_ pairs: some Sequence<(String, String)>) throws(RequestError) {
        for (name, value) in pairs {
            switch name {
            case "lane": lane = try Self.choice(name, value)
            case "from": from = try Self.time(name, value)
            case "to": to = try Self.time(name, value)
            case "kind": kinds = try Self.kinds(value)
            case "last": last = Int(try Self.number(name, value, in: 1...Int64(APIPath.maximumPageSize)))
            case "after": after = try Self.number(name, value, in: 0...Int64.max)
            case "limit": limit = Int(try Self.number(name, value, in: 1...Int64(APIPath.maximumPageSize)))
            case "format": format = try Self.choice(name, value)
            default:
                throw .value(
                    name,
                    value,
                    allowed: "one of the parameters \(Self.known.sorted().joined(separator: ", "))"
                )
            }
        }
        if let from, let to, to < from {
            throw .value("to", to.description, allowed: "a time that is not before from (\(from))")
        }
    }

    private static func choice<Choice>(_ name: String, _ value: String) throws(RequestError) -> Choice
    where Choice: RawRepresentable<String> & CaseIterable {
        guard let choice = Choice(rawValue: value) else {
            throw .value(name, value, allowed: Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    private static func time(_ name: String, _ value: String) throws(RequestError) -> WallTime {
        guard let time = WallTime(iso8601: value) else {
            throw .value(name, value, allowed: "RFC 3339, such as 2026-11-24T13:00:00Z or 2026-11-24")
        }
        return time
    }

    private static func number(
        _ name: String,
        _ value: String,
        in range: ClosedRange<Int64>
    ) throws(RequestError) -> Int64 {
        guard let number = Int64(value), range.contains(number) else {
            throw .value(name, value, allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func kinds(_ value: String) throws(RequestError) -> Set<String> {
        let kinds = Set(value.split(separator: ",").map(String.init))
        guard (1...maximumKinds).contains(kinds.count) else {
            throw .value("kind", value, allowed: "1 to \(maximumKinds) kinds such as gps.lost, separated by commas")
        }
        let known = EventName.allCases.map(\.rawValue)
        if let unknown = kinds.sorted().first(where: { !known.contains($0) }) {
            throw .value("kind", unknown, among: known)
        }
        return kinds
    }
}
