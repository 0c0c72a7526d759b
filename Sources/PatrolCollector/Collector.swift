import Glibc
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import PatrolCore
import PatrolHTTPServer
public import PatrolService
import PatrolSystem
public import ServiceLifecycle
import UnixSignals

/// The receiving end for one station: takes the batches of its vehicles over HTTP, stores each record once, and shows
/// what it holds.
///
/// | request | answer |
/// | --- | --- |
/// | `POST /v1/batches` | `{"acknowledged": {"events": n, "positions": n}}` once the batch is on disk |
/// | `GET /v1/vehicles` | each vehicle: its journals, how much is held, its newest position |
/// | `GET /v1/vehicles/{id}/track?from&to&shape` | GeoJSON: `points` (default) or `lines` |
/// | `GET /v1/vehicles/{id}/events?from&to&kind` | the events in the order of time |
/// | `GET /v1/health` | 200, or 503 if batches cannot be stored |
/// | `GET /v1/metrics` | what is held and what is wrong, for Prometheus |
/// | `GET /v1/openapi.json` | all this, exactly |
///
/// Everything that is not granted is answered with `{"error": {"code", "message", "hint"}}`.
public struct Collector: Service {
    /// Below the usual 1024 descriptors of a process. Half of them are for carts and operators alone; the carts behind one
    /// router have one address, but are strangers only until their token is read.
    private static let places = ConnectionPlaces<ConnectionPeer.Origin>.Settings(
        total: 512,
        reserved: 256,
        perPeer: 64,
        refusals: 64
    )
    /// A cart sends every 30 s while it moves; a connection that is silent for longer than this is not its.
    private static let idleTimeout: Duration = .seconds(90)
    /// What is under way when the stop comes may take so long, a batch on its way to the disk included.
    private static let maximumShutdown = Duration.seconds(5)

    private let server: HTTPServer
    let writer: StoreWriter
    private let reader: StoreReader
    private let upkeep: UpkeepLoop
    private let notification: ServiceNotification
    private let options: CollectorOptions
    private let logger: Logger

    /// Opens the store and reads the files; listens only when it runs.
    /// - Parameters:
    ///   - systemTime: the station's clock, which dates what no vehicle has dated and says how old a position is.
    ///   - notification: the way to the service manager.
    ///   - onListening: is called with `ADDRESS:PORT` once requests are answered.
    /// - Throws: one sentence that names what cannot be used.
    public init(
        _ options: CollectorOptions,
        systemTime: @escaping @Sendable () -> WallTime,
        logger: Logger,
        notification: ServiceNotification,
        onListening: @escaping @Sendable (String) -> Void
    ) throws(CollectorError) {
        try self.init(
            options,
            systemTime: systemTime,
            logger: logger,
            notification: notification,
            maximumStorePages: nil,
            onListening: onListening
        )
    }

    /// - Parameter maximumStorePages: see ``StoreWriter``.
    init(
        _ options: CollectorOptions,
        systemTime: @escaping @Sendable () -> WallTime,
        logger: Logger,
        notification: ServiceNotification,
        maximumStorePages: Int?,
        onListening: @escaping @Sendable (String) -> Void
    ) throws(CollectorError) {
        if options.tls == nil, !options.listen.isLocal {
            logger.warning("tokens and positions travel unencrypted", metadata: ["listen": "\(options.listen)"])
        }
        let tokens = try Self.follow(options.tokensFile, "tokens file", logger, VehicleTokens.init(parsing:path:))
        let access: ReadAccess =
            if let path = options.operatorTokenFile {
                .operatorToken(try Self.follow(path, "operators' token file", logger, OperatorToken.parse))
            } else {
                .localOnly(
                    HostNames(
                        configured: options.hosts.union(HostNames.name(of: options.listen.host).map { [$0] } ?? [])
                    )
                )
            }
        var tls: ServerTLS?
        if let files = options.tls { tls = try ServerTLS(files, logger: logger) }
        let folder = try StoreFolder(path: options.storeFolder)
        writer = try StoreWriter(folder: folder, maximumPages: maximumStorePages)
        reader = try StoreReader(databasePath: folder.databasePath)
        let condition = StoreCondition(logger: logger, notification: notification)
        if let note = writer.openingNote { condition.note(note) }
        upkeep = UpkeepLoop(
            writer: writer,
            reader: reader,
            condition: condition,
            keep: options.keepDays.map { .seconds($0 * 86_400) },
            systemTime: systemTime,
            logger: logger
        )
        let routes = CollectorRoutes(
            batches: BatchReceiver(
                tokens: tokens,
                writer: writer,
                condition: condition,
                maximumBodyBytes: options.maximumBodyBytes,
                maximumDecompressedBytes: options.maximumDecompressedBytes,
                decoding: DecodingPool(),
                demandsVehicleCertificate: options.tls?.clientAuthorityFile != nil,
                systemTime: systemTime
            ),
            queries: StoreQueries(
                reader: reader,
                writer: writer,
                condition: condition,
                tokens: tokens,
                tls: tls,
                systemTime: systemTime
            ),
            access: access,
            logger: logger
        )
        server = Self.server(options, tls, routes, logger) { address in
            onListening(address)
            notification.ready(status: "listening on \(address)")
        }
        self.notification = notification
        self.options = options
        self.logger = logger
    }

    private static func server(
        _ options: CollectorOptions,
        _ tls: ServerTLS?,
        _ routes: CollectorRoutes,
        _ logger: Logger,
        onListening: @escaping @Sendable (String) -> Void
    ) -> HTTPServer {
        let table = routes.table()
        let listen = options.listen
        var settings = HTTPServerSettings(
            .host(listen.host, port: listen.port),
            places: places,
            now: BootClock.now
        )
        settings.deadlines.idle = idleTimeout
        if let tls { settings.tls = { tls.context() } }
        return HTTPServer(
            settings,
            on: MultiThreadedEventLoopGroup.singleton,
            logger: logger,
            onListening: { channel in
                onListening(ListenAddress(channel.localAddress, else: listen).description)
            },
            answer: { request, connection in await routes.answer(request, connection, from: table) }
        )
    }

    private static func follow<Value>(
        _ path: String,
        _ what: String,
        _ logger: Logger,
        _ parse: @escaping @Sendable (String, String) throws(FileError) -> Value
    ) throws(CollectorError) -> FollowedFile<Value> {
        do {
            return try FollowedFile(path: path, logger: logger, parse: parse)
        } catch {
            throw CollectorError("the \(what) \(error)")
        }
    }

    /// Serves until it is told to stop in order, or cancelled; then lets go of the store.
    public func run() async throws {
        do {
            try await withGracefulShutdownHandler {
                async let work: Void = upkeep.run()
                do {
                    try await server.run()
                } catch {
                    upkeep.stop()
                    await work
                    throw error
                }
                upkeep.stop()
                await work
            } onGracefulShutdown: {
                notification.stopping(status: "finishing what is under way")
            }
        } catch {
            await close()
            throw error
        }
        await close()
    }

    private func close() async {
        await reader.close()
        await writer.close()
    }

    /// Runs as the only service of a process: SIGTERM and SIGINT stop it in order.
    public func runUntilSignal() async throws(CollectorError) {
        // The group's own lines repeat the error that is thrown here.
        var quiet = logger
        quiet.logLevel = .critical
        var configuration = ServiceGroupConfiguration(
            services: [self],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet
        )
        configuration.maximumGracefulShutdownDuration = Self.maximumShutdown
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as IOError {
            throw CollectorError(
                "cannot listen on \(options.listen): \(SystemError.text(error.errnoCode))"
            )
        } catch is CancellationError {
            throw CollectorError("what was under way did not end within \(Self.maximumShutdown)")
        } catch {
            throw CollectorError("cannot serve on \(options.listen): \(error)")
        }
    }
}
