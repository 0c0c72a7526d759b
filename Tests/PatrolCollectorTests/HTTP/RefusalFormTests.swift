import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import PatrolCore
import PatrolSQLite
import PatrolWire
import Testing

@testable import PatrolCollector

/// A cart tells the collector from whatever else may answer in its place by the form of its refusals; so each of them has it.
@Suite("Every refusal is in the collector's own form")
struct RefusalFormTests {
    private static let json = WireEncoding.json.contentType
    private static let token = "Bearer \(TestStation.token)"

    private struct Refusal: Sendable {
        var method = HTTPMethod.POST
        var path = "/v1/batches"
        var headers: HTTPHeaders = [:]
        var bodyBytes = 0
        var status: UInt
        var code: String
    }

    private static let refusals: [Refusal] = [
        Refusal(method: .GET, path: "/", status: 404, code: "not_found"),
        Refusal(path: "/v1/batches/", status: 404, code: "not_found"),
        Refusal(path: "/%zz/../v1", status: 404, code: "not_found"),
        Refusal(
            path: "/station/v1/batches",
            headers: ["Authorization": token],
            bodyBytes: 5000,
            status: 404,
            code: "not_found"
        ),
        Refusal(method: .GET, status: 405, code: "method_not_allowed"),
        Refusal(method: .PUT, bodyBytes: 5000, status: 405, code: "method_not_allowed"),
        Refusal(method: .DELETE, path: "/v1/vehicles", status: 405, code: "method_not_allowed"),
        Refusal(method: .POST, path: "/v1/health", status: 405, code: "method_not_allowed"),
        Refusal(bodyBytes: 10, status: 401, code: "unauthorized"),
        Refusal(headers: ["Authorization": token], bodyBytes: 10, status: 415, code: "unsupported_media_type"),
        Refusal(
            headers: ["Content-Type": "text/html", "Authorization": token],
            status: 415,
            code: "unsupported_media_type"
        ),
        Refusal(
            headers: ["Content-Type": json, "Content-Encoding": "br", "Authorization": token],
            status: 415,
            code: "unsupported_encoding"
        ),
        Refusal(headers: ["Content-Type": json], bodyBytes: 9_000_000, status: 401, code: "unauthorized"),
        Refusal(
            headers: ["Content-Type": json, "Authorization": "Bearer wrong"],
            bodyBytes: 10,
            status: 401,
            code: "unauthorized"
        ),
        Refusal(headers: ["Content-Type": json, "Authorization": "Basic eA=="], status: 401, code: "unauthorized"),
        Refusal(
            headers: ["Content-Type": json, "Authorization": token],
            bodyBytes: 9_000_000,
            status: 413,
            code: "too_large"
        ),
        Refusal(
            headers: ["Content-Type": json, "Authorization": token],
            bodyBytes: 10,
            status: 400,
            code: "bad_batch"
        ),
        Refusal(
            headers: ["Content-Type": json, "Authorization": token, "Content-Encoding": "gzip"],
            bodyBytes: 10,
            status: 400,
            code: "bad_batch"
        ),
        Refusal(method: .GET, path: "/v1/vehicles/none/track", status: 404, code: "unknown_vehicle"),
        Refusal(method: .GET, path: "/v1/vehicles/cart-01/track?shape=square", status: 400, code: "bad_query"),
        Refusal(method: .GET, path: "/v1/vehicles/cart-01/events?x=1", status: 400, code: "bad_query"),
    ]

    @Test("Whatever is refused, and however early")
    func refusals() async throws {
        try await TestStation.with { station in
            for refusal in Self.refusals {
                // A connection for each: a station that refuses before it has all takes the rest, then ends the connection, and
                // cannot say so beforehand (see Exchange.begin); the next request would go out into that end.
                let client = HTTPClient(eventLoopGroupProvider: .singleton)
                defer { client.shutdown { _ in } }
                var station = station
                station.client = client
                let body = HTTPClientRequest.Body.bytes(ByteBuffer(repeating: 0x20, count: refusal.bodyBytes))
                let answer = try await station.send(
                    refusal.method,
                    refusal.path,
                    headers: refusal.headers,
                    body: refusal.bodyBytes > 0 ? body : nil
                )
                let what: Comment =
                    "\(refusal.method) \(refusal.path) \(refusal.headers) \(refusal.bodyBytes): \(answer.text)"
                #expect(answer.status == refusal.status, what)
                #expect(answer.errorCode == refusal.code, what)
            }
            let other = try await station.post(try Samples.batch(positions: 1...1), token: TestStation.otherToken)
            #expect(other.status == 403 && other.errorCode == "wrong_vehicle")
        }
    }

    @Test("A busy station, too")
    func busy() async throws {
        try await TestStation.with { station in
            let holder = try station.holdStore()
            defer { holder.close() }
            let answer = try await station.post(try Samples.batch(positions: 1...1))
            #expect(answer.status == 503 && answer.errorCode == "unavailable")
        }
    }

    /// Answered before there is a request. No cart may take that for a verdict on its records, and without the form none
    /// does.
    @Test("What is no HTTP, or has a head without measure, is no verdict: 4xx without the form, and the end")
    func unparsable() async throws {
        try await TestStation.with { station in
            let port = try #require(station.address.split(separator: ":").last.flatMap { UInt16($0) })
            for bytes in [
                "HELO station\r\n\r\n",
                "POST /v1/batches HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                "POST /v1/batches HTTP/1.1\r\nAuthorization: " + String(repeating: "x", count: 100_000) + "\r\n\r\n",
            ] {
                let answer = try await rawExchange(port, bytes)
                #expect(answer.hasPrefix("HTTP/1.1 400 ") || answer.hasPrefix("HTTP/1.1 431 "), "\(answer)")
                #expect(answer.contains("text/plain") && !answer.contains("\"error\""), "\(answer)")
            }
            #expect(try await station.get("/v1/health").status == 200)
        }
    }
}
