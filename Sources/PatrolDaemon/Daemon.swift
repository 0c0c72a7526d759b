import Logging
public import NIOCore
public import PatrolConfiguration
import PatrolControl
import PatrolCore
import PatrolJournal
import PatrolService
import PatrolSystem
import PatrolUplink
import PatrolVehicle
import ServiceLifecycle
import UnixSignals

/// Starts the daemon and stops it in order.
public enum Daemon {
    /// As `patrold --version` and the status say it.
    public static let version = Release.version

    /// The day this version was made: no receiver's time before it can be true.
    static let buildDate = WallTime(iso8601: "2026-11-24") ?? WallTime(millisecondsSince1970: 0)

    /// Longer than the last upload and the last commit take together; after it the rest is cut off.
    private static let stopLimit = Duration.seconds(15)

    /// Why the daemon could not start; one line that names what is at fault.
    public struct StartError: Error, CustomStringConvertible {
        /// What is at fault, for a person.
        public let description: String
    }

    /// Runs until SIGTERM or SIGINT. SIGHUP starts the program anew if the configuration on disk is fit for it.
    /// - Parameters:
    ///   - path: the configuration's file.
    ///   - eventLoop: serves the socket and the uploads; neither has work for more than one.
    /// - Throws: ``StartError`` if it cannot start.
    public static func run(
        _ configuration: Configuration,
        from path: String,
        on eventLoop: any EventLoop
    ) async throws {
        let host = try HostInfo(configuration)
        let notification = ServiceNotification.fromEnvironment()
        let clocks = Clocks.system
        let logger = logger(configuration, clocks)
        for problem in configuration.fileProblems() {
            logger.warning("the configuration names a file that cannot be used", metadata: ["problem": "\(problem)"])
        }
        let journal = try openJournal(configuration, host, clocks)
        do {
            try SocketFile.prepare(configuration.controlSocket)
        } catch {
            throw StartError(description: error.description)
        }
        let parts: Composition
        do {
            parts = try Composition(configuration, host, clocks, journal, eventLoop, logger)
            try parts.begin()
        } catch {
            throw StartError(description: "\(error)")
        }
        let control = ControlServer(
            socketPath: configuration.controlSocket,
            routes: parts.routes,
            eventLoopGroup: eventLoop,
            now: { clocks.now() },
            logger: logger,
            onRunning: {
                logger.info("running", metadata: ["version": "\(version)", "what": "\(configuration.summary)"])
                FailedStarts.fromEnvironment().clear()
                notification.ready(status: "running")
            }
        )
        let wish = ReloadService.Wish()
        try await runServices(parts, journal, control, wish, notification, path, logger)
        if wish.restarts {
            logger.info("stopped to start anew")
            try ProcessReplacement.perform()
        }
        await parts.shutDown()
        logger.info("stopped")
    }

    private static func runServices(
        _ parts: Composition,
        _ journal: Journal,
        _ control: ControlServer,
        _ wish: ReloadService.Wish,
        _ notification: ServiceNotification,
        _ path: String,
        _ logger: Logger
    ) async throws {
        // Stopped in the reverse order: nobody asks any more, the loudspeaker falls silent, the last event is
        // written, what can be is uploaded, and the journal closes last. Who starts anew uploads the rest then.
        let uploads = UploadService(uploaders: parts.uploaders) { wish.restarts ? .zero : Uploader.flushLimit }
        let reload = ReloadService(
            path: path,
            wish: wish,
            outcome: parts.reload,
            notification: notification,
            logger: logger
        )
        let services: [any Service] =
            [JournalService(journal: journal)] + (parts.uploaders.isEmpty ? [] : [uploads]) + [parts.writer]
            + (parts.clips.map { [$0] } ?? []) + [
                CartService(cart: parts.cart), KernelClockService(cart: parts.cart, logger: logger), control,
                Watchdog(
                    time: WatchdogTime.fromEnvironment(),
                    parts: parts.watchedParts,
                    notification: notification,
                    now: { Clocks.system.now() },
                    logger: logger
                ),
                StopNotice(
                    notification: notification,
                    stream: parts.stream,
                    cart: parts.cart,
                    wish: wish,
                    limit: StopLimit(writer: parts.writer, logger: logger)
                ),
            ]
        var settings = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) } + [
                .init(service: reload, successTerminationBehavior: .gracefullyShutdownGroup)
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet(logger)
        )
        settings.maximumGracefulShutdownDuration = stopLimit
        try await ServiceGroup(configuration: settings).run()
    }

    private static func openJournal(
        _ configuration: Configuration,
        _ host: HostInfo,
        _ clocks: Clocks
    ) throws(StartError) -> Journal {
        do {
            return try Journal(
                folder: configuration.journal.folder,
                bootID: host.bootID,
                machineID: host.machineID,
                clocks: clocks,
                commitInterval: configuration.journal.commitInterval,
                limits: configuration.journal.limits,
                destinations: configuration.destinations.map(\.name)
            )
        } catch {
            throw StartError(description: "\(error)")
        }
    }

    private static func logger(_ configuration: Configuration, _ clocks: Clocks) -> Logger {
        let handler = ServiceLogHandler(
            level: configuration.logLevel,
            underSystemd: ServiceLogHandler.isUnderSystemd,
            systemTime: clocks.systemTime
        )
        return Logger(label: "patrold", factory: { _ in handler })
    }

    /// The service group tells each service's coming and going at "debug"; only its troubles are the operator's.
    private static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .notice)
        return logger
    }
}
