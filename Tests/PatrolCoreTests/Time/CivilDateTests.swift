import Testing

@testable import PatrolCore

@Suite("Civil dates and times of day")
struct CivilDateTests {
    @Test(
        "A date is what it says, on the right day of the week",
        arguments: [
            ("1970-01-01", 0, Weekday.thursday), ("1969-12-31", -1, .wednesday), ("2000-02-29", 11_016, .tuesday),
            ("2026-11-24", 20_781, .tuesday), ("2026-11-29", 20_786, .sunday), ("2026-11-30", 20_787, .monday),
            ("0001-01-01", -719_162, .monday), ("9999-12-31", 2_932_896, .friday),
        ]
    )
    func dates(text: String, days: Int64, weekday: Weekday) throws {
        let date = try #require(CivilDate(iso8601: text))
        #expect(date.daysSince1970 == days)
        #expect(date.weekday == weekday)
        #expect(date.description == text)
        #expect(CivilDate(year: date.year, month: date.month, day: date.day) == date)
    }

    @Test(
        "What is no date is refused",
        arguments: [
            "", "2026-02-29", "2026-13-01", "2026-00-10", "2026-06-31", "2026-6-07", "26-06-07", "2026-06-07T00:00:00Z",
            "2026/06/07", " 2026-06-07", "2026-06-07 ", "2026-06-0７", "0000-01-01", "10000-01-01",
        ]
    )
    func noDates(text: String) {
        #expect(CivilDate(iso8601: text) == nil)
    }

    @Test("Days are counted over months, leap days and years, and stop at the ends of the calendar")
    func adding() throws {
        let february = try #require(CivilDate(year: 2028, month: 2, day: 28))
        #expect(february.adding(days: 1).description == "2028-02-29")
        #expect(february.adding(days: 2).description == "2028-03-01")
        #expect(february.adding(days: -59).description == "2027-12-31")
        #expect(february < february.adding(days: 1))
        #expect(february.adding(days: .max) == .last)
        #expect(february.adding(days: .min) == .first)
        #expect(CivilDate.first.adding(days: -1) == .first)
        #expect(CivilDate.first.description == "0001-01-01")
        #expect(CivilDate.last.description == "9999-12-31")
    }

    @Test("Days of the week have names and follow each other")
    func weekdays() throws {
        #expect(Weekday.allCases.map(\.name) == ["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
        for day in Weekday.allCases { #expect(Weekday(name: day.name) == day) }
        for name in ["", "Mon", "monday", "1"] { #expect(Weekday(name: name) == nil) }
        for number in -800_000...800_000 where number % 997 == 0 {
            let date = CivilDate(daysSince1970: Int64(number))
            #expect(date.adding(days: 1).weekday.rawValue % 7 == (date.weekday.rawValue + 1) % 7 || date == .first)
        }
    }

    @Test(
        "Times of day",
        arguments: [
            ("00:00", 0), ("21:00", 75_600), ("21:00:30", 75_630), ("23:59:59", 86_399), ("24:00", 86_400),
        ]
    )
    func timesOfDay(text: String, seconds: Int) throws {
        let time = try #require(TimeOfDay(text))
        #expect(time.secondsSinceMidnight == seconds)
        #expect(time.description == text)
        #expect(TimeOfDay(secondsSinceMidnight: seconds) == time)
    }

    @Test(
        "What is no time of day is refused",
        arguments: [
            "", ":", "21", "21:0", "9:00", "21:60", "21:00:60", "24:01", "24:00:01", "25:00", "21:00:00:00", "21:00 ",
            "+1:00", "-1:00", "21.00", "21:00:", "２1:00", "21h00",
        ]
    )
    func noTimesOfDay(text: String) {
        #expect(TimeOfDay(text) == nil)
        #expect(TimeOfDay(secondsSinceMidnight: -1) == nil)
        #expect(TimeOfDay(secondsSinceMidnight: 86_401) == nil)
    }

    @Test("A civil time's number and text, on both sides of 1970")
    func civilTimes() throws {
        let day = try #require(CivilDate(iso8601: "1969-12-31"))
        let time = try #require(CivilTime(date: day, millisecondsOfDay: 86_399_999))
        #expect(time.milliseconds == -1)
        #expect(CivilTime(milliseconds: -1) == time)
        #expect(time.description == "1969-12-31 23:59:59.999")
        #expect(CivilTime(date: day, time: .endOfDay).description == "1970-01-01 00:00:00.000")
        #expect(CivilTime(date: day, millisecondsOfDay: 86_400_000) == nil)
        #expect(CivilTime(date: day, millisecondsOfDay: -1) == nil)
        #expect(time < CivilTime(milliseconds: 0))
        #expect(CivilTime(milliseconds: .max).date == .last)
        #expect(CivilTime(milliseconds: .min).date == .first)
    }
}
