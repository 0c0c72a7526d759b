import PatrolAPI
import PatrolConfiguration
import PatrolCore
import PatrolVehicle
import Testing

@testable import PatrolControl

@Suite("Local times in reports, and clips that may be meant")
struct LocalTimeReportTests {
    private func utc(_ text: String) throws -> WallTime { try #require(WallTime(iso8601: text)) }

    @Test("The report of the zone says what the zone says, an hour before and after each change")
    func zoneReport() throws {
        let now = try utc("2026-11-25T13:00:00Z")
        let change = try utc("2026-10-25T01:00:00Z")
        let zone = CivilZone(name: "Europe/Berlin") { $0 < change ? 7200 : 3600 }
        let report = TimeZoneReport(zone, problem: nil, trusted: now, systemTime: now)
        #expect(report.timeZone == "Europe/Berlin" && report.localTime == "2026-11-25 14:00:00 +01:00")
        #expect(report.offsetSeconds == 3600 && report.firstOffsetSeconds == 7200 && report.changes.count == 1)
        let read = try APICoding.decode(TimeZoneReport.self, from: try APICoding.encode(report))
        #expect(read == report)
        for time in [change + .seconds(-3600), change + .milliseconds(-1), change, now, now + .seconds(1e9)] {
            #expect(read.zone.text(of: time) == zone.text(of: time))
        }
    }

    @Test("A zone that nobody knows is told as none, with why; what a report claims is bounded")
    func unknownZone() throws {
        let now = try utc("2026-11-25T13:00:00Z")
        let report = TimeZoneReport(.unknown, problem: "no tzdata", trusted: nil, systemTime: now)
        #expect(report.timeZone == nil && report.problem == "no tzdata" && report.time == nil)
        #expect(!report.zone.isKnown && report.localTime == "2026-11-25 13:00:00 +00:00")
        var wild = TimeZoneReport(.fixed(secondsEastOfUTC: 28_800), problem: nil, trusted: now, systemTime: now)
        wild.firstOffsetSeconds = .min + 1
        wild.changes = [.init(at: "never", offsetSeconds: 0), .init(at: now.description, offsetSeconds: 86_400)]
        #expect(wild.zone.text(of: now) == "2026-11-25 13:00:00 +00:00")
    }

    @Test("Health says what the clock on the wall shows, and what is wrong with the zone")
    func health() throws {
        let now = try utc("2026-11-25T13:00:00Z")
        var status = LocalTimeStatus(
            zone: VehicleZone(zone: .fixed(secondsEastOfUTC: 28_800), problem: nil),
            trusted: now,
            systemTime: now
        )
        #expect(HealthChecks.timeZone(status).message == "UTC+08:00, 2026-11-25 21:00:00 +08:00")
        status.trusted = nil
        #expect(HealthChecks.timeZone(status).message.hasSuffix("by the system's clock, which is not trusted"))
        #expect(HealthChecks.timeZone(status).state == .ok)
        let error = CivilZoneError(value: "Asia/Nowhere", reason: .unknown(nearest: nil))
        status.zone = VehicleZone(zone: .unknown, problem: error)
        let check = HealthChecks.timeZone(status)
        #expect(
            check.state == .degraded && check.message.hasPrefix("time-zone-unknown: \"Asia/Nowhere\" is no time zone")
        )
        #expect(check.message.contains("nothing sounds"))
    }

    @Test("Who asks for a clip that is not there is told which one may be meant; of a bad one, why")
    func suggestion() {
        var listing = ClipListing()
        let clip = Clip(
            name: "fire.wav",
            sha256: "",
            frames: 1,
            sampleRate: 1,
            channels: 1,
            loudnessLUFS: 0,
            truePeakDBTP: 0
        )
        listing.entries = [
            ClipEntry(name: "fire.wav", verdict: .good(clip)),
            ClipEntry(name: "bad.wav", verdict: .bad(reason: "is silent")),
        ]
        let meant = ClipSuggestion(for: "Fire", among: .ready(listing)).error
        #expect(meant.code == .notFound && meant.message == "there is no playable clip Fire")
        #expect(meant.hint == "did you mean \"fire.wav\"? patrolctl clips lists them")
        let bad = ClipSuggestion(for: "bad.wav", among: .ready(listing)).error
        #expect(bad.message == "there is no playable clip bad.wav: it is silent")
        let wild = ClipSuggestion(for: ClipName("\u{1B}[2J" + String(repeating: "x", count: 9999)), among: .checking)
            .error
        #expect(!wild.description.contains("\u{1B}") && wild.description.count < 200)
    }
}
