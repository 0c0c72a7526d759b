import PatrolCore
import PatrolHTTPServer
import Testing

@Suite("What every request gets, whatever it asks for", .serialized)
struct RequestRuleTests {
    private static let host = "Host: x\r\n"
    private static let closing = "Host: x\r\nConnection: close\r\n"

    /// A request's first line and fields, what its answer begins with, and what is in it.
    private static let table: [(request: String, status: String, words: [String])] = [
        ("GET /hello HTTP/1.1\r\n\(closing)\r\n", "200", ["\r\n\r\nhello"]),
        ("GET /things/7/parts HTTP/1.1\r\n\(closing)\r\n", "200", ["\r\n\r\n7"]),
        ("GET /nothing HTTP/1.1\r\n\(closing)\r\n", "404", ["not_found", "/nothing", "there is /hello"]),
        ("GET /hello/ HTTP/1.1\r\n\(closing)\r\n", "404", ["not_found"]),
        ("GET //hello HTTP/1.1\r\n\(closing)\r\n", "404", ["not_found"]),
        ("POST /hello HTTP/1.1\r\n\(closing)\r\n", "405", ["allow: GET, HEAD, OPTIONS", "method_not_allowed"]),
        (
            "BREW /hello HTTP/1.1\r\n\(closing)\r\n", "501",
            ["not_implemented", "the method BREW is not known", "use GET"]
        ),
        ("get /hello HTTP/1.1\r\n\(closing)\r\n", "501", ["not_implemented", "the method get is not known"]),
        ("PURGE /hello HTTP/1.1\r\n\(closing)\r\n", "405", ["allow: GET, HEAD, OPTIONS", "method_not_allowed"]),
        ("CONNECT x:80 HTTP/1.1\r\n\(closing)\r\n", "501", ["not_implemented", "CONNECT"]),
        ("GET /echo HTTP/1.1\r\n\(closing)\r\n", "405", ["allow: POST, OPTIONS"]),
        ("HEAD /echo HTTP/1.1\r\n\(closing)\r\n", "405", ["allow: POST, OPTIONS"]),
        ("OPTIONS /echo HTTP/1.1\r\n\(closing)\r\n", "204", ["allow: POST, OPTIONS"]),
        ("OPTIONS * HTTP/1.1\r\n\(closing)\r\n", "204", ["allow: GET, POST, HEAD, OPTIONS"]),
        ("OPTIONS http://x HTTP/1.1\r\n\(closing)\r\n", "204", ["allow: GET, POST, HEAD, OPTIONS"]),
        ("GET http://y/hello HTTP/1.1\r\n\(closing)\r\n", "200", ["\r\n\r\nhello"]),
        ("GET /hello HTTP/1.1\r\n\r\n", "400", ["0 Host fields", "connection: close"]),
        ("GET /hello HTTP/1.1\r\n\(host)Host: y\r\n\r\n", "400", ["2 Host fields", "connection: close"]),
        ("GET /hello HTTP/1.0\r\n\r\n", "200", ["hello", "connection: close"]),
        ("GET /parts HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "200", ["\r\n\r\npart part part "]),
        ("GET /parts HTTP/1.1\r\n\(closing)\r\n", "200", ["transfer-encoding: chunked", "part"]),
        ("GET /hello HTTP/2.0\r\n\(host)\r\n", "505", ["the version is", "HTTP/1.1, HTTP/1.0"]),
        ("GET /hello HTTP/9.9\r\n\(host)\r\n", "505", ["the version is HTTP/9.9", "HTTP/1.1, HTTP/1.0"]),
        ("GET /hello\r\n\r\n", "505", ["the version is none"]),
        ("nonsense\r\n\r\n", "400", ["not HTTP/1.1", "a method, such as GET"]),
        ("GET /hello HTTP/1.1\nHost: x\n\n", "400", ["LF alone; allowed: lines that end with CR LF"]),
        ("GET /hello HTTP/1.1\r\nHost: x\nX: y\r\n\r\n", "400", ["LF alone; allowed: lines that end with CR LF"]),
        ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{7C}\u{3}\u{3}", "400", ["it is TLS; allowed: http://"]),
        ("POST /echo HTTP/1.1\r\n\(host)Content-Length: 3\r\nContent-Length: 4\r\n\r\n", "400", ["not one number"]),
        ("POST /echo HTTP/1.1\r\n\(host)Transfer-Encoding: gzip\r\n\r\n", "501", ["\"gzip\"; allowed: chunked"]),
        (
            "POST /echo HTTP/1.1\r\n\(host)Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "501",
            ["\"gzip, chunked\"; allowed: chunked"]
        ),
        (
            "POST /echo HTTP/1.1\r\n\(closing)Transfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", "200",
            ["\r\n\r\na"]
        ),
        (
            "POST /echo HTTP/1.1\r\n\(host)Content-Length: 16385\r\n\r\n", "413",
            ["too_large", "16384"]
        ),
        ("GET /hello HTTP/1.1\r\n\(host)Content-Length: 16385\r\n\r\n", "413", ["too_large", "16384"]),
        (
            "POST /echo HTTP/1.1\r\n\(host)Expect: 100-continue\r\nContent-Length: 16385\r\n\r\n", "413",
            ["too_large", "connection: close"]
        ),
        ("POST /echo HTTP/1.1\r\n\(host)Content-Length: 9223372036854775807\r\n\r\n", "413", ["too_large"]),
        ("POST /echo HTTP/1.1\r\n\(host)Content-Length: 18446744073709551615\r\n\r\n", "413", ["too_large"]),
        ("GET /hello HTTP/1.1\r\nHost: x\r\n: nameless\r\n\r\n", "400", ["not HTTP/1.1"]),
        (
            "GET /hello HTTP/1.1\r\n\(host)X: \(String(repeating: "a", count: 9000))\r\n\r\n", "431",
            ["too large", "16 kB"]
        ),
        ("POST /echo HTTP/1.1\r\n\(host)Expect: tea\r\nContent-Length: 3\r\n\r\n", "417", ["tea", "100-continue"]),
        ("POST /echo HTTP/1.1\r\n\(closing)Content-Length: 3\r\n\r\nabc", "200", ["\r\n\r\nabc"]),
        ("POST /echo HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\nzz\r\n", "400", ["not HTTP/1.1"]),
        ("POST /echo HTTP/1.1\r\n\(host)Content-Length: -1\r\n\r\n", "400", ["not HTTP/1.1"]),
    ]

    @Test("Each request and its answer", arguments: table.indices)
    func answers(index: Int) async throws {
        let (request, status, words) = Self.table[index]
        try await TestServer.with { path in
            let began = TestServer.now()
            let answer = try RawClient.exchange(path, request)
            #expect(TestServer.now() - began < .seconds(4), "the end comes with the answer: \(request.prefix(60))")
            for word in ["parser", "strict", "Error", "invalid"] {
                #expect(!answer.contains(word), "\(request.prefix(60)): \(answer.prefix(300))")
            }
            #expect(
                answer.hasPrefix("HTTP/1.1 \(status)") || answer.hasPrefix("HTTP/1.0 \(status)"),
                "\(request.prefix(60)): \(answer.prefix(300))"
            )
            for word in words {
                #expect(answer.lowercased().contains(word.lowercased()), "\(request.prefix(60)): \(answer.prefix(300))")
            }
        }
    }

    @Test("HEAD is answered like GET, without the body", arguments: ["/hello", "/parts", "/flood", "/nothing"])
    func head(target: String) async throws {
        try await TestServer.with { path in
            let answer = try RawClient.exchange(path, "HEAD \(target) HTTP/1.1\r\n\(Self.closing)\r\n")
            #expect(answer.hasPrefix(target == "/nothing" ? "HTTP/1.1 404" : "HTTP/1.1 200"))
            #expect(answer.hasSuffix("\r\n\r\n"), "\(answer.suffix(100))")
            #expect(answer.components == 1, "nothing comes after the head")
        }
    }

    @Test("A body that is wanted is asked for, one that is refused is never sent")
    func expect() async throws {
        try await TestServer.with { path in
            let client = try RawClient(path: path)
            let fields = "\(Self.closing)Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"
            client.send("POST /echo HTTP/1.1\r\n\(fields)")
            let first = try client.receive(atLeast: 10)
            #expect(first.hasPrefix("HTTP/1.1 100 Continue\r\n\r\n"))
            client.send("12345")
            #expect(try client.receive().hasSuffix("\r\n\r\n12345"))

            let refused = try RawClient.exchange(path, "POST /refused HTTP/1.1\r\n\(fields)")
            #expect(refused.hasPrefix("HTTP/1.1 401"))
            #expect(refused.lowercased().contains("connection: close"))
        }
    }

    @Test("Who closes his side with the request gets his answer, and the end, at once")
    func halfClosed() async throws {
        try await TestServer.with { path in
            for _ in 0..<20 {
                let client = try RawClient(path: path)
                client.send("GET /hello HTTP/1.1\r\n\(Self.host)\r\n")
                client.closeOutput()
                let began = TestServer.now()
                #expect(try client.receive().hasSuffix("\r\n\r\nhello"))
                #expect(TestServer.now() - began < .seconds(2))
            }
        }
    }

    @Test("A connection carries one request after another, also if they come at once")
    func keepAlive() async throws {
        try await TestServer.with { path in
            let client = try RawClient(path: path)
            let one = "GET /hello HTTP/1.1\r\n\(Self.host)\r\n"
            client.send(one + one + "GET /parts HTTP/1.1\r\n\(Self.closing)\r\n")
            let answers = try client.receive()
            #expect(answers.split(separator: "HTTP/1.1 200").count == 3)
            #expect(answers.lowercased().contains("connection: close"))
        }
    }

    @Test("Who is refused while he sends sees the answer, and a body that does not come is not waited for")
    func refusedBody() async throws {
        try await TestServer.with({ $0.deadlines.body = .milliseconds(300) }) { path in
            let client = try RawClient(path: path)
            client.send("POST /refused HTTP/1.1\r\n\(Self.host)Content-Length: 10000\r\n\r\nbegins")
            let answer = try client.receive()
            #expect(answer.hasPrefix("HTTP/1.1 401"))
            #expect(answer.split(separator: "HTTP/1.1").count == 1)
        }
    }

    @Test("Who is refused may send his body to its end, and go on")
    func goesOn() async throws {
        try await TestServer.with { path in
            let client = try RawClient(path: path)
            client.send("POST /refused HTTP/1.1\r\n\(Self.host)Content-Length: 6\r\n\r\nbeg")
            #expect(try client.receive(atLeast: 30).hasPrefix("HTTP/1.1 401"))
            client.send("ins")
            client.send("GET /hello HTTP/1.1\r\n\(Self.closing)\r\n")
            #expect(try client.receive().hasSuffix("hello"))
        }
    }
}

extension String {
    /// How many parts there are before and after the first empty line, empty ones left out.
    fileprivate var components: Int { split(separator: "\r\n\r\n").count }
}
