import Synchronization
import Testing

@testable import PatrolCore

@Suite("The next change of a schedule")
struct CivilChangeTests {
    /// A line of the table: some schedules (`|` between them), the zone, after when, and the expected change.
    struct Line: CustomTestStringConvertible {
        let rules: String
        let zone: TestZone
        let after: String
        let next: String?

        init(_ rules: String, _ zone: TestZone, _ after: String, _ next: String?) {
            (self.rules, self.zone, self.after, self.next) = (rules, zone, after, next)
        }

        var testDescription: String { "\(rules) in \(zone) after \(after)" }
    }

    private func check(_ line: Line) throws {
        let schedules = try line.rules.split(separator: "|").map { try #require(CivilSchedule(String($0))) }
        let after = try #require(WallTime(iso8601: line.after))
        let next = try line.next.map { try #require(WallTime(iso8601: $0)) }
        #expect(line.zone.zone.nextChange(after: after, of: schedules) == next)
    }

    @Test(
        "Days, nights, weeks and dates",
        arguments: [
            Line("21:00-06:00", .shanghai, "2026-11-24T12:00:00+08:00", "2026-11-24T21:00:00+08:00"),
            Line("21:00-06:00", .shanghai, "2026-11-24T20:59:59.999+08:00", "2026-11-24T21:00:00+08:00"),
            Line("21:00-06:00", .shanghai, "2026-11-24T21:00:00+08:00", "2026-11-25T06:00:00+08:00"),
            Line("21:00-06:00", .shanghai, "2026-11-25T00:00:00+08:00", "2026-11-25T06:00:00+08:00"),
            Line("21:00-06:00", .shanghai, "2026-11-25T06:00:00+08:00", "2026-11-25T21:00:00+08:00"),
            Line("21:00-24:00", .shanghai, "2026-11-24T22:00:00+08:00", "2026-11-25T00:00:00+08:00"),
            Line("always", .shanghai, "2026-11-24T12:00:00+08:00", nil),
            Line("", .shanghai, "2026-11-24T12:00:00+08:00", nil),
            Line("00:00-24:00", .berlin, "2026-11-24T12:00:00Z", nil),
            // Overlapping, nested and adjacent ones.
            Line("21:00-02:00|01:00-06:00", .shanghai, "2026-11-24T22:00:00+08:00", "2026-11-25T06:00:00+08:00"),
            Line("21:00-06:00|22:00-23:00", .shanghai, "2026-11-24T22:30:00+08:00", "2026-11-25T06:00:00+08:00"),
            Line("21:00-24:00|00:00-06:00", .shanghai, "2026-11-24T22:00:00+08:00", "2026-11-25T06:00:00+08:00"),
            Line("00:00-12:00|12:00-24:00", .shanghai, "2026-11-24T22:00:00+08:00", nil),
            Line("00:00-12:00|12:00:01-24:00", .shanghai, "2026-11-24T13:00:00+08:00", "2026-11-25T12:00:00+08:00"),
            Line("mon,tue,wed|thu,fri,sat,sun", .shanghai, "2026-11-24T22:00:00+08:00", nil),
            // Days of the week.
            Line("fri 22:00-06:00", .shanghai, "2026-11-27T05:00:00+08:00", "2026-11-27T22:00:00+08:00"),
            Line("fri 22:00-06:00", .shanghai, "2026-11-27T23:00:00+08:00", "2026-11-28T06:00:00+08:00"),
            Line("fri 22:00-06:00", .shanghai, "2026-11-28T06:00:00+08:00", "2026-12-04T22:00:00+08:00"),
            Line("sat,sun", .shanghai, "2026-11-28T06:00:00+08:00", "2026-11-30T00:00:00+08:00"),
            Line("sat,sun|mon 00:00-08:00", .shanghai, "2026-11-28T06:00:00+08:00", "2026-11-30T08:00:00+08:00"),
            Line("tue 12:00-12:01", .shanghai, "2026-11-24T12:01:00+08:00", "2026-12-01T12:00:00+08:00"),
            // Ranges of dates, near and far.
            Line("2026-06-07..2026-06-10", .shanghai, "2025-11-24T00:00:00+08:00", "2026-06-07T00:00:00+08:00"),
            Line("2026-06-07..2026-06-10", .shanghai, "2026-06-07T00:00:00+08:00", "2026-06-11T00:00:00+08:00"),
            Line("2026-06-07..2026-06-10", .shanghai, "2026-06-11T00:00:00+08:00", nil),
            Line(
                "22:00-06:00 2026-06-07..2026-06-10",
                .shanghai,
                "2026-06-10T23:00:00+08:00",
                "2026-06-11T06:00:00+08:00"
            ),
            Line("22:00-06:00 2026-06-07..2026-06-10", .shanghai, "2026-06-11T06:00:00+08:00", nil),
            Line("mon 2026-06-07..2026-06-10", .shanghai, "2026-01-01T00:00:00+08:00", "2026-06-08T00:00:00+08:00"),
            Line("mon 2026-06-09..2026-06-10", .shanghai, "2026-01-01T00:00:00+08:00", nil),
            Line("9998-01-01..9998-12-31", .berlin, "2026-11-24T12:00:00Z", "9997-12-31T23:00:00Z"),
            Line("2020-01-01..9998-12-31", .berlin, "2026-11-24T12:00:00Z", "9998-12-31T23:00:00Z"),
            Line(
                "2026-01-01..2026-06-30|2026-07-01..2026-12-31",
                .berlin,
                "2026-02-01T00:00:00Z",
                "2026-12-31T23:00:00Z"
            ),
            Line(
                "2026-01-01..2026-06-30|2026-07-02..2026-12-31",
                .berlin,
                "2026-02-01T00:00:00Z",
                "2026-06-30T22:00:00Z"
            ),
            // A whole year that is held up by halves of days, and its last night.
            Line(
                "08:00-20:00 2026-01-01..2026-12-31|20:00-08:00 2026-01-01..2026-12-31",
                .shanghai,
                "2026-02-01T00:00:00+08:00",
                "2027-01-01T08:00:00+08:00"
            ),
            // Always, but for an hour in each week of June.
            Line(
                "2020-01-01..2026-05-31|mon,tue,wed,thu,fri,sat|sun 01:00-24:00|2026-07-01..2036-12-31",
                .shanghai,
                "2026-01-01T00:00:00+08:00",
                "2026-06-07T00:00:00+08:00"
            ),
            Line(
                "2020-01-01..2026-05-31|mon,tue,wed,thu,fri,sat|sun 01:00-24:00|2026-07-01..2036-12-31",
                .shanghai,
                "2026-06-28T01:00:00+08:00",
                "2037-01-04T00:00:00+08:00"
            ),
        ]
    )
    func calendar(line: Line) throws { try check(line) }

    @Test(
        "Clocks that are put forward and back",
        arguments: [
            // An ordinary night that is an hour shorter, and one that is an hour longer.
            Line("21:00-06:00", .berlin, "2026-03-28T20:00:00Z", "2026-03-29T04:00:00Z"),
            Line("21:00-06:00", .berlin, "2026-10-24T19:00:00Z", "2026-10-25T05:00:00Z"),
            Line("21:00-06:00", .berlin, "2026-03-29T04:00:00Z", "2026-03-29T19:00:00Z"),
            Line("21:00-06:00", .berlin, "2026-10-25T05:00:00Z", "2026-10-25T20:00:00Z"),
            // 02:30 does not exist on 29 March: what begins then begins with the jump to 03:00, what ends then too.
            Line("02:30-04:00", .berlin, "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"),
            Line("01:00-02:30", .berlin, "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"),
            Line("02:00-03:00", .berlin, "2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z"),
            Line("02:10-02:20", .berlin, "2026-03-29T00:00:00Z", "2026-03-30T00:10:00Z"),
            Line("sun 02:10-02:20", .berlin, "2026-03-29T00:00:00Z", "2026-04-05T00:10:00Z"),
            Line("sun 02:10-02:20 2026-03-23..2026-03-29", .berlin, "2026-03-01T00:00:00Z", nil),
            Line("03:00-02:00", .berlin, "2026-03-28T12:00:00Z", "2026-03-30T00:00:00Z"),
            // The hour from 02:00 occurs twice on 25 October, so what begins in it begins twice.
            Line("02:30-04:00", .berlin, "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"),
            Line("02:30-04:00", .berlin, "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z"),
            Line("02:30-04:00", .berlin, "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"),
            Line("02:30-04:00", .berlin, "2026-10-25T01:30:00Z", "2026-10-25T03:00:00Z"),
            Line("01:00-02:30", .berlin, "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"),
            Line("01:00-02:30", .berlin, "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z"),
            Line("01:00-02:30", .berlin, "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"),
            Line("02:00-03:00", .berlin, "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z"),
            // What is over for good is not, where the clocks go back into it.
            Line("02:00-02:30 2026-10-25..2026-10-25", .berlin, "2026-10-25T00:45:00Z", "2026-10-25T01:00:00Z"),
            Line("02:00-02:30 2026-10-25..2026-10-25", .berlin, "2026-10-25T01:30:00Z", nil),
            // The southern hemisphere, half an hour, and midnight itself.
            Line("21:00-06:00", .sydney, "2026-04-04T10:00:00Z", "2026-04-04T20:00:00Z"),
            Line("21:00-06:00", .sydney, "2026-10-03T11:00:00Z", "2026-10-03T19:00:00Z"),
            Line("02:30-04:00", .sydney, "2026-10-03T12:00:00Z", "2026-10-03T16:00:00Z"),
            Line("02:30-04:00", .sydney, "2026-04-04T15:30:00Z", "2026-04-04T16:00:00Z"),
            Line("02:15-02:45", .lordHowe, "2026-10-03T12:00:00Z", "2026-10-03T15:30:00Z"),
            Line("01:40-04:00", .lordHowe, "2026-04-04T14:45:00Z", "2026-04-04T15:00:00Z"),
            Line("01:40-04:00", .lordHowe, "2026-04-04T15:00:00Z", "2026-04-04T15:10:00Z"),
            Line("01:40-01:50", .lordHowe, "2026-04-04T14:50:00Z", "2026-04-04T15:10:00Z"),
            Line("2026-03-29..2026-03-29", .midnight, "2026-03-28T00:00:00Z", "2026-03-29T04:00:00Z"),
            Line("2026-10-24..2026-10-24", .midnight, "2026-10-24T03:00:00Z", "2026-10-25T04:00:00Z"),
            Line("23:30-00:30", .midnight, "2026-10-25T02:30:00Z", "2026-10-25T03:00:00Z"),
        ]
    )
    func daylightSaving(line: Line) throws { try check(line) }

    @Test("The question is cheap, however far away the answer is")
    func cost() throws {
        let calls = Atomic<Int>(0)
        let berlin = TestZone.berlin.zone
        let zone = CivilZone(name: "counted") { time in
            calls.add(1, ordering: .relaxed)
            return Int(berlin.offset(at: time).nanoseconds / 1_000_000_000)
        }
        let after = try #require(WallTime(iso8601: "2026-11-24T12:00:00Z"))
        for rules in ["21:00-06:00", "always", "fri 22:00-06:00", "9998-01-01..9998-12-31", "2020-01-01..9998-12-31"] {
            calls.store(0, ordering: .relaxed)
            _ = zone.nextChange(after: after, of: [try #require(CivilSchedule(rules))])
            let count = calls.load(ordering: .relaxed)
            #expect(count <= 40, "\(rules): \(count) calls of the zone's function")
        }
    }

    @Test("A zone that jumps all the time does not hold it up")
    func wildZone() throws {
        let zone = CivilZone(name: "wild") { Int($0.millisecondsSince1970 / 21_600_000 % 2) * 3600 }
        let schedule = try #require(CivilSchedule("9998-01-01..9998-12-31"))
        #expect(zone.nextChange(after: WallTime(millisecondsSince1970: 0), of: [schedule]) != nil)
    }
}
