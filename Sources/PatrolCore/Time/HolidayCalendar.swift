/// The days on which people rest or work otherwise than by the week: a country's holidays, and the weekend days that are
/// worked in exchange (in China the State Council names both for each year).
public struct HolidayCalendar: Hashable, Sendable {
    /// Days of rest, whatever day of the week they are.
    public let holidays: Set<CivilDate>
    /// Days of work, whatever day of the week they are; a day that is in both lists is one of work.
    public let workdays: Set<CivilDate>

    /// No day is special.
    public static let none = HolidayCalendar(holidays: [], workdays: [])

    /// See the properties.
    public init(holidays: Set<CivilDate>, workdays: Set<CivilDate>) {
        self.holidays = holidays.subtracting(workdays)
        self.workdays = workdays
    }

    /// Every day that either list names, in order.
    var listed: [CivilDate] { holidays.union(workdays).sorted() }
}

/// What a day is by the calendar of work, where its day of the week does not say.
///
/// | the day | `workday` | `day-off` | `holiday` |
/// | --- | --- | --- | --- |
/// | Monday to Friday, in no list | yes | no | no |
/// | Saturday, Sunday, in no list | no | yes | no |
/// | listed as a holiday | no | yes | yes |
/// | listed as a workday | yes | no | no |
public enum DayKind: String, CaseIterable, Sendable {
    /// People work.
    case workday
    /// People do not: the weekend and the holidays.
    case dayOff = "day-off"
    /// A day of the list of holidays.
    case holiday
}

/// Days by their day of the week, by what they are to those who work, or by either.
public struct DaySelection: Hashable, Sendable {
    /// Days of the week that belong to it.
    public let weekdays: Set<Weekday>
    /// Kinds of days that belong to it.
    public let kinds: Set<DayKind>
    /// What the kinds mean.
    public let calendar: HolidayCalendar

    /// Every day.
    public static let all = DaySelection(weekdays: Set(Weekday.allCases))

    /// - Parameters:
    ///   - weekdays: days of the week that belong to it.
    ///   - kinds: kinds of days that belong to it, too.
    ///   - calendar: what the kinds mean.
    public init(weekdays: Set<Weekday>, kinds: Set<DayKind> = [], calendar: HolidayCalendar = .none) {
        self.weekdays = weekdays
        self.kinds = kinds
        self.calendar = kinds.isEmpty ? .none : calendar
    }

    /// Whether a day belongs to it.
    public func contains(_ day: CivilDate) -> Bool {
        if weekdays.contains(day.weekday) { return true }
        return kinds.contains { kind in
            switch kind {
            case .workday: isWorkday(day)
            case .dayOff: !isWorkday(day)
            case .holiday: calendar.holidays.contains(day)
            }
        }
    }

    private func isWorkday(_ day: CivilDate) -> Bool {
        if calendar.workdays.contains(day) { return true }
        return !calendar.holidays.contains(day) && day.weekday.isOfTheWorkingWeek
    }

    /// The days from `first` on among which its first one is, if it has any: from day to day it repeats itself by the
    /// week, except where the calendar names a day.
    ///
    /// If none of `first` and the seven days after it belongs to it, the first one that does is a day that the calendar
    /// names, or one whose fellow of the week before is named and therefore did not belong to it.
    func candidates(from first: CivilDate) -> [CivilDate] {
        let week = (0...7).map { first.adding(days: $0) }
        let named = calendar.listed.flatMap { [$0, $0.adding(days: 7)] }.filter { $0 > first }
        return named.isEmpty ? week : Set(week + named).sorted()
    }
}

extension Weekday {
    /// Monday to Friday.
    var isOfTheWorkingWeek: Bool { rawValue <= Weekday.friday.rawValue }
}
