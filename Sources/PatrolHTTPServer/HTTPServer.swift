public import HummingbirdCore
public import Logging
public import NIOCore
public import ServiceLifecycle

/// An HTTP/1.1 server that stands strangers: places and deadlines for connections, and the rules of HTTP that hold for every
/// request, for the collector and for the cart's socket alike.
///
/// HummingbirdCore's server reads and writes; its `Application` is left out, since its date header runs a timer once a
/// second.
public struct HTTPServer: Service {
    /// Answers a request; what throws has no place here.
    public typealias Answer = @Sendable (Request, Connection) async -> Response

    private let settings: HTTPServerSettings
    private let eventLoopGroup: any EventLoopGroup
    private let logger: Logger
    private let onListening: @Sendable (any Channel) async -> Void
    private let answer: Answer

    /// - Parameters:
    ///   - eventLoopGroup: whose threads it runs on.
    ///   - onListening: is called with the listening channel once connections are accepted.
    ///   - answer: what it answers.
    public init(
        _ settings: HTTPServerSettings,
        on eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        onListening: @escaping @Sendable (any Channel) async -> Void,
        answer: @escaping Answer
    ) {
        self.settings = settings
        self.eventLoopGroup = eventLoopGroup
        // It says at "info" that it listens, which its owner says himself.
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .notice)
        self.logger = quiet
        self.onListening = onListening
        self.answer = answer
    }

    /// Serves until it is told to stop in order: what is being answered is answered if it is taken in
    /// ``HTTPServerSettings/stopGrace``; requests that have not come in full are not waited for.
    public func run() async throws {
        let address: BindAddress =
            switch settings.address {
            case .unixSocket(let path): .unixDomainSocket(path: path)
            case .host(let host, let port): .hostname(host, port: port)
            }
        let connections = ConnectionChannel(settings, answer: answer)
        let server = Server(
            childChannelSetup: connections,
            configuration: ServerConfiguration(address: address),
            onServerRunning: onListening,
            eventLoopGroup: eventLoopGroup,
            logger: logger
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask {
                try await gracefulShutdown()
                connections.registry.stop()
                try await Task.sleep(for: settings.stopGrace)
                connections.registry.endAll()
            }
            // The one ends the other: no connection is left, or the grace is over.
            while let result = await group.nextResult() {
                group.cancelAll()
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
    }
}
