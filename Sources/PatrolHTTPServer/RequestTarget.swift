/// What a request's first line asks for.
struct RequestTarget: Hashable {
    /// Whose it is, in the absolute form: it counts, and the field `Host` does not (RFC 9112, section 3.2.2).
    let authority: String?
    /// Path and query, or `*`.
    let path: String

    /// - Parameter isOptions: without a path it asks for the server as a whole then (RFC 9112, section 3.2.4).
    init(_ target: String, isOptions: Bool) {
        guard target.first != "/", let mark = target.firstRange(of: "://") else {
            authority = nil
            path = target
            return
        }
        let rest = target[mark.upperBound...]
        let name = rest.prefix { !"/?#".contains($0) }
        authority = String(name)
        let remainder = rest[name.endIndex...]
        path =
            switch remainder.first {
            case nil: isOptions ? "*" : "/"
            case "/": String(remainder)
            default: "/" + remainder
            }
    }
}
