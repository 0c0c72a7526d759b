/// How long to wait after a failed attempt: uniform between half and all of a cap that doubles from failure to failure.
///
/// With the default base of 2 s and the default cap of 5 min, after so many failures in a row:
///
/// | failures | delay       |
/// | -------: | :---------- |
/// |        1 | 1 – 2 s     |
/// |        2 | 2 – 4 s     |
/// |        3 | 4 – 8 s     |
/// |        4 | 8 – 16 s    |
/// |        5 | 16 – 32 s   |
/// |        6 | 32 – 64 s   |
/// |        7 | 64 – 128 s  |
/// |        8 | 128 – 256 s |
/// | 9 and on | 150 – 300 s |
///
/// There is no last attempt. The random half keeps carts that failed together from coming back together.
public enum UploadBackoff {
    /// The upper end of the delay.
    /// - Parameters:
    ///   - failures: failures in a row; below 1 counts as 1.
    ///   - base: the upper end after the first failure.
    ///   - cap: the largest upper end.
    public static func upperEnd(failures: Int, base: Duration, cap: Duration) -> Duration {
        // Clamped before it is used as a power: from 2^40 on the product is above any cap.
        let doublings = min(max(failures, 1) - 1, 40)
        let (product, overflow) = base.nanoseconds.multipliedReportingOverflow(by: Int64(1) << doublings)
        return overflow ? cap : min(.nanoseconds(product), cap)
    }

    /// The delay before the next attempt.
    /// - Parameters:
    ///   - failures: failures in a row, the one just seen included.
    ///   - retryAfter: what the receiver asked for, if it did. The longer of the two waits counts.
    ///   - settings: base, cap, and the most that `retryAfter` is believed.
    ///   - generator: the source of the jitter.
    public static func delay(
        failures: Int,
        retryAfter: Duration?,
        settings: UploadSettings,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        let upperEnd = upperEnd(failures: failures, base: settings.backoffBase, cap: settings.backoffCap)
        let jittered = Duration.random(in: upperEnd / 2...upperEnd, using: &generator)
        return max(jittered, min(retryAfter ?? .zero, settings.maximumRetryAfter))
    }
}
