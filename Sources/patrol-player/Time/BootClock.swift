import Glibc
import PatrolCore

/// The boot clock of this machine.
enum BootClock {
    static func now() -> Instant {
        var time = timespec()
        // clock_gettime(2) fails for an unknown clock or a bad address only; Linux has had this one since 2.6.39.
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Instant(nanosecondsSinceBoot: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// Milliseconds for poll(2), rounded up so that it does not wake before the time.
    static func pollTimeout(from now: Instant, until due: Instant) -> CInt {
        let nanoseconds = (due - now).nanoseconds
        guard nanoseconds > 0 else { return 0 }
        return CInt(clamping: (nanoseconds - 1) / 1_000_000 + 1)
    }
}
