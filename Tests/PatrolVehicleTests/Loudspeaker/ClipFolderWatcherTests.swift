import Foundation
import PatrolCore
import PatrolSystem
import Synchronization
import Testing

@testable import PatrolVehicle

/// A real inotify on real folders. The watcher waits by the kernel's clock, so these tests take the time that it waits.
@Suite("Watching the clips folder", .serialized)
final class ClipFolderWatcherTests {
    private let folder: ClipsFolder
    private let looks = Counter()
    private var watcher: ClipFolderWatcher?

    private final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func increase() { count.withLock { $0 += 1 } }
    }

    init() throws {
        folder = try ClipsFolder()
    }

    deinit {
        watcher?.stop()
    }

    /// Watches a path in the temporary folder.
    private func watch(_ path: String = "clips") throws {
        let looks = looks
        let watcher = ClipFolderWatcher(
            path: folder.path(path),
            clocks: .system,
            changes: ClipFolderChanges(pause: .milliseconds(40), patience: .milliseconds(400)),
            handler: { looks.increase() }
        )
        try watcher.start()
        self.watcher = watcher
        #expect(watcher.failure == nil)
    }

    private func make(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
    }

    private func move(_ old: String, _ new: String) throws {
        try #require(rename(folder.path(old), folder.path(new)) == 0)
    }

    /// Does something that must be followed by a look.
    private func look(
        after what: Comment,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ action: () throws -> Void
    ) throws {
        let before = looks.value
        try action()
        try waitUntil(what, sourceLocation: sourceLocation) { looks.value > before }
        // It rests now, in real time by nature: that nothing more comes of it is told by nobody.
        usleep(100_000)
    }

    /// Does something that is none of the watcher's business; five pauses are enough to be sure.
    private func noLook(
        after what: Comment,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ action: () throws -> Void
    ) throws {
        let before = looks.value
        try action()
        // Real time by nature, as above.
        usleep(200_000)
        #expect(looks.value == before, what, sourceLocation: sourceLocation)
    }

    @Test("Files that come, change and go; what is no clip, and what is only read, is passed over")
    func files() throws {
        try make("clips")
        try watch()
        try noLook(after: "nothing") {}
        try look(after: "written") { try folder.write("RIFF", to: "clips/a.wav") }
        try folder.write("RIFF", to: "b.wav")
        try look(after: "moved in") { try move("b.wav", "clips/b.wav") }
        try look(after: "renamed") { try move("clips/b.wav", "clips/c.wav") }
        try look(after: "changed in place") {
            let file = try #require(FileHandle(forUpdatingAtPath: folder.path("clips/a.wav")))
            try file.write(contentsOf: Data("riff".utf8))
            try file.close()
        }
        try look(after: "permissions") { chmod(folder.path("clips/a.wav"), 0o600) }
        try look(after: "linked") { link(folder.path("clips/a.wav"), folder.path("clips/d.mp3")) }
        try look(after: "removed") { unlink(folder.path("clips/c.wav")) }
        try noLook(after: "no clip") { try folder.write("x", to: "clips/notes.txt") }
        try noLook(after: "a temporary file") { try folder.write("x", to: "clips/.e.wav.Xy3zA1") }
        try look(after: "a temporary file is renamed") { try move("clips/.e.wav.Xy3zA1", "clips/e.wav") }
        try noLook(after: "reading") { _ = try folder.text(of: "clips/a.wav") }
        try noLook(after: "something beside it") { try folder.write("x", to: "other.wav") }
    }

    @Test("A copy is one look, after its end; one that takes too long is named as unfinished")
    func copies() throws {
        try make("clips")
        try watch()
        let quick = try #require(fopen(folder.path("clips/quick.wav"), "w"))
        try noLook(after: "a copy is under way") {
            fputs("RIFF", quick)
            fflush(quick)
        }
        #expect(watcher?.unfinished == ["quick.wav"])
        try look(after: "closed") { fclose(quick) }
        #expect(looks.value == 1 && watcher?.unfinished == [])
        let slow = try #require(fopen(folder.path("clips/slow.wav"), "w"))
        try look(after: "it takes too long") {
            fputs("RIFF", slow)
            fflush(slow)
        }
        #expect(watcher?.unfinished == ["slow.wav"])
        try look(after: "closed after all") { fclose(slow) }
        #expect(watcher?.unfinished == [])
    }

    @Test("A folder that is not there yet, with its parents; that goes and comes back")
    func comings() throws {
        try watch("media/usb/clips")
        try noLook(after: "a parent") { try make("media") }
        try noLook(after: "another parent") { try make("media/usb") }
        try look(after: "the folder") { try make("media/usb/clips") }
        try look(after: "a file in it") { try folder.write("RIFF", to: "media/usb/clips/a.wav") }
        try look(after: "renamed away") { try move("media/usb/clips", "media/usb/old") }
        try noLook(after: "a file in what is no longer it") { try folder.write("RIFF", to: "media/usb/old/b.wav") }
        try look(after: "renamed back") { try move("media/usb/old", "media/usb/clips") }
        try look(after: "a file in it again") { try folder.write("RIFF", to: "media/usb/clips/c.wav") }
        try look(after: "a parent is renamed away") { try move("media/usb", "media/sda") }
        try look(after: "and back") { try move("media/sda", "media/usb") }
        try look(after: "all is removed") { try FileManager.default.removeItem(atPath: folder.path("media")) }
        try look(after: "and restored") {
            try make("media/usb/clips")
            try folder.write("RIFF", to: "media/usb/clips/a.wav")
        }
        try look(after: "permissions") { chmod(folder.path("media/usb/clips"), 0o700) }
    }

    @Test("Links on the way are followed, and seen when they lead elsewhere")
    func links() throws {
        for name in ["v1/clips", "v2/clips", "other"] { try make(name) }
        symlink("v1", folder.path("current"))
        try watch("current/clips")
        try look(after: "a file") { try folder.write("RIFF", to: "v1/clips/a.wav") }
        symlink("v2", folder.path("next"))
        try look(after: "the link is swapped") { try move("next", "current") }
        try look(after: "a file in the new place") { try folder.write("RIFF", to: "v2/clips/a.wav") }
        try noLook(after: "a file in the old place") { try folder.write("RIFF", to: "v1/clips/b.wav") }
        try look(after: "the folder becomes a link") {
            try move("v2/clips", "v2/before")
            symlink(folder.path("other"), folder.path("v2/clips"))
        }
        try look(after: "a file behind it") { try folder.write("RIFF", to: "other/a.wav") }
        try look(after: "a link in a circle") {
            unlink(folder.path("v2/clips"))
            symlink("clips", folder.path("v2/clips"))
        }
        try look(after: "the circle is broken") {
            unlink(folder.path("v2/clips"))
            try make("v2/clips")
        }
    }

    @Test("Stopping is at once, also in the middle of a change, and leaves no descriptor open")
    func stopping() throws {
        try make("clips")
        let before = try descriptors()
        for _ in 0..<20 {
            try watch()
            try folder.write("RIFF", to: "clips/a.wav")
            watcher?.stop()
            watcher?.stop()
        }
        watcher = nil
        try waitUntil("the descriptors are closed") { (try? descriptors()) ?? .max < before + 20 }
        let count = looks.value
        // As above.
        usleep(200_000)
        #expect(looks.value == count, "nothing is told after the stop")
    }
}
