import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import OpenAPICheck
import PatrolCore
import PatrolService
import PatrolWire
import ServiceLifecycle
import Testing

@testable import PatrolCollector

/// A whole collector on a free port of the loopback, with the real store in a folder of its own and a clock that stands
/// at ``TestStore/arrival``. It is asked over HTTP.
struct TestStation: Sendable {
    /// The token of `cart-01`; `cart-02` has ``otherToken``.
    static let token = "token-of-cart-01"
    static let otherToken = "token-of-cart-02"

    /// Every answer that a test gets is held against it.
    static let document: OpenAPIDocument = {
        do { return try OpenAPIDocument(json: PackageResources.openapi_json) } catch { fatalError("\(error)") }
    }()

    let folder: TemporaryFolder
    let address: String
    var scheme = "http"
    var client = HTTPClient.shared
    let service: ServiceGroup
    let collector: Collector

    /// - Parameters:
    ///   - folder: of a station that was there before; a new one without it.
    ///   - maximumStorePages: where the disk is full.
    ///   - systemTime: the station's clock.
    ///   - adjust: changes the options.
    static func with<Result: Sendable>(
        folder: TemporaryFolder? = nil,
        maximumStorePages: Int? = nil,
        systemTime: @escaping @Sendable () -> WallTime = { TestStore.arrival },
        adjust: (inout CollectorOptions, TemporaryFolder) throws -> Void = { _, _ in },
        _ body: @Sendable (TestStation) async throws -> Result
    ) async throws -> Result {
        guard let folder else {
            return try await TemporaryFolder.with { folder in
                try await with(
                    folder: folder,
                    maximumStorePages: maximumStorePages,
                    systemTime: systemTime,
                    adjust: adjust,
                    body
                )
            }
        }
        let tokens = try folder.write("cart-01 \(token)\ncart-02 \(otherToken)\n", to: "tokens")
        var options = CollectorOptions(
            listen: try #require(ListenAddress("127.0.0.1:0")),
            storeFolder: "\(folder.path)/store",
            tokensFile: tokens
        )
        try adjust(&options, folder)
        let (addresses, listening) = AsyncStream.makeStream(of: String.self)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let collector = try Collector(
            options,
            systemTime: systemTime,
            logger: logger,
            notification: ServiceNotification(notifySocket: nil),
            maximumStorePages: maximumStorePages,
            onListening: { listening.yield($0) }
        )
        let service = ServiceGroup(services: [collector], logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { listening.finish() }
                try await service.run()
            }
            let result: Result
            do {
                let address = try #require(await addresses.first { _ in true }, "the collector ended at once")
                result = try await body(
                    TestStation(folder: folder, address: address, service: service, collector: collector)
                )
            } catch {
                await service.triggerGracefulShutdown()
                throw error
            }
            await service.triggerGracefulShutdown()
            try await group.waitForAll()
            return result
        }
    }

    /// Begins a stop in order.
    func stop() async { await service.triggerGracefulShutdown() }

    /// What came back.
    struct Answer: Sendable {
        var status: UInt
        var headers: HTTPHeaders
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }

        /// Empty if the body is no JSON object.
        var json: [String: Any] {
            // What is no JSON is not what a test expects either.
            (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
        }

        /// The code of an error, which has a message and comes as JSON.
        var errorCode: String? {
            guard headers.first(name: "content-type") == "application/json",
                let error = json["error"] as? [String: Any],
                (error["message"] as? String)?.isEmpty == false
            else { return nil }
            return error["code"] as? String
        }

        /// The numbers of an acknowledgement.
        var acknowledged: [String: Int]? { json["acknowledged"] as? [String: Int] }
    }

    func get(_ path: String, headers: HTTPHeaders = [:]) async throws -> Answer {
        try await send(.GET, path, headers: headers)
    }

    /// Sends a batch as a cart does, unless the headers say otherwise.
    func post(
        _ batch: DecodedBatch,
        as encoding: WireEncoding = .protobuf,
        compressed: Bool = true,
        token: String? = token
    ) async throws -> Answer {
        let bytes = try Samples.encode(batch, as: encoding)
        var headers: HTTPHeaders = ["Content-Type": encoding.contentType]
        if compressed { headers.add(name: "Content-Encoding", value: "gzip") }
        if let token { headers.add(name: "Authorization", value: "Bearer \(token)") }
        return try await post(compressed ? try Gzip.compress(bytes) : bytes, headers: headers)
    }

    func post(_ body: [UInt8], headers: HTTPHeaders) async throws -> Answer {
        try await send(.POST, "/v1/batches", headers: headers, body: .bytes(ByteBuffer(bytes: body)))
    }

    func send(
        _ method: HTTPMethod,
        _ path: String,
        headers: HTTPHeaders = [:],
        body: HTTPClientRequest.Body? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "\(scheme)://\(address)\(path)")
        request.method = method
        request.headers = headers
        request.body = body
        let response = try await client.execute(request, timeout: .seconds(30))
        let bytes = Array(try await response.body.collect(upTo: 64 * 1024 * 1024).readableBytesView)
        let undescribed = Self.document.problems(
            method: method.rawValue,
            path: path,
            status: Int(response.status.code),
            type: response.headers.first(name: "content-type"),
            body: Data(bytes)
        )
        #expect(undescribed.isEmpty, "openapi.json is not true")
        return Answer(status: response.status.code, headers: response.headers, body: bytes)
    }

    /// The only vehicle of that name, as `GET /v1/vehicles` lists it.
    func vehicle(_ name: String = "cart-01") async throws -> [String: Any] {
        let answer = try await get("/v1/vehicles")
        let vehicles = try #require(answer.json["vehicles"] as? [[String: Any]])
        let found = vehicles.filter { $0["id"] as? String == name }
        #expect(found.count <= 1)
        return try #require(found.first)
    }

    /// The features of a track.
    func features(of vehicle: String = "cart-01", query: String = "") async throws -> [[String: Any]] {
        let answer = try await get("/v1/vehicles/\(vehicle)/track\(query)")
        #expect(answer.status == 200)
        #expect(answer.headers.first(name: "content-type") == "application/geo+json")
        #expect(answer.json["type"] as? String == "FeatureCollection")
        return try #require(answer.json["features"] as? [[String: Any]])
    }
}
