import PatrolCore
import Testing

@testable import patrol_player

@Suite("The gate: silent in time, whatever the other threads do")
struct PlaybackGateTests {
    private let start = Instant(millisecondsSinceBoot: 10_000)

    private func at(_ milliseconds: Int64) -> Instant { start + .milliseconds(milliseconds) }

    private func progress(_ milliseconds: Int64, _ activity: Progress.Activity = .playing) -> PlaybackGate.Input {
        var progress = Progress(at: at(milliseconds))
        progress.activity = activity
        return .wakeUp(progress)
    }

    @Test("The device gets 40 ms to report after its deadline, then the process ends")
    func deadline() {
        var gate = PlaybackGate(at: start)
        #expect(gate.wakeAt == at(2000))
        let limit = SilenceLimit.deadline(at(1000))
        #expect(limit.fade == .milliseconds(40))
        #expect(gate.handle(.deadline(at(1000)), at: start) == [.limit(limit)])
        #expect(gate.wakeAt == at(1040))
        #expect(gate.handle(progress(1039), at: at(1039)) == [])
        #expect(gate.handle(progress(1039), at: at(1040)) == [.leave(Ending(how: .deadline))])
        #expect(gate.wakeAt == nil)
        #expect(gate.handle(.stop(reason: nil), at: at(1041)) == [], "everything is said")
    }

    @Test("A deadline can be moved both ways, and one in the past means now")
    func moved() {
        var gate = PlaybackGate(at: start)
        #expect(gate.handle(.deadline(at(1000)), at: start) == [.limit(.deadline(at(1000)))])
        #expect(gate.handle(.deadline(at(1500)), at: at(100)) == [.limit(.deadline(at(1500)))])
        #expect(gate.wakeAt == at(1540))
        #expect(gate.handle(.deadline(at(50)), at: at(200)) == [.limit(.deadline(at(50)))])
        #expect(gate.handle(progress(200), at: at(200)) == [.leave(Ending(how: .deadline))])
    }

    @Test("A stop fades for 20 ms; no later deadline takes it back, an earlier one counts")
    func stop() {
        var gate = PlaybackGate(at: start)
        _ = gate.handle(.deadline(at(1000)), at: start)
        let limit = SilenceLimit.stop(at: at(100), reason: "a signal")
        #expect(limit.at == at(120) && limit.fade == .milliseconds(20))
        #expect(gate.handle(.stop(reason: "a signal"), at: at(100)) == [.limit(limit)])
        #expect(gate.handle(.stop(reason: nil), at: at(110)) == [], "the first one counts")
        #expect(gate.handle(.deadline(at(5000)), at: at(110)) == [])
        #expect(gate.handle(.deadline(at(115)), at: at(111)) == [.limit(.deadline(at(115)))])
        #expect(gate.wakeAt == at(155))
    }

    @Test("A stop just before a deadline leaves the deadline, which then cannot be moved away")
    func stopBeforeDeadline() {
        var gate = PlaybackGate(at: start)
        _ = gate.handle(.deadline(at(1000)), at: start)
        #expect(gate.handle(.stop(reason: nil), at: at(990)) == [])
        #expect(gate.handle(.deadline(at(9000)), at: at(991)) == [])
        #expect(gate.handle(progress(1000), at: at(1040)) == [.leave(Ending(how: .deadline))])
    }

    @Test("Without a parent it is silent at once, also in the middle of a stop")
    func parentGone() {
        var gate = PlaybackGate(at: start)
        _ = gate.handle(.stop(reason: nil), at: at(100))
        #expect(gate.handle(.parentGone, at: at(101)) == [.limit(.parentGone(at: at(101)))])
        #expect(SilenceLimit.parentGone(at: at(101)).fade == .zero)
        #expect(gate.handle(progress(101), at: at(141)) == [.leave(Ending(how: .parentGone))])
    }

    @Test(
        "Frames that do not advance for 2 s end the play, and what it was at says whose fault it is",
        arguments: [
            (Progress.Activity.openingFile, Ending.How.fileFailed),
            (.openingDevice, .deviceFailed),
            (.playing, .deviceFailed),
            (.waitingForDecoder, .fileFailed),
            (.reopening(reason: "no such device"), .deviceFailed),
        ]
    )
    func standstill(_ activity: Progress.Activity, _ how: Ending.How) {
        var gate = PlaybackGate(at: start)
        #expect(gate.handle(progress(500, activity), at: at(600)) == [])
        #expect(gate.wakeAt == at(2500))
        #expect(gate.handle(progress(500, activity), at: at(2499)) == [])
        #expect(gate.handle(progress(500, activity), at: at(2500)) == [.leave(activity.standstill)])
        #expect(activity.standstill.how == how)
        #expect(activity.standstill.reason?.isEmpty == false)
    }

    @Test("A reason of its own ends the play at once")
    func ended() {
        var gate = PlaybackGate(at: start)
        let ending = Ending(how: .deviceFailed, reason: "write: Input/output error")
        #expect(gate.handle(.ended(ending), at: at(1)) == [.leave(ending)])
        #expect(gate.handle(.ended(Ending(how: .finished)), at: at(2)) == [])
    }

    @Test("A stray smaller count is no progress")
    func progressNeverFalls() {
        var progress = Progress(at: start)
        progress.advance(to: 100, at: at(10))
        progress.advance(to: 90, at: at(20))
        progress.advance(to: 100, at: at(30))
        #expect(progress.heard == 100 && progress.advancedAt == at(10))
    }

    @Test(
        "Exit codes are those of the protocol",
        arguments: [
            (Ending.How.finished, 0 as Int32), (.deadline, 0), (.stopped, 0), (.parentGone, 0), (.fileFailed, 2),
            (.deviceFailed, 3),
        ]
    )
    func exitCodes(_ how: Ending.How, _ code: Int32) {
        #expect(Ending(how: how).exitCode == code)
    }
}
