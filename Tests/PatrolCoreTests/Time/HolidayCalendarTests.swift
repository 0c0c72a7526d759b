import Testing

@testable import PatrolCore

@Suite("Holidays and workdays")
struct HolidayCalendarTests {
    /// China in early 2027, made up: a week of rest in February, paid for with a Sunday, and one day in May.
    private static let calendar = HolidayCalendar(
        holidays: Set((5...11).compactMap { CivilDate(year: 2027, month: 2, day: $0) } + [date("2027-05-03")]),
        workdays: [date("2027-02-14")]
    )

    private static func date(_ text: String) -> CivilDate {
        CivilDate(iso8601: text) ?? .first
    }

    @Test(
        "What a day is",
        arguments: [
            // 2027-02-04 is a Thursday.
            ("2027-02-04", [DayKind.workday]),
            ("2027-02-05", [.dayOff, .holiday]),
            ("2027-02-07", [.dayOff, .holiday]),
            ("2027-02-12", [.workday]),
            ("2027-02-13", [.dayOff]),
            ("2027-02-14", [.workday]),
            ("2027-05-03", [.dayOff, .holiday]),
            ("2027-05-04", [.workday]),
        ] as [(String, [DayKind])]
    )
    func kinds(day: String, kinds: [DayKind]) {
        let date = Self.date(day)
        let found = DayKind.allCases.filter {
            DaySelection(weekdays: [], kinds: [$0], calendar: Self.calendar).contains(date)
        }
        #expect(Set(found) == Set(kinds))
    }

    @Test("A day that both lists name is one of work")
    func both() {
        let day = Self.date("2027-05-03")
        #expect(HolidayCalendar(holidays: [day], workdays: [day]).holidays.isEmpty)
    }

    static let selections: [(name: String, days: DaySelection)] = [
        ("holidays", DaySelection(weekdays: [], kinds: [.holiday], calendar: calendar)),
        ("workdays", DaySelection(weekdays: [], kinds: [.workday], calendar: calendar)),
        ("days off", DaySelection(weekdays: [], kinds: [.dayOff], calendar: calendar)),
        ("days off and Fridays", DaySelection(weekdays: [.friday], kinds: [.dayOff], calendar: calendar)),
        ("Mondays", DaySelection(weekdays: [.monday])),
    ]

    @Test("The next change is the one that looking at every half hour finds", arguments: selections.indices)
    func nextChange(index: Int) {
        let zone = TestZone.shanghai.zone
        for hours in [nil, DailyWindow(begin: Self.time("21:00"), end: Self.time("06:00"))] {
            let schedule = CivilSchedule(days: Self.selections[index].days, hours: hours)
            let step: Duration = .seconds(1800)
            var time = WallTime(iso8601: "2027-01-20T16:00:00Z") ?? WallTime(millisecondsSince1970: 0)
            let end = time + .seconds(130 * 86_400)
            var predicted = zone.nextChange(after: time, of: [schedule])
            while time < end {
                let next = time + step
                let changes = schedule.contains(zone.civilTime(at: time)) != schedule.contains(zone.civilTime(at: next))
                #expect(changes == (predicted == next), "\(Self.selections[index].name) at \(next)")
                if changes { predicted = zone.nextChange(after: next, of: [schedule]) }
                time = next
            }
        }
    }

    @Test("A holiday in many years is found, and after the last one there is none")
    func farAway() {
        let zone = TestZone.shanghai.zone
        let far = DaySelection(
            weekdays: [],
            kinds: [.holiday],
            calendar: HolidayCalendar(holidays: [Self.date("2040-01-01")], workdays: [])
        )
        let schedule = CivilSchedule(days: far)
        let now = WallTime(iso8601: "2027-01-20T16:00:00Z") ?? WallTime(millisecondsSince1970: 0)
        let begin = zone.nextChange(after: now, of: [schedule])
        #expect(begin == WallTime(iso8601: "2039-12-31T16:00:00Z"))
        let end = begin.flatMap { zone.nextChange(after: $0, of: [schedule]) }
        #expect(end == WallTime(iso8601: "2040-01-01T16:00:00Z"))
        #expect(end.flatMap { zone.nextChange(after: $0, of: [schedule]) } == nil)
    }

    @Test("A schedule without a day never holds, and says so")
    func everHolds() {
        let none = DaySelection(weekdays: [], kinds: [.holiday], calendar: .none)
        #expect(!CivilSchedule(days: none).everHolds)
        // 2027-06-07 is a Monday.
        let monday = Self.date("2027-06-07")...Self.date("2027-06-07")
        #expect(!CivilSchedule(days: [.tuesday], dates: monday).everHolds)
        #expect(CivilSchedule(days: [.monday], dates: monday).everHolds)
        #expect(CivilSchedule().everHolds)
        #expect(CivilSchedule(days: Self.selections[0].days).everHolds)
    }

    @Test(
        "An end that is left open is no end",
        arguments: [
            // first, last, a time, whether it holds, and the next change.
            ("", "2027-06-09", "2026-01-01 12:00", true, "2027-06-10 00:00"),
            ("", "2027-06-09", "2027-06-09 23:59", true, "2027-06-10 00:00"),
            ("", "2027-06-09", "2027-06-10 00:00", false, nil),
            ("2027-06-07", "", "2027-06-06 23:59", false, "2027-06-07 00:00"),
            ("2027-06-07", "", "2027-06-07 00:00", true, nil),
            ("2027-06-07", "", "2999-01-01 00:00", true, nil),
            ("2027-06-07", "2027-06-07", "2027-06-07 12:00", true, "2027-06-08 00:00"),
            ("2027-06-07", "2027-06-07", "2027-06-08 12:00", false, nil),
        ] as [(String, String, String, Bool, String?)]
    )
    func openEnds(first: String, last: String, time: String, holds: Bool, change: String?) throws {
        let dates = (CivilDate(iso8601: first) ?? .first)...(CivilDate(iso8601: last) ?? .last)
        let schedule = CivilSchedule(dates: dates)
        let zone = TestZone.shanghai.zone
        let civil = try #require(CivilTime(time))
        let now = try #require(zone.wallTimes(showing: civil).first)
        #expect(schedule.contains(civil) == holds)
        let next = zone.nextChange(after: now, of: [schedule])
        #expect(next.map { zone.civilTime(at: $0) } == change.flatMap { CivilTime($0) })
    }

    private static func time(_ text: String) -> TimeOfDay {
        TimeOfDay(text) ?? .startOfDay
    }
}
