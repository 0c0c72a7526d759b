import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import PatrolAPI
import ServiceLifecycle

/// Answers on the local socket.
///
/// Hummingbird's `Application` is left out on purpose: its date header runs a timer once a second. Its router answers
/// behind HummingbirdCore's server.
struct ControlServer: Service {
    /// A reader that says nothing for so long is gone; the stream is not affected, since it writes.
    private static let idleTimeout = TimeAmount.seconds(300)
    /// Enough for every tool at a cart; more connections wait in the kernel's queue.
    private static let maximumConnections = 32

    let socketPath: String
    let routes: ControlRoutes
    let eventLoopGroup: any EventLoopGroup
    let logger: Logger
    /// Called once the socket accepts connections.
    let onRunning: @Sendable () async -> Void

    func run() async throws {
        var quiet = logger
        // The server says at "info" that it listens, which the daemon says itself.
        quiet.logLevel = max(logger.logLevel, .notice)
        let responder = routes.router().buildResponder()
        let socketPath = socketPath, onRunning = onRunning, logger = quiet
        let server = try HTTPServerBuilder.http1(configuration: .init(idleTimeout: Self.idleTimeout)).buildServer(
            configuration: ServerConfiguration(
                address: .unixDomainSocket(path: socketPath),
                availableConnectionsDelegate: MaximumAvailableConnections(Self.maximumConnections)
            ),
            eventLoopGroup: eventLoopGroup,
            logger: logger,
            responder: { request, writer, channel in
                let context = ControlRoutes.Context(
                    source: ApplicationRequestContextSource(channel: channel, logger: logger)
                )
                let response = await Self.answer(request, context, responder, logger)
                try await writer.write(response: response.head, body: response.body)
            },
            onServerRunning: { _ in
                do {
                    try SocketFile.restrict(socketPath)
                } catch {
                    // bind(2) left it at the umask, which is narrower: the owner alone may connect.
                    logger.error("only the daemon's user may ask", metadata: ["error": "\(error)"])
                }
                await onRunning()
            }
        )
        try await server.run()
    }

    private static func answer(
        _ request: Request,
        _ context: ControlRoutes.Context,
        _ responder: some HTTPResponder<ControlRoutes.Context>,
        _ logger: Logger
    ) async -> Response {
        do {
            return try await responder.respond(to: request, context: context)
        } catch let error as APIError {
            return ControlRoutes.response(error)
        } catch let error as HTTPError {
            return ControlRoutes.response(
                error.status == .notFound
                    ? APIError(
                        code: "not_found",
                        message: "there is nothing at \(request.uri.path.prefix(200))",
                        hint: "allowed: \(APIPath.allCases.map(\.rawValue).joined(separator: ", "))"
                    )
                    : APIError(code: "bad_request", message: error.body ?? error.status.reasonPhrase)
            )
        } catch {
            logger.error(
                "a question could not be answered",
                metadata: [
                    "path": "\(request.uri.path)", "error": "\(error)",
                ]
            )
            return ControlRoutes.response(APIError(code: "unavailable", message: "\(error)"))
        }
    }
}
