import Foundation
import PatrolCore
import PatrolVehicle
import Testing

/// glibc has one zone a process, so whatever sets one runs in a process of its own.
@Suite("The system's time zones")
struct CivilZoneSystemTests {
    @Test("Shanghai is eight hours ahead, summer and winter, today and in a hundred years")
    func shanghai() async {
        await #expect(processExitsWith: .success) {
            let zone = try CivilZone.system(named: "Asia/Shanghai")
            #expect(zone.name == "Asia/Shanghai")
            for year in ["2026", "2027", "2126"] {
                #expect(try civil(zone, "\(year)-11-24T13:00:00Z") == "\(year)-11-24 21:00:00.000")
                #expect(try civil(zone, "\(year)-06-30T16:00:00Z") == "\(year)-07-01 00:00:00.000")
                #expect(try civil(zone, "\(year)-06-30T15:59:59.999Z") == "\(year)-06-30 23:59:59.999")
            }
            // Before 1970 the milliseconds count backwards; before 1901 it had its own mean time.
            #expect(try civil(zone, "1969-12-31T23:59:59.999Z") == "1970-01-01 07:59:59.999")
            #expect(try civil(zone, "1900-12-31T15:54:16.500Z") == "1900-12-31 23:59:59.500")
        }
    }

    @Test("Berlin puts its clocks on 29 March and 25 October 2026, and quiet hours go along")
    func berlin() async {
        await #expect(processExitsWith: .success) {
            let zone = try CivilZone.system(named: "Europe/Berlin")
            let facts = [
                ("2026-03-29T00:59:59.999Z", "2026-03-29 01:59:59.999"),
                ("2026-03-29T01:00:00Z", "2026-03-29 03:00:00.000"),
                ("2026-10-25T00:59:59.999Z", "2026-10-25 02:59:59.999"),
                ("2026-10-25T01:00:00Z", "2026-10-25 02:00:00.000"),
                // From the rule at the end of the zone's file.
                ("2099-07-01T12:00:00Z", "2099-07-01 14:00:00.000"),
                ("2099-12-01T12:00:00Z", "2099-12-01 13:00:00.000"),
            ]
            for (utc, shown) in facts { #expect(try civil(zone, utc) == shown) }
            let begin = try #require(TimeOfDay("02:30"))
            let end = try #require(TimeOfDay("04:00"))
            let window = try #require(DailyWindow(begin: begin, end: end))
            let hours = QuietHours(
                rules: [QuietRule(name: "night", schedule: CivilSchedule(hours: window))],
                zone: zone
            )
            let boundaries = [
                ("2026-03-29T00:00:00Z", "2026-03-29T01:00:00.000Z"),
                ("2026-10-25T00:00:00Z", "2026-10-25T00:30:00.000Z"),
                ("2026-10-25T00:30:00Z", "2026-10-25T01:00:00.000Z"),
                ("2026-10-25T01:00:00Z", "2026-10-25T01:30:00.000Z"),
            ]
            for (after, next) in boundaries {
                let boundary = hours.nextBoundary(after: try #require(WallTime(iso8601: after)), inZones: [])
                #expect(boundary?.description == next)
            }
        }
    }

    @Test("Without a name it is the zone of /etc/localtime, whatever TZ says")
    func systemZone() async {
        await #expect(processExitsWith: .success) {
            let date = Process()
            let output = Pipe()
            date.executableURL = URL(filePath: "/usr/bin/env")
            date.arguments = ["-u", "TZ", "date", "-d", "2026-07-01T00:00:00Z", "+%Y-%m-%d %H:%M:%S.000"]
            date.standardOutput = output
            try date.run()
            let shown = try #require(try output.fileHandleForReading.readToEnd())
            setenv("TZ", "Pacific/Kiritimati", 1)
            let zone = try CivilZone.system(named: nil)
            #expect(try civil(zone, "2026-07-01T00:00:00Z") + "\n" == String(decoding: shown, as: UTF8.self))
            #expect(!zone.name.isEmpty)
        }
    }

    @Test("The first zone stays; to ask for it again is no error, for another one is")
    func onlyOne() async {
        await #expect(processExitsWith: .success) {
            let first = try CivilZone.system(named: "Asia/Shanghai")
            #expect(throws: CivilZoneError(value: "Asia/Shangai", reason: .unknown(nearest: "Asia/Shanghai"))) {
                try CivilZone.system(named: "Asia/Shangai")
            }
            let expected = CivilZoneError(value: "Europe/Berlin", reason: .otherZoneInForce("Asia/Shanghai"))
            let error = #expect(throws: expected) { try CivilZone.system(named: "Europe/Berlin") }
            #expect(
                error?.description == "\"Europe/Berlin\" takes effect at the next start; \"Asia/Shanghai\" is in force"
            )
            let again = try CivilZone.system(named: "Asia/Shanghai")
            for zone in [first, again] {
                #expect(try civil(zone, "2026-11-24T13:00:00Z") == "2026-11-24 21:00:00.000")
            }
        }
    }

    @Test("From many threads at once it says the same")
    func threads() async {
        await #expect(processExitsWith: .success) {
            let zone = try CivilZone.system(named: "Europe/Berlin")
            let start = try #require(WallTime(iso8601: "2026-01-01T00:00:00Z"))
            let alone = (0..<365).map { zone.civilTime(at: start + .seconds(86_400 * $0)) }
            await withTaskGroup(of: [CivilTime].self) { group in
                for _ in 0..<8 {
                    group.addTask { (0..<365).map { zone.civilTime(at: start + .seconds(86_400 * $0)) } }
                }
                for await together in group { #expect(together == alone) }
            }
        }
    }
}

/// What the clock shows in a zone at a time of UTC.
private func civil(_ zone: CivilZone, _ utc: String) throws -> String {
    zone.civilTime(at: try #require(WallTime(iso8601: utc))).description
}
