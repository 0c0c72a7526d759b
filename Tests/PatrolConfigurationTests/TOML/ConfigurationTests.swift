import Foundation
import PatrolCore
import Testing

@testable import PatrolConfiguration

@Suite("The configuration file")
struct ConfigurationTests {
    /// A cart with a loudspeaker, for mistakes behind it.
    private static let voice = "vehicle = \"a\"\n[loudspeaker]\n"

    private func problems(_ text: String) -> [String] {
        do {
            _ = try Configuration.parse(text, path: "test.toml")
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test("Only the vehicle must be set; everything else has its default")
    func defaults() throws {
        let configuration = try Configuration.parse("vehicle = \"cart-07\"", path: "test.toml")
        #expect(configuration.vehicle == "cart-07")
        #expect(
            configuration.gps
                == .init(host: "127.0.0.1", port: 2947, reportDelay: .milliseconds(1500), lostAfter: .seconds(5))
        )
        #expect(configuration.position.movingInterval == .seconds(1))
        #expect(configuration.position.parkedInterval == .seconds(60))
        #expect(
            configuration.journal == .init(folder: "/var/lib/patrold", commitInterval: .seconds(10), limits: .standard)
        )
        #expect(configuration.controlSocket == "/run/patrold/patrold.sock")
        #expect(configuration.destinations.isEmpty)
    }

    @Test("The commented example shows the defaults: uncommented lines change nothing")
    func exampleIsDefault() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "config/patrold.toml")
        let text = try String(contentsOf: path, encoding: .utf8)
        let example = try Configuration.parse(text, path: path.path)
        let plain = try Configuration.parse("vehicle = \"cart-01\"", path: "plain.toml")
        #expect("\(example)" == "\(plain)")

        // With the destination uncommented, its intervals are the defaults as well.
        let uncommented = Self.uncommented(text)
        let full = try Configuration.parse(uncommented, path: path.path)
        let minimal = try Configuration.parse(
            "vehicle = \"cart-01\"\n[[upload]]\nname = \"station\"\nurl = \"https://station.example:8443\"",
            path: ""
        )
        #expect(full.destinations.first?.settings == minimal.destinations.first?.settings)
        #expect(full.destinations.first?.tokenFile == "credential:token")

        // And so are the loudspeaker's and the light's.
        let bare = try Configuration.parse("vehicle = \"cart-01\"\n[loudspeaker]\n[light]", path: "")
        let voice = try #require(full.loudspeaker)
        let bareVoice = try #require(bare.loudspeaker)
        #expect(
            [voice.device, voice.clipsFolder, voice.player] == [
                bareVoice.device, bareVoice.clipsFolder, bareVoice.player,
            ]
        )
        #expect(voice.targetLoudnessLUFS == bareVoice.targetLoudnessLUFS)
        #expect(!voice.emergencyInQuietHours && !bareVoice.emergencyInQuietHours)
        #expect(voice.quiet.last == bareVoice.quiet.last, "the night")
        #expect(voice.quiet.map(\.name) == ["schools", "default-night"])
        #expect(voice.quiet.first?.zones == Set(full.zones.filter { $0.kind == .school }.map(\.id)))
        #expect(voice.volumes.map(\.decibels) == [-6])
        #expect(voice.calendar.holidays.count == 8)
        #expect(voice.programmes.map(\.name) == ["patrol"])
        #expect(full.light == bare.light)
    }

    /// The example with its tables in force; the zone file is the example beside it.
    private static func uncommented(_ text: String) -> String {
        let zones = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "config/zones.geojson").path
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.contains(/^# (\[|[a-z_]+ =)/) ? String(line.dropFirst(2)) : String(line)
        }.joined(separator: "\n").replacing("/etc/patrold/zones.geojson", with: zones)
    }

    @Test(
        "Each mistake is named with its key, its value and what is allowed",
        arguments: [
            ("", "vehicle: is missing; allowed: 1 to 64"),
            ("vehicle = \"a\"\n\n[=]", "line 3: is not TOML: no name follows ["),
            ("[\nvehicle = \"a\"", "line 1: is not TOML: no name follows ["),
            ("vehicle = \"a\"\r\n [[ é", "line 2: is not TOML: no name follows ["),
            ("vehicle = 7", "vehicle: is integer 7; allowed: 1 to 64"),
            ("vehicle = \"\"", "vehicle: is \"\"; allowed"),
            ("vehicle = \"\(String(repeating: "a", count: 65))\"", "allowed: 1 to 64"),
            ("vehicle = \"a\"\nlog_level = \"loud\"", "log_level: is \"loud\"; allowed: \"trace\", \"debug\""),
            ("vehicle = \"a\"\n[gps]\nport = 0", "gps.port: is integer 0; allowed: a whole number from 1 to 65535"),
            ("vehicle = \"a\"\n[gps]\nport = 65536", "gps.port: is integer 65536"),
            ("vehicle = \"a\"\n[gps]\nport = 2947.0", "gps.port: is floating-point number 2947"),
            ("vehicle = \"a\"\n[gps]\nhost = \"a b\"", "gps.host: is \"a b\""),
            ("vehicle = \"a\"\n[gps]\ndevice = \"\"", "gps.device: is \"\"; allowed: a receiver as gpsd names it"),
            (
                "vehicle = \"a\"\n[gps]\ndevice = \"ttyUSB0\"",
                "gps.device: is \"ttyUSB0\"; allowed: a receiver as gpsd names"
            ),
            ("vehicle = \"a\"\n[gps]\ndevice = \"/dev/tty USB0\"", "gps.device: is \"/dev/tty USB0\""),
            (
                "vehicle = \"a\"\n[gps]\nreport_delay = \"50ms\"",
                "gps.report_delay: is \"50ms\"; allowed: a duration from 100ms to 10s"
            ),
            ("vehicle = \"a\"\n[gps]\nreport_delay = \"10.001s\"", "gps.report_delay: is \"10.001s\""),
            ("vehicle = \"a\"\n[gps]\nreport_delay = 1.5", "gps.report_delay: is floating-point number 1.5"),
            (
                "vehicle = \"a\"\n[[quiet]]\nname = \"n\"",
                "quiet: needs a loudspeaker; allowed: [[quiet]] together with"
            ),
            (
                "\(voice)[[quiet]]\nname = \"n\"\nfrom = \"25:00\"",
                "quiet[1].from: is \"25:00\"; allowed: a time of day"
            ),
            ("\(voice)[[quiet]]\nname = \"n\"\nfrom = \"9:00\"\nto = \"09:00\"", "quiet[1].from: is \"9:00\""),
            ("\(voice)[[quiet]]\nname = \"n\"\nfrom = \"09:00\"\nto = \"09:00\"", "leave no time between them"),
            (
                "\(voice)[[quiet]]\nname = \"n\"\ndays = [\"monday\"]",
                "quiet[1].days: has \"monday\"; allowed: days: mon, tue"
            ),
            (
                "\(voice)[[quiet]]\nname = \"n\"\nzones = [\"x\"]",
                "quiet[1].zones: has \"x\"; allowed: zones of the zone"
            ),
            (
                "\(voice)[[quiet]]\nname = \"n\"\nzone_kinds = [\"pub\"]",
                "zone_kinds: has \"pub\"; allowed: kinds of zones: v"
            ),
            (
                "\(voice)[[quiet]]\nname = \"n\"\n[[quiet]]\nname = \"n\"",
                "quiet[2].name: is \"n\", which another one has"
            ),
            (
                "\(voice)[[quiet]]\nname = \"n\"\nfirst_date = \"2027-06-09\"\nlast_date = \"2027-06-07\"",
                "quiet[1].first_date: is 2027-06-09, after last_date 2027-06-07"
            ),
            ("\(voice)[[quiet]]\nname = \"n\"\nfirst_date = \"2027-02-29\"", "is \"2027-02-29\"; allowed: a date"),
            ("\(voice)[[programme]]\nname = \"p\"", "programme[1].clips: is missing; allowed: the names"),
            (
                "\(voice)[[programme]]\nname = \"p\"\nclips = [\"../a\"]",
                "programme[1].clips: has \"../a\"; allowed: the"
            ),
            (
                "\(voice)[[programme]]\nname = \"p\"\nclips = \"a\"",
                "programme[1].clips: is \"a\"; allowed: texts in brack"
            ),
            (
                "\(voice)[[programme]]\nname = \"p\"\nclips = [\"a\"]\nonly_on_duty = 1",
                "is integer 1; allowed: true, fals"
            ),
            ("vehicle = \"a\"\n[light]\nled = \"warning\"", "light.led: is \"warning\"; allowed: an absolute path"),
            (
                "vehicle = \"a\"\n[zones]\nfile = \"/nowhere\"",
                "zones.file: names /nowhere: cannot be read: No such file"
            ),
            ("vehicle = \"a\"\ngps = 3", "gps: is integer 3; allowed: a table, [gps]"),
            ("vehicle = \"a\"\n[journal]\ncommit_interval = \"500ms\"", "allowed: a duration from 1s to 1min"),
            (
                "vehicle = \"a\"\n[journal]\nmax_size_mib = 3",
                "journal.max_size_mib: is integer 3; allowed: a whole number from 4 to 65536"
            ),
            (
                "vehicle = \"a\"\n[journal]\nevents_percent = 80",
                "journal.events_percent: is integer 80; allowed: a whole number from 5 to 75"
            ),
            (
                "vehicle = \"a\"\n[journal]\nmax_age = \"30\"",
                "journal.max_age: is \"30\"; allowed: a duration from 24h to 87600h"
            ),
            (
                "vehicle = \"a\"\n[journal]\nmin_free_mib = -1",
                "journal.min_free_mib: is integer -1; allowed: a whole number from 0 to 1048576"
            ),
            ("vehicle = \"a\"\n[journal]\ncommit_interval = 10", "journal.commit_interval: is integer 10; allowed"),
            (
                "vehicle = \"a\"\n[journal]\nfolder = \"journal\"",
                "journal.folder: is \"journal\"; allowed: an absolute"
            ),
            ("vehicle = \"a\"\n[position]\nmax_error_m = nan", "position.max_error_m: is floating-point number nan"),
            (
                "vehicle = \"a\"\n[journal]\nfoldr = \"/a\"",
                "journal.foldr: is not a known key; did you mean \"folder\"?"
            ),
            ("vehicle = \"a\"\nzzz = 1", "zzz: is not a known key (known here: calendar, control"),
            ("vehicle = \"a\"\nupload = 1", "upload: is integer 1; allowed: tables, each beginning with [[upload]]"),
            ("vehicle = \"a\"\n[[upload]]\nname = \"s\"", "upload[1].url: is missing"),
            ("vehicle = \"a\"\n[[upload]]\nname = \"s\"\nurl = \"http://a?b=c\"", "upload[1].url: is \"http://a?…\""),
            (
                "vehicle = \"a\"\n[[upload]]\nname = \"s\"\nurl = \"http://a\"\n[[upload]]\nname = \"s\"\nurl = \"http://b\"",
                "upload[2].name: is \"s\", which another [[upload]] has"
            ),
            (
                "vehicle = \"a\"\n[[upload]]\nname = \"s\"\nurl = \"http://a\"\nclient_key_file = \"/a\"",
                "upload[1].client_certificate_file: and client_key_file belong together"
            ),
            ("vehicle = \"a", "line 1"),
        ]
    )
    func mistakes(text: String, expected: String) {
        let found = problems(text)
        #expect(found.contains { $0.contains(expected) }, "\(found)")
        #expect(found.count == 1, "\(found)")
    }

    @Test("Several mistakes come together")
    func several() {
        #expect(problems("vehicle = 1\nlog_level = 2\n[gps]\nport = 0\nhots = \"x\"").count == 4)
    }

    @Test(
        "Durations have a unit",
        arguments: [
            ("1s", Duration.seconds(1)), ("60s", .seconds(60)), ("1min", .seconds(60)), ("1 min", .seconds(60)),
            ("5000ms", .seconds(5)), ("1.5s", .milliseconds(1500)), ("0.05min", .seconds(3)),
            ("1.125s", .milliseconds(1125)),
        ]
    )
    func durations(text: String, expected: Duration) throws {
        let configuration = try Configuration.parse(
            "vehicle = \"a\"\n[journal]\ncommit_interval = \"\(text)\"",
            path: ""
        )
        #expect(configuration.journal.commitInterval == expected)
    }

    @Test(
        "What is no duration is refused",
        arguments: ["", "s", "1", "-1s", ".5s", "1.s", "1.2.3s", "1.2345s", "1 hour", "1s ", "1e3s", "９s"]
    )
    func noDurations(text: String) {
        #expect(!problems("vehicle = \"a\"\n[journal]\ncommit_interval = \"\(text)\"").isEmpty)
    }
}
