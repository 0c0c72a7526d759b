import PatrolCore

/// The UTC that a receiver reports: the machine's, on an even grid like a receiver's, without the scheduler's jitter.
struct EpochClock {
    /// How far the grid may lie from the machine's clock before the receiver follows it.
    static let tolerance: Duration = .milliseconds(50)

    private var instant: Instant
    private var time: WallTime

    /// Ties the two clocks together as they are now.
    init(now: Instant, machineTime: WallTime) {
        instant = now
        time = machineTime
    }

    /// The whole second of UTC that comes next: receivers compute their fixes on it.
    var nextWholeSecond: Instant {
        let milliseconds = time.millisecondsSince1970 % 1000
        return instant + .milliseconds(milliseconds > 0 ? 1000 - milliseconds : -milliseconds)
    }

    /// UTC at `due`, told at `now` when the machine's clock says `machineTime`; follows a clock that was set.
    mutating func time(at due: Instant, now: Instant, machineTime: WallTime) -> WallTime {
        let difference = machineTime - (time + (now - instant))
        if difference > Self.tolerance || difference < .zero - Self.tolerance {
            instant = now
            time = machineTime
        }
        return time + (due - instant)
    }
}
