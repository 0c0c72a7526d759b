/// What a ``Cart`` is told once, at the start.
public struct CartSettings: Sendable {
    /// Which receiver, and how patient to be with it.
    public var gps = GPSSource.Settings()
    /// The rules of position, clock and zones.
    public var position: PositionPipeline.Settings
    /// The rules of the loudspeaker; `nil` for a cart without one.
    public var loudspeaker: AnnouncerSettings?
    /// The ids of the zones in which a quiet rule holds.
    public var quietZones: Set<String> = []
    /// What the warning light does on duty; `nil` for a cart without one.
    public var light: LightSetting?
    /// The kernel's name for this boot.
    public var bootID: String
    /// What lasts at most from a command to its reply.
    public var replyLimit: Duration = .seconds(5)

    /// - Parameters:
    ///   - position: see there.
    ///   - bootID: see there.
    public init(position: PositionPipeline.Settings, bootID: String) {
        self.position = position
        self.bootID = bootID
    }
}

/// What earlier runs left behind.
public struct CartMemory: Sendable {
    /// Of the newest position in the journal; 0 for an empty one.
    public var odometerMetres: Int64 = 0
    /// See ``KeptState``.
    public var states: [String: [String: DetailValue]] = [:]

    /// Nothing.
    public init() {}

    /// See the properties.
    public init(odometerMetres: Int64, states: [String: [String: DetailValue]]) {
        self.odometerMetres = odometerMetres
        self.states = states
    }
}
