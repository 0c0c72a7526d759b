/// A part of each day, from `begin` on and up to but not including `end`; it may go over midnight.
public struct DailyWindow: Hashable, Sendable, CustomStringConvertible {
    /// When it begins; before `24:00`.
    public let begin: TimeOfDay
    /// When it ends; of the next day if that is earlier than ``begin``.
    public let end: TimeOfDay

    /// | begin | end | the window |
    /// | --- | --- | --- |
    /// | 08:00 | 12:00 | four hours |
    /// | 21:00 | 06:00 | nine hours, over midnight |
    /// | 21:00 | 24:00, 00:00 | three hours, until midnight |
    /// | 00:00 | 24:00 | the whole day |
    /// | 08:00 | 08:00 | `nil`: nothing, or the whole day? |
    /// | 24:00 | any | `nil`: a day's end begins nothing |
    public init?(begin: TimeOfDay, end: TimeOfDay) {
        guard begin != end, begin < .endOfDay else { return nil }
        self.begin = begin
        self.end = end
    }

    /// Whether it ends on the day after the one on which it begins.
    public var crossesMidnight: Bool { end < begin }

    /// `21:00-06:00`.
    public var description: String { "\(begin)-\(end)" }
}

/// When a programme or a quiet rule holds: on some days, in some hours, between two dates (``CivilDate/first`` and
/// ``CivilDate/last`` where an end is open).
///
/// A window over midnight belongs to the day on which it begins: `fri 22:00-06:00` covers the morning of Saturday and
/// not that of Friday, and the last night of a range of dates lasts until the morning after it.
public struct CivilSchedule: Hashable, Sendable {
    /// The days on which the window may begin.
    public let days: DaySelection
    /// The hours; `nil` for the whole day.
    public let hours: DailyWindow?
    /// The dates on which the window may begin; `nil` for always.
    public let dates: ClosedRange<CivilDate>?

    /// See the properties.
    public init(days: DaySelection = .all, hours: DailyWindow? = nil, dates: ClosedRange<CivilDate>? = nil) {
        self.days = days
        self.hours = hours
        self.dates = dates
    }

    /// See the properties.
    public init(days: Set<Weekday>, hours: DailyWindow? = nil, dates: ClosedRange<CivilDate>? = nil) {
        self.init(days: DaySelection(weekdays: days), hours: hours, dates: dates)
    }

    /// Whether a window of it begins on a day.
    public func begins(on day: CivilDate) -> Bool {
        days.contains(day) && dates?.contains(day) ?? true
    }

    /// Whether it holds at some time at all: no day of a week between two dates may be the one that it wants.
    public var everHolds: Bool {
        begin(after: CivilTime.allowedMilliseconds.lowerBound - 1) != nil
    }

    /// Whether it holds at a civil time.
    public func contains(_ time: CivilTime) -> Bool {
        end(ofWindowAt: time.milliseconds) != nil
    }
}

/// Civil times as numbers (``CivilTime/milliseconds``): where a schedule begins and ends.
extension CivilSchedule {
    /// The window that begins on a day, if one does.
    func window(of day: CivilDate) -> Range<Int64>? {
        guard begins(on: day) else { return nil }
        let midnight = day.daysSince1970 * CivilDate.millisecondsPerDay
        guard let hours else { return midnight..<midnight + CivilDate.millisecondsPerDay }
        let end = midnight + (hours.crossesMidnight ? CivilDate.millisecondsPerDay : 0)
        return midnight + Int64(hours.begin.secondsSinceMidnight) * 1000..<end + Int64(hours.end.secondsSinceMidnight)
            * 1000
    }

    /// When the window ends that holds at a time; `nil` if none does.
    func end(ofWindowAt time: Int64) -> Int64? {
        let today = CivilTime(milliseconds: time).date
        // No window is longer than a day, so of those that began earlier only yesterday's can last.
        for day in [today, today.adding(days: -1)] {
            if let window = window(of: day), window.contains(time) { return window.upperBound }
        }
        return nil
    }

    /// When the next window begins, strictly after a time; `nil` if none ever will.
    func begin(after time: Int64) -> Int64? {
        let today = CivilTime(milliseconds: time).date
        let first = dates.map { max($0.lowerBound, today) } ?? today
        // Today's may have begun; a week later comes the same day again.
        for day in days.candidates(from: first) {
            if let window = window(of: day), window.lowerBound > time { return window.lowerBound }
        }
        return nil
    }
}
