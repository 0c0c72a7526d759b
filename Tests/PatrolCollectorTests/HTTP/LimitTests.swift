import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import PatrolCore
import PatrolSQLite
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("Limits")
struct LimitTests {
    private static let headers: HTTPHeaders = [
        "Content-Type": WireEncoding.json.contentType, "Authorization": "Bearer \(TestStation.token)",
    ]
    private static let gzipHeaders: HTTPHeaders = [
        "Content-Type": WireEncoding.json.contentType, "Authorization": "Bearer \(TestStation.token)",
        "Content-Encoding": "gzip",
    ]

    @Test("A body of the limit is read, one more byte is refused, announced or not", arguments: [true, false])
    func body(announced: Bool) async throws {
        try await TestStation.with(adjust: { options, _ in options.maximumBodyBytes = 2048 }) { station in
            for (count, status) in [(2048, 400), (2049, 413), (100_000, 413)] as [(Int, UInt)] {
                let buffer = ByteBuffer(repeating: UInt8(ascii: " "), count: count)
                let body: HTTPClientRequest.Body =
                    announced
                    ? .bytes(buffer)
                    : .stream(
                        AsyncStream {
                            $0.yield(buffer); $0.finish()
                        },
                        length: .unknown
                    )
                let answer = try await station.send(.POST, "/v1/batches", headers: Self.headers, body: body)
                #expect(answer.status == status, "\(count)")
                #expect(answer.errorCode == (status == 413 ? "too_large" : "bad_batch"))
            }
        }
    }

    @Test(
        "A body that is said to be too large is refused by its head, and not asked for",
        arguments: ["", "Expect: 100-continue\r\n"]
    )
    func declared(field: String) async throws {
        try await TestStation.with { station in
            for length in ["1048577", "9223372036854775807", "18446744073709551615"] {
                let head =
                    "POST /v1/batches HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(TestStation.token)\r\n"
                    + "Content-Type: application/json\r\nContent-Length: \(length)\r\n\(field)\r\n"
                let began = ContinuousClock.now
                let answer = try await rawExchange(try station.port, head)
                #expect(answer.hasPrefix("HTTP/1.1 413") && answer.contains("too_large"), "\(answer)")
                #expect(answer.contains("--max-body"))
                #expect(ContinuousClock.now - began < .seconds(4))
            }
            let small = "POST /v1/batches HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(TestStation.token)\r\n"
            let begun = try await rawExchange(
                try station.port,
                small
                    + "Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n{}"
            )
            #expect(begun.hasPrefix("HTTP/1.1 100") || field.isEmpty || begun.hasPrefix("HTTP/1.1 400"), "\(begun)")
            let coded = try await rawExchange(
                try station.port,
                small + "Content-Type: application/json\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"
            )
            #expect(coded.hasPrefix("HTTP/1.1 501") && coded.contains("allowed: chunked"), "\(coded)")
        }
    }

    @Test("A body that grows beyond the limit when it is decompressed is refused, and nothing is held of it")
    func zipBomb() async throws {
        try await TestStation.with { station in
            let bomb = try Gzip.compress([UInt8](repeating: UInt8(ascii: " "), count: 200 * 1024 * 1024))
            #expect(bomb.count < CollectorOptions.defaultMaximumBodyBytes)
            let answer = try await station.post(bomb, headers: Self.gzipHeaders)
            #expect(answer.status == 413)
            #expect(answer.errorCode == "too_large")
            #expect(answer.json["error"].debugDescription.contains("--max-decompressed"))
        }
    }

    @Test("What decompresses to the limit is read")
    func decompressed() async throws {
        try await TestStation.with(adjust: { options, _ in options.maximumDecompressedBytes = 4096 }) { station in
            for (count, status) in [(4096, 400), (4097, 413)] as [(Int, UInt)] {
                let body = try Gzip.compress([UInt8](repeating: UInt8(ascii: " "), count: count))
                #expect(try await station.post(body, headers: Self.gzipHeaders).status == status, "\(count)")
            }
        }
    }

    @Test("Who is refused while a large body is under way is told so")
    func early() async throws {
        try await TestStation.with { station in
            for headers in [["Content-Type": WireEncoding.json.contentType], Self.headers] as [HTTPHeaders] {
                let body = HTTPClientRequest.Body.bytes(ByteBuffer(repeating: 0, count: 8 * 1024 * 1024))
                let answer = try await station.send(.POST, "/v1/batches", headers: headers, body: body)
                #expect(answer.status == (headers == Self.headers ? 413 : 401))
            }
        }
    }

    @Test("A body that does not end is not read for ever")
    func endless() async throws {
        try await TestStation.with { station in
            let part = ByteBuffer(repeating: 0, count: 1024 * 1024)
            let endless = AsyncStream(unfolding: { Task.isCancelled ? nil : part })
            let start = ContinuousClock.now
            // Either the answer or the end of the connection comes first.
            let answer = try? await station.send(
                .POST,
                "/v1/batches",
                headers: Self.headers,
                body: .stream(endless, length: .unknown)
            )
            #expect(answer?.status ?? 413 == 413)
            // The client itself would give up after 30 s.
            #expect(ContinuousClock.now - start < .seconds(25))
            let health = try await station.get("/v1/health")
            #expect(health.status == 200)
        }
    }
}

@Suite("A station in trouble")
struct TroubleTests {
    @Test("A full disk is 503 with Retry-After and never an acknowledgement; health says so until there is room")
    func fullDisk() async throws {
        try await TemporaryFolder.with { folder in
            let large = try Samples.batch(positions: 1...5000)
            try await TestStation.with(folder: folder, maximumStorePages: 1) { station in
                let answer = try await station.post(large)
                #expect(answer.status == 503)
                #expect(answer.errorCode == "unavailable")
                #expect(answer.headers.first(name: "retry-after").flatMap(Int.init) ?? 0 > 0)
                #expect(answer.acknowledged == nil)
                let health = try await station.get("/v1/health")
                #expect(health.status == 503)
                #expect(health.json["state"] as? String == "degraded")
                #expect(health.text.contains("full"))
                #expect(try await station.post(try Samples.batch(positions: 1...1)).status == 200)
                #expect(try await station.get("/v1/health").status == 200)
            }
            try await TestStation.with(folder: folder) { station in
                let answer = try await station.post(large)
                #expect(answer.acknowledged?["positions"] == 5000)
                let vehicle = try await station.vehicle()
                #expect(vehicle["positions"] as? Int == 5000)
            }
        }
    }

    @Test("A file of tokens that cannot be used shows in health")
    func tokens() async throws {
        try await TestStation.with { station in
            #expect(try await station.get("/v1/health").status == 200)
            _ = try station.folder.write("cart-01", to: "tokens")
            let health = try await station.get("/v1/health")
            #expect(health.status == 503)
            #expect(health.text.contains("line 1"))
            #expect(try await station.post(try Samples.batch(positions: 1...1)).status == 200)
        }
    }

    @Test("While another program holds the store a batch is refused for now, and nothing of it is stored")
    func heldStore() async throws {
        try await TestStation.with { station in
            let holder = try station.holdStore()
            let answer = try await station.post(try Samples.batch(positions: 1...1))
            #expect(answer.status == 503)
            #expect(answer.headers.first(name: "retry-after") == "\(BatchReceiver.storageRetrySeconds)")
            #expect(try await station.get("/v1/vehicles").text == #"{"vehicles":[]}"#)
            holder.close()
            #expect(try await station.post(try Samples.batch(positions: 1...1)).acknowledged?["positions"] == 1)
        }
    }
}
