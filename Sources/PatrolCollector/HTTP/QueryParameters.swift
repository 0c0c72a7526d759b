import HTTPTypes
import HummingbirdCore
import PatrolCore
import PatrolHTTPServer

/// The query of a request: only the names that an endpoint knows, each at most once.
struct QueryParameters {
    private let values: [String: String]

    /// - Throws: for an unknown or a repeated name, which would otherwise silently widen what is answered.
    init(_ uri: URI, allowed: [String]) throws(HTTPFailure) {
        var values: [String: String] = [:]
        for (name, value) in uri.queryParameters {
            guard allowed.contains(String(name)) else {
                throw .badQuery(
                    "there is no query parameter \"\(name)\" here",
                    hint: allowed.isEmpty ? "none is possible" : "possible: \(allowed.joined(separator: ", "))"
                )
            }
            guard values.updateValue(String(value), forKey: String(name)) == nil else {
                throw .badQuery("\(name) is given twice", hint: "give it once")
            }
        }
        self.values = values
    }

    subscript(name: String) -> String? { values[name] }

    /// `from` and `to`.
    func timeRange() throws(HTTPFailure) -> TimeRange {
        let range = TimeRange(from: try time("from"), to: try time("to"))
        if let from = range.from, let to = range.to, from >= to {
            throw .badQuery("from (\(from)) is not before to (\(to))", hint: "to itself is not part of the range")
        }
        return range
    }

    private func time(_ name: String) throws(HTTPFailure) -> WallTime? {
        guard let text = values[name] else { return nil }
        guard let time = WallTime(iso8601: text) else {
            throw .badQuery(
                "\(name) is \"\(text)\", which is no time",
                hint: "RFC 3339, such as 2026-11-24T13:00:00Z; a date alone is its midnight in UTC"
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

extension HTTPFailure {
    static func badQuery(_ message: String, hint: String) -> HTTPFailure {
        HTTPFailure(.badRequest, "bad_query", message, hint: hint)
    }
}
