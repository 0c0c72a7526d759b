import CKernelClock
public import PatrolCore
public import PatrolSystem

/// Reads the kernel's clock, and whether NTP holds it, at one instant of the boot clock.
///
/// `CLOCK_REALTIME − CLOCK_BOOTTIME` only changes when the clock is set: NTP slews both.
///
/// chronyd tells the kernel that it holds the clock only with `rtcsync` in its configuration, which Debian's has;
/// systemd-timesyncd and ntpd always do. Under systemd, `ProtectClock=` and a system-call filter without
/// `adjtimex clock_adjtime clock_adjtime64` take the question away too (systemd.exec(5): "the filter does not take into
/// account that some of the calls can be used to read the clock state"); setting the clock needs CAP_SYS_TIME anyway.
public enum KernelClock {
    /// So many readings must agree before the best of them is used.
    private static let agreeingReadings = 5
    /// A clock that is set again and again is given up after so many.
    private static let mostReadings = 50

    /// Reads it: the best of a few readings, a few microseconds wide. Where adjtimex(2) is refused (see
    /// ``refusal()``) the clock is not synchronised.
    public static func read() -> KernelTime {
        best(of: Reading.now)
    }

    /// Why the kernel does not say whether NTP holds its clock; `nil` if it does say.
    public static func refusal() -> SystemCallError? {
        var kernel = patrol_kernel_clock()
        let failure = patrol_kernel_clock_read(&kernel)
        guard failure != 0 else { return nil }
        return SystemCallError(call: "adjtimex", errno: failure, context: "whether NTP holds the system's clock")
    }

    /// The narrowest of a row of readings that agree. If the clock is set meanwhile the row begins anew, so that the
    /// time from before is never told with the state from after.
    static func best(of take: () -> Reading) -> KernelTime {
        var best = take()
        var agreeing = 1
        for _ in 1..<mostReadings where agreeing < agreeingReadings {
            let next = take()
            if next.agrees(with: best) {
                if next.width < best.width { best = next }
                agreeing += 1
            } else {
                best = next
                agreeing = 1
            }
        }
        var time = best.kernelTime
        if agreeing < agreeingReadings { time.isSynchronised = false }
        return time
    }
}

extension KernelClock {
    /// One look at both clocks: UTC was read after `before` and before `after`.
    struct Reading: Hashable {
        /// `CLOCK_BOOTTIME` in nanoseconds.
        var before: Int64
        /// `CLOCK_BOOTTIME` in nanoseconds.
        var after: Int64
        /// `CLOCK_REALTIME` in nanoseconds.
        var utc: Int64
        /// Whether NTP holds the clock.
        var isSynchronised: Bool
        /// Only of a synchronised one.
        var maximumError: Duration

        /// The room in which UTC was read, in nanoseconds.
        var width: Int64 { after - before }

        private var utcAtBoot: Int64 { utc - before - width / 2 }

        /// Whether the clock and its state were left alone between the two.
        func agrees(with other: Reading) -> Bool {
            // adjtimex tells microseconds unless somebody has asked it for nanoseconds.
            isSynchronised == other.isSynchronised && abs(utcAtBoot - other.utcAtBoot) <= width + other.width + 2000
        }

        /// In the units of Core. The instant is that of the last whole millisecond of UTC, so that the difference
        /// between the clocks does not jitter with where in the millisecond they were read.
        var kernelTime: KernelTime {
            let milliseconds = utc / 1_000_000 - (utc % 1_000_000 < 0 ? 1 : 0)
            return KernelTime(
                time: WallTime(millisecondsSince1970: milliseconds),
                at: Instant(nanosecondsSinceBoot: milliseconds * 1_000_000 - utcAtBoot),
                isSynchronised: isSynchronised,
                maximumError: maximumError
            )
        }
    }
}

extension KernelClock.Reading {
    /// A look at the machine's clocks. The time is the one that adjtimex(2) itself tells, so that it belongs to the
    /// state; only where it is refused clock_gettime(2) is asked.
    fileprivate static func now() -> Self {
        var kernel = patrol_kernel_clock()
        let before = BootClock.now().nanosecondsSinceBoot
        let failure = patrol_kernel_clock_read(&kernel)
        let after = BootClock.now().nanosecondsSinceBoot
        guard failure == 0 else {
            let utc = SystemClock.nanosecondsSince1970()
            let end = BootClock.now().nanosecondsSinceBoot
            return Self(before: after, after: end, utc: utc, isSynchronised: false, maximumError: .zero)
        }
        return Self(
            before: before,
            after: after,
            utc: kernel.utc_ns,
            isSynchronised: kernel.is_synchronised,
            maximumError: .nanoseconds(kernel.maximum_error_ns)
        )
    }
}
