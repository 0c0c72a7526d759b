import NIOHTTP1
import PatrolCore
import PatrolUplink
import PatrolWire
import Testing

@Suite("Batches over HTTP")
struct HTTPUplinkTests {
    private let batch: BatchContent
    private let accepted = TestReceiver.Answer.acknowledged(events: 9, positions: 0)

    init() throws {
        batch = try TestBatch.events(7...9)
    }

    @Test("An acknowledgement comes back with the numbers and the bytes")
    func acknowledged() async throws {
        try await withUplink([.acknowledged(events: 9, positions: 120)]) { uplink, receiver in
            let receipt = await uplink.send(batch)
            #expect(receipt.outcome == .acknowledged(events: .number(9), positions: .number(120)))
            #expect(receipt.bytesOnWire == receiver.requests.first?.body.count)
            #expect(receipt.duration > .zero && receipt.duration < .seconds(20))
        }
    }

    @Test("The request says what it is, and its body is the batch", arguments: WireEncoding.allCases)
    func request(encoding: WireEncoding) async throws {
        try await withUplink([accepted], path: "/station/", configure: { $0.encoding = encoding }) { uplink, receiver in
            _ = await uplink.send(batch)
            let request = try #require(receiver.requests.first)
            #expect(request.head.method == .POST)
            #expect(request.head.uri == "/station/v1/batches")
            #expect(request.header("Content-Type") == encoding.contentType)
            let isCompressed = request.body.starts(with: [0x1F, 0x8B])
            #expect(request.header("Content-Encoding") == (isCompressed ? "gzip" : nil))
            #expect(request.header("Content-Length") == "\(request.body.count)")
            #expect(request.header("Host") == "127.0.0.1:\(receiver.port)")
            #expect(request.header("Authorization") == nil)
            let decoded = try TestBatch.decode(request.body, encoding)
            #expect(decoded.vehicle == batch.vehicle && decoded.journalID == batch.journalID)
            #expect(decoded.events == batch.events && decoded.boots == batch.boots)
        }
    }

    @Test("A batch that cannot be written is refused without a connection, so that its record is searched for")
    func unwritable() async throws {
        // As JSON each block is decoded; as protobuf the bytes go as they are.
        try await withUplink([accepted], configure: { $0.encoding = .json }) { uplink, receiver in
            var impossible = try TestBatch.positions(7...9)
            impossible.positionBlocks = [[0xFF]]
            let receipt = await uplink.send(impossible)
            guard case .rejected(let reason, .receiver) = receipt.outcome else {
                Issue.record("\(receipt.outcome)")
                return
            }
            #expect(reason.contains("cannot be written"), "\(reason)")
            #expect(receiver.connections == 0 && receipt.bytesOnWire == 0)
        }
    }

    @Test("No record is blamed for a newest position that cannot be written: the batch goes without it")
    func unwritableHeader() async throws {
        try await withUplink([accepted]) { uplink, receiver in
            var impossible = batch
            impossible.latest = TestBatch.latest
            impossible.latest?.position.courseDecidegrees = 36_000
            #expect(await uplink.send(impossible).outcome.reason == nil)
            let request = try #require(receiver.requests.first)
            let decoded = try TestBatch.decode(request.body, .protobuf)
            #expect(decoded.latest == nil && decoded.events == batch.events)
        }
    }

    @Test("What gains nothing by it is not compressed, and heads that nobody needs are not sent")
    func smallest() async throws {
        try await withUplink([accepted, accepted]) { uplink, receiver in
            _ = await uplink.send(try TestBatch.positions(7...9))
            _ = await uplink.send(try TestBatch.events(1...150))
            let requests = receiver.requests
            #expect(requests.map { $0.header("Content-Encoding") } == [nil, "gzip"])
            #expect(!requests[0].body.starts(with: [0x1F, 0x8B]) && requests[1].body.starts(with: [0x1F, 0x8B]))
            #expect(try TestBatch.decode(requests[0].body, .protobuf).positions.count == 3)
            let names = requests[0].head.headers.map { $0.name.lowercased() }.sorted()
            #expect(names == ["content-length", "content-type", "host"])
        }
    }

    @Test(
        "Each status becomes an outcome, with what the receiver said",
        arguments: [
            (401, "held"), (403, "held"), (404, "held"), (405, "held"), (415, "held"),
            (408, "later"), (425, "later"), (429, "later"), (500, "later"), (502, "later"), (503, "later"),
            (504, "later"), (413, "large"), (400, "rejected"), (409, "rejected"), (422, "rejected"),
        ]
    )
    func statuses(status: Int, kind: String) async throws {
        let answer = TestReceiver.Answer.reply(
            status,
            headers: [("Retry-After", "77"), ("Content-Type", "Application/JSON ;charset=utf-8")],
            body: #"{"error": {"code": "x", "message": "no room today"}}"#
        )
        try await withUplink([answer]) { uplink, _ in
            let outcome = await uplink.send(batch).outcome
            let reason = try #require(outcome.reason)
            #expect(reason.contains("\(status)"))
            switch outcome {
            case .heldUntilPersonActs: #expect(kind == "held")
            case .retryLater(_, let retryAfter):
                #expect(kind == "later" && retryAfter == .seconds(77) && reason.contains("no room today"))
            case .tooLarge: #expect(kind == "large")
            case .rejected: #expect(kind == "rejected" && reason.contains("no room today"))
            case .acknowledged, .foreignAnswer, .contradicted: Issue.record("\(status) is \(outcome)")
            }
        }
    }

    @Test("A proxy's refusal is an outage, and is shown with its status, its server and its first words")
    func proxy() async throws {
        let page = """
            <html>\r
            <head><title>400 The plain HTTP request was sent to HTTPS port</title></head>\r
            <body><center><h1>400 Bad Request</h1></center><hr><center>nginx/1.22.1</center></body></html>
            """
        let headers = [("Server", "nginx/1.22.1"), ("Content-Type", "text/html")]
        for encoding in WireEncoding.allCases {
            try await withUplink(
                [.reply(400, headers: headers, body: page)],
                configure: { $0.encoding = encoding }
            ) { uplink, _ in
                let said = "400 The plain HTTP request was sent to HTTPS port 400 Bad Request nginx/1.22.1"
                #expect(
                    await uplink.send(batch).outcome
                        == .foreignAnswer(
                            reason: "what answers there (nginx/1.22.1) is no patrol receiver: 400 Bad Request: \(said)",
                            needsPerson: false
                        )
                )
            }
        }
    }

    @Test("A redirect is not followed, and nothing is sent to the other place")
    func redirect() async throws {
        let elsewhere = try await TestReceiver.start([accepted])
        let location = "http://127.0.0.1:\(elsewhere.port)/v1/batches"
        try await withUplink([.reply(308, headers: [("Location", location)])]) { uplink, _ in
            let outcome = await uplink.send(batch).outcome
            #expect(outcome.isRetryLater && outcome.reason?.contains("308") == true)
            #expect(outcome.reason?.contains("sends on to 127.0.0.1; that is never followed") == true)
        }
        #expect(elsewhere.connections == 0)
        try await elsewhere.stop()
    }

    @Test("Retry-After as a date counts from the reply's Date, not from this computer's")
    func retryAfterDate() async throws {
        let headers = [("Date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Retry-After", "Sun, 06 Nov 1994 08:51:37 GMT")]
        try await withUplink([.reply(503, headers: headers)]) { uplink, _ in
            guard case .retryLater(_, let retryAfter) = await uplink.send(batch).outcome else {
                Issue.record("not retried")
                return
            }
            #expect(retryAfter == .seconds(120))
        }
    }

    private static let garbage: [(name: String, answer: TestReceiver.Answer, words: String)] = [
        ("no body", .reply(200), "without an acknowledgement"),
        ("no content", .reply(204), "without an acknowledgement"),
        (
            "a page", .reply(200, body: "<html>Please log in to the hotel's network</html>"),
            "without an acknowledgement"
        ),
        ("other JSON", .reply(200, body: #"{"ok": true}"#), #"{"ok": true}"#),
        ("64 KiB and a byte", .reply(200, body: String(repeating: " ", count: 65_537)), "more than 65536 bytes"),
        (
            "a body without end",
            .bytes(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + String(repeating: "4000\r\n" + String(repeating: "x", count: 0x4000) + "\r\n", count: 5)
            ),
            "more than 65536 bytes"
        ),
        ("half a body", .bytesAndClose("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"ack"), "middle of its answer"),
        ("half a head", .bytesAndClose("HTTP/1.1 200 O"), "127.0.0.1:"),
        (
            "a head of a megabyte", .bytes("HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 1 << 20)),
            "no end of headers"
        ),
        ("no HTTP", .bytes("SSH-2.0-OpenSSH_9.2\r\n"), "does not speak HTTP"),
        ("nothing, and closed", .close, "closed the connection without an answer"),
    ]

    @Test("Whatever else answers there, the batch is sent again later, with a reason", arguments: 0..<11)
    func garbage(index: Int) async throws {
        let (name, answer, words) = Self.garbage[index]
        try await withUplink([answer]) { uplink, _ in
            let receipt = await uplink.send(batch)
            #expect(receipt.outcome.isRetryLater, "\(name)")
            #expect(receipt.outcome.reason?.contains(words) == true, "\(name): \(receipt.outcome)")
            #expect(receipt.bytesOnWire > 0, "\(name): the bytes were spent")
        }
    }

    @Test(
        "Silence, also in the middle of a reply, ends at the deadline",
        arguments: [
            TestReceiver.Answer.silence, .bytes("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"ack"),
        ]
    )
    func silence(answer: TestReceiver.Answer) async throws {
        try await withUplink([answer, accepted], configure: { $0.attemptTimeout = .milliseconds(300) }) {
            uplink,
            receiver in
            let receipt = await uplink.send(batch)
            #expect(receipt.outcome.reason == "no answer from 127.0.0.1:\(receiver.port) within 0.3 s")
            #expect(receipt.outcome.isRetryLater)
            #expect((.milliseconds(290)...Duration.seconds(20)).contains(receipt.duration))
        }
    }

    @Test("Cancelling ends an attempt at once, long before its deadline")
    func cancellation() async throws {
        try await withUplink([.silence]) { uplink, receiver in
            let attempt = Task { await uplink.send(batch) }
            var arrivals = receiver.arrivals.makeAsyncIterator()
            _ = await arrivals.next()
            attempt.cancel()
            let receipt = await attempt.value
            #expect(receipt.outcome.isRetryLater)
            #expect(receipt.duration < .seconds(20))
        }
    }

    @Test("A port where nobody listens is named")
    func refused() async throws {
        let gone = try await TestReceiver.start([])
        let port = gone.port
        try await gone.stop()
        for host in ["127.0.0.1", "localhost"] {
            try await withUplink([], configure: { $0.url = "http://\(host):\(port)" }) { uplink, _ in
                let receipt = await uplink.send(batch)
                let reason = try #require(receipt.outcome.reason)
                #expect(reason.contains("connection refused by 127.0.0.1:\(port)"), "\(reason)")
                #expect(receipt.bytesOnWire == 0)
                #expect(receipt.duration < .seconds(5), "no second try of its own")
            }
        }
    }

    @Test("A name that does not exist is named")
    func unknownName() async throws {
        try await withUplink([], configure: { $0.url = "http://no-such-host.invalid" }) { uplink, _ in
            let outcome = await uplink.send(batch).outcome
            #expect(outcome.isRetryLater && outcome.reason?.contains("no-such-host.invalid") == true, "\(outcome)")
        }
    }

    @Test(
        "A url that is none is a matter for a person, and hides no password",
        arguments: [
            "", "station", "ftp://station.example", "http://", "https:///v1", "ftp://cart:secret@station",
        ]
    )
    func badAddress(url: String) async throws {
        try await withUplink([], configure: { $0.url = url }) { uplink, _ in
            let receipt = await uplink.send(batch)
            #expect(receipt.outcome.isHeld && receipt.outcome.reason?.contains("url") == true, "\(receipt.outcome)")
            #expect(receipt.outcome.reason?.contains("secret") == false)
        }
    }

    @Test("One connection carries one batch after the other; a closed one is replaced without a failure")
    func connections() async throws {
        let closing = TestReceiver.Answer.reply(
            200,
            headers: [("Connection", "close")],
            body: #"{"acknowledged": {"events": 9, "positions": 0}}"#
        )
        try await withUplink([accepted, accepted, closing, accepted]) { uplink, receiver in
            for _ in 0..<4 { #expect(await uplink.send(batch).outcome.reason == nil) }
            #expect(receiver.requests.map(\.connection) == [0, 0, 0, 1])
        }
    }
}
