import Foundation
import Glibc
import PatrolCore
import PatrolVehicle
import Testing

@testable import PatrolDaemon

@Suite("The station's recordings in a real folder")
struct ClipLibraryTests {
    private static func text(_ findings: ClipFindings) -> [String] { findings.clips.keys.map(\.description).sorted() }

    private static let name = ClipName(bytes: Array("a.wav".utf8))

    @Test("The first look is told: what can be played, and why the rest cannot")
    func first() async throws {
        let rig = try PlayerRig(["a.wav", "bad.wav", "notes.txt"])
        #expect(mkdir(rig.folder.path("clips/folder.wav"), 0o755) == 0)
        #expect(symlink("/nowhere", rig.folder.path("clips/link.wav")) == 0)
        guard case .checking = rig.library.state else {
            Issue.record("it has looked before it runs")
            return
        }
        try await rig.withLibrary {
            let findings = try await rig.inbox.findings()
            #expect(Self.text(findings) == ["a.wav"] && findings.failure == nil)
            let problems = findings.problems.map { "\($0): \($1)" }.sorted()
            #expect(
                problems == [
                    "bad.wav: Format not recognised", "folder.wav: is not a regular file",
                    "link.wav: is not a regular file",
                ]
            )
            let clip = try #require(findings.clips[Self.name])
            #expect(rig.library.isAsChecked(clip) && rig.library.path(of: Self.name) == rig.folder.path("clips/a.wav"))
        }
    }

    @Test(
        "A file that is replaced, removed or appended to is not the one that was checked; another look tells the new state"
    )
    func changed() async throws {
        let rig = try PlayerRig(["a.wav"])
        try await rig.withLibrary {
            var clip = try #require(try await rig.inbox.findings().clips[Self.name])
            // As rsync does it: the new file takes the old one's place.
            try rig.folder.write("a clip", to: "new")
            #expect(rename(rig.folder.path("new"), rig.folder.path("clips/a.wav")) == 0)
            #expect(!rig.library.isAsChecked(clip), "the same bytes, but nobody has looked at them")
            guard case .ready(var listing) = await rig.library.refresh() else {
                Issue.record("\(rig.library.state)")
                return
            }
            clip = try #require(listing.clips[Self.name])
            #expect(rig.library.isAsChecked(clip) && listing.checked == 1)

            try rig.folder.write("another clip", to: "clips/a.wav")
            #expect(!rig.library.isAsChecked(clip))
            #expect(unlink(rig.folder.path("clips/a.wav")) == 0)
            #expect(!rig.library.isAsChecked(clip))
            rig.library.lookAgain()
            try await rig.inbox.next("its going is not told") {
                if case .clipsChecked(let findings) = $0, findings.clips.isEmpty { () } else { nil }
            }
            guard case .ready(let last) = rig.library.state else {
                Issue.record("\(rig.library.state)")
                return
            }
            listing = last
            #expect(listing.entries.isEmpty)
        }
    }

    @Test("A file that somebody is writing is not a clip yet; when it is closed it is told without being asked for")
    func halfCopied() async throws {
        let rig = try PlayerRig(["a.wav"])
        try await rig.withLibrary {
            _ = try await rig.inbox.findings()
            let copy = open(rig.folder.path("clips/b.wav"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
            try #require(copy >= 0)
            #expect(write(copy, "half", 4) == 4)
            try await eventually("nobody has noticed that it is being written") {
                guard case .ready(let listing) = await rig.library.refresh() else { return false }
                return listing.problems.values.contains("is still being written")
            }
            #expect(write(copy, " a clip", 7) == 7)
            close(copy)
            try await rig.inbox.next("the copy is not told") {
                if case .clipsChecked(let findings) = $0, Self.text(findings) == ["a.wav", "b.wav"] { () } else { nil }
            }
        }
    }

    @Test("A folder that is not there is said; when it comes its clips are there by themselves")
    func noFolder() async throws {
        let rig = try PlayerRig(nil)
        try await rig.withLibrary {
            let none = try await rig.inbox.findings()
            #expect(none.clips.isEmpty)
            #expect(none.failure?.contains(rig.folder.path("clips")) == true)
            #expect(none.failure?.contains("No such file") == true, "\(none)")
            guard case .failed(let reason) = await rig.library.refresh() else {
                Issue.record("\(rig.library.state)")
                return
            }
            #expect(reason == none.failure)
            #expect(mkdir(rig.folder.path("ready"), 0o755) == 0)
            try rig.folder.write("a clip", to: "ready/a.wav")
            #expect(rename(rig.folder.path("ready"), rig.folder.path("clips")) == 0)
            try await rig.inbox.next("the folder is not told") {
                if case .clipsChecked(let findings) = $0, Self.text(findings) == ["a.wav"] { () } else { nil }
            }
        }
    }

    @Test("Without a player nothing can be checked, which is said; with one again all is well")
    func noPlayer() async throws {
        let rig = try PlayerRig(["a.wav"])
        let aside = rig.settings.program + ".aside"
        #expect(rename(rig.settings.program, aside) == 0)
        try await rig.withLibrary {
            let none = try await rig.inbox.findings()
            #expect(none.failure?.contains(rig.settings.program) == true, "\(none)")
            #expect(rename(aside, rig.settings.program) == 0)
            guard case .ready(let listing) = await rig.library.refresh() else {
                Issue.record("\(rig.library.state)")
                return
            }
            #expect(listing.clips.count == 1)
        }
    }

    @Test("However many ask at once, each is answered")
    func many() async throws {
        let rig = try PlayerRig(["a.wav"])
        try await rig.withLibrary {
            _ = try await rig.inbox.findings()
            let answers = await withTaskGroup(of: Int.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        if case .ready(let listing) = await rig.library.refresh() { listing.clips.count } else { 0 }
                    }
                }
                return await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(answers == Array(repeating: 1, count: 50))
        }
    }

    @Test("The stop does not wait for a check that hangs; who asks afterwards gets the last state")
    func stop() async throws {
        let rig = try PlayerRig(["a.wav"])
        var clip: Clip?
        try await rig.withLibrary {
            clip = try await rig.inbox.findings().clips[Self.name]
            try rig.folder.write("x", to: "clips/slow.wav")
            rig.library.lookAgain()
            try await eventually("the check does not begin") {
                FileManager.default.fileExists(atPath: rig.folder.path("clips/slow.wav.begun"))
            }
        }
        guard case .ready(let listing) = await rig.library.refresh() else {
            Issue.record("\(rig.library.state)")
            return
        }
        #expect(listing.clips.values.first == clip)
    }
}
