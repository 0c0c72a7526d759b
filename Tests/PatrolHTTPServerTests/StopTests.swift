import PatrolCore
import PatrolHTTPServer
import Synchronization
import Testing

@Suite("A stop in order waits for no client", .serialized)
struct StopTests {
    private static let order = "POST /order HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n"

    @Test(
        "Who has not sent his request in full is not waited for",
        arguments: [
            "", "GET /hel", order, order + "\r\n", order + "\r\n{\"text\": 1}", order + "Expect: 100-continue\r\n\r\n",
            "POST /order HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
            "POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n",
            "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n",
        ]
    )
    func incomplete(beginning: String) async throws {
        let before = TestServer.orders.withLock { $0 }
        try await TestServer.stopping({ $0.stopGrace = .seconds(60) }) { path in
            let client = try RawClient(path: path)
            client.send(beginning)
            // So that it is there: who connects first is looked at first.
            #expect(try RawClient.exchange(path, "GET /slow HTTP/1.0\r\n\r\n").hasSuffix("slow"))
            return client
        } stopped: { client, took in
            // As long as many tests at once take; the grace is far longer.
            #expect(took < .seconds(5), "\(took)")
            let rest = try client.receive()
            #expect(rest.isEmpty || !beginning.hasPrefix(Self.order) || rest.hasPrefix("HTTP/1.1 100"))
        }
        #expect(TestServer.orders.withLock { $0 } == before, "half an order is none")
    }

    @Test("Who has sent his request in full gets his answer, the last one")
    func complete() async throws {
        try await TestServer.stopping({ $0.stopGrace = .seconds(60) }) { path in
            let client = try RawClient(path: path)
            client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try RawClient.exchange(path, "GET /hello HTTP/1.0\r\n\r\n").hasSuffix("hello"))
            return client
        } stopped: { client, took in
            #expect(took < .seconds(5), "\(took)")
            let answer = try client.receive()
            #expect(answer.hasSuffix("slow") && answer.lowercased().contains("connection: close"))
        }
    }

    @Test("An answer without an end, and one that is not taken, have the grace", arguments: ["/nothing-yet", "/flood"])
    func endless(target: String) async throws {
        try await TestServer.stopping({ $0.stopGrace = .milliseconds(300) }) { path in
            let client = try RawClient(path: path)
            client.send("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = try client.receive(atLeast: 10)
            return client
        } stopped: { _, took in
            #expect(took > .milliseconds(250) && took < .seconds(5), "\(took)")
        }
    }

    @Test("A crowd of all of them is not waited for any longer")
    func crowd() async throws {
        try await TestServer.stopping({ settings in
            settings.stopGrace = .milliseconds(300)
            settings.places = .init(total: 100, reserved: 0, perPeer: 100, refusals: 10)
        }) { path in
            try (0..<60).map { index in
                let client = try RawClient(path: path)
                client.send(
                    [
                        Self.order + "\r\n{", "GET /flood HTTP/1.1\r\nHost: x\r\n\r\n",
                        "GET /nothing-yet HTTP/1.1\r\nHost: x\r\n\r\n",
                    ][
                        index % 3
                    ]
                )
                return client
            }
        } stopped: { _, took in
            #expect(took < .seconds(5), "\(took)")
        }
    }
}
