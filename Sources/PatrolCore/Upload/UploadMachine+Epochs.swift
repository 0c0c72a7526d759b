/// What follows when the receiver holds other records than the journal.
extension UploadMachine {
    /// What it has as it is counts as acknowledged; what contradicts goes to a new epoch, and is sent again.
    mutating func contradicted(
        _ said: Contradiction,
        _ attempt: UploadAttempt,
        _ plan: BatchPlan,
        _ reason: String,
        _ before: Trouble?,
        at now: Instant
    ) -> [Action] {
        let divergence = Divergence(said, of: attempt, plan)
        var actions: [Action] = []
        var trouble = before
        if divergence.acknowledged.advanced {
            actions = take(divergence.acknowledged, plan, before, at: now)
            trouble = self.trouble
        }
        if let fault = divergence.fault {
            return actions + retryLater(failure(fault, after: trouble, at: now), retryAfter: nil, at: now)
        }
        guard divergence.isAny || !divergence.acknowledged.advanced else { return actions }
        let failure = failure(reason, after: trouble, at: now)
        // One that was passed over long ago begins nothing anew.
        guard plan.purpose != .retry else { return actions + refuseAgain(attempt, failure, at: now) }
        guard divergence.isAny else { return actions + retryLater(failure, retryAfter: nil, at: now) }
        state = .backingOff(failure, until: now + settings.refusalPause)
        return actions + [.beginEpoch(divergence.first, reason: reason)]
    }

    /// The journal cannot, or does not believe it: then a person has to look. The records wait.
    mutating func holdWithoutEpoch(_ reason: String, at now: Instant) -> [Action] {
        guard case .backingOff(var trouble, _) = state else { return [] }
        trouble.reason = reason
        return hold(trouble, at: now)
    }
}
