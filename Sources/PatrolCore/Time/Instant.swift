/// A point on the boot clock (`CLOCK_BOOTTIME`): nanoseconds since this boot, suspended time included.
///
/// Every interval and every deadline is measured on it, because nothing sets it: the wall clock of a cart
/// without a battery starts in 1970 and jumps. Instants of different boots must not be compared; a record
/// carries its boot beside its instant.
public struct Instant: Hashable, Comparable, Sendable {
    /// Nanoseconds since boot; never negative on a real clock.
    public let nanosecondsSinceBoot: Int64

    /// - Parameter nanosecondsSinceBoot: what `clock_gettime(CLOCK_BOOTTIME)` said, in nanoseconds.
    public init(nanosecondsSinceBoot: Int64) {
        self.nanosecondsSinceBoot = nanosecondsSinceBoot
    }

    /// - Parameter millisecondsSinceBoot: boot time in the journal's unit; clamped to what nanoseconds can hold.
    public init(millisecondsSinceBoot: Int64) {
        let (product, overflow) = millisecondsSinceBoot.multipliedReportingOverflow(by: 1_000_000)
        let clamped = millisecondsSinceBoot < 0 ? Int64.min : Int64.max
        self.init(nanosecondsSinceBoot: overflow ? clamped : product)
    }

    /// Boot time in the journal's and the wire's unit, rounded down.
    public var millisecondsSinceBoot: Int64 {
        nanosecondsSinceBoot.flooredDivision(by: 1_000_000)
    }

    /// Earlier since boot.
    public static func < (left: Instant, right: Instant) -> Bool {
        left.nanosecondsSinceBoot < right.nanosecondsSinceBoot
    }

    /// The instant `duration` later; saturates at the ends of the range, about 292 years.
    public static func + (instant: Instant, duration: Duration) -> Instant {
        let (sum, overflow) = instant.nanosecondsSinceBoot.addingReportingOverflow(duration.nanoseconds)
        let clamped = duration < .zero ? Int64.min : Int64.max
        return Instant(nanosecondsSinceBoot: overflow ? clamped : sum)
    }

    /// The instant `duration` earlier; saturates like `+`.
    public static func - (instant: Instant, duration: Duration) -> Instant {
        instant + (.zero - duration)
    }

    /// How long after `right` the instant `left` comes; negative if it comes before.
    public static func - (left: Instant, right: Instant) -> Duration {
        .nanoseconds(left.nanosecondsSinceBoot) - .nanoseconds(right.nanosecondsSinceBoot)
    }
}

extension Duration {
    /// The whole nanoseconds of this duration, saturating at the range of `Int64` (about ±292 years).
    public var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, sumOverflow) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard !sumOverflow else { return seconds < 0 ? .min : .max }
        return sum
    }

    /// The whole milliseconds of this duration, rounded towards zero.
    public var milliseconds: Int64 { nanoseconds / 1_000_000 }

    /// This duration in seconds.
    public var inSeconds: Double { Double(nanoseconds) / 1e9 }
}

extension Int64 {
    /// Division that rounds towards negative infinity, so that a calendar has no seam at 1970.
    func flooredDivision(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder != 0 && (remainder < 0) != (divisor < 0) ? quotient - 1 : quotient
    }
}
