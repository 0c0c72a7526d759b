/// What follows from the end of an attempt.
extension UploadMachine {
    /// An end that nobody waits for is ignored: only the attempt under way can change anything.
    mutating func conclude(_ attempt: UploadAttempt, at now: Instant) -> [Action] {
        switch state {
        case .inFlight(let plan, _, let trouble):
            schedule.ended(plan, bytes: attempt.bytesOnWire, at: now)
            return conclude(attempt, plan, trouble, at: now)
        case .stopped(let since, let plan?):
            state = .stopped(since: since, inFlight: nil)
            guard case .acknowledged(let events, let positions, let missing) = attempt.outcome else { return [] }
            let said = PerLane(events: events, positions: positions)
            let acknowledged = Acknowledgements(said, missing: missing, of: attempt, plan, backlog)
            return remember(acknowledged) + outcome(of: acknowledged, plan)
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
        switch judged(attempt.outcome) {
        case .acknowledged(let events, let positions, let missing):
            let said = PerLane(events: events, positions: positions)
            let acknowledged = Acknowledgements(said, missing: missing, of: attempt, plan, backlog)
            return take(acknowledged, plan, before, at: now)
        case .retryLater(let reason, let retryAfter):
            return retryLater(failure(reason, after: before, at: now), retryAfter: retryAfter, at: now)
        case .foreignAnswer(let reason, let needsPerson):
            var failure = failure(reason, after: before, at: now)
            failure.needsPerson = needsPerson
            return retryLater(failure, retryAfter: nil, at: now)
        case .heldUntilPersonActs(let reason):
            return hold(failure(reason, after: before, at: now), at: now)
        case .tooLarge(let reason, _) where attempt.isEmpty,
            .rejected(let reason, _) where attempt.isEmpty,
            .contradicted(_, let reason) where attempt.isEmpty:
            // No record can be at fault: it is what every batch has in common.
            return hold(failure(reason, after: before, at: now), at: now)
        case .tooLarge(let reason, _) where plan.purpose == .retry,
            .rejected(let reason, _) where plan.purpose == .retry:
            return refuseAgain(attempt, failure(reason, after: before, at: now), at: now)
        case .contradicted(let said, let reason):
            return contradicted(said, attempt, plan, reason, before, at: now)
        case .tooLarge(let reason, _):
            let verdict = shape.tooLarge(attempt.counts(plan))
            return refuse(verdict, attempt, failure(reason, after: before, at: now), at: now)
        case .rejected(let reason, _):
            let verdict = shape.rejected(attempt.counts(plan))
            return refuse(verdict, attempt, failure(reason, after: before, at: now), at: now)
        }
    }

    /// Whose verdict it is: a refusal by somebody who has not shown who he is becomes an outage.
    private func judged(_ outcome: UploadOutcome) -> UploadOutcome {
        switch outcome {
        case .tooLarge(let reason, .receiverOfJSON) where !memory.hasAcknowledged,
            .rejected(let reason, .receiverOfJSON) where !memory.hasAcknowledged:
            .foreignAnswer(
                reason: "refused by what has never acknowledged anything, so no record is judged by it: \(reason)",
                needsPerson: false
            )
        default: outcome
        }
    }

    func failure(_ reason: String, after before: Trouble?, at now: Instant) -> Trouble {
        var trouble = before ?? Trouble(reason: reason, since: now)
        trouble.reason = reason
        trouble.failedAttempts += 1
        trouble.needsPerson = false
        return trouble
    }

    // MARK: Accepted

    mutating func take(
        _ acknowledged: Acknowledgements,
        _ plan: BatchPlan,
        _ before: Trouble?,
        at now: Instant
    ) -> [Action] {
        var actions = remember(acknowledged) + outcome(of: acknowledged, plan)
        var trouble = before
        if acknowledged.advanced {
            let heldSince = heldSince(trouble)
            endHolds(acknowledged.counts)
            if plan.purpose == .retry {
                backlog.retrying = max(0, backlog.retrying - 1)
            } else {
                for lane in Lane.allCases { settle(acknowledged.counts[lane], in: lane, at: now) }
                shape.accepted(acknowledged.counts)
                shape.forgetSearch(unlessWaiting: open)
            }
            schedule.acknowledged(isBacklog: shape.isBacklog(open), at: now, using: &random)
            lastAcknowledgedAt = now
            trouble = nil
            if let heldSince, self.heldSince(nil) == nil {
                let seconds = (now - heldSince).milliseconds / 1000
                actions.append(.record(.uploadResumed(destination: destination, afterSeconds: seconds)))
            }
        }
        if acknowledged.goesBack { actions.append(.rewind(acknowledged.rewound)) }
        if let fault = acknowledged.fault {
            return actions + retryLater(failure(fault, after: trouble, at: now), retryAfter: nil, at: now)
        }
        state = trouble.map { .backingOff($0, until: now + settings.refusalPause) } ?? .idle(since: now)
        return actions
    }

    private mutating func remember(_ acknowledged: Acknowledgements) -> [Action] {
        guard acknowledged.advanced else { return [] }
        let before = memory
        memory.hasAcknowledged = true
        for lane in Lane.allCases where acknowledged.counts[lane] > 0 { memory[lane] = 0 }
        return memory == before ? [] : [.remember(memory)]
    }

    private func outcome(of acknowledged: Acknowledgements, _ plan: BatchPlan) -> [Action] {
        guard acknowledged.advanced else { return [] }
        guard plan.purpose == .retry else { return [.acknowledge(acknowledged.through)] }
        return Lane.allCases.compactMap { lane in acknowledged.through[lane].map { .release(lane, $0) } }
    }

    /// The daemon tells the exact backlog after each change; until then the machine reckons.
    private mutating func settle(_ count: Int, in lane: Lane, at now: Instant) {
        backlog[lane].waiting = max(0, backlog[lane].waiting - count)
        schedule.settled(records: count)
    }

    // MARK: Not accepted

    mutating func retryLater(_ failure: Trouble, retryAfter: Duration?, at now: Instant) -> [Action] {
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

    mutating func hold(_ failure: Trouble, at now: Instant) -> [Action] {
        var trouble = failure
        schedule.failed()
        let isNew = heldSince(trouble) == nil
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
        var trouble = failure
        trouble.reason = "refuses one record after the other: \(failure.reason)"
        guard memory[lane] < settings.maximumQuarantinesInARow else { return hold(lane, trouble, at: now) }
        memory[lane] += 1
        shape.setAside(in: lane)
        settle(1, in: lane, at: now)
        let quarantine = Action.quarantine(lane, sequence, reason: failure.reason, memory)
        if memory[lane] >= settings.maximumQuarantinesInARow { return [quarantine] + hold(lane, trouble, at: now) }
        state = .backingOff(failure, until: now + settings.refusalPause)
        return [quarantine]
    }

    /// A person asked for this record, so it does not count: the records around it were judged before.
    mutating func refuseAgain(_ attempt: UploadAttempt, _ failure: Trouble, at now: Instant) -> [Action] {
        backlog.retrying = max(0, backlog.retrying - 1)
        state = .backingOff(failure, until: now + settings.refusalPause)
        return Lane.allCases.compactMap { lane in
            attempt[lane].map { .quarantine(lane, $0.lowerBound, reason: failure.reason, memory) }
        }
    }
}
