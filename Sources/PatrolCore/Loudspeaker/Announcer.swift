/// The loudspeaker's rules as a machine: what sounds, what does not, and what is left on record about either.
///
/// Programmes propose, people insert, and the last word has silence, in this order, the last one wins:
///
/// 1. **Programmes** have slots while their conditions hold, or at times of the day (``Programme``). Duty that ends stops
///    their clip; in front of the end of a zone, of a drive or of their hours it is heard to its end, unless the
///    programme says otherwise (``Programme/stopsAtEndOf``).
/// 2. **Priorities**: emergency, live, manual, scheduled. A higher one cuts a lower one; equals wait for each other, as
///    do programmes that are due together: the one that has waited longest first, then in configuration order. A
///    scheduled clip that was cut by a higher one starts afresh, once; after any other cut the next clip's turn comes.
/// 3. **Stops** end what plays, **mutes** silence everything.
/// 4. **The quiet gate** (``QuietGate``). Only an emergency may sound in quiet hours, if the configuration allows it and
///    it has a reason. While the time of day is unknown nothing sounds, whatever it is.
///
/// A clip is not started unless it will have ended before quiet begins, and every order carries that instant as its
/// deadline, so that the player falls silent even if nobody tells it to. When the clock, the zones or the mute change,
/// the rules are asked again at once: what plays is stopped or gets its new deadline.
///
/// Each slot is played or skipped with a reason on record, each play that was ordered ends in exactly one record. There
/// is one play at a time: the next is ordered when the player has said that the last one ended.
///
/// It needs no timer while it has nothing to decide: slots that fall into a silence are counted when the silence ends.
public struct Announcer: Sendable {
    /// What happened.
    public enum Input: Sendable {
        /// The wall clock learned something; the more often it is told, the tighter the deadlines.
        case clockChanged(WallClock)
        /// The vehicle is in these zones now.
        case zonesChanged(Set<String>)
        /// It moves, or stands.
        case motionChanged(isMoving: Bool)
        /// Duty began or ended.
        case dutyChanged(isOn: Bool)
        /// The clips folder was checked; bad files are absent. A clip that kept failing gets a new chance.
        case clipsChanged([ClipName: Clip])
        /// The program that plays can be started, or why it cannot.
        case playerChanged(problem: String?)
        /// Somebody wants a clip played; answered by exactly one ``Action/reply(_:)``, the first of the actions.
        case say(SayRequest)
        /// A person orders silence; a mute that is in force is replaced.
        case mute(Mute)
        /// A person ends it.
        case unmute(requester: String)
        /// A person ends what plays, and what waits as well if that is wanted; answered by ``Action/stopReply(_:)``, the
        /// first of the actions.
        case stop(requester: String, andQueue: Bool)
        /// The player says that the first frames sound.
        case playStarted(PlayID)
        /// The player ended, or was killed.
        case playEnded(PlayID, PlayEnd)
        /// The time is ``Announcer/wakeAt`` or later.
        case wakeUp
        /// The daemon stops: nothing is started any more.
        case shutDown
    }

    /// What to do about it, in this order.
    public enum Action: Hashable, Sendable {
        /// Start a player. It will be told about with ``Input/playStarted(_:)``, if it gets so far, and always with
        /// ``Input/playEnded(_:_:)``.
        case play(PlayOrder)
        /// The play has another deadline.
        case changeDeadline(PlayID, Instant)
        /// The play is to fall silent at once.
        case stop(PlayID, StopReason)
        /// To the journal. Of a mute and its end it is also the moment to persist them.
        case record(LoudspeakerEvent)
        /// The answer to ``Input/say(_:)``.
        case reply(SayReply)
        /// The answer to ``Input/stop(requester:andQueue:)``.
        case stopReply(StopReply)
        /// An accepted request has ended, once for each. The name is that of its first play.
        case concluded(PlayID, SayConclusion)
    }

    /// What the player does, as far as is known.
    enum Floor: Hashable, Sendable {
        /// Nothing.
        case free
        /// An order was given; nothing is heard yet, as far as is known.
        case starting(Play)
        /// It sounds since an instant.
        case sounding(Play, since: Instant)
        /// It was told to stop; `since` is when it began to sound.
        case stopping(Play, StopReason, since: Instant?)
    }

    /// An order that has not ended.
    struct Play: Hashable, Sendable {
        var order: PlayOrder
        var announcement: Announcement
        /// The programme's place in the configuration; `nil` if somebody asked for it.
        var programme: Int?
        /// What somebody asked for; `nil` for a programme.
        var entry: PlayQueue.Entry?
        /// An emergency that quiet hours do not hold back.
        var isExempt: Bool
        /// What the player was told last.
        var deadline: Instant?
    }

    let settings: AnnouncerSettings
    /// `nil` until the clips folder was checked for the first time.
    var clips: [ClipName: Clip]?
    var playerProblem: String?
    var clock: WallClock
    var zones: Set<String>
    var isMoving = false
    var isOnDuty: Bool
    var mute: Mute?
    var turns: [ProgrammeTurn]
    var queue: PlayQueue
    var floor: Floor = .free
    var device: DeviceHealth
    /// How often in a row a clip's file has failed.
    var fileFailures: [ClipName: Int] = [:]
    var lastID: UInt64 = 0
    var isShutDown = false

    /// What the gate said last, and when it must be asked again.
    var verdict: QuietGate.Verdict
    var gateAskedAgainAt: Instant?
    /// When quiet ends, as far as is known; another rule may take over before.
    var quietEndsAt: Instant?
    /// The quiet rule that is on record as in force.
    var recordedQuiet: String?
    var schedulesChangeAt: Instant?
    var muteLookedAtAgainAt: Instant?
    /// The last instant that was passed; the boot clock does not go back, and neither does this.
    var now: Instant

    /// When to call with ``Input/wakeUp``: `nil` while nothing can change by itself, else later than the last call.
    public private(set) var wakeAt: Instant?

    /// The first call of ``handle(_:at:)`` may come at once; nothing is ordered before it.
    /// - Parameters:
    ///   - settings: what is configured.
    ///   - clock: as it is known so far.
    ///   - zones: the zones that the vehicle is in. Where they are not known yet, those in which quiet rules hold are
    ///     the cautious choice.
    ///   - isOnDuty: as it was before a restart.
    ///   - mute: the one that was in force before a restart.
    ///   - now: the boot clock.
    public init(
        settings: AnnouncerSettings,
        clock: WallClock,
        zones: Set<String>,
        isOnDuty: Bool,
        mute: Mute?,
        at now: Instant
    ) {
        self.settings = settings
        self.clock = clock
        self.zones = zones
        self.isOnDuty = isOnDuty
        self.mute = mute
        self.now = now
        clips = settings.clips
        turns = settings.programmes.map(ProgrammeTurn.init)
        queue = PlayQueue(bound: settings.queueBound)
        device = DeviceHealth(
            settings: .init(
                shortestPause: settings.shortestDevicePause,
                longestPause: settings.longestDevicePause,
                proof: settings.deviceProof
            )
        )
        verdict = settings.gate.verdict(at: now, clock: clock, zones: zones)
        gateAskedAgainAt = now
        schedulesChangeAt = now
        wakeAt = now
    }

    /// Something happened, or a deadline has come; every input looks at everything that time may have changed.
    public mutating func handle(_ input: Input, at instant: Instant) -> [Action] {
        now = max(now, instant)
        var actions: [Action] = []
        let wasTrusted = isClockTrusted
        // First what time has changed by itself, so that the input meets the present.
        askGate(&actions, force: takeKnowledge(input))
        lookAtSchedules(force: input.changesClock)
        endMuteByTime(&actions)
        if !wasTrusted, isClockTrusted { beginAnew(&actions) }
        take(input, &actions)
        if let change = device.look(at: now) { record(change, &actions) }
        reviewPlay(&actions)
        updateTurns(&actions)
        giveFloor(&actions)
        wakeAt = isShutDown ? nil : nextWake
        return actions
    }

    /// The inputs that only say how the world is.
    /// - Returns: whether the gate must be asked again.
    private mutating func takeKnowledge(_ input: Input) -> Bool {
        switch input {
        case .clockChanged(let clock):
            self.clock = clock
            return true
        case .zonesChanged(let zones):
            defer { self.zones = zones }
            return zones != self.zones
        case .motionChanged(let isMoving):
            self.isMoving = isMoving
        case .dutyChanged(let isOn):
            isOnDuty = isOn
        case .clipsChanged(let clips):
            self.clips = clips
            fileFailures = [:]
        case .playerChanged(let problem):
            playerProblem = problem
        case .say, .mute, .unmute, .stop, .playStarted, .playEnded, .wakeUp, .shutDown:
            break
        }
        return false
    }

    /// The others.
    private mutating func take(_ input: Input, _ actions: inout [Action]) {
        switch input {
        case .say(let request): say(request, &actions)
        case .mute(let mute): begin(mute, &actions)
        case .unmute(let requester): endMute(.person(requester: requester), &actions)
        case .stop(let requester, let andQueue): stop(by: requester, andQueue: andQueue, &actions)
        case .playStarted(let id): started(id, &actions)
        case .playEnded(let id, let end): ended(id, end, &actions)
        case .shutDown: shutDown(&actions)
        case .clockChanged, .zonesChanged, .motionChanged, .dutyChanged, .clipsChanged, .playerChanged, .wakeUp: break
        }
    }

    private var nextWake: Instant? {
        var instants = [gateAskedAgainAt, schedulesChangeAt, muteLookedAtAgainAt, device.wakeAt]
        // While something plays, slots wait for its end.
        if case .free = floor { instants += turns.map { $0.wakeAt(after: now) } + [queue.wakeAt] }
        return instants.compactMap { $0 }.min().map { max($0, now + Self.shortestSleep) }
    }

    /// Two wake-ups are never nearer to each other: whatever a boundary's arithmetic says, there is progress.
    private static let shortestSleep: Duration = .milliseconds(1)
}

extension Announcer.Input {
    fileprivate var changesClock: Bool {
        if case .clockChanged = self { true } else { false }
    }
}
