import Foundation
import Glibc
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

/// A file system of two megabytes in the place of the journal's folder. It goes away with the value.
private final class SmallDisk {
    private let path: String
    private var filler: String { path + "/filler" }

    /// - Returns: `nil` if this machine does not let the test mount anything.
    init?(at path: String) async throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let mounted = try await run("/bin/mount", ["-t", "tmpfs", "-o", "size=2m,mode=0750", "tmpfs", path])
        guard mounted.code == 0 else {
            print("SKIPPED, no full disk was tried: mount says \(mounted.errors)")
            return nil
        }
    }

    deinit {
        // umount2(2): MNT_DETACH also while something is open.
        _ = umount2(path, Int32(MNT_DETACH))
    }

    /// Takes every byte that is left.
    func fill() throws {
        let descriptor = open(filler, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let part = [UInt8](repeating: 0x55, count: 4096)
        while write(descriptor, part, part.count) > 0 {}
        try #require(errno == ENOSPC)
    }

    func free() {
        unlink(filler)
    }
}

@Suite("A full disk", .enabled(if: Surroundings.hasPrograms, Surroundings.noPrograms))
struct FullDiskTests {
    /// What was answered to which marks, by their texts.
    private struct Answers {
        var done: [String] = []
        var kept: [String] = []
        var refused: [String] = []

        mutating func mark(_ text: String, _ client: ControlClient) async throws {
            do {
                _ = try await client.order(CommandAnswer.self, .marks, MarkCommand(text: text))
                done.append(text)
            } catch ControlClient.Failure.refused(let error) where error.code == .notDurable {
                if error.message.contains("NOT taken") { refused.append(text) } else { kept.append(text) }
            }
        }
    }

    /// On a disk of two megabytes there is never as much free as a journal leaves to others, unless its owner says so.
    private func withoutReserve(_ chain: Chain) throws {
        let path = chain.folder.path("patrold.toml")
        let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        _ = try chain.folder.write(
            "patrold.toml",
            text.replacing("[journal]\n", with: "[journal]\nmin_free_mib = 0\n")
        )
    }

    private func withLoudspeaker(_ chain: Chain) throws {
        let path = chain.folder.path("patrold.toml")
        let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        let programs = try #require(Surroundings.programs)
        let clips = chain.folder.path("clips")
        try FileManager.default.createDirectory(atPath: clips, withIntermediateDirectories: false)
        let table = "[loudspeaker]\ndevice = \"null\"\nclips = \"\(clips)\"\nplayer = \"\(programs)/patrol-player\"\n"
        _ = try chain.folder.write("patrold.toml", text + table)
    }

    @Test("Of 2,000 marks what was answered \"done\" is there after kill -9; the others were told, and how")
    func marksOnFullDisk() async throws {
        let chain = try Chain()
        try chain.configure(upload: nil)
        try withoutReserve(chain)
        try withLoudspeaker(chain)
        guard let disk = try await SmallDisk(at: chain.folder.path("journal")) else { return }
        try await chain.startPatrold()
        var answers = Answers()
        try await ControlClient.with(socketPath: chain.socket) { client in
            for number in 1...100 { try await answers.mark("before \(number)", client) }
            #expect(answers.done.count == 100)
            try disk.fill()
            for number in 1...2000 { try await answers.mark("full \(number)", client) }
        }
        #expect(answers.kept.count > 0 && answers.refused.count > 0)
        // Silence has its effect all the same; whoever ordered it knows that a power cut would end it.
        let mute = try await chain.ctl("mute")
        #expect(mute.code == 2 && mute.errors.contains("in force"), "\(mute)")
        #expect(try await chain.status().announcements?.muted != nil)
        // What needs a record to be true is not taken while memory is full.
        for (command, arguments) in [("mark", ["x"]), ("duty", ["start"]), ("unmute", [])] {
            let result = try await run("patrolctl", [command] + arguments + ["--json", "--socket", chain.socket])
            #expect(result.code == 2 && result.errors.contains("NOT taken"), "\(command): \(result)")
        }
        #expect(try await chain.status().duty.kind == nil)
        #expect(try await chain.status().announcements?.muted != nil)
        let health = try await chain.ctl("health")
        #expect(health.code == 2 && health.output.contains("nothing gets onto the disk"), "\(health.output)")
        chain.patrold?.kill()
        disk.free()
        try await chain.startPatrold()
        let there = try await chain.markTexts()
        let missing = answers.done.filter { !there.contains($0) }
        #expect(missing.isEmpty, "\(missing.count) of \(answers.done.count) that were answered as done are gone")
        let words =
            "\(answers.done.count) done, \(answers.kept.count) kept in memory, \(answers.refused.count) not taken"
        print("full disk: \(words); after kill -9 \(there.count) are there")
        chain.patrold?.kill()
    }

    @Test("What was kept in memory is on disk as soon as there is room, and is there after kill -9")
    func keptIsWritten() async throws {
        let chain = try Chain()
        try chain.configure(upload: nil)
        try withoutReserve(chain)
        guard let disk = try await SmallDisk(at: chain.folder.path("journal")) else { return }
        try await chain.startPatrold()
        try disk.fill()
        var answers = Answers()
        try await ControlClient.with(socketPath: chain.socket) { client in
            // The log has its room already.
            for number in 1...2000 where answers.kept.count < 60 { try await answers.mark("\(number)", client) }
        }
        #expect(answers.kept.count > 0 && answers.refused.isEmpty)
        let duty = try await run("patrolctl", ["duty", "start", "--json", "--socket", chain.socket])
        #expect(duty.code == 2 && duty.errors.contains("in force"), "\(duty)")
        #expect(try await chain.status().duty.kind == "patrol")
        disk.free()
        try await eventually("the disk takes it", within: 20) { try await chain.status().journal.uncommitted == 0 }
        #expect(try await chain.ctl("mark", "again").code == 0)
        chain.patrold?.kill()
        try await chain.startPatrold()
        #expect(try await chain.markTexts() == Set(answers.done + answers.kept + ["again"]))
        #expect(try await chain.status().duty.kind == "patrol")
        chain.patrold?.kill()
    }
}
