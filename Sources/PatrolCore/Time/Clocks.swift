/// The two clocks of the machine, as functions, so that tests put virtual time in their place.
///
/// There is no default: the composition root passes the real ones (`Clocks.system` of PatrolSystem).
public struct Clocks: Sendable {
    /// The boot clock, for intervals and deadlines.
    public let now: @Sendable () -> Instant
    /// The system's idea of UTC, which may be wrong by decades; only ``WallClock`` says whether it can be believed.
    public let systemTime: @Sendable () -> WallTime

    /// - Parameters:
    ///   - now: reads `CLOCK_BOOTTIME`.
    ///   - systemTime: reads `CLOCK_REALTIME`.
    public init(now: @escaping @Sendable () -> Instant, systemTime: @escaping @Sendable () -> WallTime) {
        self.now = now
        self.systemTime = systemTime
    }
}
