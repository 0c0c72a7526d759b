import Testing

@testable import PatrolCore

@Suite("The times of a day at which schedules begin and end")
struct CivilScheduleEdgesTests {
    @Test(
        "A schedule changes at its edges and at no other minute of a week",
        arguments: [
            "08:00-12:00", "22:00-06:00", "mon 22:00-06:00", "sat,sun", "fri 21:00-24:00", "mon,thu 00:00-08:00",
            "tue 00:00-24:00",
        ]
    )
    func minutes(text: String) throws {
        let schedule = try #require(CivilSchedule(text))
        let monday = try #require(CivilDate(iso8601: "2026-11-23"))
        for day in (0..<7).map({ monday.adding(days: $0) }) {
            let edges = schedule.edges(on: day)
            #expect(edges == edges.sorted())
            var changes: [Int] = []
            let midnight = CivilTime(date: day, time: .startOfDay).milliseconds
            func holds(_ minute: Int) -> Bool {
                schedule.contains(CivilTime(milliseconds: midnight + Int64(minute) * 60_000))
            }
            for minute in 1..<1440 where holds(minute) != holds(minute - 1) { changes.append(minute) }
            // Midnight is an edge of what holds there, whether or not it held before.
            let inside = edges.map { $0.secondsSinceMidnight / 60 }.filter { $0 > 0 && $0 < 1440 }
            #expect(inside == changes, "\(day)")
            #expect(edges.isEmpty == (0..<1440).allSatisfy { !holds($0) })
        }
    }

    @Test("Of several, each time is there once, with both ends of the day")
    func several() throws {
        let day = try #require(CivilDate(iso8601: "2026-11-24"))
        let schedules = try ["08:00-12:00", "12:00-14:00", "wed"].map { try #require(CivilSchedule($0)) }
        #expect(schedules.edges(on: day).map(\.description) == ["00:00", "08:00", "12:00", "14:00", "24:00"])
        #expect([CivilSchedule]().edges(on: day) == [.startOfDay, .endOfDay])
    }
}
