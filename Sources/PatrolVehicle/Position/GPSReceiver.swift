public import PatrolCore
import Synchronization

/// Reads gpsd on a thread of its own and tells what comes.
///
/// It always comes back: whatever happens to gpsd, the host or the receiver, ``GPSLink`` decides when to try again.
public final class GPSReceiver: Sendable {
    private enum State {
        /// Not started, or stopped.
        case idle
        /// The thread runs until the descriptor is woken.
        case running(NativeThread, WakeDescriptor)
    }

    private let settings: GPSSettings
    private let clocks: Clocks
    private let handler: @Sendable (GPSEvent) -> Void
    private let state = Mutex(State.idle)

    /// - Parameters:
    ///   - settings: where gpsd is.
    ///   - clocks: for the time of receipt and the deadlines.
    ///   - handler: gets every event, in order, on the receiver's thread. While it works nothing is read; it must not
    ///     call ``stop()``.
    public init(settings: GPSSettings, clocks: Clocks, handler: @escaping @Sendable (GPSEvent) -> Void) {
        self.settings = settings
        self.clocks = clocks
        self.handler = handler
    }

    /// Starts the thread; nothing if it runs already. That gpsd cannot be reached is no error, but an event.
    /// - Throws: what the system lacks: descriptors or threads.
    public func start() throws(SystemCallError) {
        try state.withLock { state throws(SystemCallError) in
            guard case .idle = state else { return }
            let wake = try WakeDescriptor()
            let (settings, clocks, handler) = (settings, clocks, handler)
            let thread = try NativeThread(name: "gps") {
                ReceiverLoop(settings: settings, clocks: clocks, wake: wake, handler: handler).run()
            }
            state = .running(thread, wake)
        }
    }

    /// Stops the thread and returns when it has ended: at once, unless a host name is being looked up, which the
    /// system's resolver ends in its own time. No event comes afterwards.
    public func stop() {
        state.withLock { state in
            guard case .running(let thread, let wake) = state else { return }
            wake.wake()
            thread.join()
            state = .idle
        }
    }
}
