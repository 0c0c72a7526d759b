import Glibc
public import PatrolCore

/// The station's own clock.
public enum StationClock {
    /// `CLOCK_REALTIME`: a station is a server, whose clock NTP holds.
    public static func now() -> WallTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(millisecondsSince1970: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// `CLOCK_BOOTTIME`: for how long something takes.
    static func sinceBoot() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Instant(nanosecondsSinceBoot: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
