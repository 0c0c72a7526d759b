import Foundation
import PatrolCore
import PatrolSystem
import PatrolVehicle
import Testing

/// Real time, because the kernel's timer and its signals are what is tested; the rules themselves are in
/// ``PlayerWatchTests``, in virtual time. The upper bounds leave room for a busy machine.
@Suite("The second gate", .serialized)
struct SecondGateTests {
    private let folder: ClipsFolder
    private let log = PlayLog()

    init() throws {
        folder = try ClipsFolder()
    }

    @Test(
        "A player that has not exited 100 ms past its deadline is killed, whether it hangs, is deaf, stopped or loud",
        arguments: ["hang", "deaf", "frozen", "loud"]
    )
    func deadline(clip: String) throws {
        let deadline = Clocks.system.now() + .milliseconds(600)
        let player = try folder.play(clip, deadline: deadline, log: log)
        let (end, at) = try log.end()
        player.join()
        #expect(end.how == .killed)
        let reason = "ended by signal 9 without a last line (SIGKILL: it had not exited after its deadline)"
        #expect(end.reason?.hasPrefix(reason) == true, "\(end)")
        #expect((1...80_000).contains(end.framesPlayed), "\(end)")
        expectGate(at - deadline, clip)
    }

    @Test("A deadline that moves earlier moves the gate, for a stopped player too")
    func earlier() throws {
        let player = try folder.play("frozen", deadline: Clocks.system.now() + .seconds(3600), log: log)
        try log.waitForStart()
        let deadline = Clocks.system.now() + .milliseconds(200)
        player.changeDeadline(deadline)
        let (_, at) = try log.end()
        player.join()
        expectGate(at - deadline, "earlier")
    }

    @Test("A deadline that moves later, or away, moves the gate")
    func later() throws {
        let first = Clocks.system.now() + .milliseconds(400)
        let player = try folder.play("deaf", deadline: first, log: log)
        let second = first + .milliseconds(500)
        player.changeDeadline(nil)
        player.changeDeadline(second)
        let (_, at) = try log.end()
        player.join()
        expectGate(at - second, "later")
    }

    @Test("A stop ends a player that hangs by SIGTERM after 200 ms, and one that ignores it by SIGKILL 500 ms later")
    func stop() throws {
        for (clip, signal, earliest) in [("hang", 15, 200), ("deaf", 9, 700), ("frozen", 9, 700)] {
            let log = PlayLog()
            let player = try folder.play(clip, log: log)
            try log.waitForStart()
            let asked = Clocks.system.now()
            player.stop()
            let (end, at) = try log.end()
            player.join()
            #expect(end.how == .killed)
            #expect(end.reason?.contains("ended by signal \(signal) ") == true, "\(clip): \(end)")
            #expect(at - asked >= .milliseconds(earliest), "\(clip): \(at - asked)")
            #expect(at - asked < .milliseconds(earliest + 500), "\(clip): \(at - asked)")
        }
    }

    @Test("A stop does not put off the deadline")
    func stopAndDeadline() throws {
        let deadline = Clocks.system.now() + .milliseconds(300)
        let player = try folder.play("deaf", deadline: deadline, log: log)
        try log.waitForStart()
        player.stop()
        let (_, at) = try log.end()
        player.join()
        expectGate(at - deadline, "stop")
    }

    @Test("Whoever is told may hang: the player dies in time all the same")
    func hangingHandler() throws {
        let hang = DispatchSemaphore(value: 0)
        let log = log
        let deadline = Clocks.system.now() + .milliseconds(400)
        let settings = try FakePlayer.settings()
        let player = try PlayerProcess(
            file: folder.path("deaf"),
            gainDecibels: 0,
            deadline: deadline,
            settings: settings,
            clocks: .system
        ) { event in
            log.append(event)
            if event.end == nil { hang.wait() }
        }
        // Its process is reaped, although the one who was told of the start has not returned.
        try waitUntil("the player is reaped") { kill(player.pid, 0) != 0 && errno == ESRCH }
        let killed = Clocks.system.now()
        #expect(log.all.count == 1, "\(log.all)")
        expectGate(killed - deadline, "hanging handler")
        hang.signal()
        player.join()
        #expect(log.all.count == 2)
    }

    @Test("Only the daemon holds its end of a player's input, so that its death closes it")
    func onlyHolder() throws {
        let other = PlayLog()
        let players = [try folder.play("hang", log: log), try folder.play("hang", log: other)]
        try log.waitForStart()
        try other.waitForStart()
        let held = try socketInodes(of: getpid())
        let passedOn = try players.map { try socketInodes(of: $0.pid) }
        #expect(passedOn.map(\.count) == [3, 3])
        #expect(passedOn[0].isDisjoint(with: passedOn[1]))
        for inodes in passedOn { #expect(inodes.isDisjoint(with: held)) }
        for player in players {
            player.stop()
            player.join()
        }
    }

    /// The measure is printed: it is what the promise of silence rests on when a player fails.
    private func expectGate(_ delay: Duration, _ what: String) {
        print("second gate, \(what): \(delay.nanoseconds / 1000) µs after the deadline")
        #expect(delay >= .milliseconds(100) && delay < .milliseconds(600), "\(what): \(delay)")
    }

    private func socketInodes(of pid: Int32) throws -> Set<String> {
        let folder = "/proc/\(pid)/fd"
        return Set(
            try FileManager.default.contentsOfDirectory(atPath: folder).compactMap {
                try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")
            }.filter { $0.hasPrefix("socket:") }
        )
    }
}
