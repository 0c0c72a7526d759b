import PatrolAPI
import Testing

@testable import PatrolControl
@testable import PatrolCore
@testable import PatrolJournal

@Suite("Health")
struct HealthChecksTests {
    private let now = Instant(millisecondsSinceBoot: 10_000_000)

    private var fine: CartSnapshot {
        var cart = CartSnapshot.unknown(at: now)
        cart.hasFix = true
        cart.gpsState = .tracking
        var clock = WallClock()
        for second in 0...3 as ClosedRange<Int64> {
            _ = clock.handle(
                WallTime(millisecondsSince1970: 1_795_525_200_000 + second * 1000),
                marked: .plausible,
                at: Instant(millisecondsSinceBoot: 9_990_000 + second * 1000)
            )
        }
        cart.clock = clock
        return cart
    }

    private func upload(
        _ state: UploadStatus.State,
        for duration: Duration,
        acknowledgedBefore: Bool
    ) -> UploadDestination {
        UploadDestination(
            name: "station",
            url: "http://station",
            status: UploadStatus(
                state: state,
                since: now - duration,
                reason: state == .idle ? nil : "connection refused",
                failedAttempts: 1,
                nextAttemptAt: nil,
                lastAcknowledgedAt: acknowledgedBefore ? now - duration : nil
            )
        )
    }

    private func degraded(_ cart: CartSnapshot, _ uploads: [UploadDestination] = []) -> [String] {
        HealthChecks.report(cart, .fine, uploads, at: now).checks.filter { $0.state == .degraded }.map(\.name)
    }

    @Test("All is well")
    func allIsWell() {
        let report = HealthChecks.report(fine, .fine, at: now)
        #expect(report.state == .ok)
        #expect(report.checks.map(\.name) == ["gps", "clock", "journal"])
    }

    @Test("No fix, no trusted clock: both are named")
    func nothingKnown() {
        #expect(degraded(.unknown(at: now)) == ["gps", "clock"])
    }

    @Test(
        "An outage of the network is a cart's daily life for ten minutes",
        arguments: [
            (UploadStatus.State.idle, 0, true, false), (.backingOff, 599, true, false), (.backingOff, 601, true, true),
            (.backingOff, 1, false, true), (.held, 1, true, true), (.inFlight, 601, true, true),
        ] as [(UploadStatus.State, Int64, Bool, Bool)]
    )
    func uploads(state: UploadStatus.State, seconds: Int64, acknowledgedBefore: Bool, isDegraded: Bool) {
        let uploads = [upload(state, for: .seconds(seconds), acknowledgedBefore: acknowledgedBefore)]
        #expect(degraded(fine, uploads) == (isDegraded ? ["upload.station"] : []))
    }

    @Test("Who wants what only a person can give is shown at once, and so is what was refused")
    func needsPerson() {
        var uploads = [upload(.backingOff, for: .seconds(1), acknowledgedBefore: true)]
        #expect(degraded(fine, uploads) == [])
        uploads[0].status?.needsPerson = true
        #expect(degraded(fine, uploads) == ["upload.station"])
        uploads = [upload(.idle, for: .seconds(1), acknowledgedBefore: true)]
        uploads[0].quarantined = 2
        let check = HealthChecks.report(fine, .fine, uploads, at: now).checks.last
        #expect(check?.state == .degraded && check?.message.contains("2 records refused") == true)
    }

    @Test("A disk that refuses is named with what waits and what was lost, and what was lost is not forgotten")
    func journal() {
        var health = JournalHealth.fine
        health.failure = JournalError(.storageFull, path: "/var/lib/patrold", reason: "no space left")
        health.failingSince = now - .seconds(90)
        health.pendingPositions = 7
        let failing = HealthChecks.report(fine, health, at: now).checks[2]
        #expect(failing.state == .degraded)
        #expect(failing.message.contains("90 s") && failing.message.contains("7 positions wait"))
        health.failure = nil
        health.droppedPositions = 3
        let recovered = HealthChecks.report(fine, health, at: now).checks[2]
        #expect(recovered.state == .degraded && recovered.message.contains("3 positions were lost"))
    }

    @Test(
        "A disk that is slow, or hangs, is named with the age of the commit that waits for it",
        arguments: [
            (seconds: 1, words: nil), (2, nil), (3, "the disk is slow: a commit has been waiting for 3 s"),
            (10, "the disk is slow: a commit has been waiting for 10 s"),
            (11, "the disk hangs: it has not taken a commit for 11 s"),
        ] as [(seconds: Int, words: String?)]
    )
    func slowDisk(seconds: Int, words: String?) {
        var health = JournalHealth.fine
        health.committingSince = now - .seconds(seconds)
        health.pendingPositions = 7
        let check = HealthChecks.report(fine, health, at: now).checks[2]
        #expect(check.state == (words == nil ? .ok : .degraded))
        if let words { #expect(check.message == words + "; 0 events and 7 positions wait in memory, 0 lost") }
    }

    @Test(
        "A slow disk and a journal over its bounds are faults; what is gone and what is free is told with each answer"
    )
    func journalBounds() {
        func check(_ change: (inout JournalHealth) -> Void) -> HealthReport.Check {
            var health = JournalHealth.fine
            change(&health)
            return HealthChecks.report(fine, health, at: now).checks[2]
        }
        let inTime = check { $0.uncommittedSince = now - .seconds(20) }
        #expect(inTime.state == .ok, "\(inTime)")
        let slow = check { $0.uncommittedSince = now - .seconds(21) }
        #expect(slow.state == .degraded && slow.message.contains("the oldest for 21 s"), "\(slow)")
        let full = check { $0.clearingFailure = JournalError(.storage, path: "/j", reason: "cannot") }
        #expect(full.state == .degraded && full.message.contains("within its bounds: journal /j: cannot"), "\(full)")
        let gone = check {
            $0.lost.positions = [.thinned: 90, .dropped: 10]
            $0.freeBytes = 5 << 20
        }
        #expect(gone.state == .ok, "\(gone)")
        #expect(gone.message.hasSuffix("; positions gone for good: 10 dropped, 90 thinned; 5 MiB free"), "\(gone)")
    }
}

extension JournalHealth {
    static let fine: JournalHealth = {
        var generator = SystemRandomNumberGenerator()
        return JournalHealth(durable: PerLane(both: .none), id: .random(using: &generator))
    }()
}
