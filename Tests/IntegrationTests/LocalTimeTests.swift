import Foundation
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

@Suite("Time zone and local times", .enabled(if: Surroundings.hasPrograms, Surroundings.noPrograms))
struct LocalTimeTests {
    /// A cart with a loudspeaker that nobody hears and one clip.
    private func cart(timeZone: String) throws -> Chain {
        let chain = try Chain()
        try chain.configure(upload: nil)
        let clips = chain.folder.path("clips")
        try FileManager.default.createDirectory(atPath: clips, withIntermediateDirectories: false)
        var dice = SplitMix64(seed: 5)
        let clip = TestClip(format: .wav, rate: 16_000, sound: .tone, seconds: 0.5)
        for name in ["防诈骗 宣传.wav", "fire $(touch obeyed).wav"] {
            try clip.write(to: "\(clips)/\(name)", using: &dice)
        }
        let text = try String(contentsOf: URL(filePath: chain.folder.path("patrold.toml")), encoding: .utf8)
        let table = """
            [loudspeaker]
            device = "null"
            clips = "\(clips)"
            player = "\(try #require(Surroundings.programs))/patrol-player"
            default_night = false
            [[quiet]]
            name = "夜间"
            from = "21:00"
            to = "06:00"
            """
        _ = try chain.folder.write("patrold.toml", "time_zone = \"\(timeZone)\"\n" + text + table)
        return chain
    }

    /// Runs `patrolctl COMMAND --socket …` for people.
    private func text(_ chain: Chain, _ command: String...) async throws -> (
        code: Int32, output: String, errors: String
    ) {
        try await run("patrolctl", command + ["--socket", chain.socket])
    }

    @Test("A zone that is not there: check fails, the daemon runs and is silent, and everybody says why")
    func broken() async throws {
        let chain = try cart(timeZone: "Asia/Nowhere")
        let check = try await run("patrold", ["check", chain.folder.path("patrold.toml")])
        #expect(
            check.code == 1
                && check.errors.contains("time_zone: \"Asia/Nowhere\" is no time zone that this system knows")
        )
        try await chain.startPatrold()
        let health = try await text(chain, "health")
        #expect(health.code == 2)
        #expect(
            health.output.contains("time-zone         degraded: time-zone-unknown: \"Asia/Nowhere\" is no time zone")
        )
        let announcements = try await text(chain, "announcements").output
        #expect(announcements.contains("silent: the time of day is unknown (time-zone-unknown)"), "\(announcements)")
        #expect(announcements.contains("time zone         UNKNOWN, times are in UTC: \"Asia/Nowhere\""))
        #expect(try await text(chain, "status").output.contains("time zone         UNKNOWN"))
        let emergency = try await text(chain, "say", "x.wav", "--priority", "emergency", "--reason", "fire")
        #expect(emergency.code == 1)
        let until = try await text(chain, "mute", "--until", "22:00")
        #expect(until.code == 1 && until.errors.contains("the cart's time zone is unknown"), "\(until.errors)")
        #expect(try await chain.status().clock.timeZone == nil)
        #expect(try await text(chain, "records").output.contains("daemon.started"), "the record goes on")
        #expect(try await chain.patrold?.stop() == 0)
    }

    @Test("The inverted sign of Etc/GMT+8 is explained; a good zone is shown with its offset and time")
    func check() async throws {
        let inverted = try cart(timeZone: "Etc/GMT+8")
        let refused = try await run("patrold", ["check", inverted.folder.path("patrold.toml")])
        #expect(refused.code == 1 && refused.errors.contains("means UTC-08:00") && refused.errors.contains("Etc/GMT-8"))
        let good = try cart(timeZone: "Asia/Shanghai")
        let fine = try await run("patrold", ["check", good.folder.path("patrold.toml")])
        #expect(fine.code == 0, "\(fine.errors)")
        #expect(
            fine.output.contains(
                /time zone Asia\/Shanghai, \+08:00, where it is [0-9]{4}-[0-9-]{5} [0-9:]{8} by the system/
            )
        )
    }

    @Test("People read and type local times; JSON has UTC and the zone")
    func local() async throws {
        let chain = try cart(timeZone: "Asia/Shanghai")
        try await chain.startReceiver(["route", Chain.route])
        try await chain.startPatrold()
        try await eventually("a trusted clock and a position", within: 30) {
            let count = try await chain.positions().count
            return try await chain.status().clock.trusted && count > 2
        }
        let status = try await chain.status()
        #expect(status.clock.timeZone == "Asia/Shanghai" && status.clock.time.hasSuffix("Z"))
        let shown = try await text(chain, "status").output
        #expect(shown.contains(/time +[0-9-]{10} [0-9:]{8} \+08:00 \(Asia\/Shanghai\) by (gps|ntp) ±/), "\(shown)")
        #expect(try await text(chain, "health").output.contains("time-zone         ok: Asia/Shanghai, 20"))
        #expect(try await text(chain, "announcements").output.contains(" +08:00 (Asia/Shanghai)"))
        for lane in ["events", "positions"] {
            let records = try await text(chain, "records", "--lane", lane, "--from", "2026-01-01").output
            #expect(records.contains(#/[0-9-]{10} [0-9:]{8} \+08:00( \(corrected\))?  /#), "\(records)")
            #expect(!records.contains(/T[0-9:]{8}(\.[0-9]+)?Z/), "\(records)")
        }
        // Local midnight, eight hours before that of UTC; who runs this test just then sees it fail.
        let today = try #require(shown.firstMatch(of: /time +([0-9-]{10})/)).output.1
        #expect(try await text(chain, "records", "--from", String(today)).output.contains("daemon.started"))
        let none = try await text(chain, "records", "--to", "00:00")
        #expect(none.code == 0)
        try await mutes(chain)
        try await clips(chain)
        #expect(try await chain.patrold?.stop() == 0)
    }

    private func mutes(_ chain: Chain) async throws {
        let before = Date()
        let span = try await text(chain, "mute", "--for", "30min")
        #expect(span.output.contains(/^muted until [0-9-]{10} [0-9:]{8} \+08:00\n$/), "\(span)")
        let until = try #require(try await chain.status().announcements?.muted?.until)
        let end = Double(try #require(WallTime(iso8601: until)).millisecondsSince1970) / 1000
        #expect(abs(end - before.timeIntervalSince1970 - 1800) < 30 && until.hasSuffix("Z"))
        let hour = try await text(chain, "mute", "--until", "22:00")
        #expect(hour.output.contains(/^muted until [0-9-]{10} 22:00:00 \+08:00\n$/), "\(hour)")
        #expect(try await text(chain, "announcements").output.contains(/muted +until [0-9-]{10} 22:00:00 \+08:00, by/))
        let past = try await text(chain, "mute", "--until", "2020-01-01 10:00")
        #expect(past.code == 1 && past.errors.contains("until is \"2020-01-01 10:00:00 +08:00\""), "\(past.errors)")
        for wrong in [
            ["--for", "0s"], ["--for", "25h"], ["--for", "30"], ["--until", "soon"],
            ["--until", "22:00", "--for", "1h"],
        ] {
            let refused = try await run("patrolctl", ["mute", "--socket", chain.socket] + wrong)
            #expect(
                refused.code == 1 && refused.errors.contains(wrong.count == 2 ? "allowed: " : "contradict"),
                "\(wrong)"
            )
        }
        #expect(try await text(chain, "unmute").code == 0)
    }

    private func clips(_ chain: Chain) async throws {
        let slip = try await text(chain, "say", "防诈骗 宜传")
        #expect(slip.code == 1 && slip.errors.contains("did you mean \"防诈骗 宣传.wav\"?"), "\(slip.errors)")
        #expect(try await complete("防", chain) == ["防诈骗 宣传.wav"])
        // What a shell could take for a command is not offered at all.
        #expect(try await complete("fire", chain).isEmpty)
        let obeyed = FileManager.default.fileExists(atPath: chain.folder.path("obeyed"))
        #expect(!obeyed, "a file's name was obeyed as a command")
        #expect(try await complete("x", chain).isEmpty)
        for shell in ["bash", "zsh", "fish"] {
            let script = try await run("patrolctl", ["--generate-completion-script", shell])
            #expect(script.code == 0 && script.output.contains("patrolctl") && script.output.contains("---completion"))
        }
    }

    /// What bash would offer for `patrolctl say --socket … WORD`.
    private func complete(_ word: String, _ chain: Chain) async throws -> [String] {
        let patrolctl = try #require(Surroundings.programs) + "/patrolctl"
        let script = try chain.folder.write(
            "complete",
            """
            cd \(chain.folder.path)
            source <("$1" --generate-completion-script bash)
            COMP_WORDS=("$1" say --socket "$2" "$3") COMP_CWORD=4
            COMP_LINE="${COMP_WORDS[*]}" COMP_POINT=${#COMP_LINE}
            _patrolctl patrolctl "$3" "$2"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        )
        let result = try await run("/bin/bash", [script, patrolctl, chain.socket, word])
        #expect(result.errors.isEmpty, "\(result.errors)")
        return result.output.split(separator: "\n").map(String.init)
    }
}
