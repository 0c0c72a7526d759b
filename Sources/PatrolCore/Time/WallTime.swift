/// A point in UTC with a resolution of one millisecond: what a receiver reports and a record shows.
///
/// Never used for an interval or a deadline (see ``Instant``), and never for a schedule, which lives in civil time.
public struct WallTime: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
    public let millisecondsSince1970: Int64

    /// - Parameter millisecondsSince1970: POSIX time in milliseconds.
    public init(millisecondsSince1970: Int64) {
        self.millisecondsSince1970 = millisecondsSince1970
    }

    /// Earlier in UTC.
    public static func < (left: WallTime, right: WallTime) -> Bool {
        left.millisecondsSince1970 < right.millisecondsSince1970
    }

    /// The time `duration` later, saturating.
    public static func + (time: WallTime, duration: Duration) -> WallTime {
        let (sum, overflow) = time.millisecondsSince1970.addingReportingOverflow(duration.milliseconds)
        let clamped = duration < .zero ? Int64.min : Int64.max
        return WallTime(millisecondsSince1970: overflow ? clamped : sum)
    }

    /// How long after `right` the time `left` comes; saturates at about 292 years.
    public static func - (left: WallTime, right: WallTime) -> Duration {
        let (difference, overflow) = left.millisecondsSince1970
            .subtractingReportingOverflow(right.millisecondsSince1970)
        return .milliseconds(overflow ? (left < right ? Int64.min : Int64.max) : difference)
    }
}

extension WallTime {
    private static let millisecondsPerDay: Int64 = 86_400_000

    /// UTC calendar fields to a time; `nil` if a field is out of its range.
    /// - Parameters:
    ///   - year: 1–9999 of the proleptic Gregorian calendar.
    ///   - month: 1–12.
    ///   - day: 1 to the last day of that month.
    ///   - hour: 0–23.
    ///   - minute: 0–59.
    ///   - second: 0–60; a leap second is taken as the second after it, as POSIX does.
    ///   - millisecond: 0–999.
    public init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, millisecond: Int = 0)
    {
        guard (1...9999).contains(year), (1...12).contains(month),
            (1...Self.days(inMonth: month, of: year)).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second),
            (0...999).contains(millisecond)
        else { return nil }
        // Days from the civil date, after Howard Hinnant, "chrono-compatible low-level date algorithms".
        let shiftedYear = Int64(month <= 2 ? year - 1 : year)
        let era = shiftedYear.flooredDivision(by: 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * Int64((month + 9) % 12) + 2) / 5 + Int64(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        let seconds = Int64(hour * 3600 + minute * 60 + second)
        self.init(millisecondsSince1970: days * Self.millisecondsPerDay + seconds * 1000 + Int64(millisecond))
    }

    /// The UTC calendar fields of a time.
    public struct Calendar: Hashable, Sendable {
        /// Year of the proleptic Gregorian calendar.
        public let year: Int
        /// 1–12.
        public let month: Int
        /// 1–31.
        public let day: Int
        /// 0–23.
        public let hour: Int
        /// 0–59.
        public let minute: Int
        /// 0–59.
        public let second: Int
        /// 0–999.
        public let millisecond: Int
    }

    /// This time in the UTC calendar; the inverse of the calendar initialiser.
    public var calendar: Calendar {
        let days = millisecondsSince1970.flooredDivision(by: Self.millisecondsPerDay)
        let inDay = Int(millisecondsSince1970 - days * Self.millisecondsPerDay)
        let shifted = days + 719_468
        let era = shifted.flooredDivision(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        return Calendar(
            year: Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0),
            month: month,
            day: Int(dayOfYear - (153 * shiftedMonth + 2) / 5) + 1,
            hour: inDay / 3_600_000,
            minute: inDay / 60_000 % 60,
            second: inDay / 1000 % 60,
            millisecond: inDay % 1000
        )
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        default: 31
        }
    }
}
