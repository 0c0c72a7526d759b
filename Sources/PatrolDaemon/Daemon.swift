import Logging
import NIOCore
import NIOPosix
import PatrolCore
import PatrolJournal
import PatrolService
import PatrolUplink
import PatrolVehicle
import ServiceLifecycle
import UnixSignals

/// The composition root: it knows every room, and no room knows it.
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

    /// Runs until SIGTERM or SIGINT.
    /// - Throws: ``StartError`` if it cannot start.
    public static func run(_ configuration: Configuration) async throws {
        let machine = try Machine(configuration)
        let notification = ServiceNotification.fromEnvironment()
        let clocks = Clocks.system
        let logger = logger(configuration, clocks)
        for problem in configuration.fileProblems() {
            logger.warning("the configuration names a file that cannot be used", metadata: ["problem": "\(problem)"])
        }
        // One event loop serves the socket and the uploads: neither has work for more.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let journal = try openJournal(configuration, machine, clocks)
        do {
            try SocketFile.prepare(configuration.controlSocket)
        } catch {
            throw StartError(description: error.description)
        }
        let premises = Premises(configuration, machine, clocks, journal, group.next(), logger)
        let house: House
        do {
            house = try House(premises)
        } catch {
            throw StartError(description: "\(error)")
        }
        house.begin()
        let control = ControlServer(
            socketPath: configuration.controlSocket,
            routes: house.routes,
            eventLoopGroup: group,
            now: { clocks.now() },
            logger: logger,
            onRunning: {
                house.started()
                FailedStarts.fromEnvironment().clear()
                notification.ready(status: "running")
            }
        )
        // Stopped in the reverse order: nobody asks any more, no fix comes, the loudspeaker falls silent, the last event is
        // written, what can be is uploaded, and the journal closes last.
        let services: [any Service] =
            [JournalService(journal: journal)]
            + (house.uploaders.isEmpty ? [] : [UploadService(uploaders: house.uploaders)]) + [premises.events]
            + (house.light.map { [$0] } ?? []) + (house.voice?.services ?? []) + [
                house.kernelClockService, house.receiverService, control,
                StopNotice(notification: notification, stream: premises.stream, loudspeaker: house.voice?.loudspeaker),
            ]
        var settings = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet(logger)
        )
        settings.maximumGracefulShutdownDuration = stopLimit
        try await ServiceGroup(configuration: settings).run()
        if await house.shutDown() { try await group.shutdownGracefully() }
        logger.info("stopped")
    }

    private static func openJournal(
        _ configuration: Configuration,
        _ machine: Machine,
        _ clocks: Clocks
    ) throws(StartError) -> Journal {
        do {
            return try Journal(
                folder: configuration.journal.folder,
                bootID: machine.bootID,
                clocks: clocks,
                commitInterval: configuration.journal.commitInterval
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

/// Says that the stop began, and ends what would keep the socket's server waiting: streams for their readers, and those
/// who wait for the end of a clip.
private struct StopNotice: Service {
    let notification: ServiceNotification
    let stream: StreamHub
    let loudspeaker: Loudspeaker?

    func run() async throws {
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            // Another service failed; the streams end all the same.
        }
        notification.stopping(status: "committing and uploading what can be uploaded")
        stream.finish()
        loudspeaker?.bell.tell { $0.endsWaiting = true }
    }
}
