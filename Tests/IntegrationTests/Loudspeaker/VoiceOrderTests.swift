import Foundation
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

/// What people order, and what of it outlives the daemon.
@Suite("Orders to a cart's voice", .enabled(if: VoiceChain.isPossible, SoundCard.notInstalled))
struct VoiceOrderTests {
    /// Every day, all day, everywhere.
    private static let always = "[[quiet]]\nname = \"always\"\n\n"

    private func voice() async throws -> VoiceChain {
        let voice = try await VoiceChain()
        try voice.makeTone("long.wav", seconds: 20)
        try voice.makeTone("short.wav", seconds: 0.8)
        return voice
    }

    /// Runs patrolctl as a person does.
    @discardableResult
    private func ctl(_ voice: VoiceChain, _ arguments: String...) async throws -> String {
        let result = try await run("patrolctl", arguments + ["--json", "--socket", voice.chain.socket])
        guard result.code == 0 else { throw Failure("\(arguments): \(result.code), \(result.errors)") }
        return result.output
    }

    /// Plays a clip, after a pause, until it has been heard for a moment.
    private func hear(_ clip: String, _ voice: VoiceChain) async throws {
        try await voice.settle()
        let begin = bootTime()
        #expect(try await voice.say(clip) == "accepted")
        try await voice.card.awaitSound(lasting: .milliseconds(300), since: begin)
    }

    @Test("An emergency cuts a clip; a mute silences at once, and outlives kill -9 like duty does")
    func muteAndDuty() async throws {
        let voice = try await voice()
        try voice.configure()
        try await voice.start()
        try await voice.awaitTrust()
        try await hear("long.wav", voice)
        try await expectOutranked(voice)

        try await hear("long.wav", voice)
        try await expectMuteSilences(voice)
        try await ctl(voice, "duty", "start", "--kind", "visit", "--officer", "A-17")

        voice.chain.patrold?.kill()
        let restarted = bootTime()
        try await voice.start()
        try await voice.awaitTrust()
        #expect(try await voice.announcements().muted != nil)
        #expect(try await voice.say("short.wav") == "muted")
        let duty = try APICoding.decode(DutyReport.self, from: Array(try await ctl(voice, "duty", "show").utf8))
        #expect(duty.kind == "visit" && duty.officer == "A-17")
        #expect((duty.forSeconds ?? 0) > (bootTime() - restarted).inSeconds)
        #expect(try voice.lastSound(since: restarted) == nil)

        try await ctl(voice, "unmute")
        try await ctl(voice, "duty", "end")
        try await eventually("the mute is over", within: 2) { try await voice.announcements().muted == nil }
        try await hear("long.wav", voice)
        try await expectStopSilences(voice)
        try await voice.start()
        #expect(try await voice.announcements().muted == nil)
        #expect(try await voice.get(DutyReport.self, .duty).kind == nil)
        let kinds = try await voice.events("loudspeaker.muted", "loudspeaker.unmuted", "duty.started", "duty.ended")
        #expect(kinds.map(\.kind) == ["loudspeaker.muted", "duty.started", "loudspeaker.unmuted", "duty.ended"])
    }

    private func expectOutranked(_ voice: VoiceChain) async throws {
        let ordered = bootTime()
        #expect(try await voice.say("short.wav", priority: "emergency") == "accepted")
        let cut = try await voice.awaitEvent("announcement.cut", within: 2)
        #expect(cut.text("clip") == "long.wav" && cut.text("cut_by") == "outranked")
        let started = try await voice.awaitEvent("announcement.started", within: 2) { $0.text("clip") == "short.wav" }
        #expect(started.text("priority") == "emergency")
        try await voice.awaitEvent("announcement.finished", within: 3) { $0.text("clip") == "short.wav" }
        print("an emergency sounds \((started.at - ordered).inSeconds * 1000) ms after the order that cut another clip")
        #expect((started.at - ordered).inSeconds < 1)
    }

    private func expectMuteSilences(_ voice: VoiceChain) async throws {
        let ordered = bootTime()
        _ = try await ControlClient.with(socketPath: voice.chain.socket) { client in
            try await client.order(CommandAnswer.self, .mute, MuteCommand(until: nil))
        }
        let cut = try await voice.awaitEvent("announcement.cut", within: 2) { $0.text("cut_by") == "muted" }
        try await voice.settle()
        let last = try #require(try voice.lastSound(since: ordered - .milliseconds(200)))
        print("a mute silences \((last - ordered).inSeconds * 1000) ms after its order")
        #expect((last - ordered).inSeconds < 0.1)
        // What was heard is what is on record.
        let started = try #require(try await voice.events("announcement.started").last)
        let played = Double(try #require(cut.integer("frames_played"))) / 16_000
        let runs = try voice.card.recording().runs(from: started.at - .milliseconds(200), to: cut.at + .seconds(1))
        let heard = runs.reduce(0) { $0 + $1.duration.inSeconds }
        print("of the muted clip \(played) s are on record, \(heard) s were recorded")
        #expect(abs(heard - played) < 0.04)
        #expect(try await voice.say("short.wav", priority: "emergency", reason: "fire") == "muted")
    }

    private func expectStopSilences(_ voice: VoiceChain) async throws {
        let player = try #require(try voice.player())
        let stopped = bootTime()
        #expect(try await voice.chain.patrold?.stop() == 0)
        #expect(player.isGone)
        try await voice.settle()
        let last = try #require(try voice.lastSound(since: stopped - .milliseconds(200)))
        print("SIGTERM in a clip: last sound after \((last - stopped).inSeconds * 1000) ms")
        #expect((last - stopped).inSeconds < 0.1)
        // The end of the clip is on record before the end of the run.
        try await voice.start()
        let events = try await voice.events("announcement.cut", "daemon.stopped", "daemon.started").suffix(3)
        #expect(events.map(\.kind) == ["announcement.cut", "daemon.stopped", "daemon.started"])
        #expect(events.first?.text("cut_by") == "daemon-stops")
        #expect(events.last?.details["last_run_ended_without_stop"] == DetailJSON(.bool(false)))
        voice.chain.patrold?.kill()
    }

    @Test("In quiet hours an emergency sounds only if the configuration allows it, and with a reason")
    func emergencies() async throws {
        let voice = try await voice()
        try voice.configure(quiet: Self.always)
        let begin = bootTime()
        try await voice.start()
        try await voice.awaitTrust()
        #expect(try await voice.say("short.wav", priority: "emergency", reason: "fire") == "quiet")
        #expect(try await voice.chain.patrold?.stop() == 0)

        try voice.configure(quiet: Self.always, loudspeaker: "emergency_in_quiet_hours = true")
        try await voice.start()
        try await voice.awaitTrust()
        #expect(try await voice.say("short.wav") == "quiet")
        #expect(try await voice.say("short.wav", priority: "live", reason: "fire") == "quiet")
        #expect(try await voice.say("short.wav", priority: "emergency") == "reason-required")
        let refused = try await run("patrolctl", ["say", "short.wav", "--socket", voice.chain.socket])
        #expect(refused.code == 1 && refused.errors.contains("not played: quiet hours (always)"), "\(refused)")
        try await voice.settle()
        #expect(try voice.lastSound(since: begin) == nil)

        #expect(try await voice.say("short.wav", priority: "emergency", reason: "fire") == "accepted")
        let finished = try await voice.awaitEvent("announcement.finished", within: 5)
        #expect(finished.text("in_spite_of_quiet") == "always" && finished.text("reason") == "fire")
        #expect(finished.text("priority") == "emergency")
        try await voice.settle()
        #expect(try voice.lastSound(since: begin) != nil)
    }
}
