/// What calendar and clock on the wall show in the vehicle's time zone, to the millisecond.
///
/// Not a point in time: where the clocks are put back an hour is shown twice, where they are put forward one is never
/// shown. Schedules live here, intervals and deadlines never.
public struct CivilTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The day.
    public let date: CivilDate
    /// 0–86,399,999.
    public let millisecondsOfDay: Int

    /// `nil` if the milliseconds are not those of one day.
    public init?(date: CivilDate, millisecondsOfDay: Int) {
        guard (0..<Int(CivilDate.millisecondsPerDay)).contains(millisecondsOfDay) else { return nil }
        self.date = date
        self.millisecondsOfDay = millisecondsOfDay
    }

    /// A time of a day; `24:00` is 00:00 of the next.
    public init(date: CivilDate, time: TimeOfDay) {
        self.init(
            milliseconds: date.daysSince1970 * CivilDate.millisecondsPerDay + Int64(time.secondsSinceMidnight) * 1000
        )
    }

    /// The first and the last that ``CivilDate`` can name, as ``milliseconds``.
    static let allowedMilliseconds: ClosedRange<Int64> =
        CivilDate.first.daysSince1970 * CivilDate.millisecondsPerDay...(CivilDate.last.daysSince1970 + 1)
        * CivilDate.millisecondsPerDay - 1

    /// The inverse of ``milliseconds``; clamped to what ``CivilDate`` can name.
    init(milliseconds: Int64) {
        let allowed = Self.allowedMilliseconds
        let milliseconds = min(max(milliseconds, allowed.lowerBound), allowed.upperBound)
        let days = milliseconds.flooredDivision(by: CivilDate.millisecondsPerDay)
        date = CivilDate(daysSince1970: days)
        millisecondsOfDay = Int(milliseconds - days * CivilDate.millisecondsPerDay)
    }

    /// Milliseconds since 1970-01-01 00:00 of the same calendar: civil times as numbers on one line.
    var milliseconds: Int64 { date.daysSince1970 * CivilDate.millisecondsPerDay + Int64(millisecondsOfDay) }

    /// Earlier by calendar and clock.
    public static func < (left: CivilTime, right: CivilTime) -> Bool {
        (left.date, left.millisecondsOfDay) < (right.date, right.millisecondsOfDay)
    }

    /// `2026-11-24 21:00:00.000`.
    public var description: String {
        let text = WallTime(millisecondsSince1970: milliseconds).description
        return text.prefix(10) + " " + text.dropFirst(11).dropLast()
    }
}
