import Glibc
public import PatrolCore

/// `CLOCK_BOOTTIME`: counts suspended time too, and is set by nobody.
public enum BootClock {
    /// This moment, to the nanosecond.
    public static func now() -> Instant {
        Instant(nanosecondsSinceBoot: MachineClock.nanoseconds(of: CLOCK_BOOTTIME))
    }

    /// Milliseconds for poll(2), rounded up so that it does not wake before the time; 0 if the time has come, −1, which is
    /// for ever, without one. Times beyond what poll can wait for are cut to the 24 days that it can.
    public static func pollTimeout(from now: Instant, until due: Instant?) -> Int32 {
        pollTimeout(for: due.map { $0 - now })
    }

    /// The same for a time from now on.
    public static func pollTimeout(for duration: Duration?) -> Int32 {
        guard let nanoseconds = duration?.nanoseconds else { return -1 }
        guard nanoseconds > 0 else { return 0 }
        return Int32(clamping: (nanoseconds - 1) / 1_000_000 + 1)
    }
}

/// `CLOCK_REALTIME`: UTC, as far as somebody has set it right.
public enum SystemClock {
    /// This moment, rounded down to the millisecond.
    public static func now() -> WallTime {
        let nanoseconds = nanosecondsSince1970()
        return WallTime(millisecondsSince1970: nanoseconds / 1_000_000 - (nanoseconds % 1_000_000 < 0 ? 1 : 0))
    }

    /// This moment, to the nanosecond; negative before 1970.
    public static func nanosecondsSince1970() -> Int64 {
        MachineClock.nanoseconds(of: CLOCK_REALTIME)
    }
}

/// `CLOCK_MONOTONIC`: by which systemd orders what it is told.
public enum MonotonicClock {
    /// This moment, in whole microseconds.
    public static func microseconds() -> Int64 {
        MachineClock.nanoseconds(of: CLOCK_MONOTONIC) / 1000
    }
}

/// Where they are read.
private enum MachineClock {
    /// clock_gettime(2) fails for an unknown clock or a bad address only; Linux has had all of them since 2.6.39.
    static func nanoseconds(of clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
