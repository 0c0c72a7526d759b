import PatrolCore
import Testing

@testable import PatrolVehicle

@Suite("The watch over a player, in virtual time")
struct PlayerWatchTests {
    private static let start = Instant(nanosecondsSinceBoot: 5_000_000_000)
    private static let started = PlayStart(at: start, sampleRate: 48_000, channels: 2, framesTotal: 96_000)

    private static func at(_ milliseconds: Int) -> Instant { start + .milliseconds(milliseconds) }

    private static func watch(deadline: Instant?) -> PlayerWatch { PlayerWatch(deadline: deadline, at: start) }

    private static func end(
        _ how: PlayEnd.How,
        frames: Int64 = 100,
        total: Int64? = 96_000,
        reason: String? = nil
    ) -> PlayEnd {
        PlayEnd(how, framesPlayed: frames, framesTotal: total, reason: reason)
    }

    @Test("The gate is exactly 100 ms past the deadline; one that is past already counts from the telling")
    func gate() {
        #expect(Self.watch(deadline: nil).wakeAt == nil)
        #expect(Self.watch(deadline: Self.at(1000)).wakeAt == Self.at(1100))
        #expect(Self.watch(deadline: Self.at(-60_000)).wakeAt == Self.at(100))
        var watch = Self.watch(deadline: Self.at(1000))
        #expect(watch.handle(.wakeUp, at: Self.at(1100) - .nanoseconds(1)) == [])
        #expect(watch.handle(.wakeUp, at: Self.at(1100)) == [.kill])
        #expect(watch.handle(.wakeUp, at: Self.at(1101)) == [], "once is enough")
    }

    @Test("A changed deadline is passed on and moves the gate; none is the end of time")
    func change() {
        var watch = Self.watch(deadline: Self.at(1000))
        let later = Self.at(3000)
        #expect(
            watch.handle(.changeDeadline(later), at: Self.at(10)) == [.send("deadline \(later.nanosecondsSinceBoot)")]
        )
        #expect(watch.wakeAt == Self.at(3100))
        #expect(watch.handle(.changeDeadline(nil), at: Self.at(20)) == [.send("deadline 9223372036854775807")])
        #expect(watch.wakeAt == nil)
        _ = watch.handle(.changeDeadline(Self.at(5)), at: Self.at(30))
        #expect(watch.wakeAt == Self.at(130))
    }

    @Test("Stopping: the line, SIGTERM after 200 ms, SIGKILL 500 ms later, and each once")
    func stop() {
        var watch = Self.watch(deadline: nil)
        #expect(watch.handle(.stop, at: Self.at(0)) == [.send("stop")])
        #expect(watch.handle(.stop, at: Self.at(100)) == [])
        #expect(watch.wakeAt == Self.at(200))
        #expect(watch.handle(.wakeUp, at: Self.at(199)) == [])
        #expect(watch.handle(.wakeUp, at: Self.at(200)) == [.terminate])
        #expect(watch.wakeAt == Self.at(700))
        #expect(watch.handle(.wakeUp, at: Self.at(699)) == [])
        #expect(watch.handle(.wakeUp, at: Self.at(700)) == [.kill])
        #expect(watch.handle(.stop, at: Self.at(701)) == [])
    }

    @Test(
        "The gate holds in every state before the kill",
        arguments: ["playing", "stopping", "terminating", "leaving"]
    )
    func gateInEveryState(state: String) {
        var watch = Self.watch(deadline: Self.at(250))
        switch state {
        case "stopping": _ = watch.handle(.stop, at: Self.at(200))
        case "terminating":
            _ = watch.handle(.stop, at: Self.at(0))
            #expect(watch.handle(.wakeUp, at: Self.at(200)) == [.terminate])
        case "leaving": _ = watch.handle(.line(.ended(Self.end(.deadline))), at: Self.at(240))
        default: break
        }
        #expect(watch.wakeAt == Self.at(350))
        #expect(watch.handle(.wakeUp, at: Self.at(350)) == [.kill])
    }

    @Test("After the last line, or the end of its output, there is half a second to exit")
    func leaving() {
        for input in [PlayerWatch.Input.line(.ended(Self.end(.finished))), .closedOutput] {
            var watch = Self.watch(deadline: nil)
            #expect(watch.handle(input, at: Self.at(10)) == [])
            #expect(watch.wakeAt == Self.at(510))
            #expect(watch.handle(.wakeUp, at: Self.at(510)) == [.kill])
        }
    }

    @Test("A stop is told until the end is near; nothing is told to the dying and the dead")
    func late() {
        var watch = Self.watch(deadline: nil)
        _ = watch.handle(.line(.ended(Self.end(.finished))), at: Self.at(0))
        #expect(watch.handle(.stop, at: Self.at(1)) == [])
        _ = watch.handle(.wakeUp, at: Self.at(500))
        #expect(watch.handle(.changeDeadline(Self.at(9)), at: Self.at(501)) == [])
        #expect(watch.handle(.exited(.signal(9)), at: Self.at(502)).count == 1)
        for input in [PlayerWatch.Input.stop, .changeDeadline(nil), .wakeUp, .exited(.code(0)), .closedOutput] {
            #expect(watch.handle(input, at: Self.at(600)) == [])
        }
        #expect(watch.wakeAt == nil)
    }

    @Test("A process that SIGKILL does not end is given up after 2 s, once")
    func immortal() {
        var watch = Self.watch(deadline: Self.at(0))
        _ = watch.handle(.line(.started(Self.started)), at: Self.at(0))
        #expect(watch.handle(.wakeUp, at: Self.at(100)) == [.kill])
        #expect(watch.wakeAt == Self.at(2100))
        let reason =
            "does not die without a last line (SIGKILL: it had not exited after its deadline); "
            + "the frames are estimated from the time"
        #expect(
            watch.handle(.wakeUp, at: Self.at(2100))
                == [.ended(Self.end(.killed, frames: 96_000, reason: reason))]
        )
        #expect(watch.handle(.exited(.signal(9)), at: Self.at(9000)) == [])
    }

    @Test("The start is told once, a second one is a defect, and so is a word after the last")
    func order() {
        var watch = Self.watch(deadline: nil)
        #expect(watch.handle(.line(.started(Self.started)), at: Self.at(0)) == [.started(Self.started)])
        #expect(watch.handle(.line(.started(Self.started)), at: Self.at(1)) == [.kill])
        var other = Self.watch(deadline: nil)
        _ = other.handle(.line(.ended(Self.end(.finished))), at: Self.at(0))
        #expect(other.handle(.line(.started(Self.started)), at: Self.at(1)) == [.kill])
        let reason = "it said finished, then ended by signal 9 (SIGKILL: a line after its last one)"
        #expect(
            other.handle(.exited(.signal(9)), at: Self.at(2)) == [.ended(Self.end(.finished, reason: reason))]
        )
    }

    private typealias Judgement = (said: PlayEnd.How?, exit: ChildProcess.Exit, how: PlayEnd.How, reason: String?)

    @Test("The last line and the exit, one against the other")
    func judgement() {
        let table: [Judgement] = [
            (.finished, .code(0), .finished, nil),
            (.deadline, .code(0), .deadline, nil),
            (.stopped, .code(0), .stopped, nil),
            (.parentGone, .code(0), .parentGone, nil),
            (.fileFailed, .code(2), .fileFailed, nil),
            (.deviceFailed, .code(3), .deviceFailed, nil),
            (.finished, .code(2), .fileFailed, "it said finished, then exited with 2"),
            (.deadline, .code(3), .deviceFailed, "it said deadline, then exited with 3"),
            (.finished, .code(1), .finished, "it said finished, then exited with 1"),
            (.finished, .signal(11), .finished, "it said finished, then ended by signal 11"),
            (.fileFailed, .code(3), .fileFailed, "it said file-failed, then exited with 3"),
            (.deviceFailed, .code(0), .deviceFailed, "it said device-failed, then exited with 0"),
            (.finished, .unknown, .finished, "it said finished, then ended, nobody knows how"),
            (nil, .code(0), .killed, "exited with 0 without a last line"),
            (nil, .code(2), .fileFailed, "exited with 2 without a last line"),
            (nil, .code(3), .deviceFailed, "exited with 3 without a last line"),
            (nil, .signal(6), .killed, "ended by signal 6 without a last line"),
        ]
        for row in table {
            var watch = Self.watch(deadline: nil)
            if let said = row.said { _ = watch.handle(.line(.ended(Self.end(said))), at: Self.at(1)) }
            let expected = PlayEnd(
                row.how,
                framesPlayed: row.said == nil ? 0 : 100,
                framesTotal: row.said == nil ? nil : 96_000,
                reason: row.reason
            )
            #expect(watch.handle(.exited(row.exit), at: Self.at(2)) == [.ended(expected)])
        }
    }

    @Test(
        "Frames without a last line are at most what the time allows and what there is",
        arguments: [
            (-5, 96_000, 0), (0, 96_000, 0), (500, 96_000, 24_000), (60_000, 96_000, 96_000), (60_000, nil, 2_880_000),
            (500, Int64.max, 24_000),
        ] as [(Int, Int64?, Int64)]
    )
    func estimate(milliseconds: Int, total: Int64?, expected: Int64) {
        var watch = Self.watch(deadline: nil)
        var started = Self.started
        started.framesTotal = total
        _ = watch.handle(.line(.started(started)), at: Self.at(0))
        let actions = watch.handle(.exited(.signal(9)), at: Self.at(milliseconds))
        guard case .ended(let end) = actions.first else {
            Issue.record("\(actions)")
            return
        }
        #expect(end.framesPlayed == expected && end.framesTotal == total)
        #expect(end.reason?.contains("estimated") == true)
    }
}
