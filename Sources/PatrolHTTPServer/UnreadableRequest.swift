import HTTPTypes
import NIOHTTP1

/// Why something is no HTTP, in words that help whoever sent it.
enum UnreadableRequest {
    /// - Parameter head: its bytes, as far as they came; none if the head could be read.
    static func refusal(of error: HTTPParserError, head: [UInt8]) -> any Refusal {
        // RFC 8446, section 5.1: a handshake (22) in a record of version 3.
        if head.starts(with: [22, 3]) { return notHTTP("it is TLS; allowed: http:// at this address") }
        if case .headerOverflow = error {
            return MalformedRequest(
                .requestHeaderFieldsTooLarge,
                "the head of the request is too large; allowed: 8 kB in a field, 16 kB in all"
            )
        }
        let line = FirstLine(head)
        if let line, !["HTTP/1.1", "HTTP/1.0"].contains(line.version) { return unsupported(version: line.version) }
        if hasBareLineFeed(head) { return notHTTP("a line ends with LF alone; allowed: lines that end with CR LF") }
        switch error {
        case .invalidMethod:
            guard let line else { return notHTTP(words(error)) }
            return HTTPFailure.notImplemented("the method \(line.method.prefix(20)) is not known here")
        case .invalidVersion: return unsupported(version: "none")
        default: return notHTTP(words(error))
        }
    }

    /// A version that is not served.
    static func unsupported(version: String) -> MalformedRequest {
        MalformedRequest(
            .httpVersionNotSupported,
            "the version is \(version.prefix(20)); allowed: HTTP/1.1, HTTP/1.0"
        )
    }

    private static func notHTTP(_ why: String) -> MalformedRequest {
        MalformedRequest(.badRequest, "the request is not HTTP/1.1: \(why)")
    }

    private static func words(_ error: HTTPParserError) -> String {
        switch error {
        case .invalidMethod: "it does not begin with a method, such as GET"
        case .invalidURL: "its target is not a path, such as /v1/health"
        case .invalidHeaderToken, .invalidCharactersUsed:
            "a field has characters that are not possible there; allowed: \"Name: value\" on one line"
        case .invalidContentLength, .unexpectedContentLength:
            "Content-Length is not one number of bytes, or stands beside Transfer-Encoding"
        case .invalidChunkSize: "the length of a chunk is not a hexadecimal number"
        case .lfExpected, .strictModeAssertion: "a line, or a chunk, does not end with CR LF where it should"
        case .invalidEOFState: "it ends in the middle"
        case .closedConnection: "something follows a request that was said to be the last"
        default: "it has something that is not possible where it stands"
        }
    }

    /// RFC 9112, section 2.2: a line ends with CR LF.
    private static func hasBareLineFeed(_ head: [UInt8]) -> Bool {
        head.indices.contains { head[$0] == 0x0A && ($0 == 0 || head[$0 - 1] != 0x0D) }
    }

    /// A method, a target and a version (RFC 9112, section 3), each well formed by itself.
    private struct FirstLine {
        let method: String
        let version: String

        /// `nil` if it is no such line, or not all of it.
        init?(_ head: [UInt8]) {
            guard let end = head.firstIndex(of: 0x0A) else { return nil }
            let line = String(decoding: head[..<end], as: UTF8.self).filter { !$0.isNewline }
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 3, HTTPField.Name(String(parts[0])) != nil, !parts[1].isEmpty,
                parts[2].hasPrefix("HTTP/")
            else { return nil }
            method = String(parts[0])
            version = String(parts[2])
        }
    }
}
