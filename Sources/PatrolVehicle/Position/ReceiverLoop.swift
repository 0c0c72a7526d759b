import PatrolCore

/// What the receiver's thread does: it waits, feeds ``GPSLink``, and performs what that decides.
struct ReceiverLoop: ~Copyable {
    /// After so many messages in a row the wake-up is looked at: a stranger on gpsd's port may never stop talking.
    private static let messagesInARow = 64

    private let settings: GPSSettings
    private let clocks: Clocks
    private let wake: WakeDescriptor
    private let handler: @Sendable (GPSEvent) -> Void
    private let connection: GPSDConnection
    private var link: GPSLink

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
        connection = GPSDConnection()
        link = GPSLink(settings: settings.link)
    }

    /// Runs until the descriptor is woken.
    consuming func run() {
        handler(.state(link.state))
        feed(.start, at: clocks.now())
        var isMoreComing = false
        while true {
            let timeout = isMoreComing ? .zero : link.wakeAt.map { $0 - clocks.now() }
            if connection.wait(wake: wake, timeout: timeout).isWoken { return }
            isMoreComing = takeMessages()
            let now = clocks.now()
            if let deadline = link.wakeAt, now >= deadline { feed(.wakeUp, at: now) }
        }
    }

    /// - Returns: whether there may be more.
    private mutating func takeMessages() -> Bool {
        for _ in 0..<Self.messagesInARow {
            let now = clocks.now()
            switch connection.next(at: now) {
            case .nothing:
                return false
            case .connected:
                feed(.opened, at: now)
            case .report(let fix):
                // The fix goes first, so that the place is known when the restoration is told.
                handler(.fix(fix))
                feed(.report(usable: fix.isUsable), at: now)
            case .other:
                feed(.message, at: now)
            case .end(let reason):
                feed(.closed(reason: reason), at: now)
                return false
            }
        }
        return true
    }

    private mutating func feed(_ input: GPSLink.Input, at now: Instant) {
        for action in link.handle(input, at: now) {
            switch action {
            case .open:
                if let reason = connection.open(host: settings.host, port: settings.port) {
                    feed(.openFailed(reason: reason), at: clocks.now())
                }
            case .close: connection.close()
            case .lost(let reason): handler(.lost(reason))
            case .restored(let after): handler(.restored(after: after))
            case .stateChanged(let state): handler(.state(state))
            }
        }
    }
}

extension Fix {
    /// Whether the receiver knows where it is; whether that can be believed is ``FixFilter``'s to say.
    fileprivate var isUsable: Bool { mode != .none && latitude != nil && longitude != nil }
}
