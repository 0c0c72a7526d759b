import Glibc
public import PatrolCore
public import PatrolSystem
import Synchronization

/// Watches the kernel's clock on a thread of its own: reports it at the start, at once when it is set, and every 64 s.
///
/// Nothing tells when NTP takes the clock over without setting it, or lets go of it: hence the 64 s, which is NTP's own
/// shortest usual interval.
public final class KernelClockWatcher: Sendable {
    /// How often the clock is read when nobody sets it.
    public static let interval: Duration = .seconds(64)

    private enum State {
        /// Not started, or stopped.
        case idle
        /// The thread runs until the descriptor is woken.
        case running(NativeThread, WakeDescriptor)
    }

    private let interval: Duration
    private let makeAlarm: @Sendable () throws(SystemCallError) -> ClockSetAlarm
    private let handler: @Sendable (KernelTime) -> Void
    private let state = Mutex(State.idle)

    /// - Parameter handler: gets every reading, in order, on the watcher's thread; it must not call ``stop()``.
    public convenience init(handler: @escaping @Sendable (KernelTime) -> Void) {
        self.init(
            interval: Self.interval,
            makeAlarm: { () throws(SystemCallError) in try ClockSetAlarm() },
            handler: handler
        )
    }

    init(
        interval: Duration,
        makeAlarm: @escaping @Sendable () throws(SystemCallError) -> ClockSetAlarm,
        handler: @escaping @Sendable (KernelTime) -> Void
    ) {
        self.interval = interval
        self.makeAlarm = makeAlarm
        self.handler = handler
    }

    /// Starts the thread; nothing if it runs already. The first reading comes at once, on the thread.
    /// - Throws: what the system lacks: descriptors or threads. A kernel that does not tell about NTP is no error (see
    ///   ``KernelClock/refusal()``).
    public func start() throws(SystemCallError) {
        try state.withLock { state throws(SystemCallError) in
            guard case .idle = state else { return }
            let wake = try WakeDescriptor()
            let alarm = try makeAlarm()
            try alarm.arm()
            let (interval, handler) = (interval, handler)
            let thread = try NativeThread(name: "kernel-clock") {
                while true {
                    handler(KernelClock.read())
                    if Self.wait(for: wake, alarm, interval) { return }
                    // What could be armed once can be armed again; if not, the interval is left.
                    try? alarm.arm()
                }
            }
            state = .running(thread, wake)
        }
    }

    /// Stops the thread and returns when it has ended, at once. No reading comes afterwards.
    public func stop() {
        state.withLock { state in
            guard case .running(let thread, let wake) = state else { return }
            wake.wake()
            thread.join()
            state = .idle
        }
    }

    /// Returns when there is a reason to read, or to end.
    /// - Returns: whether it is to end.
    private static func wait(for wake: WakeDescriptor, _ alarm: ClockSetAlarm, _ interval: Duration) -> Bool {
        var descriptors = [
            pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: alarm.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        // Signals are blocked in this thread, so the only other outcome is the end of the interval.
        poll(&descriptors, 2, Int32(clamping: interval.milliseconds))
        return descriptors[0].revents != 0
    }
}
