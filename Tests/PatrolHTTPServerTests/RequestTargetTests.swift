import Testing

@testable import PatrolHTTPServer

@Suite("The target of a request")
struct RequestTargetTests {
    /// A target, whose it is, and what it asks for.
    private static let table: [(target: String, authority: String?, path: String)] = [
        ("/v1/health", nil, "/v1/health"), ("/v1/a?b=http://c/d", nil, "/v1/a?b=http://c/d"), ("*", nil, "*"),
        ("http://a/v1", "a", "/v1"), ("HTTPS://a:8/v1?q", "a:8", "/v1?q"), ("http://a", "a", "/"),
        ("http://a?q=1", "a", "/?q=1"), ("http://u@a/", "u@a", "/"), ("http:///v1", "", "/v1"),
        ("http://[::1]:80/v1", "[::1]:80", "/v1"),
    ]

    @Test("In the absolute form it names its host", arguments: table.indices)
    func parts(index: Int) {
        let (text, authority, path) = Self.table[index]
        let target = RequestTarget(text, isOptions: false)
        #expect(target.authority == authority && target.path == path, "\(target)")
    }

    @Test("OPTIONS of a host alone asks for the whole server")
    func options() {
        #expect(RequestTarget("http://a", isOptions: true).path == "*")
        #expect(RequestTarget("http://a/", isOptions: true).path == "/")
    }
}
