import Testing

@testable import PatrolCore

@Suite("When a schedule holds")
struct CivilScheduleTests {
    @Test(
        "At a civil time",
        arguments: [
            // 2026-11-24 is a Tuesday.
            ("21:00-06:00", "2026-11-24 20:59:59.999", false),
            ("21:00-06:00", "2026-11-24 21:00", true),
            ("21:00-06:00", "2026-11-24 23:59:59.999", true),
            ("21:00-06:00", "2026-11-25 00:00", true),
            ("21:00-06:00", "2026-11-25 05:59:59.999", true),
            ("21:00-06:00", "2026-11-25 06:00", false),
            ("21:00-24:00", "2026-11-24 23:59:59.999", true),
            ("21:00-24:00", "2026-11-25 00:00", false),
            ("21:00-00:00", "2026-11-24 23:59:59.999", true),
            ("21:00-00:00", "2026-11-25 00:00", false),
            ("00:00-06:00", "2026-11-24 00:00", true),
            ("00:00-06:00", "2026-11-23 23:59:59.999", false),
            ("00:00-24:00", "2026-11-24 12:00", true),
            ("12:00:10-12:00:20", "2026-11-24 12:00:09.999", false),
            ("12:00:10-12:00:20", "2026-11-24 12:00:10", true),
            ("12:00:10-12:00:20", "2026-11-24 12:00:19.999", true),
            ("12:00:10-12:00:20", "2026-11-24 12:00:20", false),
            ("always", "2026-11-24 12:00", true),
            // Weekday windows over midnight: 2026-11-27 is a Friday.
            ("fri 22:00-06:00", "2026-11-27 05:00", false),
            ("fri 22:00-06:00", "2026-11-27 22:00", true),
            ("fri 22:00-06:00", "2026-11-28 05:59:59.999", true),
            ("fri 22:00-06:00", "2026-11-28 06:00", false),
            ("fri 22:00-06:00", "2026-11-28 22:00", false),
            ("fri,sat", "2026-11-27 00:00", true),
            ("fri,sat", "2026-11-28 23:59:59.999", true),
            ("fri,sat", "2026-11-29 00:00", false),
            ("sun 22:00-06:00", "2026-11-30 03:00", true),
            ("sun 22:00-06:00", "2026-11-29 03:00", false),
            // Dates, both included; the last night lasts until the morning after.
            ("2026-06-07..2026-06-10", "2026-06-06 23:59:59.999", false),
            ("2026-06-07..2026-06-10", "2026-06-07 00:00", true),
            ("2026-06-07..2026-06-10", "2026-06-10 23:59:59.999", true),
            ("2026-06-07..2026-06-10", "2026-06-11 00:00", false),
            ("2026-06-07..2026-06-07", "2026-06-07 12:00", true),
            ("22:00-06:00 2026-06-07..2026-06-10", "2026-06-07 05:00", false),
            ("22:00-06:00 2026-06-07..2026-06-10", "2026-06-11 05:00", true),
            ("22:00-06:00 2026-06-07..2026-06-10", "2026-06-11 22:00", false),
            ("mon 2026-06-07..2026-06-10", "2026-06-08 12:00", true),
            ("mon 2026-06-07..2026-06-10", "2026-06-09 12:00", false),
            ("mon 2026-06-09..2026-06-10", "2026-06-08 12:00", false),
        ]
    )
    func contains(schedule: String, time: String, expected: Bool) throws {
        let schedule = try #require(CivilSchedule(schedule))
        #expect(schedule.contains(try #require(CivilTime(time))) == expected)
    }

    @Test("A schedule of no day never holds")
    func noDays() throws {
        let schedule = CivilSchedule(days: [])
        #expect(!schedule.contains(try #require(CivilTime("2026-11-24 12:00"))))
        #expect(TestZone.berlin.zone.nextChange(after: WallTime(millisecondsSince1970: 0), of: [schedule]) == nil)
    }

    @Test("A window that says too little is refused; one that says enough shows itself")
    func windows() throws {
        let eight = try #require(TimeOfDay("08:00"))
        let nine = try #require(TimeOfDay("21:00"))
        #expect(DailyWindow(begin: eight, end: eight) == nil)
        #expect(DailyWindow(begin: .startOfDay, end: .startOfDay) == nil)
        #expect(DailyWindow(begin: .endOfDay, end: eight) == nil)
        let night = try #require(DailyWindow(begin: nine, end: eight))
        #expect(night.crossesMidnight)
        #expect(night.description == "21:00-08:00")
        let day = try #require(DailyWindow(begin: .startOfDay, end: .endOfDay))
        #expect(!day.crossesMidnight)
    }
}
