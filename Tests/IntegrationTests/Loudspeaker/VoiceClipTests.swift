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
}
