/// The cart at one moment, for those who ask. It does not change.
public struct CartSnapshot: Sendable {
    /// The moment.
    public var at: Instant
    /// The last accepted fix, counters, odometer, motion.
    public var position: PositionState
    /// Whether there is a usable fix now.
    public var hasFix: Bool
    /// How it stands with gpsd and the receiver.
    public var gpsState: GPSLinkState
    /// Which of gpsd's receivers is used, and what else there is.
    public var receivers: ReceiverChoice.Report
    /// The ids of the zones that the cart is in; `nil` while nobody knows.
    public var zones: Set<String>?
    /// What time it is, and whether that can be believed.
    public var clock: WallClock
    /// The duty that runs.
    public var duty: Duty?
    /// The loudspeaker's rules as they stand; `nil` for a cart without one.
    public var announcer: Announcer?
    /// Clips that programmes name and that cannot be played.
    public var missingClips: [MissingClip]
    /// The warning light; `nil` for a cart without one.
    public var light: Light?

    /// UTC at the moment; `nil` while it is not trusted.
    public var wallTime: WallTime? { clock.wallTime(at: at) }

    /// Whether the cart drives.
    public var isMoving: Bool { position.motion == .moving }

    /// How long the duty has lasted, if one runs and anybody knows.
    public var dutyElapsed: Duration? { duty?.elapsed(at: at, time: wallTime) }

    /// What happens at the moment, with time and place as they are known.
    public func event(_ kind: EventKind) -> Event {
        Event(kind, at: at, time: wallTime, coordinate: position.latest?.coordinate)
    }
}
