import Glibc
public import PatrolCore

extension Clocks {
    /// The machine's own clocks: `CLOCK_BOOTTIME`, which counts suspended time too and is set by nobody, and
    /// `CLOCK_REALTIME`.
    public static let system = Clocks(
        now: {
            let time = read(CLOCK_BOOTTIME)
            return Instant(nanosecondsSinceBoot: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
        },
        systemTime: {
            let time = read(CLOCK_REALTIME)
            return WallTime(millisecondsSince1970: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
        }
    )

    /// clock_gettime(2) fails for an unknown clock or a bad address only; Linux has had both clocks since 2.6.39.
    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }
}
