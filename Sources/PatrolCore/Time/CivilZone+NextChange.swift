extension CivilZone {
    /// When it changes whether any of some schedules holds: strictly after a time, the first time at which it is
    /// otherwise than at that time. `nil` if that never happens.
    ///
    /// Whether a schedule holds depends on the civil time alone, and civil time is UTC plus an offset that is constant
    /// between two jumps. So the change comes at a schedule's edge, which is found on the calendar without looking at
    /// the days between, or at a jump of the offset. A jump matters only near the present (it may turn back to before
    /// the present window) and near the edge (it may reach it early or late, or leap over a whole window); in between
    /// it lands where nothing changes.
    ///
    /// The cost is some ten calls of the zone's function, however far away the change is.
    public func nextChange(after time: WallTime, of schedules: [CivilSchedule]) -> WallTime? {
        let union = ScheduleUnion(schedules)
        let holds = union.holds(at: civilTime(at: time).milliseconds)
        var time = time
        // Each turn but the last passes a jump, or goes to the neighbourhood of an edge. Without a bound a function that
        // jumps all the time would keep it here; where it gives up nothing has changed yet, and one asks again there.
        for _ in 0..<Self.largestNumberOfTurns {
            let edge = union.edge(after: civilTime(at: time).milliseconds)
                .map { WallTime(millisecondsSince1970: $0) + (.zero - offset(at: time)) }
            let horizon = time + Self.reachOfJumps
            if let jump = firstJump(after: time, through: min(edge ?? horizon, horizon)) {
                guard union.holds(at: civilTime(at: jump).milliseconds) == holds else { return jump }
                time = jump
            } else if let edge {
                guard edge > horizon else { return edge }
                time = max(horizon, edge + (.zero - Self.reachOfJumps))
            } else {
                return nil
            }
        }
        return time
    }

    private static let largestNumberOfTurns = 1000

    /// No two offsets are further apart than this.
    private static let reachOfJumps: Duration = .seconds(48 * 3600)
}

/// Some schedules of which one must hold, on the calendar alone: times are ``CivilTime/milliseconds``.
private struct ScheduleUnion {
    let schedules: [CivilSchedule]

    init(_ schedules: [CivilSchedule]) {
        self.schedules = schedules
    }

    func holds(at time: Int64) -> Bool {
        schedules.contains { $0.end(ofWindowAt: time) != nil }
    }

    /// The first time after `time` at which it holds if it does not at `time`, or the other way round.
    func edge(after time: Int64) -> Int64? {
        holds(at: time) ? end(after: time) : schedules.compactMap { $0.begin(after: time) }.min()
    }

    /// Goes from the end of each window into the one that holds there.
    private func end(after time: Int64) -> Int64? {
        var reached = time
        while let end = schedules.compactMap({ $0.end(ofWindowAt: reached) }).max() {
            reached = end
            let edges = edgesOfDates
            let since = max(time, edges.last { $0 <= reached } ?? time)
            guard reached - since >= Self.provesAlways else { continue }
            guard let next = edges.first(where: { $0 > reached }) else { return nil }
            reached = next
        }
        return reached
    }

    /// Between two edges of dates, and a day after the first, every week is like the one before. What holds through a
    /// day and a week, and a day for the hours on either side, holds until the next such edge.
    private static let provesAlways = 9 * CivilDate.millisecondsPerDay

    /// The midnights with which ranges of dates, and the days that a calendar names, begin and end, in order.
    private var edgesOfDates: [Int64] {
        let ranges = schedules.compactMap(\.dates)
            .flatMap { [$0.lowerBound.daysSince1970, $0.upperBound.daysSince1970 + 1] }
        let named = schedules.flatMap(\.days.calendar.listed).flatMap { [$0.daysSince1970, $0.daysSince1970 + 1] }
        // An end that is left open is no edge: what holds up to the last day holds for good.
        return (ranges + named).filter { $0 > CivilDate.first.daysSince1970 && $0 <= CivilDate.last.daysSince1970 }
            .map { $0 * CivilDate.millisecondsPerDay }
            .sorted()
    }
}
