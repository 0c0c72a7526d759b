import Foundation
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

/// Orders that people wait for, and ends that they order; they take the time that clips take.
@Suite("Waiting for a cart's voice, and stopping it", .enabled(if: VoiceChain.isPossible, SoundCard.notInstalled))
struct VoiceWaitTests {
    private func ctl(_ voice: VoiceChain, _ arguments: String...) async throws -> (code: Int32, output: String) {
        try await Self.ctl(voice.chain.socket, arguments)
    }

    private static func ctl(_ socket: String, _ arguments: [String]) async throws -> (code: Int32, output: String) {
        let result = try await run("patrolctl", arguments + ["--socket", socket])
        return (result.code, result.output + result.errors)
    }

    @Test("say --wait tells the true end with its exit code, stop ends what plays and what waits")
    func waitAndStop() async throws {
        let voice = try await VoiceChain()
        try voice.makeTone("long.wav", seconds: 20)
        try voice.makeTone("short.wav", seconds: 0.8)
        try voice.configure()
        try await voice.start()
        try await voice.awaitTrust()

        let begin = bootTime()
        let heard = try await ctl(voice, "say", "short.wav", "--wait", "--repeat", "2")
        #expect(heard.code == 0 && heard.output.hasPrefix("finished: short.wav"), "\(heard)")
        // Two clips and the pause between them.
        #expect(bootTime() - begin > .milliseconds(2600))
        let ends = try await voice.events("announcement.finished")
        #expect(ends.map { $0.integer("round") } == [1, 2] && ends.allSatisfy { $0.integer("rounds") == 2 })

        let socket = voice.chain.socket
        async let cut = Self.ctl(socket, ["say", "long.wav", "--wait"])
        try await voice.awaitEvent("announcement.started", within: 5) { $0.text("clip") == "long.wav" }
        #expect(try await voice.say("short.wav") == "queued")
        #expect(try await voice.announcements().next?.clip == "short.wav")
        let stopped = try await ctl(voice, "stop", "--all")
        #expect(stopped.code == 0 && stopped.output.contains("stopped: long.wav; 1 that waited"), "\(stopped)")
        let told = try await cut
        #expect(told.code == 2 && told.output.contains("cut: long.wav: stopped by uid"), "\(told)")
        let record = try await voice.awaitEvent("announcement.cut", within: 2)
        #expect(record.text("cut_by") == "person")
        #expect(try await voice.awaitEvent("announcement.skipped", within: 2).text("because") == "stopped-by-person")
        #expect(try await ctl(voice, "stop").output.contains("nothing played"))

        // A daemon that stops keeps nobody waiting for a clip of 20 s.
        async let waiting = Self.ctl(socket, ["say", "long.wav", "--wait"])
        try await voice.awaitEvent("announcement.started", within: 5) { $0.integer("play") == 5 }
        let order = bootTime()
        let patrold = try #require(voice.chain.patrold)
        #expect(try await patrold.stop(within: 10) == 0)
        let released = try await waiting
        #expect(released.code == 2 && bootTime() - order < .seconds(8), "\(released)")
    }

    @Test("Without the player's program nothing is accepted, and health says why; it is seen when it is back")
    func playerMissing() async throws {
        let voice = try await VoiceChain()
        try voice.makeTone("short.wav", seconds: 0.8)
        let programs = try #require(Surroundings.programs)
        let player = voice.chain.folder.path("player")
        try FileManager.default.createSymbolicLink(atPath: player, withDestinationPath: programs + "/patrol-player")
        try voice.configure(player: player)
        try await voice.start()
        try await voice.awaitTrust()
        #expect(try await voice.say("short.wav") == "accepted")
        try await voice.awaitEvent("announcement.finished", within: 5)
        try FileManager.default.removeItem(atPath: player)
        #expect(try await voice.say("short.wav") == "player-unusable")
        let health = try await voice.health("loudspeaker")
        #expect(health?.state == .degraded && health?.message.contains(player) == true)
        #expect(try await voice.announcements().silence?.code == "player-unusable")
        try FileManager.default.createSymbolicLink(atPath: player, withDestinationPath: programs + "/patrol-player")
        #expect(try await voice.say("short.wav") == "accepted")
    }

    @Test("The plan is the same from the daemon and from check, and names what cannot be")
    func plan() async throws {
        let voice = try await VoiceChain()
        try voice.makeTone("short.wav", seconds: 0.8)
        let night = "[[quiet]]\nname = \"夜间\"\nfrom = \"21:00\"\nto = \"06:00\"\n"
        let news =
            "[[programme]]\nname = \"新闻\"\nclips = [\"short.wav\"]\nat = [\"08:00\", \"12:00\"]\ndays = [\"workday\"]\n"
        try voice.configure(quiet: night, tables: news + "[calendar]\nholidays = [\"2027-05-03\"]\n")
        try await voice.start()
        let asked = try await ctl(voice, "plan", "--date", "2027-05-04")
        #expect(asked.code == 0)
        #expect(asked.output.contains("plan for 2027-05-04, tue, workday; Asia/Shanghai, +08:00"), "\(asked.output)")
        #expect(asked.output.contains("06:00-21:00  新闻 at 08:00, 新闻 at 12:00"), "\(asked.output)")
        let path = voice.chain.folder.path("patrold.toml")
        let checked = try await run("patrold", ["check", path, "--plan", "--date", "2027-05-04"])
        #expect(checked.output.hasPrefix(asked.output))
        let holiday = try await ctl(voice, "plan", "--date", "2027-05-03")
        #expect(holiday.output.contains("mon, holiday") && holiday.output.contains("新闻 (programme): it does not hold"))
        let wrong = try await ctl(voice, "plan", "--date", "2027-13-01")
        #expect(wrong.code == 1 && wrong.output.contains("date is \"2027-13-01\""), "\(wrong)")
    }
}
