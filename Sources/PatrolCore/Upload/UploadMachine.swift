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
/// - A record that the receiver refuses is searched for, receipted and skipped. If nothing is accepted between several
///   such records, it is the receiver that is at fault: then the destination is held, and no more is skipped.
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
        /// Keep that the destination holds everything of the lane up to and including this record.
        case acknowledge(Lane, through: SequenceNumber)
        /// The destination never gets this record: keep that everything up to and including it is done with. Its
        /// receipt is the `record` before, so that a power cut in between leaves one receipt too many, not one too few.
        case quarantine(Lane, SequenceNumber, reason: String)
        /// Record this event.
        case record(EventKind)
    }

    /// What went wrong since the last acknowledgement.
    private struct Trouble: Sendable {
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
    }

    private enum State: Sendable {
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

    private let destination: String
    private let settings: UploadSettings
    private var state: State
    private var backlog = UploadBacklog.empty
    private var schedule: UploadSchedule
    private var shape: BatchShape
    private var random: SplitMix64
    private var wakeUp: Instant?
    private var lastAcknowledgedAt: Instant?
    private var quarantinesInARow = 0

    /// A machine to which nothing has happened.
    /// - Parameters:
    ///   - destination: its name, for events.
    ///   - settings: when what is sent.
    ///   - seed: of the jitter; carts with the same seed would come back together.
    ///   - now: the instant of the start.
    public init(destination: String, settings: UploadSettings, seed: UInt64, at now: Instant) {
        self.destination = destination
        self.settings = settings
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
            shape.forgetSearch(unlessWaiting: new)
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
        }
        switch state {
        case .idle(let since):
            status.since = since
        case .inFlight(_, let since, let trouble):
            (status.state, status.since) = (.inFlight, since)
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
        return status
    }
}

// MARK: - The next batch

extension UploadMachine {
    /// Sends what is due, or sees to it that the machine is woken when something is.
    private mutating func proceed(at now: Instant) -> [Action] {
        guard let due = nextAttempt(at: now) else { return setWakeUp(nil) }
        guard due <= now else { return setWakeUp(due) }
        let plan = schedule.plan(of: backlog, shape, at: now)
        schedule.sent(at: now)
        state = .inFlight(plan, since: now, trouble: trouble)
        return setWakeUp(nil) + [.send(plan)]
    }

    private mutating func nextAttempt(at now: Instant) -> Instant? {
        switch state {
        case .idle: schedule.nextBatch(of: backlog, shape, at: now)
        case .backingOff(_, let until), .held(_, let until): backlog.isEmpty ? nil : until
        case .inFlight, .stopped: nil
        }
    }

    private var trouble: Trouble? {
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
        switch state {
        case .idle, .inFlight: break
        case .backingOff(let trouble, _): state = .backingOff(trouble, until: now)
        case .held(let trouble, _): state = .held(trouble, until: now)
        case .stopped: return
        }
        schedule.flushRequested(backlog)
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
            schedule.backlogChanged(from: backlog, to: backlog, at: now)
            shape.forgetSearch(unlessWaiting: backlog)
            state = trouble.map { .backingOff($0, until: now + schedule.liveInterval) } ?? .idle(since: now)
        case .stopped(let since, _):
            state = .stopped(since: since, inFlight: nil)
        case .idle, .backingOff, .held:
            break
        }
    }
}

// MARK: - The end of an attempt

extension UploadMachine {
    /// An end that nobody waits for is ignored: only the attempt under way can change anything.
    private mutating func conclude(_ attempt: UploadAttempt, at now: Instant) -> [Action] {
        switch state {
        case .inFlight(let plan, _, let trouble):
            schedule.ended(plan, bytes: attempt.bytesOnWire, at: now)
            return conclude(attempt, plan, trouble, at: now)
        case .stopped(let since, let plan?):
            state = .stopped(since: since, inFlight: nil)
            guard case .acknowledged(let events, let positions) = attempt.outcome else { return [] }
            return Acknowledgements(events: events, positions: positions, of: attempt, plan, backlog).actions
        case .idle, .backingOff, .held, .stopped(_, nil):
            return []
        }
    }

    private mutating func conclude(
        _ attempt: UploadAttempt,
        _ plan: BatchPlan,
        _ before: Trouble?,
        at now: Instant
    ) -> [Action] {
        switch attempt.outcome {
        case .acknowledged(let events, let positions):
            let acknowledged = Acknowledgements(events: events, positions: positions, of: attempt, plan, backlog)
            return take(acknowledged, before, at: now)
        case .retryLater(let reason, let retryAfter):
            return retryLater(failure(reason, after: before, at: now), retryAfter: retryAfter, at: now)
        case .heldUntilPersonActs(let reason):
            return hold(failure(reason, after: before, at: now), at: now)
        case .tooLarge(let reason) where attempt.isEmpty,
            .rejected(let reason) where attempt.isEmpty:
            // No record can be at fault: it is what every batch has in common.
            return hold(failure(reason, after: before, at: now), at: now)
        case .tooLarge(let reason):
            let verdict = shape.tooLarge(attempt.counts(plan))
            return refuse(verdict, attempt, failure(reason, after: before, at: now), at: now)
        case .rejected(let reason):
            let verdict = shape.rejected(attempt.counts(plan))
            return refuse(verdict, attempt, failure(reason, after: before, at: now), at: now)
        }
    }

    private func failure(_ reason: String, after before: Trouble?, at now: Instant) -> Trouble {
        var trouble = before ?? Trouble(reason: reason, since: now)
        trouble.reason = reason
        trouble.failedAttempts += 1
        return trouble
    }

    private mutating func take(_ acknowledged: Acknowledgements, _ before: Trouble?, at now: Instant) -> [Action] {
        var actions = acknowledged.actions
        var trouble = before
        if acknowledged.advanced {
            for lane in Lane.allCases { settle(acknowledged.counts[lane], in: lane, at: now) }
            shape.accepted(acknowledged.counts)
            shape.forgetSearch(unlessWaiting: backlog)
            schedule.acknowledged(isBacklog: shape.isBacklog(backlog), at: now, using: &random)
            quarantinesInARow = 0
            lastAcknowledgedAt = now
            if let heldSince = trouble?.heldSince {
                let seconds = (now - heldSince).milliseconds / 1000
                actions.append(.record(.uploadResumed(destination: destination, afterSeconds: seconds)))
            }
            trouble = nil
        }
        if let fault = acknowledged.fault {
            return actions + retryLater(failure(fault, after: trouble, at: now), retryAfter: nil, at: now)
        }
        state = .idle(since: now)
        return actions
    }

    /// The daemon tells the exact backlog after each change; until then the machine reckons.
    private mutating func settle(_ count: Int, in lane: Lane, at now: Instant) {
        backlog[lane].waiting = max(0, backlog[lane].waiting - count)
        schedule.settled(records: count)
    }

    private mutating func retryLater(_ failure: Trouble, retryAfter: Duration?, at now: Instant) -> [Action] {
        var trouble = failure
        trouble.unansweredAttempts += 1
        schedule.failed()
        let delay = UploadBackoff.delay(
            failures: trouble.unansweredAttempts,
            retryAfter: retryAfter,
            settings: settings,
            using: &random
        )
        state = .backingOff(trouble, until: now + delay)
        return []
    }

    private mutating func hold(_ failure: Trouble, at now: Instant) -> [Action] {
        var trouble = failure
        schedule.failed()
        let isNew = trouble.heldSince == nil
        trouble.heldSince = trouble.heldSince ?? now
        state = .held(trouble, until: now + settings.heldInterval)
        return isNew ? [.record(.uploadHeld(destination: destination, reason: trouble.reason))] : []
    }

    private mutating func refuse(
        _ verdict: BatchShape.Verdict,
        _ attempt: UploadAttempt,
        _ failure: Trouble,
        at now: Instant
    ) -> [Action] {
        guard case .singleRecord(let lane) = verdict, let sequence = attempt[lane]?.lowerBound else {
            state = .backingOff(failure, until: now + settings.refusalPause)
            return []
        }
        guard quarantinesInARow < settings.maximumQuarantinesInARow else {
            var trouble = failure
            trouble.reason = "refuses one record after the other: \(failure.reason)"
            return hold(trouble, at: now)
        }
        quarantinesInARow += 1
        shape.setAside(in: lane)
        settle(1, in: lane, at: now)
        state = .backingOff(failure, until: now + settings.refusalPause)
        let reason = "refused by \(destination): \(failure.reason)"
        let receipt = EventKind.recordsDropped(lane: lane, first: sequence, last: sequence, count: 1, reason: reason)
        return [.record(receipt), .quarantine(lane, sequence, reason: reason)]
    }
}
