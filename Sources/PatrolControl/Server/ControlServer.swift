import HTTPTypes
import HummingbirdCore
public import Logging
public import NIOCore
import PatrolAPI
public import PatrolCore
import PatrolHTTPServer
public import ServiceLifecycle

/// Answers on the local socket.
public struct ControlServer: Service {
    /// Enough for every tool at a cart. A user who opens connections and forgets them loses his own oldest ones, and root
    /// and the administrators find a place in any case.
    private static let places = ConnectionPlaces<ConnectionPeer.Origin>.Settings(
        total: 48,
        reserved: 16,
        perPeer: 16,
        refusals: 16
    )

    /// Of the 5 s that a stop may take, 4 s are the last upload's.
    private static let stopGrace: Duration = .milliseconds(700)

    private let socketPath: String
    private let routes: ControlRoutes
    private let eventLoopGroup: any EventLoopGroup
    private let now: @Sendable () -> Instant
    private let logger: Logger
    private let onRunning: @Sendable () async -> Void

    /// - Parameters:
    ///   - socketPath: where it listens; see ``SocketFile``.
    ///   - now: the boot clock.
    ///   - onRunning: called once the socket accepts connections.
    public init(
        socketPath: String,
        routes: ControlRoutes,
        eventLoopGroup: any EventLoopGroup,
        now: @escaping @Sendable () -> Instant,
        logger: Logger,
        onRunning: @escaping @Sendable () async -> Void
    ) {
        self.socketPath = socketPath
        self.routes = routes
        self.eventLoopGroup = eventLoopGroup
        self.now = now
        self.logger = logger
        self.onRunning = onRunning
    }

    /// Serves until the graceful shutdown.
    public func run() async throws {
        var settings = HTTPServerSettings(.unixSocket(socketPath), places: Self.places, now: now)
        settings.stopGrace = Self.stopGrace
        settings.isKnown = Callers.areAdministrators
        let (table, logger, socketPath, onRunning) = (routes.table(), logger, socketPath, onRunning)
        let server = HTTPServer(settings, on: eventLoopGroup, logger: logger) { _ in
            do {
                try SocketFile.open(socketPath)
            } catch {
                // bind(2) left it at the umask, which is narrower: the owner alone may connect.
                logger.error("only the daemon's user may ask", metadata: ["error": "\(error)"])
            }
            await onRunning()
        } answer: { request, connection in
            await Self.answer(request, connection, table, logger)
        }
        try await server.run()
    }

    private static func answer(
        _ request: Request,
        _ connection: Connection,
        _ table: Routes,
        _ logger: Logger
    ) async -> Response {
        await table.respond(to: request, over: connection) { error in
            logger.error(
                "a question could not be answered",
                metadata: ["path": "\(request.uri.path)", "error": "\(error)"]
            )
            return HTTPFailure(.unavailable, "\(error)")
        }
    }
}
