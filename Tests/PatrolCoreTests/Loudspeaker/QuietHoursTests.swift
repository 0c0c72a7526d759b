import Testing

@testable import PatrolCore

@Suite("Quiet hours")
struct QuietHoursTests {
    /// The station's rules: the night everywhere, a school by day, a hospital always, exams.
    private func station() throws -> QuietHours {
        QuietHours(
            rules: [
                QuietRule(name: "night", schedule: try #require(CivilSchedule("21:00-06:00"))),
                QuietRule(
                    name: "lessons",
                    schedule: try #require(CivilSchedule("mon,tue,wed,thu,fri 08:00-16:00")),
                    zones: ["school", "kindergarten"]
                ),
                QuietRule(name: "hospital", schedule: CivilSchedule(), zones: ["hospital"]),
                QuietRule(name: "exams", schedule: try #require(CivilSchedule("2026-06-07..2026-06-10"))),
                QuietRule(name: "evening", schedule: try #require(CivilSchedule("20:00-21:00")), zones: ["park"]),
                QuietRule(name: "nowhere", schedule: CivilSchedule(), zones: []),
            ],
            zone: TestZone.shanghai.zone
        )
    }

    @Test(
        "The rule that holds, and when that changes",
        arguments: [
            // 2026-11-24 is a Tuesday. (time, zones, rule, next boundary), all in the time of Shanghai.
            ("2026-11-24 20:59:59.999", [], nil, "2026-11-24 21:00"),
            ("2026-11-24 21:00", [], "night", "2026-11-25 06:00"),
            ("2026-11-25 00:00", [], "night", "2026-11-25 06:00"),
            ("2026-11-25 05:59:59.999", [], "night", "2026-11-25 06:00"),
            ("2026-11-25 06:00", [], nil, "2026-11-25 21:00"),
            // Zones: of one rule, of several, of none.
            ("2026-11-25 10:00", ["school"], "lessons", "2026-11-25 16:00"),
            ("2026-11-25 10:00", ["kindergarten", "village-3"], "lessons", "2026-11-25 16:00"),
            ("2026-11-25 10:00", ["village-3"], nil, "2026-11-25 21:00"),
            ("2026-11-25 10:00", ["unheard-of", ""], nil, "2026-11-25 21:00"),
            ("2026-11-25 16:00", ["school"], nil, "2026-11-25 21:00"),
            ("2026-11-28 10:00", ["school"], nil, "2026-11-28 21:00"),
            ("2026-11-25 10:00", ["hospital"], "hospital", nil),
            ("2026-11-25 10:00", ["school", "hospital"], "lessons", nil),
            ("2026-11-25 22:00", ["hospital"], "night", nil),
            // Adjacent rules: quiet goes on, under another name.
            ("2026-11-24 20:30", ["park"], "evening", "2026-11-25 06:00"),
            ("2026-11-24 21:00", ["park"], "night", "2026-11-25 06:00"),
            // A range of dates that begins and ends in the night: midnight is no boundary.
            ("2026-06-06 20:00", [], nil, "2026-06-06 21:00"),
            ("2026-06-06 21:00", [], "night", "2026-06-11 06:00"),
            ("2026-06-08 12:00", [], "exams", "2026-06-11 06:00"),
            ("2026-06-10 23:00", [], "night", "2026-06-11 06:00"),
        ] as [(String, Set<String>, String?, String?)]
    )
    func station(time: String, zones: Set<String>, rule: String?, boundary: String?) throws {
        let hours = try station()
        let now = try wallTime(time)
        #expect(hours.rule(at: now, inZones: zones)?.name == rule)
        #expect(hours.nextBoundary(after: now, inZones: zones) == (try boundary.map(wallTime)))
    }

    @Test("Without a rule it is never quiet, and nothing ever changes")
    func never() throws {
        for zone in TestZone.allCases {
            let hours = QuietHours(rules: [], zone: zone.zone)
            let now = try wallTime("2026-03-29 08:30")
            #expect(hours.rule(at: now, inZones: ["hospital"]) == nil)
            #expect(hours.nextBoundary(after: now, inZones: ["hospital"]) == nil)
        }
    }

    @Test("A rule for the whole day in each zone of time: always quiet, through every jump of the clock")
    func always() throws {
        for zone in TestZone.allCases {
            let hours = QuietHours(rules: [QuietRule(name: "silent", schedule: CivilSchedule())], zone: zone.zone)
            let start = try wallTime("2026-01-01 00:00")
            for hour in 0..<365 * 24 {
                let now = start + .seconds(3600 * hour)
                #expect(hours.rule(at: now, inZones: [])?.name == "silent")
            }
            #expect(hours.nextBoundary(after: start, inZones: []) == nil)
        }
    }

    /// A time in Shanghai.
    private func wallTime(_ text: String) throws -> WallTime {
        let civil = try #require(CivilTime(text))
        return try #require(TestZone.shanghai.zone.wallTimes(showing: civil).first)
    }
}
