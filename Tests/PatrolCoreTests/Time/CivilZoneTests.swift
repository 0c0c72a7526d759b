import Testing

@testable import PatrolCore

@Suite("The vehicle's time zone")
struct CivilZoneTests {
    @Test(
        "What the clock on the wall shows",
        arguments: [
            (TestZone.shanghai, "2026-11-24T13:00:00Z", "2026-11-24 21:00"),
            (.shanghai, "2026-11-24T15:59:59.999Z", "2026-11-24 23:59:59.999"),
            (.shanghai, "2026-11-24T16:00:00Z", "2026-11-25 00:00"),
            (.berlin, "2026-03-29T00:59:59.999Z", "2026-03-29 01:59:59.999"),
            (.berlin, "2026-03-29T01:00:00Z", "2026-03-29 03:00"),
            (.berlin, "2026-10-25T00:59:59.999Z", "2026-10-25 02:59:59.999"),
            (.berlin, "2026-10-25T01:00:00Z", "2026-10-25 02:00"),
            (.sydney, "2026-04-04T15:59:59Z", "2026-04-05 02:59:59"),
            (.sydney, "2026-04-04T16:00:00Z", "2026-04-05 02:00"),
            (.sydney, "2026-10-03T15:59:59Z", "2026-10-04 01:59:59"),
            (.sydney, "2026-10-03T16:00:00Z", "2026-10-04 03:00"),
            (.lordHowe, "2026-10-03T15:30:00Z", "2026-10-04 02:30"),
            (.midnight, "2026-03-29T03:59:59Z", "2026-03-28 23:59:59"),
            (.midnight, "2026-03-29T04:00:00Z", "2026-03-29 01:00"),
            (.midnight, "2026-10-25T03:00:00Z", "2026-10-24 23:00"),
        ]
    )
    func civilTimes(zone: TestZone, utc: String, shown: String) throws {
        let time = try #require(WallTime(iso8601: utc))
        #expect(zone.zone.civilTime(at: time) == CivilTime(shown))
    }

    @Test(
        "When the clock on the wall shows a time: once, never or twice",
        arguments: [
            (TestZone.shanghai, "2026-11-24 21:00", ["2026-11-24T13:00:00Z"]),
            (.berlin, "2026-03-29 01:59:59.999", ["2026-03-29T00:59:59.999Z"]),
            (.berlin, "2026-03-29 02:00", []),
            (.berlin, "2026-03-29 02:30", []),
            (.berlin, "2026-03-29 03:00", ["2026-03-29T01:00:00Z"]),
            (.berlin, "2026-10-25 01:59:59.999", ["2026-10-24T23:59:59.999Z"]),
            (.berlin, "2026-10-25 02:00", ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"]),
            (.berlin, "2026-10-25 02:30", ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]),
            (.berlin, "2026-10-25 03:00", ["2026-10-25T02:00:00Z"]),
            (.sydney, "2026-10-04 02:30", []),
            (.sydney, "2026-04-05 02:30", ["2026-04-04T15:30:00Z", "2026-04-04T16:30:00Z"]),
            (.lordHowe, "2026-10-04 02:15", []),
            (.lordHowe, "2026-04-05 01:45", ["2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"]),
            (.midnight, "2026-03-29 00:30", []),
            (.midnight, "2026-10-24 23:30", ["2026-10-25T02:30:00Z", "2026-10-25T03:30:00Z"]),
            (.midnight, "2026-10-25 00:00", ["2026-10-25T04:00:00Z"]),
        ]
    )
    func wallTimes(zone: TestZone, shown: String, expected: [String]) throws {
        let civil = try #require(CivilTime(shown))
        #expect(zone.zone.wallTimes(showing: civil) == expected.compactMap { WallTime(iso8601: $0) })
    }

    @Test("A fixed zone bears its offset in its name")
    func fixed() {
        #expect(CivilZone.fixed(secondsEastOfUTC: 0).name == "UTC")
        #expect(CivilZone.fixed(secondsEastOfUTC: 28_800).name == "UTC+08:00")
        #expect(CivilZone.fixed(secondsEastOfUTC: -12_600).name == "UTC-03:30")
    }

    @Test("Times that no calendar names are clamped, not trapped")
    func ends() {
        for zone in TestZone.allCases {
            for milliseconds in [Int64.min, -62_135_596_800_001, 253_402_300_800_000, Int64.max] {
                let date = zone.zone.civilTime(at: WallTime(millisecondsSince1970: milliseconds)).date
                #expect(date == (milliseconds < 0 ? .first : .last), "\(zone) \(milliseconds)")
            }
        }
    }
}
