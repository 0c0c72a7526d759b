import AsyncHTTPClient
import FoundationEssentials
import Glibc
import NIOCore
import NIOHTTP1
import PatrolCore

/// Asks a running patrold over its local socket.
public struct ControlClient: Sendable {
    /// A page of records is below 1 MiB; anything larger is no answer of ours.
    private static let maximumAnswerBytes = 8 * 1024 * 1024

    private let client: HTTPClient
    private let socketPath: String

    /// Runs `body` with a client and closes its connections afterwards.
    /// - Parameter socketPath: for example `/run/patrold/patrold.sock`.
    public static func with<Result: Sendable>(
        socketPath: String,
        _ body: (ControlClient) async throws -> Result
    ) async throws -> Result {
        var configuration = HTTPClient.Configuration()
        configuration.httpVersion = .http1Only
        configuration.redirectConfiguration = .disallow
        // A refused connection would otherwise be tried again until the deadline.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result
        do {
            result = try await body(ControlClient(client: client, socketPath: socketPath))
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
        return result
    }

    private init(client: HTTPClient, socketPath: String) {
        self.client = client
        self.socketPath = socketPath
    }

    /// Fetches and decodes a report.
    /// - Parameter query: names and values, sent percent-encoded; a `nil` value leaves the name out.
    /// - Throws: ``Failure``.
    public func get<Report: Decodable>(
        _ type: Report.Type,
        _ path: APIPath,
        query: [(name: String, value: String?)] = []
    ) async throws -> Report {
        try await answer(type, path, to: try request(path, query: query))
    }

    /// Orders something and decodes the answer.
    /// - Parameters:
    ///   - command: sent as JSON.
    ///   - timeout: for an answer that is to come later; `nil` for the usual one.
    /// - Throws: ``Failure``.
    public func order<Answer: Decodable>(
        _ type: Answer.Type,
        _ path: APIPath,
        _ command: some Encodable,
        timeout: Duration? = nil
    ) async throws -> Answer {
        var request = try self.request(path, query: [])
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: try APICoding.encode(command)))
        return try await answer(type, path, to: request, timeout: timeout.map { .nanoseconds($0.nanoseconds) })
    }

    /// Ends what `path` names, a mute or a duty.
    /// - Throws: ``Failure``.
    public func end<Answer: Decodable>(
        _ type: Answer.Type,
        _ path: APIPath,
        query: [(name: String, value: String?)] = []
    ) async throws -> Answer {
        var request = try self.request(path, query: query)
        request.method = .DELETE
        return try await answer(type, path, to: request)
    }

    /// Hands over each line of an endless answer as it comes, until `line` says `false` or the daemon ends.
    public func lines(
        _ path: APIPath,
        query: [(name: String, value: String?)] = [],
        _ line: (String) throws -> Bool
    ) async throws {
        var rest = ByteBuffer()
        try await eachPart(of: path, query: query, timeout: .hours(24 * 365)) { part in
            rest.writeImmutableBuffer(part)
            while let end = rest.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                let text = rest.readString(length: end - rest.readerIndex) ?? ""
                rest.moveReaderIndex(forwardBy: 1)
                if try !line(text) { return false }
            }
            guard rest.readableBytes <= Self.maximumAnswerBytes else {
                throw Failure.unexpectedAnswer("\(path.rawValue): a line without an end")
            }
            rest.discardReadBytes()
            return true
        }
    }

    /// Hands over an answer of any length part by part.
    public func parts(
        _ path: APIPath,
        query: [(name: String, value: String?)] = [],
        _ part: (String) throws -> Void
    ) async throws {
        try await eachPart(of: path, query: query, timeout: .minutes(10)) { buffer in
            try part(String(buffer: buffer))
            return true
        }
    }

    /// - Parameter body: says whether it wants more.
    private func eachPart(
        of path: APIPath,
        query: [(name: String, value: String?)],
        timeout: TimeAmount,
        _ body: (ByteBuffer) throws -> Bool
    ) async throws {
        var parts = try await respond(path, query: query, timeout: timeout).body.makeAsyncIterator()
        while true {
            let part: ByteBuffer?
            do {
                part = try await parts.next()
            } catch {
                throw Failure(error, at: socketPath)
            }
            guard let part, try body(part) else { return }
        }
    }

    private func get(_ path: APIPath, query: [(name: String, value: String?)]) async throws -> ByteBuffer {
        try await collect(try await respond(path, query: query, timeout: .seconds(10)).body)
    }

    /// Checking many new clips takes its time; everything else answers at once.
    private static let patience = TimeAmount.minutes(10)

    private func answer<Answer: Decodable>(
        _ type: Answer.Type,
        _ path: APIPath,
        to request: HTTPClientRequest,
        timeout: TimeAmount? = nil
    ) async throws -> Answer {
        let timeout = timeout ?? (path == .clips ? Self.patience : .seconds(10))
        let body = try await collect(try await respond(to: request, timeout: timeout).body)
        do {
            return try APICoding.decode(type, from: body.readableBytesView)
        } catch {
            throw Failure.unexpectedAnswer("\(path.rawValue) is not what this version of patrolctl reads")
        }
    }

    private func respond(
        _ path: APIPath,
        query: [(name: String, value: String?)],
        timeout: TimeAmount
    ) async throws -> HTTPClientResponse {
        try await respond(to: try request(path, query: query), timeout: timeout)
    }

    private func request(_ path: APIPath, query: [(name: String, value: String?)]) throws -> HTTPClientRequest {
        let pairs = query.compactMap { item in item.value.map { "\(item.name)=\(percentEncoded($0))" } }
        let uri = path.rawValue + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
        guard let url = URL(httpURLWithSocketPath: socketPath, uri: uri) else {
            throw Failure.badPath(socketPath, reason: "cannot be written as a URL")
        }
        var request = HTTPClientRequest(url: url.absoluteString)
        // RFC 9112, section 3.2: required, though a socket's path has no name to give; the client would leave it out.
        request.headers.add(name: "host", value: "patrold")
        return request
    }

    private func respond(to request: HTTPClientRequest, timeout: TimeAmount) async throws -> HTTPClientResponse {
        let response: HTTPClientResponse
        do {
            response = try await client.execute(request, timeout: timeout)
        } catch {
            throw Failure(error, at: socketPath)
        }
        guard response.status == .ok else {
            let body = try await collect(response.body)
            do {
                throw Failure.refused(try APICoding.decode(ErrorForm.self, from: body.readableBytesView).error)
            } catch is DecodingError {
                throw Failure.unexpectedAnswer("status \(response.status.code)")
            }
        }
        return response
    }

    private func collect(_ body: HTTPClientResponse.Body) async throws -> ByteBuffer {
        do {
            return try await body.collect(upTo: Self.maximumAnswerBytes)
        } catch {
            throw Failure(error, at: socketPath)
        }
    }

    private func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            let isUnreserved =
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || [45, 46, 95, 126].contains(byte)
            return isUnreserved ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
