import PatrolCore
import Testing

@Suite("UTC calendar and RFC 3339")
struct WallTimeTests {
    @Test(
        "A time survives the way to text and back",
        arguments: [
            "1970-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "2000-02-29T12:00:00.001Z",
            "2026-12-31T23:59:59.999Z", "2100-03-01T00:00:00.000Z", "0001-01-01T00:00:00.000Z",
            "9999-12-31T23:59:59.999Z", "2019-04-06T23:59:42.000Z",
        ]
    )
    func roundTrip(text: String) throws {
        let time = try #require(WallTime(iso8601: text))
        #expect(time.description == text)
    }

    @Test(
        "Known instants",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2001-09-09T01:46:40Z", 1_000_000_000_000),
            ("2026-11-24T21:00:00+08:00", 1_795_525_200_000), ("2026-11-24", 1_795_478_400_000),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000), ("2026-11-24t13:00:00.5z", 1_795_525_200_500),
            ("2026-11-24T13:00:00.1239999Z", 1_795_525_200_123), ("2026-11-24T08:30:00-04:30", 1_795_525_200_000),
        ] as [(String, Int64)]
    )
    func known(text: String, milliseconds: Int64) {
        #expect(WallTime(iso8601: text)?.millisecondsSince1970 == milliseconds)
    }

    @Test(
        "What is no time is refused",
        arguments: [
            "", "2026", "2026-13-01", "2026-02-29", "2100-02-29", "2026-04-31", "2026-11-24T24:00:00Z",
            "2026-11-24T12:60:00Z", "2026-11-24T12:00:61Z", "2026-11-24T12:00:00", "2026-11-24T12:00:00.Z",
            "2026-11-24T12:00:00+8:00", "2026-11-24T12:00:00+24:00", "2026-11-24T12:00:00Zx", "２０２６-11-24",
            "0000-01-01", "-026-01-01",
        ]
    )
    func refused(text: String) {
        #expect(WallTime(iso8601: text) == nil)
    }

    @Test("Every day of eight centuries has a date and comes back from it")
    func everyDay() throws {
        var time = try #require(WallTime(year: 1600, month: 1, day: 1))
        let end = try #require(WallTime(year: 2400, month: 1, day: 1))
        var previous = (year: 1599, month: 12, day: 31)
        while time < end {
            let date = time.calendar
            let follows =
                date.day == previous.day + 1 || (date.day == 1 && date.month == previous.month % 12 + 1)
            #expect(follows, "\(date) after \(previous)")
            #expect(WallTime(year: date.year, month: date.month, day: date.day) == time)
            previous = (date.year, date.month, date.day)
            time = time + .seconds(86_400)
        }
    }
}

@Suite("Instants and durations at their ends")
struct InstantTests {
    @Test("Arithmetic saturates instead of trapping")
    func saturation() {
        let end = Instant(nanosecondsSinceBoot: .max)
        #expect(end + .seconds(1) == end)
        #expect(Instant(nanosecondsSinceBoot: .min) - .seconds(1) == Instant(nanosecondsSinceBoot: .min))
        #expect(Instant(millisecondsSinceBoot: .max) == end)
        #expect(WallTime(millisecondsSince1970: .max) + .seconds(1) == WallTime(millisecondsSince1970: .max))
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
    }

    @Test("Milliseconds round down on both sides of zero")
    func flooring() {
        #expect(Instant(nanosecondsSinceBoot: 1_999_999).millisecondsSinceBoot == 1)
        #expect(Instant(nanosecondsSinceBoot: -1).millisecondsSinceBoot == -1)
    }

    @Test("A difference is the way from the right to the left")
    func difference() {
        let early = Instant(millisecondsSinceBoot: 1500)
        #expect((early + .milliseconds(250)) - early == .milliseconds(250))
        #expect(early - (early + .milliseconds(250)) == .milliseconds(-250))
        #expect((early - Instant(millisecondsSinceBoot: 0)).inSeconds == 1.5)
    }
}
