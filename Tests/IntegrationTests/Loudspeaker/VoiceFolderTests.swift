import Foundation
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

/// A clips folder in the hands of people, and programmes that name what is not in it.
@Suite("A clips folder that changes", .enabled(if: VoiceChain.isPossible, SoundCard.notInstalled))
struct VoiceFolderTests {
    private static let programme = """
        [[programme]]
        name = "fraud"
        clips = ["Fraud.wav"]
        gap = "1s"
        only_on_duty = false

        """

    private func names(_ voice: VoiceChain) async throws -> [String] {
        try await voice.get(ClipsReport.self, .clips).clips.filter { $0.problem == nil }.map(\.name)
    }

    @Test("A missing clip is an error of check, a fault of health and an event, until its file comes")
    func missing() async throws {
        let voice = try await VoiceChain()
        try voice.makeTone("fraud.wav", seconds: 0.5)
        try voice.configure(tables: Self.programme)
        let configuration = voice.chain.folder.path("patrold.toml")
        let check = try await run("patrold", ["check", configuration])
        #expect(check.code == 1)
        #expect(
            check.errors.contains(
                "programme[1].clips: has \"Fraud.wav\", which is not in \(voice.clips); did you mean \"fraud.wav\"? (allowed: "
            ),
            "\(check.errors)"
        )
        try await voice.start()
        try await voice.awaitTrust()
        let event = try await voice.awaitEvent("clips.missing", within: 5)
        #expect(event.text("clips") == "fraud: Fraud.wav" && event.integer("count") == 1)
        let health = try await voice.health("clips")
        #expect(health?.state == .degraded)
        #expect(
            health?.message == "programme fraud names Fraud.wav, which is not there; did you mean \"fraud.wav\"?",
            "\(health?.message ?? "")"
        )
        let clips = try await run("patrolctl", ["clips", "--socket", voice.chain.socket])
        #expect(clips.code == 2 && clips.output.contains("MISSING"), "\(clips.output)")

        // Nobody tells the daemon.
        try voice.makeTone("Fraud.wav", seconds: 0.5)
        try await voice.awaitEvent("announcement.finished", within: 10)
        try await voice.awaitEvent("clips.complete", within: 1)
        #expect(try await voice.health("clips")?.state == .ok)
        #expect(try await voice.events("clips.missing").count == 1, "once for each change")
        let checkAfter = try await run("patrold", ["check", configuration])
        #expect(checkAfter.code == 0, "\(checkAfter.errors)")
    }

    @Test("The folder is moved away and back, its link is swapped, and a twin of a name is another clip")
    func folder() async throws {
        let voice = try await VoiceChain()
        let (composed, decomposed) = ("caf\u{E9}.wav", "cafe\u{301}.wav")
        try voice.makeTone(composed, seconds: 0.5)
        try voice.makeTone(decomposed, seconds: 0.7)
        try voice.configure()
        try await voice.start()
        try await voice.awaitTrust()
        for (name, frames) in [(composed, 8000), (decomposed, 11_200)] as [(String, Int64)] {
            #expect(try await voice.say(name) == "accepted")
            let finished = try await voice.awaitEvent("announcement.finished", within: 5) {
                $0.integer("frames_total") == frames
            }
            #expect(finished.text("clip").utf8.elementsEqual(name.utf8))
        }
        let away = voice.chain.folder.path("away")
        try #require(rename(voice.clips, away) == 0)
        try await eventually("the folder is missed", within: 6) { try await names(voice) == [] }
        #expect(try await voice.health("clips")?.state == .degraded)
        try #require(rename(away, voice.clips) == 0)
        try await eventually("the folder is back", within: 6) { try await names(voice).count == 2 }
        try #require(rename(voice.clips, away) == 0)
        try FileManager.default.createSymbolicLink(atPath: voice.clips, withDestinationPath: away)
        try FileManager.default.removeItem(atPath: away + "/" + composed)
        try await eventually("the twin that is left", within: 6) {
            try await names(voice).elementsEqual([decomposed]) { $0.utf8.elementsEqual($1.utf8) }
        }
        #expect(try await voice.say(composed) == "not_found")
    }

    @Test(
        "More than 500 files are said in clips and health, with exit code 2; what programmes name is taken all the same"
    )
    func tooMany() async throws {
        let voice = try await VoiceChain()
        try voice.makeTone("zz.wav", seconds: 0.5)
        for number in 0..<600 { try Data().write(to: URL(filePath: "\(voice.clips)/\(1000 + number).wav")) }
        try voice.configure(tables: Self.programme.replacing("Fraud.wav", with: "zz.wav"))
        try await voice.start()
        let result = try await run("patrolctl", ["clips", "--json", "--socket", voice.chain.socket])
        #expect(result.code == 2)
        let report = try APICoding.decode(ClipsReport.self, from: Array(result.output.utf8))
        #expect(report.clips.count == 500 && report.clips.last?.name == "zz.wav" && report.missing == [])
        #expect(report.leftOut?.count == 101 && report.leftOut?.bound == 500)
        #expect(report.leftOut?.firstNames.first == "1499.wav")
        let health = try await voice.health("clips")
        #expect(health?.message.contains("101 files are left out (1499.wav, ") == true, "\(health?.message ?? "")")
        let check = try await run("patrold", ["check", voice.chain.folder.path("patrold.toml")])
        #expect(check.errors.contains("has 601 clips; allowed: up to 500"), "\(check.errors)")
    }
}
