import HummingbirdCore
import PatrolAPI
import PatrolCore

/// The names of a query's parameters: one that nobody reads was meant to say something.
enum QueryNames {
    /// - Throws: for a parameter that is not allowed, or is there twice.
    static func check(_ request: Request, allowed: [String]) throws(APIError) {
        var seen: Set<String> = []
        for (key, _) in request.uri.queryParameters {
            let name = String(key)
            guard allowed.contains(name) else {
                let meant = NameSuggestion.nearest(to: name, among: allowed).map { "; did you mean \($0)?" } ?? ""
                throw APIError(
                    code: "bad_request",
                    message: "there is no parameter \"\(name.prefix(40))\" here\(meant)",
                    hint: "allowed: \(allowed.isEmpty ? "none" : allowed.joined(separator: ", "))"
                )
            }
            guard seen.insert(name).inserted else {
                throw APIError(code: "bad_request", message: "\(name) is given twice", hint: "allowed: once")
            }
        }
    }
}
