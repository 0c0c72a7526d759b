import Glibc

/// How long the service manager waits for a sign of life: `WatchdogSec=` of the unit, by the protocol of
/// sd_watchdog_enabled(3).
public enum WatchdogTime {
    /// `nil` where nobody waits, or waits for another process.
    /// - Parameters:
    ///   - microseconds: the value of `$WATCHDOG_USEC`.
    ///   - process: the value of `$WATCHDOG_PID`.
    ///   - own: this process.
    public static func time(microseconds: String?, process: String?, own: Int32) -> Duration? {
        guard let microseconds = microseconds.flatMap(Int64.init), microseconds > 0 else { return nil }
        if let process, Int32(process) != own { return nil }
        return .microseconds(microseconds)
    }

    /// Reads the environment.
    public static func fromEnvironment() -> Duration? {
        func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        return time(microseconds: value("WATCHDOG_USEC"), process: value("WATCHDOG_PID"), own: getpid())
    }
}
