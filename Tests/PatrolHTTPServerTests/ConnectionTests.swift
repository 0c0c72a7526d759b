import PatrolCore
import PatrolHTTPServer
import Testing

/// With deadlines of parts of a second in the place of many: what they do shows only as time passes.
@Suite("Connections that take their time", .serialized)
struct ConnectionTests {
    private static let hello = "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    /// - Returns: how long `body` took, in seconds.
    private static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let began = TestServer.now()
        try body()
        return Double((TestServer.now() - began).nanoseconds) / 1e9
    }

    @Test("One that says nothing, or drips its head, is closed", arguments: ["", "GET /hel"])
    func silent(beginning: String) async throws {
        try await TestServer.with({ $0.deadlines.head = .milliseconds(300) }) { path in
            let client = try RawClient(path: path)
            client.send(beginning)
            var answer = "-"
            let took = try Self.seconds { answer = try client.receive() }
            #expect(answer == "")
            #expect((0.2..<3).contains(took), "\(took)")
        }
    }

    @Test("One that keeps its connection and asks no more is closed")
    func idle() async throws {
        try await TestServer.with({ $0.deadlines.idle = .milliseconds(300) }) { path in
            let client = try RawClient(path: path)
            client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
            var answer = ""
            let took = try Self.seconds { answer = try client.receive() }
            #expect(answer.hasSuffix("hello"))
            #expect((0.2..<3).contains(took), "\(took)")
        }
    }

    @Test("A body that drips is answered with 408")
    func drippedBody() async throws {
        try await TestServer.with({ $0.deadlines.body = .milliseconds(300) }) { path in
            let client = try RawClient(path: path)
            client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n1")
            #expect(try client.receive().hasPrefix("HTTP/1.1 408"))
        }
    }

    @Test("A reader that does not read is dropped")
    func unreadAnswer() async throws {
        try await TestServer.with({
            $0.deadlines.reply = .milliseconds(300)
            $0.deadlines.leastBytesPerSecond = 1 << 30
            $0.places = .init(total: 1, reserved: 0, perPeer: 1, refusals: 1)
        }) { path in
            let reader = try RawClient(path: path)
            reader.send("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = try reader.receive(atLeast: 1000)
            // While it is answered nobody displaces it; when it is dropped there is a place again.
            #expect(try RawClient.exchange(path, Self.hello).hasPrefix("HTTP/1.1 503"))
            let took = try Self.seconds {
                while !(try RawClient.exchange(path, Self.hello).hasPrefix("HTTP/1.1 200")) {}
            }
            #expect(took < 5, "\(took)")
        }
    }

    @Test("One that has gone in the middle of an endless answer leaves its place, though nothing is sent to it")
    func gone() async throws {
        try await TestServer.with({ $0.places = .init(total: 1, reserved: 0, perPeer: 1, refusals: 1) }) { path in
            do {
                let reader = try RawClient(path: path)
                reader.send("GET /nothing-yet HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try reader.receive(atLeast: 10)
            }
            let took = try Self.seconds {
                while !(try RawClient.exchange(path, Self.hello).hasPrefix("HTTP/1.1 200")) {}
            }
            #expect(took < 8, "\(took)")
        }
    }

    @Test("Idle ones give way: a hundred of them hold up nobody")
    func idleCrowd() async throws {
        try await TestServer.with { path in
            var crowd: [RawClient] = []
            for _ in 0..<100 { crowd.append(try RawClient(path: path)) }
            #expect(try RawClient.exchange(path, Self.hello).hasSuffix("hello"))
            _ = crowd
        }
    }

    @Test("Dripped bodies give way as well, and whose place is taken sees the end")
    func drippingCrowd() async throws {
        try await TestServer.with { path in
            var crowd: [RawClient] = []
            for _ in 0..<20 {
                let client = try RawClient(path: path)
                client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n1")
                crowd.append(client)
            }
            #expect(try RawClient.exchange(path, Self.hello).hasSuffix("hello"))
            #expect(try crowd[0].receive() == "")
        }
    }

    @Test("Where every place is being answered a newcomer is told that the server is busy")
    func busy() async throws {
        try await TestServer.with { path in
            var readers: [RawClient] = []
            for _ in 0..<4 {
                let reader = try RawClient(path: path)
                reader.send("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try reader.receive(atLeast: 1000)
                readers.append(reader)
            }
            let answer = try RawClient.exchange(path, Self.hello)
            #expect(answer.hasPrefix("HTTP/1.1 503"))
            #expect(answer.contains("\"code\":\"busy\"") && answer.lowercased().contains("retry-after: 1"))
            readers.removeAll()
            let took = try Self.seconds {
                while !(try RawClient.exchange(path, Self.hello).hasPrefix("HTTP/1.1 200")) {}
            }
            #expect(took < 3, "their places are free when they are gone")
        }
    }

    @Test("Who is known by the connection alone has the reserve")
    func known() async throws {
        try await TestServer.with({ settings in
            settings.isKnown = { _ in true }
            settings.places = .init(total: 6, reserved: 6, perPeer: 0, refusals: 0)
        }) { path in
            let answer = try RawClient.exchange(path, Self.hello)
            #expect(answer.hasSuffix("hello"))
        }
        try await TestServer.with({ $0.places = .init(total: 6, reserved: 6, perPeer: 1, refusals: 0) }) { path in
            let answer = try RawClient.exchange(path, Self.hello)
            #expect(answer == "", "a stranger has none")
        }
    }

    @Test("Who has shown who he is keeps a connection that strangers would displace")
    func recognised() async throws {
        try await TestServer.with { path in
            let cart = try RawClient(path: path)
            cart.send("GET /known HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try cart.receive(atLeast: 30).hasSuffix("known"))
            var crowd: [RawClient] = []
            for _ in 0..<40 { crowd.append(try RawClient(path: path)) }
            cart.send(Self.hello)
            #expect(try cart.receive().hasSuffix("hello"))
            _ = crowd
        }
    }
}
