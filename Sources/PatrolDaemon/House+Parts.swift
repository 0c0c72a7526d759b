import Logging
import NIOCore
import PatrolCore
import PatrolJournal
import PatrolUplink
import PatrolVehicle

/// How each part is made and what it is joined to.
extension House {
    static func uploaders(_ premises: Premises, _ bells: [UploadBell]) -> [Uploader] {
        let events = premises.events
        return zip(premises.configuration.destinations, bells).map { destination, bell in
            var logger = premises.logger
            logger[metadataKey: "destination"] = "\(destination.name)"
            return Uploader(
                name: destination.name,
                vehicle: premises.configuration.vehicle,
                settings: destination.settings,
                bell: bell,
                journal: premises.journal,
                uplink: HTTPUplink(
                    settings: destination.uplink(credentials: premises.machine.credentialsFolder),
                    eventLoopGroup: premises.eventLoop
                ),
                board: premises.board,
                clocks: premises.clocks,
                eventLoop: premises.eventLoop,
                logger: logger,
                events: events
            )
        }
    }

    static func positions(
        _ premises: Premises,
        _ bells: [UploadBell],
        _ voice: Voice?,
        _ light: LightKeeper?
    ) -> PositionRecorder {
        let events = premises.events
        let quietZones = premises.configuration.loudspeaker?.quietZones ?? []
        return PositionRecorder(
            pipeline: pipeline(premises.configuration, premises.journal),
            journal: premises.journal,
            board: premises.board,
            stream: premises.stream,
            clocks: premises.clocks,
            logger: premises.logger,
            consequences: PositionRecorder.Consequences(
                record: { events.record($0) },
                recorded: { bells.forEach { $0.recorded(.positions) } },
                motionChanged: { isMoving in
                    bells.forEach { $0.tell { $0.isMoving = isMoving } }
                    voice?.loudspeaker.bell.tell { $0.isMoving = isMoving }
                },
                clockLearned: { events.learn($0) },
                clockChanged: { clock, isNews in
                    voice?.loudspeaker.clockChanged(clock, isNews: isNews)
                    light?.passBy()
                },
                zonesChanged: { zones in voice?.loudspeaker.bell.tell { $0.zones = zones } },
                // Nobody can say that it is not in one of those in which it must be silent.
                zonesLost: { zones in voice?.loudspeaker.bell.tell { $0.zones = zones.union(quietZones) } }
            )
        )
    }

    static func routes(
        _ premises: Premises,
        _ bells: [UploadBell],
        _ duty: DutyOffice,
        _ voice: Voice?,
        _ light: LightKeeper?
    ) -> ControlRoutes {
        let events = premises.events
        return ControlRoutes(
            desk: InformationDesk(
                configuration: premises.configuration,
                board: premises.board,
                journal: premises.journal,
                clocks: premises.clocks,
                startedAt: premises.clocks.now(),
                duty: duty,
                loudspeaker: voice?.loudspeaker,
                clips: voice?.clips,
                light: light,
                zone: premises.machine.zone
            ),
            journal: premises.journal,
            stream: premises.stream,
            commands: CommandDesk(
                duty: duty,
                loudspeaker: voice?.loudspeaker,
                clips: voice?.clips,
                board: premises.board,
                clocks: premises.clocks,
                record: { events.record($0) },
                events: events
            ),
            retry: QuarantineRetry(
                destinations: zip(premises.configuration.destinations, bells).map { ($0.name, $1) },
                events: events
            ),
            markLimit: MarkLimit(now: { premises.clocks.now() })
        )
    }

    private static func pipeline(_ configuration: Configuration, _ journal: Journal) -> PositionPipeline {
        let settings = configuration.position
        var pipeline = PositionPipeline.Settings(buildDate: Daemon.buildDate)
        pipeline.zones = configuration.zones
        pipeline.filter.maximumSpeed = settings.maximumSpeedMetresPerSecond
        pipeline.filter.maximumHorizontalError = settings.maximumErrorMetres
        pipeline.sampling.moving = settings.movingInterval
        pipeline.sampling.parked = settings.parkedInterval
        pipeline.clock.reportDelay = configuration.gps.reportDelay
        return PositionPipeline(settings: pipeline, odometerMetres: journal.odometerMetresAtStart)
    }

    static func gps(_ configuration: Configuration) -> GPSSettings {
        let settings = configuration.gps
        var link = GPSLink.Settings()
        link.lostAfter = settings.lostAfter
        return GPSSettings(
            host: settings.host,
            port: UInt16(settings.port),
            device: settings.device,
            maximumHorizontalError: configuration.position.maximumErrorMetres,
            link: link
        )
    }
}
