import PatrolCore
import Testing

@testable import patrol_player

@Suite("Counting what has sounded")
struct FrameLedgerTests {
    @Test("Played is written less the delay, never less than before, never more than the clip")
    func counting() {
        var ledger = FrameLedger()
        #expect(ledger.heard == 0 && ledger.isDrained)
        ledger.wrote(1000)
        ledger.observe(delay: 1000)
        #expect(ledger.heard == 0 && !ledger.isDrained)
        ledger.observe(delay: 400)
        #expect(ledger.heard == 600)
        ledger.observe(delay: 500)
        #expect(ledger.heard == 600)
        ledger.observe(delay: 2000)
        #expect(ledger.heard == 600, "a delay longer than everything that was written")
        ledger.observe(delay: -50)
        #expect(ledger.heard == 1000, "negative during an underrun (snd_pcm_delay)")
    }

    @Test("The silence behind the clip pushes it out and is not counted")
    func padding() {
        var ledger = FrameLedger()
        ledger.wrote(1000)
        ledger.wrotePadding(500)
        ledger.observe(delay: 600)
        #expect(ledger.heard == 900 && !ledger.isDrained)
        ledger.observe(delay: 500)
        #expect(ledger.heard == 1000 && ledger.isDrained)
        ledger.observe(delay: 0)
        #expect(ledger.heard == 1000)
    }

    @Test("After an underrun everything has sounded; with a lost device what it held is lost")
    func newBeginnings() {
        var ledger = FrameLedger()
        ledger.wrote(1000)
        ledger.observe(delay: 700)
        ledger.ranDry()
        #expect(ledger.heard == 1000)
        ledger.wrote(1000)
        ledger.observe(delay: 900)
        #expect(ledger.heard == 1100)
        ledger.lostDevice()
        #expect(ledger.heard == 1100 && ledger.isDrained)
        ledger.wrote(10)
        ledger.observe(delay: 0)
        #expect(ledger.heard == 1110)
    }
}

@Suite("Trying a failed device again")
struct ReopeningTests {
    private func at(_ milliseconds: Int64) -> Instant { Instant(millisecondsSinceBoot: milliseconds) }

    @Test("After 50, 100, 200, then every 400 ms, within 2 s in all")
    func pauses() {
        var reopening = Reopening()
        var now: Int64 = 1000
        var pauses: [Int64] = []
        while let due = reopening.failed(at: at(now)) {
            pauses.append((due - at(now)).milliseconds)
            now = due.millisecondsSinceBoot
        }
        #expect(pauses == [50, 100, 200, 400, 400, 400, 400])
        #expect(now - 1000 < 2000)
    }

    @Test("Time in which it played does not count, the sum of the failures does")
    func budget() {
        var reopening = Reopening()
        var now: Int64 = 0
        var failures = 0
        while let due = reopening.failed(at: at(now)) {
            failures += 1
            // Back after 300 ms each time, then ten minutes of sound.
            reopening.works(at: due + .milliseconds(250))
            now = due.millisecondsSinceBoot + 600_000
        }
        // Six times 300 ms are less than 2 s, so that a seventh is tried; after it the time is over.
        #expect(failures == 7)
    }

    @Test("Sound without a failure before it changes nothing")
    func works() {
        var reopening = Reopening()
        reopening.works(at: at(5))
        #expect(reopening == Reopening())
    }
}
