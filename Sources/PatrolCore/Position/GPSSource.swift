/// What gpsd says on its way into the cart: when to connect, which of several receivers counts, and when positions are lost
/// and restored. It composes ``GPSLink`` and ``ReceiverChoice``.
public struct GPSSource: Hashable, Sendable {
    /// Which receiver, and how patient to be with it.
    public struct Settings: Hashable, Sendable {
        /// The receiver to use, as gpsd names it; `nil` for the first one that has a fix.
        public var device: String?
        /// A fix whose own estimate of its error is so many metres or more is as good as none.
        public var maximumHorizontalErrorMetres = 1500.0
        /// The deadlines of the connection.
        public var link = GPSLink.Settings()

        /// The defaults.
        public init() {}
    }

    /// What comes over the connection.
    public enum Message: Hashable, Sendable {
        /// The connection stands.
        case opened
        /// It could not be made.
        case openFailed(reason: String)
        /// A position report of a device; the satellites are not in it.
        case report(Fix, device: String)
        /// How many satellites a device uses.
        case satellites(Int, device: String)
        /// All devices that gpsd has.
        case devices([String])
        /// Anything else that gpsd said.
        case other
        /// The connection, or the attempt, has ended.
        case closed(reason: String)
    }

    /// What follows from it.
    public enum Output: Hashable, Sendable {
        /// Begin to connect; told about with ``Message/opened``, ``Message/openFailed(reason:)`` or ``Message/closed(reason:)``.
        case connect
        /// Drop the connection, or the attempt.
        case disconnect
        /// A position report of the receiver that is used, with a fix or without.
        case fix(Fix)
        /// Which receivers gpsd has, and which one is used, when it changes.
        case receivers(ReceiverChoice.Report)
        /// There has been no usable fix for the set time; told once.
        case lost(GPSLossReason)
        /// The fix that was told just before is the first usable one since the start or since a loss; `after` counts from
        /// the last usable one, or from the start.
        case restored(after: Duration)
        /// How it stands with gpsd and the receiver, when it changes.
        case stateChanged(GPSLinkState)
    }

    private let maximumHorizontalErrorMetres: Double
    private var link: GPSLink
    private var choice: ReceiverChoice
    /// Which receivers there are, as was told last.
    public private(set) var receivers: ReceiverChoice.Report
    /// How many satellites each device uses, as its last report with a list said.
    private var satellites: [String: Int] = [:]

    /// - Parameter settings: see there.
    public init(settings: Settings) {
        maximumHorizontalErrorMetres = settings.maximumHorizontalErrorMetres
        link = GPSLink(settings: settings.link)
        choice = ReceiverChoice(device: settings.device, keptFor: settings.link.lostAfter)
        receivers = choice.report
    }

    /// How it stands with gpsd and the receiver.
    public var state: GPSLinkState { link.state }

    /// When to call ``pass(at:)``.
    public var wakeAt: Instant? { link.wakeAt }

    /// To be called once, before anything else.
    public mutating func start(at now: Instant) -> [Output] {
        [.stateChanged(link.state)] + feed(.start, at: now)
    }

    /// Time has passed.
    public mutating func pass(at now: Instant) -> [Output] {
        var outputs: [Output] = []
        if let deadline = link.wakeAt, now >= deadline { outputs = feed(.wakeUp, at: now) }
        choice.pass(at: now)
        return outputs + newReceivers()
    }

    /// gpsd, or the connection to it, has said something.
    public mutating func handle(_ message: Message, at now: Instant) -> [Output] {
        switch message {
        case .opened:
            return feed(.opened, at: now)
        case .openFailed(let reason):
            return feed(.openFailed(reason: reason), at: now)
        case .report(let fix, let device):
            return take(fix, of: device, at: now)
        case .satellites(let count, let device):
            if satellites[device] != nil || satellites.count < ReceiverChoice.mostDevices { satellites[device] = count }
            return feed(.message, at: now)
        case .devices(let devices):
            choice.listed(devices)
            return newReceivers() + feed(.message, at: now)
        case .other:
            return feed(.message, at: now)
        case .closed(let reason):
            choice.disconnected()
            satellites = [:]
            return newReceivers() + feed(.closed(reason: reason), at: now)
        }
    }

    private mutating func take(_ fix: Fix, of device: String, at now: Instant) -> [Output] {
        // Of a connection that was given up: it restores nothing, so it must end no silence either.
        guard link.isOpen else { return [] }
        let isUsable = fix.isUsable(maximumHorizontalError: maximumHorizontalErrorMetres)
        guard choice.takes(device, isUsable: isUsable, at: now) else { return feed(.message, at: now) }
        var fix = fix
        // Of gpsd that does not name its devices there is one.
        fix.satellitesUsed = (satellites[device] ?? satellites[""]).map { UInt8(clamping: $0) }
        // The fix goes before what follows from it, so that the place is known when the restoration is told.
        return newReceivers() + [.fix(fix)] + feed(.report(usable: isUsable), at: now)
    }

    private mutating func newReceivers() -> [Output] {
        let report = choice.report
        guard report != receivers else { return [] }
        receivers = report
        return [.receivers(report)]
    }

    private mutating func feed(_ input: GPSLink.Input, at now: Instant) -> [Output] {
        link.handle(input, at: now).map { action in
            switch action {
            case .open: .connect
            case .close: .disconnect
            case .lost(let reason): .lost(reason)
            case .restored(let after): .restored(after: after)
            case .stateChanged(let state): .stateChanged(state)
            }
        }
    }
}
