import HTTPTypes
import NIOHTTP1

/// What every request's head must be, whatever it asks for.
enum RequestHeadRules {
    /// - Returns: why a request is refused; `nil` if it is not.
    static func refusal(of head: HTTPRequestHead) -> (any Refusal)? {
        // RFC 9110, section 9.3.6: it asks a proxy, which this is not.
        guard head.method != .CONNECT else { return HTTPFailure.notImplemented("CONNECT is for proxies") }
        guard head.version.major == 1, head.version.minor <= 1 else {
            return UnreadableRequest.unsupported(version: "HTTP/\(head.version.major).\(head.version.minor)")
        }
        // RFC 9112, section 3.2: a request of HTTP/1.1 has one field Host, and no request has two.
        let hosts = head.headers["host"].count
        guard hosts == 1 || (hosts == 0 && head.version.minor == 0) else {
            return MalformedRequest(.badRequest, "the request has \(hosts) Host fields; allowed: one")
        }
        // RFC 9112, section 6.1: a coding that is not understood is 501.
        let codings = head.headers["transfer-encoding"]
        guard codings.isEmpty || (codings.count == 1 && codings[0].lowercased() == "chunked") else {
            let found = codings.joined(separator: ", ").prefix(40)
            return MalformedRequest(.notImplemented, "the transfer coding is \"\(found)\"; allowed: chunked")
        }
        // RFC 9110, section 10.1.1: there is no other expectation.
        if let expectation = head.headers.first(name: "expect"), expectation.lowercased() != "100-continue" {
            let expected = expectation.prefix(40)
            return MalformedRequest(
                .expectationFailed,
                "the request expects \"\(expected)\"; allowed: 100-continue"
            )
        }
        return nil
    }
}
