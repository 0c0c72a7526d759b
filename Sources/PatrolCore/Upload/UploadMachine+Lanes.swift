/// A lane that is held apart from the other one.
extension UploadMachine {
    /// One record after the other was refused: nothing but a single record of the lane goes, now and then, before one is taken.
    struct LaneHold: Hashable, Sendable {
        /// What was said last.
        var reason: String
        /// The refusal that began it.
        let since: Instant
        /// When the lane's next record is tried.
        var until: Instant
    }

    /// What waits in lanes that are not held.
    var open: UploadBacklog {
        var open = backlog
        for lane in Lane.allCases where laneHolds[lane] != nil { open[lane].waiting = 0 }
        return open
    }

    /// The held lane of which something waits that is tried next.
    var heldLane: Lane? {
        Lane.allCases.filter { laneHolds[$0] != nil && backlog[$0].waiting > 0 }
            .min { probeAt($0) < probeAt($1) }
    }

    /// When a record of a held lane is tried; `nil` if nothing waits in one.
    var nextProbe: Instant? { heldLane.map(probeAt) }

    private func probeAt(_ lane: Lane) -> Instant { laneHolds[lane]?.until ?? Instant(nanosecondsSinceBoot: 0) }

    /// The next record of the held lane, alone, so that nothing else is judged with it; `nil` before its time.
    func probe(at now: Instant) -> BatchPlan? {
        guard let lane = heldLane, probeAt(lane) <= now else { return nil }
        return BatchPlan(
            maximumEvents: lane == .events ? 1 : 0,
            maximumPositions: lane == .positions ? 1 : 0,
            purpose: .isolation
        )
    }

    /// Whether a batch asks about a held lane.
    func isProbe(_ plan: BatchPlan) -> Bool {
        plan.purpose != .retry && Lane.allCases.contains { laneHolds[$0] != nil && plan[$0] > 0 }
    }

    /// Since when anything has been held; `nil` if nothing is.
    func heldSince(_ trouble: Trouble?) -> Instant? {
        ([trouble?.heldSince] + Lane.allCases.map { laneHolds[$0]?.since }).compactMap(\.self).min()
    }

    /// Holds a lane, or goes on holding it.
    mutating func hold(_ lane: Lane, _ failure: Trouble, at now: Instant) -> [Action] {
        let isNew = heldSince(failure) == nil
        schedule.settled(records: laneHolds[lane] == nil ? backlog[lane].waiting : 0)
        laneHolds[lane] = LaneHold(
            reason: failure.reason,
            since: laneHolds[lane]?.since ?? now,
            until: now + settings.heldInterval
        )
        shape.hold(lane)
        state = .backingOff(failure, until: now + settings.refusalPause)
        return isNew ? [.record(.uploadHeld(destination: destination, reason: failure.reason))] : []
    }

    /// A lane of which something was taken is well again.
    mutating func endHolds(_ counts: BatchShape.Counts) {
        for lane in Lane.allCases where counts[lane] > 0 { laneHolds[lane] = nil }
    }

    /// A person does not wait for the next trial.
    mutating func endLanePauses(at now: Instant) {
        for lane in Lane.allCases { laneHolds[lane]?.until = now }
    }

    /// The next refused record of a lane is set aside again, not held.
    mutating func forgetRefusals(at now: Instant) -> [Action] {
        endLanePauses(at: now)
        guard Lane.allCases.contains(where: { memory[$0] > 0 }) else { return [] }
        for lane in Lane.allCases { memory[lane] = 0 }
        return [.remember(memory)]
    }

    /// Whether nothing at all is sent before a person acts.
    public var isHeldForPerson: Bool {
        if case .held = state { true } else { false }
    }

    /// Adds what people see of held lanes.
    func addHolds(to status: inout UploadStatus) {
        for lane in Lane.allCases {
            guard let hold = laneHolds[lane], backlog[lane].waiting > 0 else { continue }
            status.heldLanes[lane] = UploadStatus.HeldLane(
                reason: hold.reason,
                since: hold.since,
                nextAttemptAt: hold.until
            )
        }
        guard let hold = heldLane.flatMap({ laneHolds[$0] }) else { return }
        switch state {
        case .idle: break
        case .backingOff where open.isEmpty: break
        case .inFlight(_, _, nil):
            status.reason = hold.reason
            return
        case .inFlight, .backingOff, .held, .stopped: return
        }
        (status.state, status.reason, status.since) = (.held, hold.reason, hold.since)
    }
}
