import Logging
import NIOCore
import PatrolCore
import PatrolJournal
import PatrolUplink
import PatrolVehicle

/// The daemon's parts, each made once and joined to the others.
struct House: Sendable {
    let uploaders: [Uploader]
    let voice: Voice?
    let light: LightKeeper?
    let routes: ControlRoutes
    private let receiver: GPSReceiver
    private let kernelClock: KernelClockWatcher
    private let duty: DutyOffice
    private let premises: Premises

    init(_ premises: Premises) throws {
        self.premises = premises
        let bells = premises.configuration.destinations.map { _ in UploadBell() }
        premises.events.onRecorded { bells.forEach { $0.recorded(.events) } }
        uploaders = Self.uploaders(premises, bells)
        let voice = try premises.configuration.loudspeaker.map { try Voice($0, premises) }
        self.voice = voice
        let light = premises.configuration.light.map { LightKeeper($0, premises) }
        self.light = light
        duty = DutyOffice(premises) { isOn in
            voice?.loudspeaker.bell.tell { $0.isOnDuty = isOn }
            light?.dutyChanged(isOn: isOn)
        }
        let positions = Self.positions(premises, bells, voice, light)
        receiver = GPSReceiver(
            settings: Self.gps(premises.configuration),
            clocks: premises.clocks,
            handler: { positions.handle($0) }
        )
        kernelClock = KernelClockWatcher { positions.handle($0) }
        routes = Self.routes(premises, bells, duty, voice, light)
    }

    /// The first event of this run, before any service has something to tell; and what was kept over the restart.
    func begin() {
        let hadNoStop = premises.journal.lastRunEndedWithoutStop
        premises.events.record(.daemonStarted(version: Daemon.version, lastRunEndedWithoutStop: hadNoStop))
        duty.begin()
    }

    /// Reads gpsd.
    var receiverService: ThreadService {
        let receiver = receiver
        return ThreadService(start: { try receiver.start() }, stop: { receiver.stop() })
    }

    /// Watches the kernel's clock.
    var kernelClockService: ThreadService {
        let kernelClock = kernelClock, logger = premises.logger
        return ThreadService(
            start: {
                if let refusal = KernelClock.refusal() {
                    // The clock is then trusted by GPS alone, which a cart can live with.
                    logger.warning(
                        "the kernel does not say whether NTP holds its clock",
                        metadata: ["error": "\(refusal)"]
                    )
                }
                try kernelClock.start()
            },
            stop: { kernelClock.stop() }
        )
    }

    /// The daemon answers.
    func started() {
        let what = premises.configuration.summary
        premises.logger.info("running", metadata: ["version": "\(Daemon.version)", "what": "\(what)"])
    }

    /// What closing the connections may take: everything is on disk by then, and it is a courtesy to the receivers.
    private static let closingLimit = Duration.milliseconds(500)

    /// Closes the connections to the receivers, all at once.
    /// - Returns: whether all are closed. The others, whose receivers do not even say goodbye, end with the process.
    func shutDown() async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            for uploader in uploaders {
                group.addTask { await uploader.uplink.shutdown(within: Self.closingLimit) }
            }
            return await group.reduce(true) { $0 && $1 }
        }
    }
}
