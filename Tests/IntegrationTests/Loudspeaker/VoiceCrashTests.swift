import Foundation
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

/// The daemon's end in the middle of a clip, and the light through all of it.
@Suite("A cart's voice when the daemon dies", .enabled(if: VoiceChain.isPossible, SoundCard.notInstalled))
struct VoiceCrashTests {
    private static let programme = """
        [[programme]]
        name = "patrol"
        clips = ["tone.wav"]
        gap = "1s"


        """

    @Test(
        "kill -9 in the middle of a clip: silent within 1 s, the next daemon goes on; quiet comes; the light blinks on"
    )
    func killed() async throws {
        let voice = try await VoiceChain()
        let light = try LightFolder(in: voice.chain.folder)
        try voice.makeTone("tone.wav", seconds: 3)
        let quietAt = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 24).rounded(.up))
        try voice.configure(
            quiet: VoiceChain.quiet("evening", from: quietAt, seconds: 60),
            tables: Self.programme + light.table
        )
        try await voice.start()
        let duty = try await run("patrolctl", ["duty", "start", "--socket", voice.chain.socket])
        #expect(duty.code == 0)
        try await voice.awaitEvent("light.on", within: 3)
        let blinking = try light.state()
        try await voice.awaitTrust()
        try await expectSilenceAfterKill(voice)
        #expect(try light.state() == blinking, "the files were written")

        let restarted = bootTime()
        try await voice.start()
        try await voice.awaitTrust()
        try await voice.awaitSound(since: restarted, within: 5)
        #expect(try await voice.get(DutyReport.self, .duty).kind == "patrol")
        #expect(try light.state().contents == blinking.contents)

        let beforeQuiet = try light.state()
        let began = try await voice.awaitEvent("quiet.began", within: 30)
        try await voice.settle()
        #expect(try voice.card.recording().lastSound(from: began.at, to: bootTime()) == nil)
        #expect(try light.state() == beforeQuiet, "quiet touched the light")
        #expect(try await voice.chain.patrold?.stop() == 0)
        #expect(try light.state() == beforeQuiet, "the stop touched the light")
    }

    private func expectSilenceAfterKill(_ voice: VoiceChain) async throws {
        let player = try await voice.awaitPlayer(of: "tone.wav", within: 10)
        let begin = bootTime()
        try await voice.card.awaitSound(lasting: .milliseconds(300), since: begin)
        let killed = bootTime()
        voice.chain.patrold?.kill()
        let gone = try await player.awaitEnd(within: 3)
        // Real time: nothing more may sound in it.
        try await Task.sleep(for: .seconds(1.5))
        let last = try #require(try voice.lastSound(since: killed - .milliseconds(200)))
        print(
            "daemon killed: last sound after \((last - killed).inSeconds * 1000) ms, "
                + "player gone after \((gone - killed).inSeconds * 1000) ms"
        )
        #expect((last - killed).inSeconds < 1)
        #expect((gone - killed).inSeconds < 1)
    }
}

/// The files of a light of the LED class.
struct LightFolder {
    /// What they say, and when they were written.
    struct State: Hashable {
        var contents: [String: String] = [:]
        var written: [String: Date] = [:]
    }

    let path: String

    init(in folder: TemporaryFolder) throws {
        path = folder.path("leds/warning")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in ["trigger": "none", "brightness": "0", "delay_on": "0", "delay_off": "0"] {
            try Data("\(text)\n".utf8).write(to: URL(filePath: "\(path)/\(name)"))
        }
    }

    /// For the configuration.
    var table: String {
        """
        [light]
        led = "\(path)"
        on = "300ms"
        off = "200ms"

        """
    }

    func state() throws -> State {
        var state = State()
        for name in ["trigger", "brightness", "delay_on", "delay_off"] {
            let file = "\(path)/\(name)"
            let text = try String(contentsOf: URL(filePath: file), encoding: .utf8)
            state.contents[name] = text.trimmingCharacters(in: .whitespacesAndNewlines)
            state.written[name] = try FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date
        }
        return state
    }
}
