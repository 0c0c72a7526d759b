import Foundation
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

/// A sound device that is not there, vanishes or stands still, under a daemon that has something to say.
@Suite("A cart's voice without a device", .enabled(if: VoiceChain.isPossible, SoundCard.notInstalled))
struct VoiceDeviceTests {
    private static let programme = """
        [[programme]]
        name = "patrol"
        clips = ["tone.wav"]
        gap = "1s"
        only_on_duty = false

        """

    @Test("Missing at the start, pulled out, suspended: told within 3 s, and sound again by itself")
    func failures() async throws {
        let voice = try await VoiceChain()
        try voice.makeTone("tone.wav", seconds: 4)
        try voice.configure(tables: Self.programme)
        try await voice.card.removeSink()
        try await voice.start()
        try await voice.awaitTrust()
        var since = try #require(try await voice.events("clock.trusted").first).at
        try await expectFailure("missing at the start", since: since, voice)
        try await plugIn(voice)

        since = try await inAClip(voice)
        try await voice.card.removeSink()
        try await expectFailure("pulled out", since: since, voice)
        try await plugIn(voice)

        since = try await inAClip(voice)
        try await voice.card.suspend(true)
        try await expectFailure("suspended", since: since, voice)
        let failed = try #require(try await voice.events("loudspeaker.failed").last).at
        let back = bootTime()
        try await voice.card.suspend(false)
        try await expectRecovery(failed: failed, back: back, voice)
        #expect(try await voice.events("loudspeaker.failed").count == 3)
        #expect(try await voice.events("loudspeaker.recovered").count == 3)
        #expect(voice.chain.patrold?.isRunning == true)
    }

    /// Waits for the middle of a clip.
    private func inAClip(_ voice: VoiceChain) async throws -> Instant {
        let begin = bootTime()
        let started = try await voice.awaitEvent("announcement.started", within: 10) { $0.at > begin }
        // Real sound: the fault is to meet it where it plays.
        try await Task.sleep(for: max(.zero, started.at + .milliseconds(500) - bootTime()))
        return bootTime()
    }

    private func expectFailure(_ what: String, since begin: Instant, _ voice: VoiceChain) async throws {
        let failed = try await voice.awaitEvent("loudspeaker.failed", within: 10) { $0.at >= begin }
        let health = try #require(try await voice.health("loudspeaker"))
        let after = (failed.at - begin).inSeconds
        print("\(what): told after \(after) s: \(failed.text("reason")); health: \(health.message)")
        #expect(after <= 3)
        #expect(health.state == .degraded)
        let play = try await voice.awaitEvent("announcement.failed", within: 1) { $0.at >= begin }
        #expect(play.text("ended") == "device-failed" && !play.text("problem").isEmpty)
        // What it had played, and no more: 0.5 s and what the device held.
        #expect((play.integer("frames_played") ?? .max) <= 16_000)
        #expect(try await voice.announcements().device == "failed")
    }

    private func plugIn(_ voice: VoiceChain) async throws {
        let failed = try #require(try await voice.events("loudspeaker.failed").last).at
        try await voice.card.addSink()
        let back = bootTime()
        // Until somebody records it the sink works in blocks of up to 2 s, so that a player may give it up once more.
        try await voice.card.startRecording()
        try await expectRecovery(failed: failed, back: back, voice)
    }

    /// The pause doubles with each failure, so that it is never longer than what lies behind it. A try that was under way
    /// when the device came back may still fail, which takes it 2 s.
    private func expectRecovery(failed: Instant, back: Instant, _ voice: VoiceChain) async throws {
        let recovered = try await voice.awaitEvent("loudspeaker.recovered", within: 30) { $0.at > failed }
        let starts = try await voice.events("announcement.started")
        let sound = try #require(starts.last { $0.at < recovered.at }).at
        let outage = (back - failed).inSeconds
        print("back after \(outage) s; sound \((sound - back).inSeconds) s later")
        #expect(sound > back)
        #expect((sound - back).inSeconds < outage + 6)
        // It is told 2 s after the start of a clip of 4 s.
        #expect(try voice.card.recording().lastSound(from: recovered.at - .seconds(1), to: bootTime()) != nil)
        #expect(try await voice.health("loudspeaker")?.state == .ok)
        #expect(try await voice.announcements().device == "fine")
    }
}
