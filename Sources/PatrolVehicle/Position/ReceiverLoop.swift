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
    private var choice: ReceiverChoice
    private var told: ReceiverChoice.Report
    /// How many satellites each device uses, as its last SKY report with a list said.
    private var satellites: [String: Int] = [:]

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
        choice = ReceiverChoice(device: settings.device, keptFor: settings.link.lostAfter)
        told = choice.report
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
            choice.pass(at: now)
            tellReceivers()
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
            case .report(let fix, let device):
                take(fix, of: device, at: now)
            case .satellites(let count, let device):
                if satellites[device] != nil || satellites.count < ReceiverChoice.mostDevices {
                    satellites[device] = count
                }
                feed(.message, at: now)
            case .devices(let devices):
                choice.listed(devices)
                feed(.message, at: now)
            case .other:
                feed(.message, at: now)
            case .end(let reason):
                choice.disconnected()
                satellites = [:]
                feed(.closed(reason: reason), at: now)
                return false
            }
        }
        return true
    }

    private mutating func take(_ fix: Fix, of device: String, at now: Instant) {
        let isUsable = fix.isUsable(maximumHorizontalError: settings.maximumHorizontalError)
        guard choice.takes(device, isUsable: isUsable, at: now) else { return feed(.message, at: now) }
        var fix = fix
        // Of gpsd that does not name its devices there is one.
        fix.satellitesUsed = (satellites[device] ?? satellites[""]).map { UInt8(clamping: $0) }
        tellReceivers()
        // The fix goes first, so that the place is known when the restoration is told.
        handler(.fix(fix))
        feed(.report(usable: isUsable), at: now)
    }

    private mutating func tellReceivers() {
        guard choice.report != told else { return }
        told = choice.report
        handler(.receivers(told))
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
