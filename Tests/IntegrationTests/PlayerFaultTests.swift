import Foundation
import Glibc
import PatrolCore
import Testing

/// Sound devices that are not there, go away or stand still.
@Suite(
    "A player whose device fails",
    .enabled(if: Surroundings.programs != nil && SoundCard.isInstalled, SoundCard.notInstalled)
)
struct PlayerFaultTests {
    private func clip(in folder: TemporaryFolder) throws -> String {
        var dice = SplitMix64(seed: 1)
        let path = folder.path("clip.flac")
        try TestClip(format: .flac, rate: 44_100, sound: .chord, seconds: 8).write(to: path, using: &dice)
        return path
    }

    /// Starts a clip and lets it play for a moment.
    private func playing(_ arguments: [String] = [], on card: SoundCard) async throws -> PlayerProcess {
        let begin = bootTime()
        let player = try PlayerProcess(
            ["--device", SoundCard.device] + arguments + [try clip(in: card.folder)],
            environment: card.environment
        )
        try await player.awaitStart()
        try await card.awaitSound(lasting: .milliseconds(400), since: begin)
        return player
    }

    @Test("A device that does not exist, or whose server does not run: said at once")
    func missing() async throws {
        let folder = try TemporaryFolder()
        let path = try clip(in: folder)
        let configuration = try folder.write(
            "asound.conf",
            "pcm.\(SoundCard.device) { type pulse server \"unix:\(folder.path("nobody"))\" }"
        )
        for device in ["no-such-device", SoundCard.device, "hw:7"] {
            let begin = bootTime()
            let player = try PlayerProcess(
                ["--device", device, path],
                environment: ["ALSA_CONFIG_PATH": "/usr/share/alsa/alsa.conf:\(configuration)"]
            )
            let (ended, code, at) = try await player.awaitEnd(within: 3)
            print("\(device): \(ended?.reason ?? player.output) after \((at - begin).inSeconds) s")
            #expect(code == 3 && ended?.how == "device-failed" && ended?.frames_played == 0)
            #expect(ended?.reason?.contains(device) == true)
            #expect((at - begin).inSeconds < 1)
        }
    }

    @Test("The sink is pulled, suspended, or its server is killed: the player ends by itself within 3 s and says why")
    func failures() async throws {
        let faults: [(name: String, act: (SoundCard) async throws -> Void)] = [
            ("sink removed", { try await $0.removeSink() }),
            ("sink suspended", { try await $0.suspend(true) }),
            ("server killed", { $0.server?.kill() }),
            ("server stopped", { $0.server?.send(SIGSTOP) }),
        ]
        for fault in faults {
            let card = try await SoundCard()
            let player = try await playing(on: card)
            let begin = bootTime()
            try await fault.act(card)
            let (ended, code, at) = try await player.awaitEnd(within: 4)
            let reason = ended?.reason ?? player.output
            print("\(fault.name): \(reason) after \((at - begin).inSeconds) s, \(ended?.frames_played ?? -1) frames")
            #expect(code == 3 && ended?.how == "device-failed" && ended?.reason?.isEmpty == false)
            #expect((at - begin).inSeconds < 3)
            // It had played 0.4 s and at most what the device held.
            #expect((10_000...44_100).contains(ended?.frames_played ?? 0))
            card.server?.send(SIGCONT)
        }
    }

    @Test("A server that is back at once, and a sink that is suspended for a moment, cost a gap and not the clip")
    func recovery() async throws {
        let card = try await SoundCard()
        var player = try await playing(on: card)
        try await card.suspend(true)
        // Real time: the sink is away for so long.
        try await Task.sleep(for: .milliseconds(700))
        try await card.suspend(false)
        var (ended, code, _) = try await player.awaitEnd(within: 12)
        print("suspended for 0.7 s: \(ended?.how ?? player.output), \(ended?.frames_played ?? 0) frames")
        #expect(code == 0 && ended?.how == "finished")

        // A server that has just started keeps a null sink silent for up to 2 s, which no real device does: so the other
        // one runs already, and takes the place of the first.
        let other = try await SoundCard()
        player = try await playing(on: card)
        card.server?.kill()
        // Real time: the server is away for so long.
        try await Task.sleep(for: .milliseconds(300))
        try FileManager.default.removeItem(atPath: card.folder.path("socket"))
        try FileManager.default.moveItem(atPath: other.folder.path("socket"), toPath: card.folder.path("socket"))
        (ended, code, _) = try await player.awaitEnd(within: 12)
        print("server replaced after 0.3 s: \(player.output)")
        #expect(code == 0 && ended?.how == "finished")
        let played = try #require(ended?.frames_played)
        #expect(played < 8 * 44_100 && played > 6 * 44_100, "what the dead server held is lost, and not counted")
    }

    @Test("A sink that was pulled out and plugged in again sounds with the next player")
    func pluggedInAgain() async throws {
        let card = try await SoundCard()
        var player = try await playing(on: card)
        try await card.removeSink()
        #expect(try await player.awaitEnd(within: 4).code == 3)
        try await card.addSink()
        try await card.startRecording()
        let begin = bootTime()
        player = try await playing(on: card)
        try player.say("stop")
        #expect(try await player.awaitEnd(within: 2).code == 0)
        try await card.catchUp()
        #expect(try card.recording().lastSound(from: begin, to: bootTime()) != nil)
    }

    @Test("The server stands still across the deadline: the player is gone in time, and little sounds afterwards")
    func serverStopped() async throws {
        let card = try await SoundCard()
        for round in 0..<5 {
            let deadline = bootTime() + .milliseconds(1200)
            let player = try await playing(["--deadline", "\(deadline.nanosecondsSinceBoot)"], on: card)
            // From well before the fade to within it.
            let ahead: Int64 = [400, 150, 80, 40, 15][round]
            let stopAt = deadline - .milliseconds(ahead)
            // Real time: the server stands still from so long before the deadline until 2 s after it, and then sounds.
            try await Task.sleep(for: max(.zero, stopAt - bootTime()))
            card.server?.send(SIGSTOP)
            let (ended, code, at) = try await player.awaitEnd(within: 3)
            let late = (at - deadline).inSeconds * 1000
            try await Task.sleep(for: max(.zero, deadline + .seconds(2) - bootTime()))
            let framesBefore = card.recordedFrames
            card.server?.send(SIGCONT)
            try await Task.sleep(for: .seconds(1))
            let recording = try card.recording()
            let threshold: Float = 0.001
            let sounding = (framesBefore..<recording.frames).filter { recording.level(of: $0) > threshold }
            let after = Double(sounding.count) / Double(recording.rate) * 1000
            print(
                "server stopped \(ahead) ms before the deadline: player gone \(late) ms after it (\(ended?.how ?? "?")), "
                    + "\(after) ms of sound when the server went on 2 s later"
            )
            #expect(code == 0 && ended?.how == "deadline")
            #expect(late < 100, "the daemon kills after 100 ms")
            // What the server held already is out of everybody's reach: the buffer of 100 ms, and a block of the sink.
            #expect(after <= 110)
        }
    }
}
