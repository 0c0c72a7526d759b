/// How long a program that could not start waits before it ends, so that each next try of the service manager comes later.
///
/// systemd's own growing pause, `RestartSteps=`, needs version 254; Debian 12 has 252.
///
/// | starts that failed before it in a row | 0 | 1 | 2 | 3 | 4 | 5 | 6 | more |
/// | --- | --- | --- | --- | --- | --- | --- | --- | --- |
/// | pause | none | 1 s | 2 s | 4 s | 8 s | 16 s | 32 s | 60 s |
///
/// The first one ends at once: a person who has just started the service waits for its answer.
public enum RestartPause {
    /// Below the 90 s after which systemd takes a start for hung (`TimeoutStartSec=`).
    public static let longest: Duration = .seconds(60)

    /// - Parameter failures: how many starts failed in a row before this one.
    public static func pause(afterFailures failures: Int) -> Duration {
        switch failures {
        case ...0: .zero
        case 1...6: .seconds(1 << (failures - 1))
        default: longest
        }
    }
}
