public import HummingbirdCore
public import PatrolCore

/// The names of a query's parameters: one that nobody reads was meant to say something.
public enum QueryNames {
    /// - Parameter code: of the error.
    /// - Throws: for a parameter that is not allowed, or is there twice.
    public static func check(
        _ uri: URI,
        allowed: [String],
        code: ErrorCode = .badRequest
    ) throws(RequestError) {
        var seen: Set<String> = []
        for (key, _) in uri.queryParameters {
            let name = String(key)
            guard allowed.contains(name) else { throw .unknownParameter(name, allowed: allowed, code: code) }
            guard seen.insert(name).inserted else { throw .repeatedParameter(name, code: code) }
        }
    }
}
