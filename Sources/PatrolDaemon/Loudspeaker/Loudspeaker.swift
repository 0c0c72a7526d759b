import Logging
import NIOCore
import PatrolCore
import PatrolVehicle
import ServiceLifecycle
import Synchronization

/// Serves the ``Announcer``: tells it what happens and does what it says.
///
/// Silence does not hang on this loop. Each player knows its deadline, and the thread that watches it kills it 100 ms
/// later; the loop only makes good on what changes in between.
final class Loudspeaker: Service {
    private static let clockInterval = Duration.seconds(60)

    let bell = LoudspeakerBell()
    private let player: PlayerSettings
    private let clips: ClipShelf
    private let clocks: Clocks
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let record: @Sendable (EventKind, KeptState?) -> Void
    /// The machine as the loop left it, for those who ask.
    private let latest: Mutex<Announcer>
    private let toldClock: Mutex<(clock: WallClock, at: Instant)>

    /// - Parameters:
    ///   - announcer: as it is after the start.
    ///   - record: to the journal, with what must outlive a restart.
    init(
        announcer: Announcer,
        player: PlayerSettings,
        clips: ClipShelf,
        clocks: Clocks,
        eventLoop: any EventLoop,
        logger: Logger,
        record: @escaping @Sendable (EventKind, KeptState?) -> Void
    ) {
        latest = Mutex(announcer)
        toldClock = Mutex((WallClock(), clocks.now()))
        self.player = player
        self.clips = clips
        self.clocks = clocks
        self.eventLoop = eventLoop
        self.logger = logger
        self.record = record
    }

    /// What plays, what comes next, and why it is silent.
    var status: AnnouncerStatus { latest.withLock { $0 }.status }

    /// Somebody asks how it is: a player that was missing may be back.
    func lookAtPlayer() {
        if status.playerProblem != nil { bell.tell { _ in } }
    }

    /// The clock was looked at. It is told on when it learned something or may be what it could not be before, and once a
    /// minute: an older view of it is less certain by 100 ppm, so it only makes the quiet hours wider, by 6 ms in a minute.
    ///
    /// To be called in the order in which the clock learned; it is told on in the same.
    func clockChanged(_ clock: WallClock, isNews: Bool) {
        let now = clocks.now()
        toldClock.withLock { told in
            guard isNews || now - told.at >= Self.clockInterval || clock.reachesBeyond(told.clock, at: now) else {
                return
            }
            told = (clock, now)
            bell.tell { $0.clock = clock }
        }
    }

    /// Asks for a clip to be played.
    /// - Parameter concluded: called once when an accepted request has ended, with `nil` if the daemon stops before; never
    ///   for one that was refused.
    /// - Returns: the answer; `nil` if too many orders wait, or the daemon stops.
    func say(_ request: SayRequest, concluded: (@Sendable (SayConclusion?) -> Void)? = nil) async -> SayReply? {
        await withCheckedContinuation { continuation in
            let isTaken = bell.order(
                .say(request, answer: { continuation.resume(returning: $0) }, concluded: concluded)
            )
            if !isTaken { continuation.resume(returning: nil) }
        }
    }

    /// Ends what plays, and what waits as well if that is wanted.
    /// - Returns: what there was to end; `nil` if too many orders wait, or the daemon stops.
    func stop(by requester: String, andQueue: Bool) async -> StopReply? {
        await withCheckedContinuation { continuation in
            let isTaken = bell.order(
                .stop(requester: requester, andQueue: andQueue) { continuation.resume(returning: $0) }
            )
            if !isTaken { continuation.resume(returning: nil) }
        }
    }

    /// Gives an order, a mute or its end; returns when it was carried out and is on its way to the journal.
    /// - Returns: whether it was; `false` if too many orders wait, or the daemon stops.
    func give(_ order: Announcer.Input) async -> Bool {
        await withCheckedContinuation { continuation in
            let isTaken = bell.order(.order(order) { continuation.resume(returning: true) })
            if !isTaken { continuation.resume(returning: false) }
        }
    }

    func run() async throws {
        await withGracefulShutdownHandler {
            await serve()
        } onGracefulShutdown: {
            self.bell.tell { $0.isStopping = true }
        }
    }

    /// What the loop owns.
    private struct Course {
        var announcer: Announcer
        var players: [PlayID: PlayerProcess] = [:]
        /// Who waits for the end of a request.
        var waiting: [PlayID: @Sendable (SayConclusion?) -> Void] = [:]
        var playerProblem: String?
        var timer: Scheduled<Void>?
        var timerAt: Instant?
        var isShutDown = false
    }

    private func serve() async {
        var course = Course(announcer: latest.withLock { $0 })
        defer { course.timer?.cancel() }
        // The first look at the world, so that the first wake-up is planned.
        lookAtPlayer(&course)
        handle(.wakeUp, &course)
        for await _ in bell.rings {
            let told = bell.take()
            lookAtPlayer(&course)
            // Levels first: an order meets the world as it is.
            if let clock = told.clock { handle(.clockChanged(clock), &course) }
            if let zones = told.zones { handle(.zonesChanged(zones), &course) }
            if let isMoving = told.isMoving { handle(.motionChanged(isMoving: isMoving), &course) }
            if let isOnDuty = told.isOnDuty { handle(.dutyChanged(isOn: isOnDuty), &course) }
            if let clips = told.clips { handle(.clipsChanged(clips), &course) }
            for order in told.orders { handle(order, &course) }
            if told.isDue { handle(.wakeUp, &course) }
            if told.endsWaiting { endWaiting(&course) }
            if told.isStopping {
                if !course.isShutDown {
                    course.isShutDown = true
                    handle(.shutDown, &course)
                }
                // Each player's end rings once more; its watch sees to it that it comes.
                if course.players.isEmpty { return }
            }
        }
    }

    /// The socket's server waits for its answers before it stops, so nobody may wait for a clip then.
    private func endWaiting(_ course: inout Course) {
        course.waiting.values.forEach { $0(nil) }
        course.waiting = [:]
    }

    /// Whether the player can be started: a request must not be accepted for a program that is not there.
    private func lookAtPlayer(_ course: inout Course) {
        let problem = player.problem
        guard problem != course.playerProblem else { return }
        course.playerProblem = problem
        if let problem { logger.error("the player cannot be started", metadata: ["error": "\(problem)"]) }
        handle(.playerChanged(problem: problem), &course)
    }

    private func handle(_ order: LoudspeakerBell.Order, _ course: inout Course) {
        switch order {
        case .input(let input): handle(input, &course)
        case .order(let input, let done):
            handle(input, &course)
            done()
        case .say(let request, let answer, let concluded):
            handle(
                .say(request),
                &course,
                onReply: { reply, course in
                    if let id = reply.acceptedID { course.waiting[id] = concluded }
                    answer(reply)
                }
            )
        case .stop(let requester, let andQueue, let answer):
            handle(.stop(requester: requester, andQueue: andQueue), &course, onStop: answer)
        case .ended(let id, let end):
            course.players[id] = nil
            handle(.playEnded(id, end), &course)
        }
    }

    private func handle(
        _ input: Announcer.Input,
        _ course: inout Course,
        onStop: (StopReply) -> Void = { _ in },
        onReply: (SayReply, inout Course) -> Void = { _, _ in }
    ) {
        let actions = course.announcer.handle(input, at: clocks.now())
        // First the state, then what follows from it: whoever got an answer finds in the status what it says.
        let announcer = course.announcer
        latest.withLock { $0 = announcer }
        for action in actions {
            switch action {
            case .play(let order): play(order, &course)
            case .changeDeadline(let id, let deadline): course.players[id]?.changeDeadline(deadline)
            case .stop(let id, _): course.players[id]?.stop()
            case .record(let event): record(.loudspeaker(event), event.kept)
            case .reply(let reply): onReply(reply, &course)
            case .stopReply(let reply): onStop(reply)
            case .concluded(let id, let conclusion): course.waiting.removeValue(forKey: id)?(conclusion)
            }
        }
        plan(&course)
    }

    private func play(_ order: PlayOrder, _ course: inout Course) {
        let bell = bell, id = order.id
        guard clips.isAsChecked(order.clip) else {
            clips.lookAgain()
            let reason = "the file is not the one that was checked; it is looked at again"
            let total = order.clip.frames
            bell.tell(.ended(id, PlayEnd(.fileFailed, framesPlayed: 0, framesTotal: total, reason: reason)))
            return
        }
        do {
            course.players[id] = try PlayerProcess(
                file: clips.path(of: order.clip.name),
                gainDecibels: order.gainDecibels,
                deadline: order.deadline,
                settings: player,
                clocks: clocks,
                handler: { event in
                    switch event {
                    case .started: bell.tell(.input(.playStarted(id)))
                    case .ended(let end): bell.tell(.ended(id, end))
                    }
                }
            )
        } catch {
            logger.error("the player could not be started", metadata: ["error": "\(error)"])
            bell.tell(
                .ended(id, PlayEnd(.deviceFailed, framesPlayed: 0, framesTotal: nil, reason: error.description))
            )
        }
    }

    /// One timer, and none while nothing can change by itself.
    private func plan(_ course: inout Course) {
        guard course.announcer.wakeAt != course.timerAt else { return }
        course.timer?.cancel()
        course.timer = nil
        course.timerAt = course.announcer.wakeAt
        guard let instant = course.timerAt else { return }
        let delay = max(.zero, instant - clocks.now())
        course.timer = eventLoop.scheduleTask(in: .nanoseconds(delay.nanoseconds)) { [bell] in
            bell.tell { $0.isDue = true }
        }
    }
}

extension SayReply {
    /// The name of a request that was not refused.
    fileprivate var acceptedID: PlayID? {
        switch self {
        case .accepted(let id), .queued(let id, _): id
        case .refused: nil
        }
    }
}

extension LoudspeakerEvent {
    /// What of it must outlive a restart.
    fileprivate var kept: KeptState? {
        switch self {
        case .muted(let mute): mute.kept
        case .unmuted: Mute.forgotten
        default: nil
        }
    }
}
