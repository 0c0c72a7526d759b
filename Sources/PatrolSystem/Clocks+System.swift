public import PatrolCore

extension Clocks {
    /// The machine's own clocks: ``BootClock`` and ``SystemClock``.
    public static let system = Clocks(now: BootClock.now, systemTime: SystemClock.now)
}
