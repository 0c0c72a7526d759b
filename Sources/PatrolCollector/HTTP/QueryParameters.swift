import HTTPTypes
import HummingbirdCore
import PatrolCore
import PatrolHTTPServer

/// The query of a request: only the names that an endpoint knows, each at most once.
struct QueryParameters {
    private let values: [String: String]

    /// - Throws: for an unknown or a repeated name, which would otherwise silently widen what is answered.
    init(_ uri: URI, allowed: [String]) throws(RequestError) {
        try QueryNames.check(uri, allowed: allowed, code: .badQuery)
        values = Dictionary(uri.queryParameters.map { (String($0.key), String($0.value)) }) { first, _ in first }
    }

    subscript(name: String) -> String? { values[name] }

    /// `from` and `to`.
    func timeRange() throws(RequestError) -> TimeRange {
        let range = TimeRange(from: try time("from"), to: try time("to"))
        if let from = range.from, let to = range.to, from >= to {
            throw RequestError(
                .badQuery,
                "from (\(from)) is not before to (\(to))",
                hint: "to itself is not part of the range"
            )
        }
        return range
    }

    private func time(_ name: String) throws(RequestError) -> WallTime? {
        guard let text = values[name] else { return nil }
        guard let time = WallTime(iso8601: text) else {
            throw .value(
                name,
                text,
                allowed: "RFC 3339, such as 2026-11-24T13:00:00Z; a date alone is its midnight in UTC",
                code: .badQuery
            )
        }
        return time
    }
}

/// A range in time; `nil` is open on that side.
struct TimeRange: Hashable, Sendable {
    /// Included.
    var from: WallTime?
    /// Not included.
    var to: WallTime?
}
