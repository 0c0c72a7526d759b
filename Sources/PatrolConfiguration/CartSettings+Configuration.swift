public import PatrolCore

extension CartSettings {
    /// The cart's rules as they are configured.
    /// - Parameters:
    ///   - configuration: what somebody wrote.
    ///   - bootID: the kernel's name for this boot.
    ///   - buildDate: no true time is earlier.
    ///   - zone: by which schedules go.
    public init(_ configuration: Configuration, bootID: String, buildDate: WallTime, zone: CivilZone) {
        self.init(position: .init(configuration, buildDate: buildDate), bootID: bootID)
        gps = .init(configuration)
        loudspeaker = configuration.loudspeaker.map { AnnouncerSettings($0, zone: zone) }
        quietZones = configuration.loudspeaker?.quietZones ?? []
        light = configuration.light.map { light in
            .blinking(
                onMilliseconds: Int(light.on.milliseconds),
                offMilliseconds: Int(light.off.milliseconds)
            )
        }
    }
}

extension GPSSource.Settings {
    fileprivate init(_ configuration: Configuration) {
        self.init()
        device = configuration.gps.device
        maximumHorizontalErrorMetres = configuration.position.maximumErrorMetres
        link.lostAfter = configuration.gps.lostAfter
    }
}

extension PositionPipeline.Settings {
    fileprivate init(_ configuration: Configuration, buildDate: WallTime) {
        self.init(buildDate: buildDate)
        let settings = configuration.position
        zones = configuration.zones
        filter.maximumSpeed = settings.maximumSpeedMetresPerSecond
        filter.maximumHorizontalError = settings.maximumErrorMetres
        sampling.moving = settings.movingInterval
        sampling.parked = settings.parkedInterval
        clock.reportDelay = configuration.gps.reportDelay
    }
}

extension AnnouncerSettings {
    fileprivate init(_ settings: Configuration.LoudspeakerSettings, zone: CivilZone) {
        self.init(
            gate: QuietGate(hours: QuietHours(rules: settings.quiet, zone: zone)),
            zone: zone,
            programmes: settings.programmes,
            // They are looked at first.
            clips: nil
        )
        targetLoudnessLUFS = settings.targetLoudnessLUFS
        volumes = settings.volumes
        emergencyInQuietHours = settings.emergencyInQuietHours
    }
}
