/// Decides when which part of the backlog goes to one destination, and what follows from each answer.
///
/// - Events go within ``UploadSettings/eventCoalescing``, positions at the interval of the cart's motion, both in one
///   batch. One batch is under way at a time, so each lane is sent and acknowledged strictly in order.
/// - A *backlog* is more than one batch. It drains at the pace of a token bucket; until the bucket has something to
///   give, small batches go on at the live interval, each with the newest position in its header.
/// - A failed attempt is repeated after ``UploadBackoff``, without end. The first acknowledgement after an outage (or
///   after the start: to the receiver that is the same) opens the backlog only after a random part of
///   ``UploadSettings/reconnectSpread``.
/// - A flush sends all that waited when it was asked for, at once and batch after batch, until it is done or fails.
/// - A record that the receiver refuses is searched for, quarantined with a receipt, and the lane goes on behind it. If
///   nothing of the lane is accepted between several such records, something else is wrong: then the lane is held, and no
///   more of it is set aside; the other lane goes on. That count outlives a restart, see ``UploadMemory``.
/// - Where the receiver holds other records under the same numbers, these go under a new identity, see ``Contradiction``.
/// - Only a receiver that shows who it is judges records, see ``RefusalJudge``; anybody else's refusal is an outage.
/// - What is quarantined goes again, record by record, when a person asks for it and nothing else is due.
///
/// There is at most one wake-up, and none while nothing waits.
public struct UploadMachine: Sendable {
    /// What the machine is told.
    public enum Input: Hashable, Sendable {
        /// Something was recorded or is gone: what waits now.
        case backlogChanged(UploadBacklog)
        /// The cart moves, or is parked; a machine starts parked.
        case motionChanged(isMoving: Bool)
        /// The attempt that `send` asked for is over.
        case attemptEnded(UploadAttempt)
        /// There was no record for the batch that `send` asked for, so no attempt was made.
        case nothingToSend
        /// The wake-up came.
        case wakeUp
        /// A person or the end of the daemon wants everything sent now.
        case flushRequested
        /// A person wants the quarantined records sent again; how many those are comes with the backlog.
        case retryRequested
        /// A person has given up what was refused: the lanes go on behind it, and refusals are counted anew.
        case refusedSkipped
        /// What `beginEpoch` asked for was not done.
        case epochNotBegun(reason: String)
        /// Send nothing any more; a batch that is under way may still be acknowledged.
        case shutdown
    }

    /// What is to be done, in this order.
    public enum Action: Hashable, Sendable {
        /// Make a batch and send it; its end comes back as an input.
        case send(BatchPlan)
        /// Wake the machine at this instant, and not at the one asked for before.
        case wakeAt(Instant)
        /// Do not wake it.
        case cancelWakeUp
        /// Keep that the destination holds everything of each lane up to and including these; `nil` for a lane that did not
        /// come forward.
        case acknowledge(PerLane<SequenceNumber?>)
        /// The destination has lost what it acknowledged once: go back to these, `nil` for a lane that is as it was.
        case rewind(PerLane<SequenceNumber?>)
        /// The destination holds other records than these and those after them: they need another identity. `nil` for a lane
        /// that goes on as it is.
        case beginEpoch(PerLane<SequenceNumber?>, reason: String)
        /// The destination refuses this record: keep that, the receipt for it, that the lane goes on behind it, and what is
        /// to be remembered, all of it together or not at all.
        case quarantine(Lane, SequenceNumber, reason: String, UploadMemory)
        /// The destination took this quarantined record after all.
        case release(Lane, SequenceNumber)
        /// Keep this with what is kept next.
        case remember(UploadMemory)
        /// Record this event.
        case record(EventKind)
    }

    /// What went wrong since the last acknowledgement.
    struct Trouble: Sendable {
        /// The last thing that went wrong.
        var reason: String
        /// The first failure.
        let since: Instant
        /// Attempts that failed, for people.
        var failedAttempts = 0
        /// Those of them that lengthen the backoff.
        var unansweredAttempts = 0
        /// The first refusal that only a person can end.
        var heldSince: Instant?
        /// Whatever answered last wants something that only a person can give.
        var needsPerson = false
    }

    enum State: Sendable {
        /// Nothing is wrong; the next batch goes when something is due.
        case idle(since: Instant)
        /// A batch is on the road. Trouble from before it ends only when it is acknowledged.
        case inFlight(BatchPlan, since: Instant, trouble: Trouble?)
        /// The last attempt failed or was refused; what waits is tried again at `until`.
        case backingOff(Trouble, until: Instant)
        /// Nothing is accepted before a person acts; what waits is tried again at `until`.
        case held(Trouble, until: Instant)
        /// Shut down, perhaps with a batch still on the road.
        case stopped(since: Instant, inFlight: BatchPlan?)
    }

    let destination: String
    let settings: UploadSettings
    var state: State
    var backlog = UploadBacklog.empty
    var schedule: UploadSchedule
    var shape: BatchShape
    var random: SplitMix64
    var lastAcknowledgedAt: Instant?
    var memory: UploadMemory
    /// Lanes that are held apart.
    var laneHolds = PerLane<LaneHold?>(both: nil)
    private var wakeUp: Instant?

    /// A machine to which nothing has happened.
    /// - Parameters:
    ///   - destination: its name, for events.
    ///   - settings: when what is sent.
    ///   - memory: what was kept over the restart.
    ///   - seed: of the jitter; carts with the same seed would come back together.
    ///   - now: the instant of the start.
    public init(
        destination: String,
        settings: UploadSettings,
        memory: UploadMemory,
        seed: UInt64,
        at now: Instant
    ) {
        self.destination = destination
        self.settings = settings
        self.memory = memory
        state = .idle(since: now)
        schedule = UploadSchedule(settings, at: now)
        shape = BatchShape(settings)
        random = SplitMix64(seed: seed)
    }

    /// Takes an input and says what is to be done.
    /// - Parameter now: never earlier than with the input before.
    public mutating func handle(_ input: Input, at now: Instant) -> [Action] {
        var actions: [Action] = []
        switch input {
        case .backlogChanged(let new):
            schedule.backlogChanged(from: backlog, to: new, at: now)
            backlog = new
            shape.forgetSearch(unlessWaiting: open)
        case .motionChanged(let isMoving):
            schedule.motionChanged(isMoving: isMoving)
        case .attemptEnded(let attempt):
            actions = conclude(attempt, at: now)
        case .nothingToSend:
            abandonAttempt(at: now)
        case .wakeUp:
            wakeUp = nil
        case .flushRequested:
            startFlush(at: now)
        case .retryRequested:
            if !backlog.isDone { endPause(at: now) }
        case .refusedSkipped:
            actions = forgetRefusals(at: now)
        case .epochNotBegun(let reason):
            actions = holdWithoutEpoch(reason, at: now)
        case .shutdown:
            stop(at: now)
        }
        return actions + proceed(at: now)
    }

    /// What the machine is doing.
    public var status: UploadStatus {
        var status = UploadStatus(
            state: .idle,
            since: Instant(nanosecondsSinceBoot: 0),
            nextAttemptAt: wakeUp,
            lastAcknowledgedAt: lastAcknowledgedAt
        )
        func add(_ trouble: Trouble?) {
            status.reason = trouble?.reason
            status.failedAttempts = trouble?.failedAttempts ?? 0
            status.needsPerson = trouble?.needsPerson ?? false
        }
        switch state {
        case .idle(let since):
            status.since = since
        case .inFlight(_, let since, let trouble):
            (status.state, status.since) = (.inFlight, trouble?.since ?? since)
            add(trouble)
        case .backingOff(let trouble, _):
            (status.state, status.since) = (.backingOff, trouble.since)
            add(trouble)
        case .held(let trouble, _):
            (status.state, status.since) = (.held, trouble.heldSince ?? trouble.since)
            add(trouble)
        case .stopped(let since, _):
            (status.state, status.since) = (.stopped, since)
        }
        addHolds(to: &status)
        return status
    }
}

// MARK: - The next batch

extension UploadMachine {
    /// Sends what is due, or sees to it that the machine is woken when something is.
    private mutating func proceed(at now: Instant) -> [Action] {
        guard let due = nextAttempt(at: now) else { return setWakeUp(nil) }
        guard due <= now else { return setWakeUp(due) }
        let plan = nextPlan(at: now)
        if plan.purpose != .retry, !isProbe(plan) { schedule.sent(at: now) }
        state = .inFlight(plan, since: now, trouble: trouble)
        return setWakeUp(nil) + [.send(plan)]
    }

    private mutating func nextAttempt(at now: Instant) -> Instant? {
        switch state {
        case .idle:
            if backlog.retrying > 0 { return now }
            return [schedule.nextBatch(of: open, shape, at: now), nextProbe].compactMap(\.self).min()
        case .backingOff(_, let until) where open.isDone:
            return nextProbe.map { max($0, until) }
        case .backingOff(_, let until), .held(_, let until):
            return backlog.isDone ? nil : until
        case .inFlight, .stopped:
            return nil
        }
    }

    /// What goes now. A quarantined record goes by itself, and only while nothing else is due: what a person asked for
    /// must not delay what is new. A held destination is asked about it first, since nothing else gets through there.
    private mutating func nextPlan(at now: Instant) -> BatchPlan {
        let open = open
        let isOtherDue =
            switch state {
            case .idle: schedule.nextBatch(of: open, shape, at: now).map { $0 <= now } ?? false
            default: !open.isEmpty
            }
        if backlog.retrying > 0, !isOtherDue || trouble?.heldSince != nil {
            return BatchPlan(maximumEvents: 1, maximumPositions: 1, purpose: .retry)
        }
        if !isOtherDue, let probe = probe(at: now) { return probe }
        var plan = schedule.plan(of: open, shape, at: now)
        if laneHolds.events != nil { plan.maximumEvents = 0 }
        if laneHolds.positions != nil { plan.maximumPositions = 0 }
        return plan
    }

    var trouble: Trouble? {
        switch state {
        case .backingOff(let trouble, _), .held(let trouble, _): trouble
        case .inFlight(_, _, let trouble): trouble
        case .idle, .stopped: nil
        }
    }

    private mutating func setWakeUp(_ instant: Instant?) -> [Action] {
        guard instant != wakeUp else { return [] }
        wakeUp = instant
        return [instant.map(Action.wakeAt) ?? .cancelWakeUp]
    }

    private mutating func startFlush(at now: Instant) {
        guard !backlog.isEmpty else { return }
        if case .stopped = state { return }
        endPause(at: now)
        if !open.isEmpty { schedule.flushRequested(open) }
    }

    /// A person does not wait for the end of a backoff.
    private mutating func endPause(at now: Instant) {
        endLanePauses(at: now)
        switch state {
        case .idle, .inFlight, .stopped: break
        case .backingOff(let trouble, _): state = .backingOff(trouble, until: now)
        case .held(let trouble, _): state = .held(trouble, until: now)
        }
    }

    private mutating func stop(at now: Instant) {
        switch state {
        case .inFlight(let plan, _, _): state = .stopped(since: now, inFlight: plan)
        case .idle, .backingOff, .held: state = .stopped(since: now, inFlight: nil)
        case .stopped: break
        }
    }

    /// Without a record there was no attempt: what the machine believed to be waiting is not there (yet). The next
    /// change of the backlog says more, and is not acted upon before the interval is over.
    private mutating func abandonAttempt(at now: Instant) {
        switch state {
        case .inFlight(_, _, let trouble):
            schedule.settled(records: .max)
            backlog.events.waiting = 0
            backlog.positions.waiting = 0
            backlog.retrying = 0
            schedule.backlogChanged(from: backlog, to: backlog, at: now)
            shape.forgetSearch(unlessWaiting: open)
            state = trouble.map { .backingOff($0, until: now + schedule.liveInterval) } ?? .idle(since: now)
        case .stopped(let since, _):
            state = .stopped(since: since, inFlight: nil)
        case .idle, .backingOff, .held:
            break
        }
    }
}
