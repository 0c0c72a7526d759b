import PatrolCore

/// Deadlines on a fixed grid: what one epoch is late does not move the next one, so that a receiver does not drift.
struct Pacing: Hashable {
    /// A deadline, and how many before it were let go because they had passed already.
    struct Tick: Hashable {
        var due: Instant
        var missed: Int64
    }

    private let start: Instant
    private let period: Duration
    private var index: Int64 = 0

    /// - Parameter period: longer than zero.
    init(start: Instant, period: Duration) {
        precondition(period > .zero, "a period of no length has no next deadline")
        self.start = start
        self.period = period
    }

    /// The first deadline that was not given out yet and has not passed; the first of all is `start`.
    mutating func next(at now: Instant) -> Tick {
        let elapsed = (now - start).nanoseconds
        let periods = period.nanoseconds
        // Rounded up: a deadline right now has not passed.
        let upcoming = elapsed <= 0 ? 0 : (elapsed - 1) / periods + 1
        let chosen = max(index, upcoming)
        let tick = Tick(due: start + .nanoseconds(chosen * periods), missed: chosen - index)
        index = chosen + 1
        return tick
    }
}
