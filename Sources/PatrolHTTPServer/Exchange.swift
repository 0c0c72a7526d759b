import HTTPTypes
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// One request with its answer, as far as they have come.
struct Exchange {
    /// HEAD: answered like GET, without the body.
    let isHead: Bool
    /// Whether the sender waits for `100 Continue`.
    var expectsContinue: Bool
    var isRequestComplete = false
    var hasAnswerBegun = false

    private let version: HTTPVersion
    private let isKeptAlive: Bool

    init(_ head: HTTPRequestHead) {
        isHead = head.method == .HEAD
        version = head.version
        // HTTP/1.0 knows no length but the connection's end.
        isKeptAlive = head.isKeepAlive && head.version.minor > 0
        expectsContinue = head.headers.first(name: "expect") != nil && head.version.minor > 0
    }

    /// The answer's head as it goes out.
    /// - Parameter mustClose: whether the connection ends with it in any case.
    /// - Returns: the head, and whether the connection ends with this answer.
    mutating func begin(_ response: HTTPResponse, mustClose: Bool) -> (HTTPResponseHead, closes: Bool) {
        hasAnswerBegun = true
        var head = HTTPResponseHead(response)
        head.version = version
        let hasLength = head.headers.contains(name: "content-length") || !head.status.mayHaveResponseBody
        let closes =
            mustClose || !isKeptAlive || (isHead && !hasLength) || (expectsContinue && !isRequestComplete)
            || head.headers.first(name: "connection")?.lowercased() == "close"
        if closes {
            // Who may still be sending is not told: AsyncHTTPClient closes at once then, and loses the answer over its own
            // write that fails. The end comes when he has sent all, or nothing more.
            let isTold = mustClose || isRequestComplete || expectsContinue || !isKeptAlive
            head.headers.remove(name: "connection")
            if isTold { head.headers.add(name: "connection", value: "close") }
        }
        return (head, closes)
    }
}
