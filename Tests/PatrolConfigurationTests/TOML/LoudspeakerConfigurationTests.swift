import Foundation
import PatrolAPI
import PatrolCore
import Testing

@testable import PatrolConfiguration

@Suite("Quiet hours, programmes, volume and holidays in the configuration")
struct LoudspeakerConfigurationTests {
    /// A cart with a village and a school.
    private static let head = """
        vehicle = "a"
        [zones]
        file = "\(zoneFile)"

        """

    private static let zoneFile = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "config/zones.geojson").path

    private func problems(_ text: String) -> [String] {
        do {
            _ = try Configuration.parse(Self.head + "[loudspeaker]\n" + text, path: "test.toml")
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    private func voice(_ text: String) throws -> Configuration.LoudspeakerSettings {
        try #require(try Configuration.parse(Self.head + "[loudspeaker]\n" + text, path: "test.toml").loudspeaker)
    }

    private static let programme = "[[programme]]\nname = \"p\"\nclips = [\"a.wav\"]\n"
    private static let rule = "[[quiet]]\nname = \"r\"\n"

    @Test(
        "What could never hold, or never sound, is refused with its reason",
        arguments: [
            (
                rule + "zone_kinds = [\"hospital\"]",
                "quiet[1].zone_kinds: has \"hospital\", and no zone of the zone file"
            ),
            (programme + "zone_kinds = [\"hospital\"]", "programme[1].zone_kinds: has \"hospital\", and no zone"),
            (
                rule + "days = [\"tue\"]\nfirst_date = \"2027-06-07\"\nlast_date = \"2027-06-07\"",
                "quiet[1].days: and the dates leave no day on which it could hold"
            ),
            (
                rule + "days = [\"holiday\"]",
                "no day on which it could hold; allowed: at least one such day ([calendar] hol"
            ),
            (
                programme + "from = \"22:00\"\nto = \"05:00\"",
                "programme[1].name: is \"p\", which could never sound: whenever it has its turn it is quiet (default-night)"
            ),
            (programme + "at = [\"23:00\"]", "whenever it has its turn it is quiet (default-night)"),
            (programme + "at = [\"08:00\"]\nfrom = \"09:00\"", "none of its times lies in its hours"),
            (programme + rule, "whenever it has its turn it is quiet (r)"),
            (
                "default_night = false\n" + programme,
                "loudspeaker.default_night: is false, and no [[quiet]] without a last_date says when it is silent instead"
            ),
            (
                "default_night = false\n" + rule + "last_date = \"2030-01-01\"",
                "loudspeaker.default_night: is false, and no [[quiet]] without a last_date"
            ),
            (rule + "days = []", "quiet[1].days: is empty; allowed: days: mon"),
            (rule + "zones = []", "quiet[1].zones: is empty; allowed: zones of the zone file"),
            (rule + "zone_kinds = []", "quiet[1].zone_kinds: is empty"),
            (rule + "# \u{0}", "has the character"),
            ("device = \"a\\u0000b\"", "line 5: has the character"),
            (rule + "zone_kinds = [\"school\"]\n[[quiet]]\nname = \"default-night\"", "which another one has"),
        ]
    )
    func never(text: String, expected: String) {
        let found = problems(text)
        #expect(found.contains { $0.contains(expected) }, "\(found)")
    }

    @Test("Rules do not take the night away unless the configuration says so")
    func night() throws {
        let school = Self.rule + "zone_kinds = [\"school\"]\n"
        #expect(try voice("").quiet.map(\.name) == ["default-night"])
        #expect(try voice(school).quiet.map(\.name) == ["r", "default-night"])
        #expect(try voice("default_night = false\n" + school).quiet.map(\.name) == ["r"])
        let late = try #require(CivilDate(iso8601: "2026-11-24"))
        let civil = CivilTime(date: late, time: try #require(TimeOfDay("23:00")))
        #expect(try voice(school).quiet.contains { $0.zones == nil && $0.schedule.contains(civil) })
    }

    @Test("Either end of the dates may be left open")
    func openDates() throws {
        let until = try #require(try voice(Self.rule + "last_date = \"2027-06-09\"").quiet.first)
        #expect(
            until.schedule.dates?.lowerBound == .first && until.schedule.dates?.upperBound.description == "2027-06-09"
        )
        let since = try #require(try voice(Self.rule + "first_date = \"2027-06-07\"").quiet.first)
        #expect(
            since.schedule.dates?.lowerBound.description == "2027-06-07" && since.schedule.dates?.upperBound == .last
        )
    }

    @Test("Timetables, repetitions, what stops a clip, volume and holidays are read")
    func everything() throws {
        let settings = try voice(
            Self.programme + """
                at = ["12:00", "08:00", "12:00"]
                repeat = 3
                stop_at_end_of = ["motion", "zone"]
                days = ["workday"]
                [[programme]]
                name = "q"
                clips = ["b.wav"]
                stop_at_end_of = []
                [[volume]]
                zone_kinds = ["village"]
                from = "18:00"
                volume_db = -6
                [calendar]
                holidays = ["2027-02-05..2027-02-11", "2027-05-03"]
                workdays = ["2027-02-14"]
                """
        )
        let programme = try #require(settings.programmes.first)
        #expect(programme.timing == .at(["08:00", "12:00"].compactMap { TimeOfDay($0) }))
        #expect(programme.repeats == 3 && programme.stopsAtEndOf == [.motion, .zone])
        #expect(settings.programmes.last?.stopsAtEndOf == [])
        #expect(settings.programmes.last?.timing == .every(gap: .seconds(120)))
        #expect(settings.volumes.map(\.decibels) == [-6])
        #expect(settings.calendar.holidays.count == 8 && settings.calendar.workdays.count == 1)
        let holiday = try #require(CivilDate(iso8601: "2027-02-05"))
        let sunday = try #require(CivilDate(iso8601: "2027-02-14"))
        #expect(!programme.schedule.begins(on: holiday) && programme.schedule.begins(on: sunday))
    }

    @Test(
        "Mistakes in the new keys",
        arguments: [
            (programme + "at = [\"8:00\"]", "programme[1].at: has \"8:00\"; allowed: times of the day"),
            (programme + "at = [\"24:00\"]", "programme[1].at: has \"24:00\""),
            (programme + "at = []", "programme[1].at: is empty"),
            (programme + "at = [\"08:00\"]\ngap = \"1min\"", "programme[1].at: and gap are both there"),
            (programme + "repeat = 0", "programme[1].repeat: is integer 0; allowed: a whole number from 1 to 20"),
            (
                programme + "stop_at_end_of = [\"rain\"]",
                "has \"rain\"; allowed: conditions: schedule, zone, motion, duty"
            ),
            (programme + "[[volume]]\nfrom = \"18:00\"", "volume[1].volume_db: is missing"),
            (programme + "[[volume]]\nvolume_db = 13", "volume[1].volume_db: is integer 13"),
            (
                programme + "[calendar]\nholidays = [\"2027-02-30\"]",
                "calendar.holidays: has \"2027-02-30\"; allowed: dates"
            ),
            (programme + "[calendar]\nholidays = [\"2027-02-11..2027-02-05\"]", "calendar.holidays: has"),
            (programme + "[calendar]\nholidays = [\"2027-01-01..2028-01-02\"]", "calendar.holidays: has"),
            (
                programme + "[calendar]\nholidays = [\"2027-05-01\"]\nworkdays = [\"2027-05-01\"]",
                "calendar.workdays: has 2027-05-01, which is also in holidays"
            ),
        ]
    )
    func mistakes(text: String, expected: String) {
        let found = problems(text)
        #expect(found.contains { $0.contains(expected) }, "\(found)")
    }

    @Test("The plan is that of the configuration, in words")
    func plan() throws {
        let settings = try voice(
            Self.rule + "zone_kinds = [\"school\"]\nfrom = \"08:00\"\nto = \"16:00\"\n" + Self.programme
                + "from = \"07:00\"\nto = \"20:00\"\n"
        )
        let date = try #require(CivilDate(iso8601: "2026-11-24"))
        let zones = try Configuration.parse(Self.head, path: "").zones
        let lines = settings.plan(on: date, in: .fixed(secondsEastOfUTC: 8 * 3600), zones: zones).lines
        #expect(lines.first == "plan for 2026-11-24, tue, workday; UTC+08:00, +08:00")
        #expect(lines.contains("  00:00-06:00  quiet (default-night)"))
        #expect(lines.contains("  07:00-08:00  p"))
        #expect(lines.contains { $0.hasPrefix("  08:00-16:00  p; quiet in ") && $0.hasSuffix("(r)") }, "\(lines)")
        #expect(lines.contains("  p: a.wav; 2 min after each end; only on duty"))
    }
}
