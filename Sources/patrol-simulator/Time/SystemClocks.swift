import Glibc
import PatrolCore

extension Clocks {
    /// The machine's clocks.
    static let machine = Clocks(
        now: {
            let time = read(CLOCK_BOOTTIME)
            return Instant(nanosecondsSinceBoot: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
        },
        systemTime: {
            let time = read(CLOCK_REALTIME)
            return WallTime(millisecondsSince1970: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
        }
    )

    /// clock_gettime(2) fails only for a clock that the kernel lacks or a bad address; neither can happen here.
    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }
}
