import FoundationEssentials
import PatrolCore
import PatrolJournal
import PatrolVehicle
import ServiceLifecycle

/// The cart's voice: the loudspeaker with the clips that it plays.
struct Voice: Sendable {
    let loudspeaker: Loudspeaker
    let clips: ClipShelf

    var services: [any Service] { [loudspeaker, clips] }

    /// - Throws: what the system lacks: descriptors.
    init(_ settings: Configuration.LoudspeakerSettings, _ premises: Premises) throws {
        let events = premises.events
        let player = PlayerSettings(
            program: settings.player,
            device: settings.device,
            environment: PlayerSettings.environment(from: ProcessInfo.processInfo.environment)
        )
        var rules = AnnouncerSettings(
            gate: QuietGate(hours: QuietHours(rules: settings.quiet, zone: premises.machine.zone.zone)),
            zone: premises.machine.zone.zone,
            programmes: settings.programmes,
            // They are looked at first.
            clips: nil
        )
        rules.targetLoudnessLUFS = settings.targetLoudnessLUFS
        rules.volumes = settings.volumes
        rules.emergencyInQuietHours = settings.emergencyInQuietHours
        let clips = ClipShelf(
            folder: settings.clipsFolder,
            clips: try ClipFolder(
                path: settings.clipsFolder,
                // The folder of the clips need not be writable; the journal's is.
                manifest: premises.configuration.journal.folder + "/clips.json",
                settings: player,
                needed: Set(settings.programmes.flatMap(\.clips)),
                targetLUFS: settings.targetLoudnessLUFS,
                clocks: premises.clocks
            ),
            programmes: settings.programmes,
            clocks: premises.clocks,
            logger: premises.logger,
            record: { events.record($0) }
        )
        let loudspeaker = Loudspeaker(
            announcer: Announcer(
                settings: rules,
                clock: WallClock(),
                // Before the first position the cart may be anywhere, so it is wherever a rule wants silence.
                zones: settings.quietZones,
                isOnDuty: false,
                mute: Mute(keptIn: premises.journal.statesAtStart),
                at: premises.clocks.now()
            ),
            player: player,
            clips: clips,
            clocks: premises.clocks,
            eventLoop: premises.eventLoop,
            logger: premises.logger,
            record: { events.record($0, keeping: $1) }
        )
        clips.onChange { clips in loudspeaker.bell.tell { $0.clips = clips } }
        self.clips = clips
        self.loudspeaker = loudspeaker
    }
}
