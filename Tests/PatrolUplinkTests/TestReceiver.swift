import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A real HTTP server on the loopback with a port of its own that answers each request as it is told.
final class TestReceiver: Sendable {
    /// A request as it arrived.
    struct Request: Sendable {
        var head: HTTPRequestHead
        var body: [UInt8]
        /// Counts the connections from 0.
        var connection: Int

        func header(_ name: String) -> String? { head.headers.first(name: name) }
    }

    /// What to do with a request.
    enum Answer: Sendable {
        /// A reply with `Content-Length`.
        case reply(Int, headers: [(String, String)] = [], body: String = "")
        /// These bytes, and then the connection is closed.
        case bytesAndClose(String)
        /// These bytes, and nothing more.
        case bytes(String)
        /// Nothing at all.
        case silence
        /// The connection is closed.
        case close

        /// The reply of a receiver that holds everything.
        static func acknowledged(events: Int, positions: Int) -> Answer {
            .reply(
                200,
                headers: [("Content-Type", "application/json")],
                body: #"{"acknowledged": {"events": \#(events), "positions": \#(positions)}}"#
            )
        }
    }

    private struct State {
        var answers: [Answer]
        var requests: [Request] = []
        var connections = 0
    }

    /// Fulfils whoever waits for the next request.
    let arrivals: AsyncStream<Request>
    private let arrive: AsyncStream<Request>.Continuation
    private let state: Mutex<State>
    private let listener: Mutex<(any Channel)?> = Mutex(nil)

    /// - Parameters:
    ///   - answers: one after the other; the last one goes on for ever.
    ///   - tls: `nil` for plain HTTP.
    ///   - isMute: accepts connections and never reads from them.
    static func start(
        _ answers: [Answer],
        tls: TLSConfiguration? = nil,
        isMute: Bool = false
    ) async throws -> TestReceiver {
        let receiver = TestReceiver(answers)
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: !isMute)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
                    // Without the response encoder's help: the answers are written byte for byte.
                    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                    try pipeline.addHandler(Handler(receiver))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        receiver.listener.withLock { $0 = channel }
        return receiver
    }

    private init(_ answers: [Answer]) {
        state = Mutex(State(answers: answers))
        (arrivals, arrive) = AsyncStream.makeStream()
    }

    var port: Int { listener.withLock { $0?.localAddress?.port } ?? 0 }
    var requests: [Request] { state.withLock { $0.requests } }
    var connections: Int { state.withLock { $0.connections } }

    func stop() async throws {
        try await listener.withLock { $0 }?.close().get()
        arrive.finish()
    }

    private func opened() -> Int {
        state.withLock { state in
            state.connections += 1
            return state.connections - 1
        }
    }

    private func answer(_ request: Request) -> Answer {
        arrive.yield(request)
        return state.withLock { state in
            state.requests.append(request)
            return state.answers.count > 1 ? state.answers.removeFirst() : state.answers.first ?? .silence
        }
    }

    /// Collects a request and does what the receiver says. One for each connection, used on its event loop only.
    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = ByteBuffer

        private let receiver: TestReceiver
        private let connection: Int
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(_ receiver: TestReceiver) {
            self.receiver = receiver
            connection = receiver.opened()
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): (self.head, body) = (head, [])
            case .body(let part): body += part.readableBytesView
            case .end:
                guard let head else { return }
                answer(TestReceiver.Request(head: head, body: body, connection: connection), context)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            // A client that does not trust us, or the other way round: the client's side is what is tested.
            context.close(promise: nil)
        }

        private func answer(_ request: Request, _ context: ChannelHandlerContext) {
            switch receiver.answer(request) {
            case .reply(let status, let headers, let body):
                var text = "HTTP/1.1 \(status) Whatever\r\nContent-Length: \(body.utf8.count)\r\n"
                for (name, value) in headers { text += "\(name): \(value)\r\n" }
                write(text + "\r\n" + body, context)
            case .bytes(let text): write(text, context)
            case .bytesAndClose(let text):
                write(text, context)
                context.close(promise: nil)
            case .close: context.close(promise: nil)
            case .silence: break
            }
        }

        private func write(_ text: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        }
    }
}
