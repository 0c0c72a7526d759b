/// When the next batch of a healthy destination is due, and how much of the backlog it may take.
struct UploadSchedule: Sendable {
    /// Whether the backlog may drain.
    private enum Drain: Sendable {
        /// Not before the receiver has acknowledged something.
        case closed
        /// From this instant on, as fast as the bucket allows.
        case open(from: Instant)
    }

    /// Who sets the pace.
    private enum Pace: Sendable {
        /// What is due goes.
        case scheduled
        /// So many records go one batch after the other, because somebody asked for it.
        case flushing(records: Int)
    }

    private let settings: UploadSettings
    private var isMoving = false
    private var drain = Drain.closed
    private var pace = Pace.scheduled
    private var bucket: TokenBucket
    private var lastSentAt: Instant?
    /// When the oldest event that no batch has taken is to go; `nil` without such an event.
    private var eventsDue: Instant?
    /// When whatever waits is to go; `nil` if that has not been asked since the last batch.
    private var intervalDue: Instant?

    init(_ settings: UploadSettings, at now: Instant) {
        self.settings = settings
        bucket = TokenBucket(
            bytesPerSecond: settings.backlogBytesPerSecond,
            burst: settings.backlogBurstBytes,
            at: now
        )
    }

    /// How often a batch goes as long as anything waits.
    var liveInterval: Duration {
        isMoving ? settings.movingInterval : settings.parkedInterval
    }

    // MARK: What happened

    mutating func backlogChanged(from old: UploadBacklog, to new: UploadBacklog, at now: Instant) {
        if new.events.waiting > old.events.waiting, eventsDue == nil {
            eventsDue = now + settings.eventCoalescing
        }
        if new.events.waiting == 0 { eventsDue = nil }
        if new.isEmpty { intervalDue = nil }
    }

    /// Setting off shortens the wait; parking does not lengthen it, so that the last positions of a drive are not kept
    /// back for the interval of a parked cart.
    mutating func motionChanged(isMoving: Bool) {
        self.isMoving = isMoving
        if let due = intervalDue, let lastSentAt { intervalDue = min(due, lastSentAt + liveInterval) }
    }

    mutating func flushRequested(_ backlog: UploadBacklog) {
        pace = .flushing(records: backlog.events.waiting + backlog.positions.waiting)
    }

    mutating func sent(at now: Instant) {
        lastSentAt = now
        intervalDue = nil
        eventsDue = nil
    }

    /// - Parameter bytes: what may have gone out, whether it arrived or not: the air was used.
    mutating func ended(_ plan: BatchPlan, bytes: Int, at now: Instant) {
        if plan.purpose == .backlog { bucket.charge(bytes: bytes, at: now) }
    }

    /// - Parameter isBacklog: more than a batch still waits. Only then does the end of an outage cost time.
    mutating func acknowledged(isBacklog: Bool, at now: Instant, using generator: inout SplitMix64) {
        guard case .closed = drain else { return }
        let spread = max(.zero, settings.reconnectSpread)
        drain = .open(from: isBacklog ? now + .random(in: .zero...spread, using: &generator) : now)
    }

    /// So many of the waiting records are done with.
    mutating func settled(records: Int) {
        guard case .flushing(let rest) = pace else { return }
        pace = rest > records ? .flushing(records: rest - records) : .scheduled
    }

    /// The receiver cannot be reached or refuses everything. That ends a flush, too: what follows is the backoff's.
    mutating func failed() {
        drain = .closed
        pace = .scheduled
    }

    // MARK: What follows

    /// When the next batch goes; `nil` if nothing waits.
    mutating func nextBatch(of backlog: UploadBacklog, _ shape: BatchShape, at now: Instant) -> Instant? {
        guard !backlog.isEmpty else { return nil }
        if case .flushing = pace { return now }
        if shape.isolationPlan(backlog) != nil { return now }
        var due = intervalDue ?? lastSentAt.map { $0 + liveInterval } ?? now + settings.eventCoalescing
        intervalDue = due
        if (1...shape.limits.events).contains(backlog.events.waiting) {
            let events = eventsDue ?? now + settings.eventCoalescing
            eventsDue = events
            due = min(due, events)
        }
        if shape.isBacklog(backlog), let opening = opening(at: now) { due = min(due, opening) }
        return due
    }

    /// What goes now.
    func plan(of backlog: UploadBacklog, _ shape: BatchShape, at now: Instant) -> BatchPlan {
        if let plan = shape.isolationPlan(backlog) { return plan }
        var plan = BatchPlan(
            maximumEvents: shape.limits.events,
            maximumPositions: shape.positionLimit(beside: backlog.events.waiting),
            purpose: .live
        )
        if case .flushing = pace {
            plan.purpose = .flush
        } else if shape.isBacklog(backlog) {
            if let opening = opening(at: now), opening <= now {
                plan.purpose = .backlog
            } else {
                plan.maximumPositions = min(plan.maximumPositions, max(1, settings.livePositions))
            }
        }
        return plan
    }

    /// When the next batch of a backlog may go; `nil` before the receiver has acknowledged anything.
    private func opening(at now: Instant) -> Instant? {
        switch drain {
        case .closed: nil
        case .open(let from): max(from, bucket.readyAt(now))
        }
    }
}
