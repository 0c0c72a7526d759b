import Logging
import PatrolControl
import PatrolCore
import PatrolJournal
import PatrolSystem
import PatrolVehicle

/// What the cart's thread owns: the cart, the connection to gpsd, and those who carry out what the cart says.
struct CartDriver {
    /// After so many messages in a row the mailbox is looked at: a stranger on gpsd's port may never stop talking.
    private static let messagesInARow = 64
    /// What the last records may take when the daemon stops.
    private static let settleLimit = Duration.seconds(3)

    private let host: String
    private let port: UInt16
    private let shells: CartShells
    private let clocks: Clocks
    private let logger: Logger
    private let connection = GPSDConnection()
    private var cart: Cart
    private var lastCommand: UInt64 = 0
    private var waiting: [CommandID: AsyncStream<CommandProgress>.Continuation] = [:]
    private var plays: Set<PlayID> = []
    private var stop = Stop.notAsked

    private enum Stop: Equatable {
        case notAsked
        /// Until the loudspeaker is silent.
        case silencing
        /// Until the last record is on disk, or its time is over.
        case recording(until: Instant)
    }

    init(_ cart: Cart, host: String, port: UInt16, shells: CartShells, clocks: Clocks, logger: Logger) {
        self.cart = cart
        self.host = host
        self.port = port
        self.shells = shells
        self.clocks = clocks
        self.logger = logger
    }

    /// The cart as it is now.
    var snapshot: CartSnapshot { cart.snapshot(at: clocks.now()) }

    /// Until the stop is through.
    mutating func run(_ mailbox: Mailbox<CartMessage>, _ wake: WakeDescriptor) {
        let hadNoStop = shells.journal.journal.lastRunEndedWithoutStop
        feed(.started(version: Daemon.version, lastRunEndedWithoutStop: hadNoStop))
        var isMoreComing = false
        while !isStopped {
            let timeout = isMoreComing ? .zero : wakeAt.map { $0 - clocks.now() }
            let reason = connection.wait(wake: wake, timeout: timeout)
            if reason.isWoken {
                wake.clear()
                mailbox.take().elements.forEach { take($0) }
            }
            isMoreComing = reason.hasInput || isMoreComing ? takeMessages() : false
            if let due = cart.wakeAt, due <= clocks.now() { feed(.wakeUp) }
            goOnStopping()
        }
        for progress in waiting.values { progress.finish() }
    }

    /// - Returns: whether there may be more.
    private mutating func takeMessages() -> Bool {
        for _ in 0..<Self.messagesInARow {
            guard let message = connection.next(at: clocks.now()) else { return false }
            feed(.gps(message))
            if case .closed = message { return false }
        }
        return true
    }

    private mutating func take(_ message: CartMessage) {
        switch message {
        case .input(let input):
            if case .playEnded(let id, _) = input { plays.remove(id) }
            feed(input)
        case .question(let looksAround, let answer):
            if looksAround { feed(.lookedAt) }
            answer(snapshot)
        case .command(let command, let origin, let progress):
            lastCommand += 1
            let id = CommandID(rawValue: lastCommand)
            waiting[id] = progress
            feed(.journalBacklog(events: shells.journal.journal.health.pendingEvents))
            feed(.command(id, command, origin))
        case .stop:
            guard stop == .notAsked else { return }
            stop = .silencing
            feed(.shutDown)
        }
    }

    // MARK: The stop

    private var wakeAt: Instant? {
        guard case .recording(let limit) = stop else { return cart.wakeAt }
        return min(cart.wakeAt ?? limit, limit)
    }

    private var isStopped: Bool {
        guard case .recording(let limit) = stop else { return false }
        return cart.isSettled || clocks.now() >= limit
    }

    /// The watch of each play sees to it that its end comes.
    private mutating func goOnStopping() {
        guard stop == .silencing, plays.isEmpty else { return }
        stop = .recording(until: clocks.now() + Self.settleLimit)
        feed(.stopped(reason: "stopped in order"))
    }

    // MARK: What the cart says

    private mutating func feed(_ input: Cart.Input) {
        for action in cart.handle(input, at: clocks.now()) { perform(action) }
    }

    private mutating func perform(_ action: Cart.Action) {
        switch action {
        case .connectGPS:
            if let reason = connection.open(host: host, port: port) { feed(.gps(.openFailed(reason: reason))) }
        case .disconnectGPS: connection.close()
        case .record(let id, let event, let state): shells.journal.record(event, as: id, keeping: state)
        case .append(let position):
            shells.journal.journal.append(position)
            shells.uploads.forEach { $0.recorded(.positions) }
        case .learnClock(let offset): shells.journal.learn(offset)
        case .play(let order):
            plays.insert(order.id)
            shells.players?.start(order)
        case .changeDeadline(let id, let deadline): shells.players?.changeDeadline(of: id, to: deadline)
        case .stopPlay(let id): shells.players?.stop(id)
        case .checkPlayer: shells.players?.check()
        case .writeLight(let setting): shells.light?.write(setting)
        case .readLight: shells.light?.read()
        case .reply(let id, let reply): answer(id, reply)
        case .conclude(let id, let conclusion):
            let progress = waiting.removeValue(forKey: id)
            progress?.yield(.concluded(conclusion))
            progress?.finish()
        case .motionChanged(let isMoving): shells.uploads.forEach { $0.post(.motion(isMoving: isMoving)) }
        case .positionChanged:
            if shells.stream.hasReaders { shells.stream.publish(positionOf: snapshot) }
        case .note(let note): logger.log(note)
        }
    }

    private mutating func answer(_ id: CommandID, _ reply: CommandReply) {
        guard let progress = waiting[id] else { return }
        progress.yield(.reply(reply))
        if case .accepted = reply { return }
        progress.finish()
        waiting[id] = nil
    }
}

/// Who carries out what the cart says. None of them makes the cart's thread wait.
struct CartShells: Sendable {
    let journal: JournalWriter
    let players: PlayerSupervisor?
    let light: LightSwitch?
    let uploads: [UploadMailbox]
    let stream: StreamHub
}
