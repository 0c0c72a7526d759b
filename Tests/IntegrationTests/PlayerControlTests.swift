import Foundation
import Glibc
import PatrolCore
import Testing

/// What a person or the daemon can do to a playing clip, as the recorder hears it.
@Suite(
    "Control of a playing clip",
    .enabled(if: Surroundings.programs != nil && SoundCard.isInstalled, SoundCard.notInstalled)
)
struct PlayerControlTests {
    /// A clip of 4 s in which every sample sounds.
    private func clip(on card: SoundCard, seconds: Double = 4) throws -> String {
        var dice = SplitMix64(seed: 1)
        let path = card.folder.path("clip.wav")
        try TestClip(format: .wav, rate: 48_000, sound: .chord, seconds: seconds).write(to: path, using: &dice)
        return path
    }

    private func player(_ arguments: [String], on card: SoundCard) throws -> PlayerProcess {
        try PlayerProcess(["--device", SoundCard.device] + arguments, environment: card.environment)
    }

    /// How long after an instant the last sound came, in milliseconds; negative before it.
    private func lastSound(after instant: Instant, on card: SoundCard) async throws -> Double {
        try await card.catchUp()
        let recording = try card.recording()
        let last = recording.lastSound(from: instant - .milliseconds(900), to: instant + .milliseconds(700))
        return (try #require(last, "nothing sounded") - instant).inSeconds * 1000
    }

    @Test("stop, signals and the end of standard input silence within the fade")
    func stops() async throws {
        let card = try await SoundCard()
        let path = try clip(on: card)
        let ways: [(name: String, how: String, limit: Double, act: (PlayerProcess) throws -> Void)] = [
            ("stop", "stopped", 20, { try $0.say("stop") }),
            ("SIGTERM", "stopped", 20, { $0.send(SIGTERM) }),
            ("SIGINT", "stopped", 20, { $0.send(SIGINT) }),
            ("SIGHUP", "stopped", 20, { $0.send(SIGHUP) }),
            ("a line that is not understood", "stopped", 20, { try $0.say("sotp") }),
            ("end of standard input", "parent-gone", 0, { $0.hangUp() }),
        ]
        for way in ways {
            let begin = bootTime()
            let player = try player([path], on: card)
            let started = try await player.awaitStart()
            #expect(started.frames_total == 192_000 && started.rate == 48_000 && started.channels == 1)
            try await card.awaitSound(lasting: .milliseconds(300), since: begin)
            let before = bootTime()
            try way.act(player)
            let (ended, code, at) = try await player.awaitEnd(within: 2)
            let last = try await lastSound(after: before, on: card)
            print("\(way.name): last sound after \(last) ms, gone after \((at - before).inSeconds * 1000) ms")
            #expect(ended?.how == way.how && code == 0)
            // The resolution is 5 ms; as much again for the way of the order to a busy player.
            #expect(last <= way.limit + 10, "\(way.name): \(last) ms")
            #expect((at - before).inSeconds < 0.1)
        }
    }

    @Test("A deadline that is moved while the clip plays holds, earlier or later; one in the past silences at once")
    func movedDeadlines() async throws {
        let card = try await SoundCard()
        let path = try clip(on: card)
        for (first, second) in [(3000, 600), (600, 1200), (nil, 700)] as [(Int64?, Int64)] {
            let begin = bootTime()
            let arguments = first.map { ["--deadline", "\((begin + .milliseconds($0)).nanosecondsSinceBoot)"] } ?? []
            let player = try player(arguments + [path], on: card)
            try await player.awaitStart()
            // Real time: it is in the middle of its clip when the deadline moves.
            try await Task.sleep(for: .milliseconds(100))
            let deadline = begin + .milliseconds(second)
            try player.set(deadline: deadline)
            let (ended, code, _) = try await player.awaitEnd(within: 4)
            #expect(ended?.how == "deadline" && code == 0)
            let margin = -(try await lastSound(after: deadline, on: card))
            print(
                "deadline moved from \(first.map { "\($0)" } ?? "none") to \(second) ms: last sound \(margin) ms before"
            )
            #expect((0...15).contains(margin), "\(margin) ms")
        }
        let begin = bootTime()
        let player = try player([path], on: card)
        try await player.awaitStart()
        try await card.awaitSound(lasting: .milliseconds(300), since: begin)
        let now = bootTime()
        try player.set(deadline: now - .seconds(10))
        #expect(try await player.awaitEnd(within: 1).ended?.how == "deadline")
        #expect(try await lastSound(after: now, on: card) <= 10)
    }

    @Test("A deadline soon after the start: nothing sounds after it, even with less than a buffer to play")
    func shortDeadlines() async throws {
        let card = try await SoundCard()
        let path = try clip(on: card)
        for milliseconds in [-1000, 0, 1, 10, 40, 60, 80, 100, 130, 170] as [Int64] {
            let begin = bootTime()
            let deadline = begin + .milliseconds(milliseconds)
            let player = try player(["--deadline", "\(deadline.nanosecondsSinceBoot)", path], on: card)
            let (ended, code, _) = try await player.awaitEnd(within: 2)
            #expect(ended?.how == "deadline" && code == 0)
            if milliseconds <= 0 { #expect(ended?.frames_played == 0 && player.started == nil) }
            try await card.catchUp()
            let last = try card.recording().lastSound(from: begin, to: deadline + .milliseconds(400))
            let margin = last.map { (deadline - $0).inSeconds * 1000 }
            print(
                "deadline \(milliseconds) ms after the start: last sound \(margin.map { "\($0) ms" } ?? "never") before it"
            )
            if let margin { #expect(margin >= 0, "\(margin) ms") }
        }
    }

    @Test("A parent that is killed: silent within a second, by its pipe or by its number")
    func parentKilled() async throws {
        let card = try await SoundCard()
        let path = try clip(on: card)
        let programs = try #require(Surroundings.programs)
        let play = "\(programs)/patrol-player play --device \(SoundCard.device) \(path)"
        // In the first the parent holds the pipe; in the second somebody else holds it, so that only the number tells.
        let scripts = ["exec 3> >(exec \(play) > /dev/null); sleep 30", "sleep 5 | { \(play) > /dev/null & wait; }"]
        for script in scripts {
            let begin = bootTime()
            let parent = try Child(
                "/bin/bash",
                ["-c", script],
                environment: card.environment,
                output: .file(card.folder.path("parent.log"))
            )
            try await card.awaitSound(lasting: .milliseconds(300), since: begin)
            let victim = try players(below: parent.processID)
            let killed = bootTime()
            Glibc.kill(victim.parent, SIGKILL)
            try await eventually("the player is gone", within: 2) { try !isAlive(victim.player) }
            let gone = (bootTime() - killed).inSeconds * 1000
            let last = try await lastSound(after: killed, on: card)
            print("parent killed: last sound after \(last) ms, player gone after \(gone) ms")
            #expect(last < 1000)
        }
    }

    /// Whether a process runs: one that has ended may wait for its new parent to look at it.
    private func isAlive(_ id: Int32) throws -> Bool {
        guard FileManager.default.fileExists(atPath: "/proc/\(id)/stat") else { return false }
        // It may go away between the two calls.
        guard let stat = try? String(contentsOf: URL(filePath: "/proc/\(id)/stat"), encoding: .utf8) else {
            return false
        }
        return !stat.contains(") Z ")
    }

    /// The player below a shell, and its parent.
    private func players(below shell: Int32) throws -> (parent: Int32, player: Int32) {
        var parents: [Int32: Int32] = [:]
        var players: [Int32] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
            // A process may end while it is looked at.
            guard let id = Int32(name),
                let stat = try? String(contentsOf: URL(filePath: "/proc/\(name)/stat"), encoding: .utf8)
            else { continue }
            // proc(5): "pid (comm) state ppid …".
            let fields = stat.split(separator: ")").last.map { $0.split(separator: " ") } ?? []
            guard fields.count > 1, let parent = Int32(fields[1]) else { continue }
            parents[id] = parent
            if stat.contains("(patrol-player)") { players.append(id) }
        }
        for player in players {
            var ancestor: Int32? = player
            while let id = ancestor, id != shell { ancestor = parents[id] }
            if ancestor == shell, let parent = parents[player] { return (parent, player) }
        }
        throw Failure("no player below \(shell)")
    }
}
