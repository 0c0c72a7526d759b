import FoundationEssentials
import Logging
import NIOCore
import PatrolConfiguration
import PatrolControl
import PatrolCore
import PatrolJournal
import PatrolUplink
import PatrolVehicle

/// The daemon's parts, each made once and joined to the others. It knows all of them, and none of them knows it.
struct Composition: Sendable {
    let cart: CartLoop
    let writer: JournalWriter
    let stream: StreamHub
    let uploaders: [Uploader]
    let clips: ClipLibrary?
    let routes: ControlRoutes
    let reload = ReloadOutcome()
    private let players: PlayerSupervisor?
    private let light: LightSwitch?
    private let mailboxes: [UploadMailbox]
    private let configuration: Configuration
    private let host: HostInfo
    private let clocks: Clocks
    private let logger: Logger

    /// - Throws: what the system lacks: descriptors or threads.
    init(
        _ configuration: Configuration,
        _ host: HostInfo,
        _ clocks: Clocks,
        _ journal: Journal,
        _ eventLoop: any EventLoop,
        _ logger: Logger
    ) throws {
        (self.configuration, self.host, self.clocks, self.logger) = (configuration, host, clocks, logger)
        let cart = try CartLoop()
        let stream = StreamHub()
        let mailboxes = configuration.destinations.map { _ in UploadMailbox() }
        let writer = JournalWriter(journal: journal, cart: cart, uploads: mailboxes, stream: stream, logger: logger)
        (self.cart, self.stream, self.mailboxes, self.writer) = (cart, stream, mailboxes, writer)
        let player = configuration.loudspeaker.map(PlayerSettings.init)
        let clips = try configuration.loudspeaker.map { settings in
            ClipLibrary(
                folder: settings.clipsFolder,
                clips: try ClipFolder(settings, configuration.journal.folder, clocks),
                cart: cart,
                clocks: clocks,
                logger: logger
            )
        }
        self.clips = clips
        let players = clips.flatMap { clips in
            player.map { PlayerSupervisor($0, clips: clips, cart: cart, clocks: clocks, logger: logger) }
        }
        self.players = players
        light = try configuration.light.map { try LightSwitch(LED(path: $0.led), cart: cart) }
        let board = UploadBoard(configuration.destinations.map { UploadDestination(name: $0.name, url: $0.url) })
        uploaders = zip(configuration.destinations, mailboxes).map { destination, mailbox in
            var logger = logger
            logger[metadataKey: "destination"] = "\(destination.name)"
            let settings = destination.uplink(credentials: host.credentialsFolder)
            return Uploader(
                name: destination.name,
                vehicle: configuration.vehicle,
                settings: destination.settings,
                mailbox: mailbox,
                uplink: HTTPUplink(settings: settings, eventLoopGroup: eventLoop),
                board: board,
                cart: cart,
                clocks: clocks,
                eventLoop: eventLoop,
                logger: logger,
                writer: writer
            )
        }
        let names = configuration.destinations.map(\.name)
        routes = ControlRoutes(
            configuration: configuration,
            zone: host.zone,
            cart: cart,
            loudspeaker: clips.flatMap { clips in players.map { LoudspeakerControl(library: clips, players: $0) } },
            uploads: UploadControl(
                board: board,
                mailboxes: Dictionary(zip(names, mailboxes)) { first, _ in first },
                writer: writer
            ),
            journal: journal,
            stream: stream,
            reload: reload,
            clocks: clocks,
            startedAt: clocks.now()
        )
    }

    /// The first event of this run, before any service has something to tell; and what was kept over the restart.
    /// - Throws: what the system lacks: threads.
    func begin() throws {
        try players?.begin()
        let journal = writer.journal
        try cart.start(
            Cart(
                settings: CartSettings(
                    configuration,
                    bootID: host.bootID,
                    buildDate: Daemon.buildDate,
                    zone: host.zone.zone
                ),
                memory: CartMemory(odometerMetres: journal.odometerMetresAtStart, states: journal.statesAtStart),
                at: clocks.now()
            ),
            host: configuration.gps.host,
            port: UInt16(configuration.gps.port),
            shells: CartShells(journal: writer, players: players, light: light, uploads: mailboxes, stream: stream),
            clocks: clocks,
            logger: logger
        )
    }

    /// What closing the connections may take: everything is on disk by then, and it is a courtesy to the receivers.
    private static let closingLimit = Duration.milliseconds(500)

    /// Closes the connections to the receivers, all at once. Those whose receivers do not even say goodbye end with the
    /// process.
    func shutDown() async {
        await withTaskGroup { group in
            for uploader in uploaders {
                group.addTask { _ = await uploader.uplink.shutdown(within: Self.closingLimit) }
            }
        }
    }
}

extension PlayerSettings {
    fileprivate init(_ settings: Configuration.LoudspeakerSettings) {
        self.init(
            program: settings.player,
            device: settings.device,
            environment: PlayerSettings.environment(from: ProcessInfo.processInfo.environment)
        )
    }
}

extension ClipFolder {
    /// - Parameter journalFolder: the folder of the clips need not be writable; the journal's is.
    fileprivate convenience init(
        _ settings: Configuration.LoudspeakerSettings,
        _ journalFolder: String,
        _ clocks: Clocks
    ) throws {
        try self.init(
            path: settings.clipsFolder,
            manifest: journalFolder + "/clips.json",
            settings: PlayerSettings(settings),
            needed: Set(settings.programmes.flatMap(\.clips)),
            targetLUFS: settings.targetLoudnessLUFS,
            clocks: clocks
        )
    }
}

extension LED {
    /// - Parameter path: of its folder below `/sys/class/leds`.
    fileprivate init(path: String) {
        let cut = path.lastIndex(of: "/") ?? path.startIndex
        self.init(root: String(path[..<cut]), name: String(path[cut...].drop { $0 == "/" }))
    }
}
