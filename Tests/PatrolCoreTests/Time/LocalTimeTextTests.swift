import Testing

@testable import PatrolCore

@Suite("Local times, as people read and type them")
struct LocalTimeTextTests {
    private func utc(_ text: String) throws -> WallTime { try #require(WallTime(iso8601: text)) }

    @Test(
        "Calendar, clock and offset, seconds cut",
        arguments: [
            (TestZone.shanghai, "2026-11-25T13:00:03.999Z", "2026-11-25 21:00:03 +08:00"),
            (.shanghai, "1969-12-31T23:59:59.999Z", "1970-01-01 07:59:59 +08:00"),
            (.berlin, "2026-10-25T00:30:00Z", "2026-10-25 02:30:00 +02:00"),
            (.berlin, "2026-10-25T01:30:00Z", "2026-10-25 02:30:00 +01:00"),
            (.midnight, "2026-11-25T00:00:00Z", "2026-11-24 20:00:00 -04:00"),
            (.lordHowe, "2026-07-01T00:00:00Z", "2026-07-01 10:30:00 +10:30"),
        ]
    )
    func written(zone: TestZone, time: String, expected: String) throws {
        let text = zone.zone.text(of: try utc(time))
        #expect(text == expected)
        let read = LocalTimeText.read(text, in: TestZone.sydney.zone, now: nil, alone: .today, twice: .earlier)
        #expect(read == (try utc(time.prefix(19) + "Z")), "what was copied means the same in any zone")
    }

    @Test("Offsets: hours and minutes, seconds only where there are some")
    func offsets() {
        let texts = [0: "+00:00", 28_800: "+08:00", -12_600: "-03:30", 29_143: "+08:05:43", -60: "-00:01"]
        for (seconds, text) in texts { #expect(LocalTimeText.offset(seconds) == text) }
    }

    /// Now is 2026-11-25 21:30 in Shanghai, a quarter of an hour behind in Berlin's columns is not needed: dates are full.
    @Test(
        "What a person may type",
        arguments: [
            (TestZone.shanghai, "2026-11-25", "2026-11-24T16:00:00Z"),
            (.shanghai, "2026-11-25 21:00", "2026-11-25T13:00:00Z"),
            (.shanghai, "2026-11-25T21:00:30", "2026-11-25T13:00:30Z"),
            (.shanghai, "2026-11-25 24:00", "2026-11-25T16:00:00Z"),
            (.shanghai, "2026-11-25T13:00:00Z", "2026-11-25T13:00:00Z"),
            (.shanghai, "2026-11-25 21:00:03 +08:00", "2026-11-25T13:00:03Z"),
            (.shanghai, "2026-11-25T21:00:03.5-03:30", "2026-11-26T00:30:03.500Z"),
            (.berlin, "2026-07-01", "2026-06-30T22:00:00Z"), (.berlin, "2026-12-01", "2026-11-30T23:00:00Z"),
            // Skipped: read as if the clocks had not been put forward.
            (.berlin, "2026-03-29 02:30", "2026-03-29T01:30:00Z"), (.midnight, "2026-03-29", "2026-03-29T04:00:00Z"),
        ]
    )
    func typed(zone: TestZone, text: String, expected: String) throws {
        for twice in [LocalTimeText.Twice.earlier, .later] {
            let time = LocalTimeText.read(text, in: zone.zone, now: nil, alone: .today, twice: twice)
            #expect(time == (try utc(expected)), "\(text)")
        }
    }

    @Test("A time that is shown twice: the first where something begins, the second where it ends")
    func twice() throws {
        func read(_ twice: LocalTimeText.Twice) -> WallTime? {
            LocalTimeText.read("2026-10-25 02:30", in: TestZone.berlin.zone, now: nil, alone: .today, twice: twice)
        }
        #expect(read(.earlier) == (try utc("2026-10-25T00:30:00Z")))
        #expect(read(.later) == (try utc("2026-10-25T01:30:00Z")))
    }

    @Test(
        "A time of day alone: of today, or the next one; none where nobody knows what time it is",
        arguments: [
            ("22:00", LocalTimeText.Alone.next, "2026-11-25T14:00:00Z"), ("21:30", .next, "2026-11-26T13:30:00Z"),
            ("21:29:59", .next, "2026-11-26T13:29:59Z"), ("00:00", .next, "2026-11-25T16:00:00Z"),
            ("24:00", .next, "2026-11-25T16:00:00Z"), ("06:00", .next, "2026-11-25T22:00:00Z"),
            ("06:00", .today, "2026-11-24T22:00:00Z"), ("22:00", .today, "2026-11-25T14:00:00Z"),
        ]
    )
    func alone(text: String, alone: LocalTimeText.Alone, expected: String) throws {
        let now = try utc("2026-11-25T13:30:00Z")
        let zone = TestZone.shanghai.zone
        #expect(LocalTimeText.read(text, in: zone, now: now, alone: alone, twice: .later) == (try utc(expected)))
        #expect(LocalTimeText.read(text, in: zone, now: nil, alone: alone, twice: .later) == nil)
    }

    @Test(
        "What is no time",
        arguments: [
            "", " ", "yesterday", "25:00", "9:00", "2026-02-29", "2026-11-25 ", "2026-11-25 9:00", "2026-11-25x21:00",
            "2026-11-25 21:00 CST", "2026-11-25 21:00 +08:00 ", "22:00 +08:00", "２２:００", "2026-11-25T21", "1764075600",
        ]
    )
    func refused(text: String) {
        let now = WallTime(millisecondsSince1970: 0)
        let zone = TestZone.shanghai.zone
        #expect(LocalTimeText.read(text, in: zone, now: now, alone: .next, twice: .later) == nil)
    }

    @Test("Without a zone only a time with its offset means something")
    func unknownZone() throws {
        func read(_ text: String) -> WallTime? {
            LocalTimeText.read(text, in: .unknown, now: WallTime(millisecondsSince1970: 0), alone: .next, twice: .later)
        }
        #expect(read("2026-11-25") == nil && read("22:00") == nil && read("2026-11-25 22:00") == nil)
        #expect(read("2026-11-25T22:00:00+08:00") == (try utc("2026-11-25T14:00:00Z")))
        #expect(CivilZone.unknown.text(of: try utc("2026-11-25T14:00:00Z")) == "2026-11-25 14:00:00 +00:00")
    }

    @Test("The list of offsets shows every hour of three years as the zone itself does", arguments: TestZone.allCases)
    func offsetsAsList(zone: TestZone) throws {
        let (begin, end) = (try utc("2025-01-01T00:00:00Z"), try utc("2028-01-01T00:00:00Z"))
        let offsets = CivilOffsets(of: zone.zone, from: begin, through: end)
        #expect(offsets.changes.count == (zone == .shanghai ? 0 : 6))
        let told = offsets.zone
        let hours = (0...26_280).map { begin + .seconds(3600 * $0) }
        let wrong = hours.filter { told.secondsEastOfUTC(at: $0) != zone.zone.secondsEastOfUTC(at: $0) }
        #expect(wrong.isEmpty, "\(wrong.prefix(3))")
        for change in offsets.changes {
            for time in [change.at, change.at + .milliseconds(-1)] {
                #expect(told.text(of: time) == zone.zone.text(of: time))
            }
        }
        #expect(told.name == zone.zone.name && told.isKnown)
    }
}
