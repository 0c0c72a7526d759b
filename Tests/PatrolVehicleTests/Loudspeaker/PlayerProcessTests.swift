import Foundation
import PatrolCore
import PatrolSystem
import PatrolVehicle
import Testing

@Suite("A player as a process", .serialized)
struct PlayerProcessTests {
    private let folder: ClipsFolder
    private let log = PlayLog()

    init() throws {
        folder = try ClipsFolder()
    }

    @Test("A clip that ends by itself: what the player is asked, and what it tells")
    func finished() throws {
        let deadline = Clocks.system.now() + .seconds(3600)
        let player = try folder.play("finish", deadline: deadline, gain: -3.5, log: log)
        let end = try log.end().end
        player.join()
        #expect(end == PlayEnd(.finished, framesPlayed: 4711, framesTotal: 80_000, reason: nil))
        guard case .started(let start) = log.all.first else {
            Issue.record("no start: \(log.all)")
            return
        }
        #expect(start.sampleRate == 8000 && start.channels == 1 && start.framesTotal == 80_000)
        #expect(
            try folder.text(of: "finish.log")
                == "play --device null --gain=-3.5 --deadline \(deadline.nanosecondsSinceBoot) "
                + "\(folder.path("finish"))\n"
        )
    }

    @Test("Without a deadline the player is told of none")
    func noDeadline() throws {
        let player = try folder.play("finish", log: log)
        player.join()
        #expect(try !folder.text(of: "finish.log").contains("--deadline"))
    }

    @Test("A new deadline and the stop reach the player as lines, and it ends in its own words")
    func obedience() throws {
        let player = try folder.play("obey", log: log)
        try log.waitForStart()
        let deadline = Clocks.system.now() + .seconds(3600)
        player.changeDeadline(deadline)
        // The order of two lines is kept only if the first was taken; the latest deadline wins in any case.
        try waitForText("deadline \(deadline.nanosecondsSinceBoot)", in: "obey.log")
        player.stop()
        player.join()
        #expect(try log.end().end.how == .stopped)
        #expect(try folder.text(of: "obey.log") == "deadline \(deadline.nanosecondsSinceBoot)\nstop \n")
    }

    @Test("Nothing of the daemon's goes with it: no descriptor, no signal mask, no ignored signal, no variable")
    func inheritance() throws {
        // Not close-on-exec, as a library might leave one.
        let leak = fcntl(2, F_DUPFD, 77)
        try #require(leak >= 77)
        defer { close(leak) }
        let ignored = signal(SIGUSR2, SIG_IGN)
        defer { _ = signal(SIGUSR2, ignored) }
        var usual = sigset_t()
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &usual)
        defer { pthread_sigmask(SIG_SETMASK, &usual, nil) }
        let own = ["NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "1", "LISTEN_FDS": "1", "HOME": "/home/cart"]
        let settings = try FakePlayer.settings(environment: PlayerSettings.environment(from: own))
        let player = try folder.play("ask", settings: settings, log: log)
        player.join()
        let lines = try folder.text(of: "ask.log").split(separator: "\n").map(String.init)
        for name in ["SigBlk:", "SigIgn:"] {
            let line = try #require(lines.first { $0.hasPrefix(name) })
            let mask = try #require(UInt64(line.split(separator: "\t")[1], radix: 16))
            // 32 and 33 belong to glibc, whose posix_spawn(3) leaves them ignored until the program takes them.
            #expect(mask & 0x7FFF_FFFF == 0, "\(line)")
        }
        let open = try #require(lines.first { $0.hasPrefix("/proc/") }).split(separator: " ")
            .compactMap { Int($0.split(separator: "/").last ?? "") }
        // 3 is the folder being read, 255 bash's own script.
        #expect(Set(open).isSuperset(of: [0, 1, 2]) && Set(open).isSubset(of: [0, 1, 2, 3, 255]), "\(open)")
        #expect(lines.contains("HOME=/home/cart"))
        #expect(!lines.contains { $0.hasPrefix("NOTIFY") || $0.hasPrefix("WATCHDOG") || $0.hasPrefix("LISTEN") })
        let group = try #require(lines.first { $0.hasPrefix("group ") }).split(separator: " ")
        #expect(group.count == 3 && group[1] == group[2], "it leads a group of its own: \(group)")
    }

    @Test(
        "A program that is missing, is a folder or cannot be executed is an error that names it",
        arguments: [("/nonexistent/patrol-player", ENOENT), ("/etc", EACCES), ("/etc/passwd", EACCES)]
    )
    func noProgram(path: String, code: Int32) throws {
        let settings = PlayerSettings(program: path, device: "null", environment: [:])
        let error = #expect(throws: PlayerStartError.self) { try folder.play("finish", settings: settings, log: log) }
        #expect(error?.program == path)
        #expect(error?.cause.errno == code)
        #expect(error?.description.hasPrefix("\(path) failed to start: ") == true)
        #expect(log.all.isEmpty)
    }

    @Test(
        "How a player ends without having been touched",
        arguments: [
            ("silent", PlayEnd.How.killed, "exited with 0 without a last line"),
            ("usage", .killed, "exited with 1 without a last line; its standard error: usage: ..."),
            ("no-file", .fileFailed, "exited with 2 without a last line; its standard error: no such file"),
            ("no-device", .deviceFailed, "exited with 3 without a last line"),
            ("contradiction", .deviceFailed, "it said finished, then exited with 3"),
            (
                "crash", .killed,
                "ended by signal 11 without a last line; the frames are estimated from the time; "
                    + "its standard error: Fatal error: index out of range"
            ),
        ]
    )
    func untouched(clip: String, how: PlayEnd.How, reason: String) throws {
        let player = try folder.play(clip, log: log)
        let end = try log.end().end
        player.join()
        #expect(end.how == how)
        #expect(end.reason == reason)
    }

    @Test(
        "What is not the protocol ends the player at once",
        arguments: [
            ("garbage", "not a line of its protocol: ALSA says hello"), ("huge", "a line longer than 4096 bytes"),
            ("twice", "it started twice"),
        ]
    )
    func defects(clip: String, reason: String) throws {
        let player = try folder.play(clip, log: log)
        let end = try log.end().end
        player.join()
        #expect(end.how == .killed)
        #expect(end.reason?.contains("ended by signal 9 without a last line (SIGKILL: \(reason))") == true, "\(end)")
    }

    @Test("Who says that it ended and does not exit is ended; what it said counts")
    func lingering() throws {
        let player = try folder.play("lingering", log: log)
        let end = try log.end().end
        player.join()
        #expect(end.how == .finished && end.framesPlayed == 4711)
        #expect(end.reason == "it said finished, then ended by signal 9 (SIGKILL: it did not exit)")
    }

    @Test("Who closes its output and does not exit is ended too")
    func closedOutput() throws {
        let player = try folder.play("closed", log: log)
        let end = try log.end().end
        player.join()
        let reason = "ended by signal 9 without a last line (SIGKILL: it did not exit)"
        #expect(end == PlayEnd(.killed, framesPlayed: 0, framesTotal: nil, reason: reason))
    }

    @Test("What a player has started does not outlive it, and holding its output does not delay its end")
    func family() throws {
        let player = try folder.play("family", log: log)
        #expect(try log.end().end.how == .finished)
        player.join()
        let child = try #require(Int32(folder.text(of: "family.log").trimmingCharacters(in: .newlines)))
        // A zombie is as good as gone: its new parent reaps it when it likes.
        try waitUntil("the child is dead") {
            let stat = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
            return stat?.contains(") Z ") ?? true
        }
    }

    @Test("A hundred plays and failed starts leave no descriptor, no process and no thread behind")
    func leaks() throws {
        let settings = try FakePlayer.settings()
        let missing = PlayerSettings(program: "/nonexistent", device: "null", environment: [:])
        let before = (try descriptors(), try threads())
        for round in 0..<100 {
            let log = PlayLog()
            let clip = ["finish", "garbage", "crash", "silent", "obey"][round % 5]
            let player = try folder.play(clip, settings: settings, log: log)
            player.stop()
            player.join()
            _ = try log.end()
            #expect(isGone(player.pid), "\(clip): the process is not reaped")
            #expect(throws: PlayerStartError.self) { try folder.play(clip, settings: missing, log: log) }
        }
        // Other tests of this process open and close some at the same time; a leak would be a hundred at least.
        try waitUntil("the descriptors are closed") { (try? descriptors()) ?? .max < before.0 + 50 }
        try waitUntil("the threads are gone") { (try? threads()) ?? .max <= before.1 }
    }

    private func waitForText(_ text: String, in name: String) throws {
        try waitUntil("\(name) has \(text)") { (try? folder.text(of: name))?.contains(text) == true }
    }
}

/// Waits for what no callback tells: the doings of foreign processes. Looks again every millisecond, 20 s at most.
func waitUntil(
    _ what: Comment,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () -> Bool
) throws {
    for _ in 0..<20_000 {
        if condition() { return }
        usleep(1000)
    }
    try #require(condition(), what, sourceLocation: sourceLocation)
}

/// The descriptors that are open now, without the one that looks.
func descriptors() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
}

private func threads() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").filter { task in
        let name = try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)
        return name?.hasPrefix("player") == true
    }.count
}

/// Whether there is no such process any more; a zombie is one that is still there.
private func isGone(_ pid: Int32) -> Bool {
    kill(pid, 0) != 0 && errno == ESRCH
}
