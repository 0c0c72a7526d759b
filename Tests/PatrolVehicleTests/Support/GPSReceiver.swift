import PatrolCore
import PatrolSystem
import PatrolVehicle
import Synchronization

/// The connection to gpsd driven by ``GPSSource`` on a thread of its own, as the cart's loop drives it, with a handler for
/// what comes.
final class GPSReceiver: Sendable {
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
    init(settings: GPSSettings, clocks: Clocks, handler: @escaping @Sendable (GPSEvent) -> Void) {
        self.settings = settings
        self.clocks = clocks
        self.handler = handler
    }

    /// Starts the thread; nothing if it runs already. That gpsd cannot be reached is no error, but an event.
    /// - Throws: what the system lacks: descriptors or threads.
    func start() throws(SystemCallError) {
        try state.withLock { state throws(SystemCallError) in
            guard case .idle = state else { return }
            let wake = try WakeDescriptor()
            let (settings, clocks, handler) = (settings, clocks, handler)
            let thread = try NativeThread(name: "gps") {
                var loop = Loop(settings: settings, clocks: clocks, wake: wake, handler: handler)
                loop.run()
            }
            state = .running(thread, wake)
        }
    }

    /// Stops the thread and returns when it has ended: at once, unless a host name is being looked up, which the
    /// system's resolver ends in its own time. No event comes afterwards.
    func stop() {
        state.withLock { state in
            guard case .running(let thread, let wake) = state else { return }
            wake.wake()
            thread.join()
            state = .idle
        }
    }

    private struct Loop {
        let settings: GPSSettings
        let clocks: Clocks
        let wake: WakeDescriptor
        let handler: @Sendable (GPSEvent) -> Void
        let connection = GPSDConnection()
        var source: GPSSource

        init(
            settings: GPSSettings,
            clocks: Clocks,
            wake: WakeDescriptor,
            handler: @escaping @Sendable (GPSEvent) -> Void
        ) {
            self.settings = settings
            self.clocks = clocks
            self.wake = wake
            self.handler = handler
            var source = GPSSource.Settings()
            source.device = settings.device
            source.maximumHorizontalErrorMetres = settings.maximumHorizontalError
            source.link = settings.link
            self.source = GPSSource(settings: source)
        }

        mutating func run() {
            perform(source.start(at: clocks.now()))
            var isMoreComing = false
            while true {
                let timeout = isMoreComing ? .zero : source.wakeAt.map { $0 - clocks.now() }
                if connection.wait(wake: wake, timeout: timeout).isWoken { return }
                isMoreComing = true
                for _ in 0..<64 {
                    let now = clocks.now()
                    guard let message = connection.next(at: now) else {
                        isMoreComing = false
                        break
                    }
                    perform(source.handle(message, at: now))
                }
                perform(source.pass(at: clocks.now()))
            }
        }

        private mutating func perform(_ outputs: [GPSSource.Output]) {
            for output in outputs {
                switch output {
                case .connect:
                    if let reason = connection.open(host: settings.host, port: settings.port) {
                        perform(source.handle(.openFailed(reason: reason), at: clocks.now()))
                    }
                case .disconnect: connection.close()
                case .fix(let fix): handler(.fix(fix))
                case .receivers(let report): handler(.receivers(report))
                case .lost(let reason): handler(.lost(reason))
                case .restored(let after): handler(.restored(after: after))
                case .stateChanged(let state): handler(.state(state))
                }
            }
        }
    }
}
