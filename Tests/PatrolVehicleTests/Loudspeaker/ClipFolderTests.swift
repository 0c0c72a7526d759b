import Foundation
import PatrolCore
import PatrolSystem
import Synchronization
import Testing

@testable import PatrolVehicle

@Suite("The clips folder", .serialized)
struct ClipFolderTests {
    private let folder: ClipsFolder
    private let manifest: String
    private let settings: PlayerSettings

    init() throws {
        folder = try ClipsFolder()
        try FileManager.default.createDirectory(atPath: folder.path("clips"), withIntermediateDirectories: true)
        manifest = folder.path("clips.json")
        settings = try FakeChecker.settings(log: folder.path("log"))
    }

    private func refresh(
        needed: Set<ClipName> = [],
        targetLUFS: Double = -16,
        unfinished: Set<ClipName> = [],
        limit: Duration = .seconds(20)
    ) throws -> ClipListing {
        try ClipFolder(
            path: folder.path("clips"),
            manifest: manifest,
            settings: settings,
            needed: needed,
            targetLUFS: targetLUFS,
            limit: limit,
            clocks: .system
        ).refresh(unfinished: unfinished)
    }

    /// What the checker was asked to check since the last time, by name.
    private func checked() throws -> [String] {
        defer { try? FileManager.default.removeItem(atPath: folder.path("log")) }
        guard FileManager.default.fileExists(atPath: folder.path("log")) else { return [] }
        return try folder.text(of: "log").split(separator: "\n").map { String($0.split(separator: "/").last ?? "") }
    }

    private func write(_ names: String...) throws {
        for name in names { try folder.write("RIFF", to: "clips/\(name)") }
    }

    private static func clip(_ name: ClipName) -> Clip {
        Clip(
            name: name,
            sha256: String(repeating: "0a", count: 32),
            frames: 48_000,
            sampleRate: 16_000,
            channels: 1,
            loudnessLUFS: -20.25,
            truePeakDBTP: -1.5,
            loudnessAtTargetLUFS: -16.5
        )
    }

    @Test("Which files are clips, in which order, and what is wrong with the others")
    func names() throws {
        let unseen = "control characters, or with some that nobody sees"
        try write("b.wav", "A.FLAC", "c.Ogg", "巡逻 1.mp3", "notes.txt", "wav", ".hidden.wav", "x.wav.bak", "d.mp4")
        let long = String(repeating: "n", count: 125) + ".wav"
        let fits = String(repeating: "f", count: 124) + ".wav"
        try write(long, fits, "line\nbreak.wav")
        let latin = Array((folder.path("clips") + "/").utf8) + [0xE4] + Array(".wav".utf8) + [0]
        close(creat(latin.map { CChar(bitPattern: $0) }, 0o600))
        try FileManager.default.createDirectory(atPath: folder.path("clips/z.wav"), withIntermediateDirectories: true)
        symlink("b.wav", folder.path("clips/link.wav"))
        mkfifo(folder.path("clips/pipe.wav"), 0o600)
        let listing = try refresh()
        #expect(
            listing.entries
                == [
                    ClipEntry(name: "A.FLAC", verdict: .good(Self.clip("A.FLAC"))),
                    ClipEntry(name: "b.wav", verdict: .good(Self.clip("b.wav"))),
                    ClipEntry(name: "c.Ogg", verdict: .good(Self.clip("c.Ogg"))),
                    ClipEntry(name: ClipName(fits), verdict: .good(Self.clip(ClipName(fits)))),
                    ClipEntry(name: "line\nbreak.wav", verdict: .bad(reason: "has a name with \(unseen)")),
                    ClipEntry(name: "link.wav", verdict: .bad(reason: "is not a regular file")),
                    ClipEntry(name: ClipName(long), verdict: .bad(reason: "has a name of more than 128 bytes")),
                    ClipEntry(name: "pipe.wav", verdict: .bad(reason: "is not a regular file")),
                    ClipEntry(name: "z.wav", verdict: .bad(reason: "is not a regular file")),
                    ClipEntry(
                        name: ClipName(bytes: [0xE4] + Array(".wav".utf8)),
                        verdict: .bad(reason: "has a name that is no UTF-8")
                    ),
                    ClipEntry(name: "巡逻 1.mp3", verdict: .good(Self.clip("巡逻 1.mp3"))),
                ].sorted { $0.name < $1.name }
        )
        #expect(listing.clips.count == 5 && listing.checked == 5 && listing.manifestFailure == nil)
    }

    @Test("Two files whose names Unicode counts as one are two clips, and stay so over a restart")
    func twins() throws {
        let names: [ClipName] = ["bad-cafe\u{301}.wav", "caf\u{E9}.wav", "cafe\u{301}.wav"]
        for name in names { close(creat(folder.path("clips/\(name)"), 0o600)) }
        let first = try refresh()
        #expect(first.entries.map(\.name) == [names[0], names[2], names[1]])
        #expect(first.clips.count == 2 && first.checked == 3)
        let second = try refresh()
        #expect(second.checked == 0 && second.entries == first.entries, "the manifest knows each of them")
        let clips = try ClipFolder(path: folder.path("clips"), manifest: manifest, settings: settings, clocks: .system)
        _ = try clips.refresh()
        unlink(folder.path("clips/\(names[1])"))
        #expect(!clips.isAsChecked(Self.clip(names[1])))
        #expect(clips.isAsChecked(Self.clip(names[2])))
    }

    @Test("What is known is not checked again, bad or good; what was changed, replaced or has come is")
    func cache() throws {
        try write("a.wav", "bad.wav", "c.wav", "d.wav")
        #expect(try refresh().checked == 4)
        #expect(try checked() == ["a.wav", "bad.wav", "c.wav", "d.wav"])
        let first = try refresh()
        #expect(first.checked == 0 && first.clips.count == 3)
        #expect(first.entries[1].verdict == .bad(reason: "Format not recognised"))
        #expect(try checked() == [])
        // The same size, and the time of modification put back: only the inode's own time tells.
        let before = try FileManager.default.attributesOfItem(atPath: folder.path("clips/a.wav"))
        let file = try #require(FileHandle(forUpdatingAtPath: folder.path("clips/a.wav")))
        try file.write(contentsOf: Data("riff".utf8))
        try file.close()
        try FileManager.default.setAttributes(
            [.modificationDate: try #require(before[.modificationDate])],
            ofItemAtPath: folder.path("clips/a.wav")
        )
        try folder.write("RIFF, longer", to: "clips/c.wav")
        try FileManager.default.removeItem(atPath: folder.path("clips/d.wav"))
        try write("e.wav")
        let second = try refresh()
        #expect(try checked() == ["a.wav", "c.wav", "e.wav"])
        #expect(second.entries.map(\.name) == ["a.wav", "bad.wav", "c.wav", "e.wav"])
        #expect(try !folder.text(of: "clips.json").contains("\"d.wav"), "what is gone is forgotten")
    }

    @Test(
        "A manifest that is damaged, foreign or of another version knows nothing, and is replaced",
        arguments: [
            "", "{", "null", #"{"version":2}"#, #"{"version":3,"target":-16,"clips":[]}"#,
            String(repeating: "[", count: 100_000), String(repeating: " ", count: 2_000_000), "half", "lies", "older",
        ]
    )
    func damagedManifest(text: String) throws {
        try write("a.wav", "bad.wav")
        _ = try refresh()
        let whole = try folder.text(of: "clips.json")
        switch text {
        case "half": try folder.write(String(whole.prefix(whole.count / 2)), to: "clips.json")
        // What version 1 found was measured and judged in another way.
        case "older": try folder.write(whole.replacing(#""version":2"#, with: #""version":1"#), to: "clips.json")
        case "lies": try folder.write(whole.replacing("48000", with: "-1"), to: "clips.json")
        default: try folder.write(text, to: "clips.json")
        }
        _ = try checked()
        let listing = try refresh()
        #expect(try checked() == (text == "lies" ? ["a.wav"] : ["a.wav", "bad.wav"]))
        #expect(listing.clips == ["a.wav": Self.clip("a.wav")])
        #expect(try folder.text(of: "clips.json") == whole)
        #expect(!FileManager.default.fileExists(atPath: manifest + ".new"))
    }

    @Test("What could not be told is bad now and is checked again next time", .timeLimit(.minutes(1)))
    func untold() throws {
        try write("crash.wav", "hang.wav", "mute.wav", "nonsense.wav", "poor.wav", "torrent.wav", "z.wav")
        let first = try refresh(limit: .milliseconds(500))
        let reasons = first.entries.map { if case .bad(let reason) = $0.verdict { reason } else { "good" } }
        #expect(
            reasons == [
                "crashes the player that checks it (signal 11)", "takes longer to check than 0.5 seconds",
                "could not be checked: the check exited with 0 and gave no answer",
                "could not be checked: the check's answer cannot be read: well, well",
                "could not be checked: the check says too little",
                "could not be checked: the check exited with 0 and gave no answer", "good",
            ]
        )
        _ = try checked()
        let second = try refresh(limit: .milliseconds(500))
        #expect(second.checked == 6)
        #expect(try !checked().contains("z.wav"))
    }

    @Test("A file that changes while it is checked is not trusted")
    func changing() throws {
        try write("touchy.wav")
        #expect(try refresh().entries[0].verdict == .bad(reason: "changed while it was checked"))
        #expect(try refresh().checked == 1)
    }

    @Test("Another common loudness makes everything be measured again, once")
    func target() throws {
        try write("a.wav", "bad.wav")
        #expect(try refresh().checked == 2)
        #expect(try refresh(targetLUFS: -20).checked == 2)
        #expect(try refresh(targetLUFS: -20).checked == 0)
    }

    @Test("A file that somebody is writing is not checked, but named")
    func unfinished() throws {
        try write("a.wav", "slow.wav")
        let first = try refresh(unfinished: ["slow.wav"])
        #expect(first.entries.last == ClipEntry(name: "slow.wav", verdict: .bad(reason: "is still being written")))
        #expect(try checked() == ["a.wav"])
        #expect(try refresh().clips.count == 2)
        #expect(try checked() == ["slow.wav"])
    }

    @Test(
        "More than 500 files: what programmes name is taken, then the first by name; the others are counted and named"
    )
    func bound() throws {
        // Known as they are from a manifest, so that no process is needed for each.
        for number in 0..<503 { try write("bad-\(1000 + number).wav") }
        let cancelled = try ClipFolder(
            path: folder.path("clips"),
            manifest: manifest,
            settings: settings,
            clocks: .system
        )
        let seen = Mutex<[ClipName]>([])
        #expect(throws: ClipFolderError.cancelled) {
            try cancelled.refresh { entry in
                seen.withLock { $0.append(entry.name) }
                if entry.name == "bad-1009.wav" { cancelled.cancel() }
            }
        }
        #expect(seen.withLock { $0.count } == 10)
        #expect(throws: ClipFolderError.cancelled) { try cancelled.refresh() }
        let listing = try refresh()
        #expect(listing.checked == 490, "what was found before the cancelling was kept")
        let rest: [ClipName] = ["bad-1500.wav", "bad-1501.wav", "bad-1502.wav"]
        #expect(listing.entries.count == 500 && listing.leftOut == .init(count: 3, bound: 500, firstNames: rest))
        #expect(listing.entries.last?.name == "bad-1499.wav")
        #expect(try refresh().checked == 0)
        let needed = try refresh(needed: ["bad-1501.wav", "missing.wav"])
        let others: [ClipName] = ["bad-1499.wav", "bad-1500.wav", "bad-1502.wav"]
        #expect(needed.entries.count == 500 && needed.leftOut == .init(count: 3, bound: 500, firstNames: others))
        #expect(needed.entries.last?.name == "bad-1501.wav" && needed.checked == 1)
    }

    @Test("However many files there are, the first by name are found, and the others counted")
    func many() throws {
        for number in 0..<6000 { close(creat(folder.path("clips/\(number * 7919 % 6000 + 10_000).wav"), 0o600)) }
        let choice = try ClipFolder.choice(of: 500, in: folder.path("clips"), needed: ["15999.wav"])
        let names = (0..<499).map { ClipName("\($0 + 10_000).wav") } + ["15999.wav"]
        #expect(choice.names == names)
        #expect(choice.leftOut?.count == 5500)
        #expect(choice.leftOut?.firstNames == ["10499.wav", "10500.wav", "10501.wav"])
        let all = try ClipFolder.choice(of: 6000, in: folder.path("clips"), needed: [])
        #expect(all.names.count == 6000 && all.leftOut == nil)
    }

    @Test("Cancelling ends a check that hangs, from another thread")
    func cancelling() throws {
        try write("a.wav", "hang.wav")
        let clips = try ClipFolder(
            path: folder.path("clips"),
            manifest: manifest,
            settings: settings,
            limit: .seconds(3600),
            clocks: .system
        )
        let ended = Mutex<ClipFolderError?>(nil)
        let thread = try NativeThread(name: "clips") {
            do throws(ClipFolderError) {
                _ = try clips.refresh()
            } catch {
                ended.withLock { $0 = error }
            }
        }
        try waitUntil("hang.wav is being checked") { (try? folder.text(of: "log"))?.contains("hang") == true }
        clips.cancel()
        thread.join()
        #expect(ended.withLock { $0 } == .cancelled)
    }

    @Test("No folder, no program, no place for the manifest: each is told with its path")
    func failures() throws {
        let missing = folder.path("nowhere")
        func clips(_ path: String, _ manifest: String, _ program: String) throws -> ClipFolder {
            let settings = PlayerSettings(program: program, device: "", environment: settings.environment)
            return try ClipFolder(path: path, manifest: manifest, settings: settings, clocks: .system)
        }
        let program = settings.program
        #expect(throws: ClipFolderError.folder(.init(call: "opendir", errno: ENOENT, context: missing))) {
            try clips(missing, manifest, program).refresh()
        }
        #expect(try clips(folder.path("clips"), missing + "/m", program).refresh() == ClipListing())
        try write("a.wav")
        let cause = SystemCallError(call: "posix_spawn", errno: ENOENT, context: missing)
        #expect(throws: ClipFolderError.player(PlayerStartError(program: missing, cause: cause))) {
            try clips(folder.path("clips"), manifest, missing).refresh()
        }
        let listing = try clips(folder.path("clips"), missing + "/m", program).refresh()
        #expect(listing.clips.count == 1)
        #expect(listing.manifestFailure == .init(call: "open", errno: ENOENT, context: missing + "/m.new"))
        try FileManager.default.createDirectory(atPath: manifest + "/x", withIntermediateDirectories: true)
        let onFolder = try clips(folder.path("clips"), manifest, program).refresh()
        #expect(onFolder.manifestFailure?.context == manifest && onFolder.clips.count == 1)
        #expect(!FileManager.default.fileExists(atPath: manifest + ".new"))
    }

    @Test("Checks run behind everything else, and leave no descriptor behind")
    func niceness() throws {
        let before = try descriptors()
        for number in 0..<100 { try write("bad-\(number).wav") }
        try write("nice.wav")
        let verdict = try refresh().entries.first { $0.name == "nice.wav" }?.verdict
        #expect(verdict == .bad(reason: "niceness \(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) + 10)"))
        try waitUntil("the descriptors are closed") { (try? descriptors()) ?? .max < before + 50 }
    }
}

/// A `patrol-player check` that judges by the names of the files.
private enum FakeChecker {
    static let program = TestProgram.make("patrold-fake-checker", script)

    static func settings(log: String) throws -> PlayerSettings {
        PlayerSettings(
            program: try #require(program),
            device: "",
            environment: ["PATH": "/usr/bin:/bin", "LOG": log]
        )
    }

    private static let script = #"""
        #!/bin/bash
        [ "$1" = check ] && [ "${2%=*}" = --target ] && [ $# = 3 ] || exit 1
        file=$3
        echo "$file" >> "$LOG"
        bad() { echo '{"file":"","ok":false,"reason":"'"$1"'"}'; exit 2; }
        case "${file##*/}" in
        bad*) bad 'Format not recognised' ;;
        crash*) kill -SEGV $$ ;;
        hang*) exec sleep 1000 ;;
        mute*) exit 0 ;;
        nonsense*) echo 'well, well'; exit 0 ;;
        poor*) echo '{"file":"","ok":true,"sha256":"00"}'; exit 0 ;;
        torrent*) head -c 1000000 /dev/zero | tr '\0' x; exit 0 ;;
        touchy*) echo more >> "$file" ;;
        nice*)
            # Niced right after the start, so a moment may pass.
            for ((i = 0; i < 2000; i++)); do
                read -r _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ nice _ < /proc/$$/stat
                [ "$nice" -ge 10 ] && break
            done
            bad "niceness $nice" ;;
        esac
        sum=0a0a0a0a0a0a0a0a; sum=$sum$sum$sum$sum
        echo '{"file":"","ok":true,"sha256":"'$sum'","frames":48000,"rate":16000,"channels":1,"duration_s":3,' \
            '"loudness_lufs":-20.25,"true_peak_dbtp":-1.5,"at_target_lufs":-16.5,"length":"claimed"}'
        """#
}
