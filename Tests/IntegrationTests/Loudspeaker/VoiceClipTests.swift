import Foundation
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

/// Files that are no clips, among those that are.
@Suite("Bad recordings in the clips folder", .enabled(if: VoiceChain.isPossible, SoundCard.notInstalled))
struct VoiceClipTests {
    @Test("Every bad file is named by patrolctl clips and counted in health; the good ones are played")
    func badFiles() async throws {
        let voice = try await VoiceChain()
        let folder = try TemporaryFolder()
        let bad = try BadFiles.make(in: folder)
        try FileManager.default.removeItem(atPath: voice.clips)
        try FileManager.default.createSymbolicLink(atPath: voice.clips, withDestinationPath: folder.path)
        let inFolder = bad.filter { !$0.name.contains("/") && FileManager.default.fileExists(atPath: $0.path) }
        try voice.configure()
        try await voice.start()

        let result = try await run("patrolctl", ["clips", "--json", "--socket", voice.chain.socket])
        #expect(result.code == 2)
        let report = try APICoding.decode(ClipsReport.self, from: Array(result.output.utf8))
        #expect(report.state == "ready")
        for file in inFolder {
            let problem = report.clips.first { $0.name == file.name }?.problem
            print("\(file.name): \(problem ?? "no problem")")
            // The daemon looks at the kind of a file before it asks the player.
            let isSpecial = ["folder.wav", "pipe.wav"].contains(file.name)
            #expect(problem?.contains(isSpecial ? "regular file" : file.reason) == true, "\(file.name)")
        }
        let good = report.clips.filter { $0.problem == nil }
        #expect(good.map(\.name) == ["whole.flac", "whole.mp3", "whole.ogg", "whole.wav"])
        #expect(report.clips.count == good.count + inFolder.count)

        let check = try #require(try await voice.health("clips"))
        print("health: \(check.message)")
        #expect(check.state == .degraded)
        #expect(check.message.contains("\(inFolder.count) of \(report.clips.count) cannot be played"))
        #expect(check.message.contains(try #require(report.clips.first { $0.problem != nil }).name))

        try await voice.awaitTrust()
        #expect(try await voice.say("cut.flac") == "not_found")
        #expect(try await voice.say("whole.ogg") == "accepted")
        let finished = try await voice.awaitEvent("announcement.finished", within: 10)
        #expect(finished.integer("frames_played") == finished.integer("frames_total"))
        try await voice.settle()
        #expect(try voice.lastSound(since: finished.at - .seconds(1)) != nil)
    }

    @Test("A file that was changed since its check is not played, looked at again, and then played as what it is")
    func changed() async throws {
        let voice = try await VoiceChain()
        try voice.makeTone("clip.wav", seconds: 0.5)
        try voice.configure()
        try await voice.start()
        try await voice.awaitTrust()
        let before = try await voice.get(ClipsReport.self, .clips).clips.first?.sha256

        try voice.makeTone("clip.wav", seconds: 0.7)
        #expect(try await voice.say("clip.wav") == "accepted")
        let failed = try await voice.awaitEvent("announcement.failed", within: 5)
        #expect(failed.integer("frames_played") == 0)
        #expect(failed.text("problem").contains("not the one that was checked"), "\(failed.detailsText)")
        try await eventually("another look at the folder", within: 5) {
            try await voice.get(ClipsReport.self, .clips).clips.first?.sha256 != before
        }
        #expect(try await voice.say("clip.wav") == "accepted")
        let finished = try await voice.awaitEvent("announcement.finished", within: 5)
        #expect(finished.integer("frames_played") == 11_200)
        let digest = try await run("/usr/bin/sha256sum", [voice.clips + "/clip.wav"]).output
        #expect(digest.hasPrefix(finished.text("sha256")))
    }
}
