import PatrolCore

/// Reads the keys that say when and where something holds: `days`, `from`, `to`, `first_date`, `last_date`, `zones` and
/// `zone_kinds`, the same in `[[quiet]]`, `[[programme]]` and `[[volume]]`.
struct ScheduleReader {
    /// Every zone of the zone file; others cannot be named.
    let zones: [Zone]
    /// What holidays and workdays are.
    let calendar: HolidayCalendar

    /// Days and hours; a schedule that can never hold is a problem.
    func schedule(_ table: inout TableReader) -> CivilSchedule {
        let schedule = CivilSchedule(days: days(&table), hours: hours(&table), dates: dates(&table))
        if !schedule.everHolds {
            table.report(
                "days",
                "and the dates leave no day on which it could hold; allowed: at least one such day"
                    + (schedule.days.kinds.contains(.holiday) ? " ([calendar] holidays lists the holidays)" : "")
            )
        }
        return schedule
    }

    private func days(_ table: inout TableReader) -> DaySelection {
        let weekdays = Weekday.allCases.map(\.name)
        let names = weekdays + DayKind.allCases.map(\.rawValue)
        let days = table.texts("days", allowed: "days: \(names.joined(separator: ", "))", where: names.contains)
        // What is no day was said already; read as every day, the rest can be checked.
        guard !days.isEmpty, days.allSatisfy(names.contains) else { return .all }
        return DaySelection(
            weekdays: Set(days.compactMap(Weekday.init(name:))),
            kinds: Set(days.compactMap(DayKind.init(rawValue:))),
            calendar: calendar
        )
    }

    private func hours(_ table: inout TableReader) -> DailyWindow? {
        let begin = time("from", &table)
        let end = time("to", &table)
        guard begin != nil || end != nil else { return nil }
        let window = DailyWindow(begin: begin ?? .startOfDay, end: end ?? .endOfDay)
        if window == nil {
            table.report(
                "from",
                "and to leave no time between them; allowed: two times, over midnight if to is earlier"
            )
        }
        return window
    }

    static let timeRule = "a time of day from \"00:00\" to \"24:00\""

    private func time(_ key: String, _ table: inout TableReader) -> TimeOfDay? {
        table.optionalText(key, allowed: Self.timeRule) { TimeOfDay($0) != nil }.flatMap { TimeOfDay($0) }
    }

    /// Either end may be left open.
    private func dates(_ table: inout TableReader) -> ClosedRange<CivilDate>? {
        let allowed = "a date, such as \"2027-06-07\""
        let firstText = table.optionalText("first_date", allowed: allowed) { CivilDate(iso8601: $0) != nil }
        let lastText = table.optionalText("last_date", allowed: allowed) { CivilDate(iso8601: $0) != nil }
        guard firstText != nil || lastText != nil else { return nil }
        // What is no date was said already; read as open, the rest can be checked.
        let first = firstText.flatMap { CivilDate(iso8601: $0) } ?? .first
        let last = lastText.flatMap { CivilDate(iso8601: $0) } ?? .last
        guard first <= last else {
            table.report("first_date", "is \(first), after last_date \(last); allowed: that day or an earlier one")
            return nil
        }
        return first...last
    }

    /// Zones by their ids and by their kinds; `nil` for everywhere.
    func places(_ table: inout TableReader) -> Set<String>? {
        let ids = zones.map(\.id)
        let idNames = ids.isEmpty ? "none, for there is no zone file" : ids.joined(separator: ", ")
        let byID = table.texts("zones", allowed: "zones of the zone file: \(idNames)", among: ids, where: ids.contains)
        let kinds = ZoneKind.allCases.map(\.rawValue)
        let byKind = table.texts(
            "zone_kinds",
            allowed: "kinds of zones: \(kinds.joined(separator: ", "))",
            where: kinds.contains
        )
        guard !byID.isEmpty || !byKind.isEmpty else { return nil }
        let places = Set(byID).union(zones.filter { byKind.contains($0.kind.rawValue) }.map(\.id))
        if places.isEmpty, byKind.allSatisfy(kinds.contains) {
            let present = Set(zones.map(\.kind.rawValue)).sorted()
            let names = byKind.map { "\"\($0)\"" }.joined(separator: ", ")
            table.report(
                "zone_kinds",
                "has \(names), and no zone of the zone file is of that kind, so it could never hold; allowed here: "
                    + (present.isEmpty ? "none, for there are no zones" : present.joined(separator: ", "))
            )
        }
        return places
    }
}

/// Reads `[calendar]`: the days on which people rest or work otherwise than by the week.
enum CalendarReader {
    /// A list of dates is a page; a range that is longer than a year is a slip of the pen.
    private static let longestRangeInDays = 366

    static func read(_ table: TableReader) -> HolidayCalendar {
        var table = table
        let holidays = days("holidays", &table)
        let workdays = days("workdays", &table)
        table.finish()
        for day in holidays.intersection(workdays).sorted() {
            table.report("workdays", "has \(day), which is also in holidays; allowed: each day in one of the two")
        }
        return HolidayCalendar(holidays: holidays, workdays: workdays)
    }

    private static func days(_ key: String, _ table: inout TableReader) -> Set<CivilDate> {
        let texts = table.texts(
            key,
            mayBeEmpty: true,
            allowed: "dates, such as \"2027-05-01\", and ranges of at most a year, such as \"2027-02-05..2027-02-11\""
        ) { range($0) != nil }
        return texts.compactMap(range).reduce(into: []) { days, range in
            var day = range.lowerBound
            while day <= range.upperBound {
                days.insert(day)
                day = day.adding(days: 1)
            }
        }
    }

    private static func range(_ text: String) -> ClosedRange<CivilDate>? {
        if let day = CivilDate(iso8601: text) { return day...day }
        guard text.utf8.count == 22, text.dropFirst(10).hasPrefix(".."),
            let first = CivilDate(iso8601: text.prefix(10)), let last = CivilDate(iso8601: text.suffix(10)),
            first <= last, last <= first.adding(days: longestRangeInDays - 1)
        else { return nil }
        return first...last
    }
}
