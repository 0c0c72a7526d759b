import HTTPTypes
import NIOHTTP1

/// What every request's head must be, whatever it asks for.
enum RequestHeadRules {
    /// - Returns: why a request is refused; `nil` if it is not.
    static func refusal(of head: HTTPRequestHead) -> MalformedRequest? {
        guard head.version.major == 1, head.version.minor <= 1 else {
            return version("HTTP/\(head.version.major).\(head.version.minor)")
        }
        // RFC 9112, section 3.2: a request of HTTP/1.1 has one field Host, and no request has two.
        let hosts = head.headers["host"].count
        guard hosts == 1 || (hosts == 0 && head.version.minor == 0) else {
            return MalformedRequest(.badRequest, "the request has \(hosts) Host fields; allowed: one")
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

    /// Why something is no HTTP.
    static func refusal(of error: HTTPParserError) -> MalformedRequest {
        switch error {
        case .headerOverflow:
            MalformedRequest(
                .requestHeaderFieldsTooLarge,
                "the head of the request is too large; allowed: 8 kB in a field, 16 kB in all"
            )
        case .invalidVersion: version("none of HTTP/1")
        default: MalformedRequest(.badRequest, "the request is not HTTP/1.1: \(error)")
        }
    }

    private static func version(_ version: String) -> MalformedRequest {
        MalformedRequest(
            .httpVersionNotSupported,
            "the version is \(version); allowed: HTTP/1.1, HTTP/1.0"
        )
    }
}
