import Logging
import NIOCore
import PatrolCore
import PatrolJournal
import PatrolUplink
import PatrolVehicle

/// The daemon's parts, each made once and joined to the others.
struct House: Sendable {
    let stream = StreamHub()
    let events: EventRecorder
    let uploaders: [Uploader]
    let receiver: GPSReceiver
    let routes: ControlRoutes
    private let configuration: Configuration
    private let journal: Journal

    init(
        _ configuration: Configuration,
        _ journal: Journal,
        _ clocks: Clocks,
        _ eventLoop: any EventLoop,
        _ logger: Logger
    ) {
        self.configuration = configuration
        self.journal = journal
        let board = StatusBoard(destinations: configuration.destinations)
        let bells = configuration.destinations.map { _ in UploadBell() }
        let events = EventRecorder(
            journal: journal,
            board: board,
            stream: stream,
            clocks: clocks,
            logger: logger,
            onRecorded: { bells.forEach { $0.recorded(.events) } }
        )
        self.events = events
        uploaders = zip(configuration.destinations, bells).map { destination, bell in
            var logger = logger
            logger[metadataKey: "destination"] = "\(destination.name)"
            return Uploader(
                name: destination.name,
                vehicle: configuration.vehicle,
                settings: destination.settings,
                bell: bell,
                journal: journal,
                uplink: Self.uplink(destination, eventLoop),
                board: board,
                clocks: clocks,
                eventLoop: eventLoop,
                logger: logger,
                record: { await events.recordDurably($0) }
            )
        }
        let positions = PositionRecorder(
            pipeline: Self.pipeline(configuration.position, journal),
            journal: journal,
            board: board,
            stream: stream,
            clocks: clocks,
            logger: logger,
            consequences: PositionRecorder.Consequences(
                record: { events.record($0) },
                recorded: { bells.forEach { $0.recorded(.positions) } },
                motionChanged: { isMoving in bells.forEach { $0.tell { $0.isMoving = isMoving } } },
                clockLearned: { events.learn($0) }
            )
        )
        receiver = GPSReceiver(
            settings: Self.gps(configuration.gps),
            clocks: clocks,
            handler: { positions.handle($0) }
        )
        routes = ControlRoutes(
            desk: InformationDesk(
                configuration: configuration,
                board: board,
                journal: journal,
                clocks: clocks,
                startedAt: clocks.now()
            ),
            journal: journal,
            stream: stream
        )
    }

    /// The daemon answers: the first event of this run.
    func started(_ logger: Logger) {
        events.record(
            .daemonStarted(version: Daemon.version, lastRunEndedWithoutStop: journal.lastRunEndedWithoutStop)
        )
        logger.info("running", metadata: ["version": "\(Daemon.version)", "what": "\(configuration.summary)"])
    }

    /// Closes the connections to the receivers.
    func shutDown() async {
        for uploader in uploaders {
            do {
                try await uploader.uplink.shutdown()
            } catch {
                // The process ends; a connection that does not close in order ends with it.
            }
        }
    }

    private static func pipeline(
        _ settings: Configuration.PositionSettings,
        _ journal: Journal
    ) -> PositionPipeline {
        var pipeline = PositionPipeline.Settings(buildDate: Daemon.buildDate)
        pipeline.filter.maximumSpeed = settings.maximumSpeedMetresPerSecond
        pipeline.filter.maximumHorizontalError = settings.maximumErrorMetres
        pipeline.sampling.moving = settings.movingInterval
        pipeline.sampling.parked = settings.parkedInterval
        return PositionPipeline(settings: pipeline, odometerMetres: journal.odometerMetresAtStart)
    }

    private static func gps(_ settings: Configuration.GPSSettings) -> GPSSettings {
        var link = GPSLink.Settings()
        link.lostAfter = settings.lostAfter
        return GPSSettings(host: settings.host, port: UInt16(settings.port), link: link)
    }

    private static func uplink(_ destination: Configuration.Destination, _ eventLoop: any EventLoop) -> HTTPUplink {
        HTTPUplink(
            settings: HTTPUplinkSettings(
                url: destination.url,
                encoding: destination.encoding,
                tokenFile: destination.tokenFile,
                certificateAuthorityFile: destination.certificateAuthorityFile,
                clientCertificateFile: destination.clientCertificateFile,
                clientKeyFile: destination.clientKeyFile
            ),
            eventLoopGroup: eventLoop
        )
    }
}
