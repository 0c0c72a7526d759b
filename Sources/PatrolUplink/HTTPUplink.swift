import AsyncHTTPClient
import FoundationEssentials
public import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import PatrolCore
import PatrolSystem
public import PatrolWire

/// Sends batches to one receiver: `POST {url}/v1/batches`, one at a time.
///
/// Between two batches nothing runs but, once, the timer that closes the idle connection.
public final class HTTPUplink: Sendable {
    /// An acknowledgement is 60 bytes. Whatever is longer than this is not read to its end.
    static let maximumReplyBytes = 64 * 1024

    /// Longer than the 30 s between two batches of a driving cart, so that one connection lasts for the drive: measured
    /// with TLS 1.3 and the smallest certificate there is, a handshake costs 2.9 kB, a batch of 30 positions with all
    /// its headers and its answer 0.7 kB. Shorter than the 60 to 75 s after which common servers and load balancers
    /// close an idle connection, so that no batch runs into that; and a parked cart, which sends every five minutes,
    /// holds none open.
    private static let idleTimeout = TimeAmount.seconds(45)

    private static let encodingHead = "Content-Encoding: gzip\r\n"

    private let settings: HTTPUplinkSettings
    private let receiver: Receiver?
    private let trust: TrustSettings
    private let client: HTTPClient
    private let credentials: Credentials
    /// Compresses and reads the files of token and certificates. A disk that hangs holds up this thread, and no other
    /// uplink, nor the event loop.
    private let preparation = NIOThreadPool(numberOfThreads: 1)

    /// Connects to nobody yet, and reads no file yet: what is wrong with them is an outcome of each attempt, so that the
    /// daemon starts whatever they say, and goes on by itself when they are mended.
    public init(settings: HTTPUplinkSettings, eventLoopGroup: any EventLoopGroup) {
        self.settings = settings
        receiver = Receiver(url: settings.url)
        trust = TrustSettings(
            authorityFile: settings.certificateAuthorityFile,
            certificateFile: settings.clientCertificateFile,
            keyFile: settings.clientKeyFile
        )
        credentials = Credentials(settings)
        var configuration = HTTPClient.Configuration()
        configuration.httpVersion = .http1Only
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .nanoseconds(settings.connectTimeout.nanoseconds)
        configuration.connectionPool.idleTimeout = Self.idleTimeout
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1
        // Whether and when to try again is the upload machine's business.
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroup: eventLoopGroup, configuration: configuration)
        preparation.start()
    }

    /// Closes the connection. Attempts that are under way fail, and there must be none afterwards. To be called once,
    /// before the last reference goes: the HTTP client insists on it.
    ///
    /// It waits for that so long at most: a connection that is being made, or one whose other end does not say
    /// goodbye as TLS wants it, takes its time.
    /// - Returns: whether it is closed; if not, it goes on closing as long as the process lives.
    public func shutdown(within limit: Duration) async -> Bool {
        // A thread that is held up by the disk ends with the process.
        preparation.shutdownGracefully { _ in }
        let eventLoop = client.eventLoopGroup.any()
        let closed = eventLoop.makePromise(of: Bool.self)
        // Of two that fulfil a promise, the first one counts.
        let timer = eventLoop.scheduleTask(in: .nanoseconds(limit.nanoseconds)) { closed.succeed(false) }
        client.shutdown { error in
            timer.cancel()
            closed.succeed(error == nil)
        }
        do {
            return try await closed.futureResult.get()
        } catch {
            return false
        }
    }

    /// Sends a batch and waits for what the receiver says, for ``HTTPUplinkSettings/attemptTimeout`` at most.
    /// Cancelling the task ends the attempt at once.
    public func send(_ batch: BatchContent) async -> UploadReceipt {
        let begin = BootClock.now()
        let outcome: UploadOutcome
        var sentBytes = 0
        do {
            (outcome, sentBytes) = await send(try encode(batch))
        } catch {
            // One of the records cannot be put into words; it is searched for like one that the receiver refuses.
            outcome = .rejected(reason: "the batch cannot be written: \(error)")
        }
        return UploadReceipt(
            outcome: outcome,
            bytesOnWire: sentBytes,
            duration: BootClock.now() - begin
        )
    }

    /// No record is at fault if only the newest position, which is in the header of every batch, cannot be written.
    private func encode(_ batch: BatchContent) throws(WireError) -> [UInt8] {
        do throws(WireError) {
            return try BatchEncoder.encode(batch, as: settings.encoding)
        } catch {
            guard batch.latest != nil else { throw error }
            var batch = batch
            batch.latest = nil
            return try BatchEncoder.encode(batch, as: settings.encoding)
        }
    }

    private func send(_ plain: [UInt8]) async -> (UploadOutcome, sentBytes: Int) {
        var sentBytes = 0
        do {
            let prepared = try await prepare(plain)
            sentBytes = prepared.bodyBytes
            var reply = try await exchange(prepared.request)
            reply.secret = prepared.request.headers.first(name: "Authorization").map {
                String($0.dropFirst(BearerToken.scheme.count))
            }
            return (reply.outcome(to: settings.encoding), sentBytes)
        } catch let problem as LocalProblem {
            return (.heldUntilPersonActs(reason: problem.description), 0)
        } catch {
            let failure = NetworkFailure(error, receiver: receiver?.name ?? "", settings)
            return (failure.outcome, failure.stage == .exchanging ? sentBytes : 0)
        }
    }

    private struct Prepared: Sendable {
        var request: HTTPClientRequest
        var bodyBytes: Int
    }

    /// Not a task group, which would wait for the thread when the time is over.
    private func prepare(_ plain: [UInt8]) async throws -> Prepared {
        let eventLoop = client.eventLoopGroup.any()
        let prepared = eventLoop.makePromise(of: Prepared.self)
        // Of two that fulfil a promise, the first one counts.
        let timer = eventLoop.scheduleTask(in: .nanoseconds(settings.attemptTimeout.nanoseconds)) {
            prepared.fail(PreparationTimeout())
        }
        preparation.runIfActive(eventLoop: eventLoop) {
            self.credentials.use()
            let compressed = try Gzip.compress(plain)
            // A block is compressed already; a live batch gains less than the head says.
            let isCompressed = compressed.count + Self.encodingHead.utf8.count < plain.count
            let body = isCompressed ? compressed : plain
            return Prepared(request: try self.request(body, isCompressed: isCompressed), bodyBytes: body.count)
        }.whenComplete { result in
            timer.cancel()
            prepared.completeWith(result)
        }
        return try await withTaskCancellationHandler {
            try await prepared.futureResult.get()
        } onCancel: {
            prepared.fail(CancellationError())
        }
    }

    /// Whether the file of the token or of a certificate is another one than at the last attempt; false if the disk does not say so
    /// within a second.
    public func haveCredentialsChanged() async -> Bool {
        let eventLoop = client.eventLoopGroup.any()
        let changed = eventLoop.makePromise(of: Bool.self)
        // Of two that fulfil a promise, the first one counts.
        let timer = eventLoop.scheduleTask(in: .seconds(1)) { changed.succeed(false) }
        preparation.runIfActive(eventLoop: eventLoop) { self.credentials.haveChanged() }.whenComplete { result in
            timer.cancel()
            changed.completeWith(result)
        }
        do {
            return try await changed.futureResult.get()
        } catch {
            // It is being shut down.
            return false
        }
    }

    private func request(_ body: [UInt8], isCompressed: Bool) throws(LocalProblem) -> HTTPClientRequest {
        guard let receiver else {
            throw LocalProblem(
                description: "the url \(PublicAddress.text(of: settings.url)) cannot be used; "
                    + "allowed: http:// or https:// and a host"
            )
        }
        var request = HTTPClientRequest(url: receiver.batches)
        request.method = .POST
        // Nothing that nobody needs: a drive of eight hours has a thousand of these. What a key for the batch would say is in it,
        // the journal and its numbers, and a repeat is recognised by that.
        request.headers = ["Content-Type": settings.encoding.contentType]
        if isCompressed { request.headers.add(name: "Content-Encoding", value: "gzip") }
        if let tokenFile = settings.tokenFile {
            request.headers.add(name: "Authorization", value: try BearerToken.authorization(file: tokenFile))
        }
        if receiver.isTLS { request.tlsConfiguration = try trust.current() }
        request.body = .bytes(ByteBuffer(bytes: body))
        return request
    }

    /// The client's own deadline ends with the head of the reply, so the whole exchange is raced against a clock.
    private func exchange(_ request: HTTPClientRequest) async throws -> Reply {
        try await withThrowingTaskGroup(of: Reply.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await self.reply(to: request) }
            group.addTask { [timeout = settings.attemptTimeout] in
                try await Task.sleep(for: timeout)
                throw AttemptTimeout()
            }
            guard let reply = try await group.next() else { throw CancellationError() }
            return reply
        }
    }

    private func reply(to request: HTTPClientRequest) async throws -> Reply {
        let response = try await client.execute(
            request,
            timeout: .nanoseconds((settings.attemptTimeout + .seconds(1)).nanoseconds)
        )
        var body = Reply.Body.cutShort
        do {
            let bytes = try await response.body.collect(upTo: Self.maximumReplyBytes)
            body = Reply.Body(
                Array(bytes.readableBytesView),
                contentEncoding: response.headers.first(name: "Content-Encoding")
            )
        } catch is NIOTooManyBytesError {
            body = .tooLong
        } catch let error where !(error is CancellationError) {
            // The status stands, whatever became of the rest.
        }
        return Reply(
            status: Int(response.status.code),
            phrase: HTTPResponseStatus(statusCode: Int(response.status.code)).reasonPhrase,
            retryAfter: response.headers.first(name: "Retry-After"),
            date: response.headers.first(name: "Date"),
            location: response.headers.first(name: "Location"),
            mediaType: Self.mediaType(response.headers.first(name: "Content-Type")),
            server: response.headers.first(name: "Server"),
            body: body
        )
    }

    /// RFC 9110, section 8.3.1: type and subtype are case-insensitive, and parameters may follow.
    private static func mediaType(_ contentType: String?) -> String {
        (contentType ?? "").prefix { $0 != ";" }.lowercased().filter { $0 != " " }
    }
}

/// The receiver's address.
private struct Receiver {
    /// Where batches go.
    let batches: String
    /// Host and port, for messages: the rest of a URL may hold a password.
    let name: String
    let isTLS: Bool

    init?(url text: String) {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), let host = url.host(),
            !host.isEmpty, scheme == "http" || scheme == "https"
        else { return nil }
        isTLS = scheme == "https"
        name = "\(host.bracketedIfIPv6):\(url.port ?? (isTLS ? 443 : 80))"
        var base = text
        while base.hasSuffix("/") { base.removeLast() }
        batches = base + "/v1/batches"
    }
}
