/// A day of the Gregorian calendar in no particular time zone, from 0001-01-01 to 9999-12-31.
public struct CivilDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    static let millisecondsPerDay: Int64 = 86_400_000
    private static let allowedDays: ClosedRange<Int64> = -719_162...2_932_896

    /// Days since 1970-01-01.
    let daysSince1970: Int64

    /// The first day, 0001-01-01.
    public static let first = CivilDate(daysSince1970: .min)
    /// The last day, 9999-12-31.
    public static let last = CivilDate(daysSince1970: .max)

    /// Clamped to the first and the last day.
    init(daysSince1970: Int64) {
        self.daysSince1970 = min(max(daysSince1970, Self.allowedDays.lowerBound), Self.allowedDays.upperBound)
    }

    /// A day by its numbers; `nil` if there is none.
    /// - Parameters:
    ///   - year: 1–9999.
    ///   - month: 1–12.
    ///   - day: 1 to the last day of that month.
    public init?(year: Int, month: Int, day: Int) {
        guard let midnight = WallTime(year: year, month: month, day: day) else { return nil }
        self.init(daysSince1970: midnight.millisecondsSince1970.flooredDivision(by: Self.millisecondsPerDay))
    }

    /// Parses `2026-06-07`; `nil` for anything else, including a day that the month does not have.
    public init?(iso8601 text: some StringProtocol) {
        guard text.utf8.count == 10, let midnight = WallTime(iso8601: text) else { return nil }
        self.init(daysSince1970: midnight.millisecondsSince1970.flooredDivision(by: Self.millisecondsPerDay))
    }

    private var fields: WallTime.Calendar {
        WallTime(millisecondsSince1970: daysSince1970 * Self.millisecondsPerDay).calendar
    }

    /// 1–9999.
    public var year: Int { fields.year }
    /// 1–12.
    public var month: Int { fields.month }
    /// 1–31.
    public var day: Int { fields.day }

    /// The day of the week.
    public var weekday: Weekday {
        // 1970-01-01 was a Thursday.
        let sinceMonday = daysSince1970 + 3
        let index = Int(sinceMonday - sinceMonday.flooredDivision(by: 7) * 7)
        return Weekday.allCases[index]
    }

    /// The day `days` later, or earlier for a negative number; clamped to the first and the last day.
    public func adding(days: Int) -> CivilDate {
        let (sum, overflow) = daysSince1970.addingReportingOverflow(Int64(days))
        return CivilDate(daysSince1970: overflow ? (days < 0 ? .min : .max) : sum)
    }

    /// The earlier day.
    public static func < (left: CivilDate, right: CivilDate) -> Bool {
        left.daysSince1970 < right.daysSince1970
    }

    /// `2026-06-07`.
    public var description: String {
        String(WallTime(millisecondsSince1970: daysSince1970 * Self.millisecondsPerDay).description.prefix(10))
    }
}
