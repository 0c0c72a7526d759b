import PatrolAPI
import PatrolCore
import PatrolVehicle
import Testing

@testable import PatrolControl

@Suite("Health of loudspeaker, clips and light")
struct PeripheralHealthTests {
    private let now = Instant(millisecondsSinceBoot: 100_000)

    private func announcer() -> Announcer {
        Announcer(
            settings: AnnouncerSettings(
                gate: QuietGate(hours: QuietHours(rules: [], zone: .fixed(secondsEastOfUTC: 0))),
                zone: .fixed(secondsEastOfUTC: 0),
                programmes: [],
                clips: [:]
            ),
            clock: WallClock(),
            zones: [],
            isOnDuty: false,
            mute: nil,
            at: now
        )
    }

    private func check(_ change: (inout PeripheralStatus) -> Void) -> [HealthReport.Check] {
        var peripherals = PeripheralStatus.none
        change(&peripherals)
        return HealthChecks.peripherals(peripherals, at: now)
    }

    @Test("A cart without them has no check of them")
    func none() {
        #expect(check { _ in }.isEmpty)
    }

    @Test("A silent loudspeaker is fine; a failed one says for how long, why, and when it is tried again")
    func loudspeaker() {
        let fine = check { $0.announcer = announcer().status }
        #expect(fine.map(\.name) == ["loudspeaker"] && fine[0].state == .ok)
        let failed = check { peripherals in
            var status = announcer().status
            status.device = .failed(since: now - .seconds(7), reason: "no such device", retryAt: now + .seconds(4))
            peripherals.announcer = status
        }
        #expect(failed[0].state == .degraded)
        #expect(failed[0].message == "has failed for 7 s: no such device; programmes try it again in 4 s")
    }

    @Test("Bad clips are named, five at most, and the rest is counted")
    func clips() {
        var listing = ClipListing()
        #expect(check { $0.clips = .ready(listing) }[0].state == .ok)
        listing.entries = (1...7).map { ClipEntry(name: ClipName("\($0).wav"), verdict: .bad(reason: "is silent")) }
        let check = check { $0.clips = .ready(listing) }[0]
        #expect(check.state == .degraded)
        #expect(check.message.hasPrefix("7 of 7 cannot be played: 1.wav: is silent; 2.wav: is silent;"))
        #expect(check.message.contains("5.wav") && !check.message.contains("6.wav") && check.message.contains("2 more"))
        listing.entries = [ClipEntry(name: "fraud.wav", verdict: .bad(reason: "is silent"))]
        listing.leftOut = .init(count: 9, bound: 500, firstNames: ["x.wav", "y.wav"])
        let missing = [
            MissingClip(programme: "p", clip: "Fraud.wav", cause: .absent),
            MissingClip(programme: "p", clip: "fraud.wav", cause: .bad(reason: "is silent")),
        ]
        #expect(
            self.check {
                $0.clips = .ready(listing)
                $0.missingClips = missing
            }[0].message
                == "programme p names Fraud.wav, which is not there; did you mean \"fraud.wav\"?; "
                + "1 of 1 cannot be played: fraud.wav: is silent; 9 files are left out (x.wav, y.wav, …): 500 are taken, "
                + "those that programmes name and then the first by name"
        )
        #expect(self.check { $0.clips = .failed("no folder") }[0].message == "no folder")
        #expect(self.check { $0.clips = .checking }[0].state == .ok)
    }

    @Test("The light's fault is degraded, its wish is not")
    func light() {
        let fault = check {
            $0.hasLight = true
            $0.lightFault = "trigger: Permission denied"
        }
        #expect(fault == [HealthReport.Check(name: "light", state: .degraded, message: "trigger: Permission denied")])
        #expect(
            check {
                $0.hasLight = true
                $0.lightWanted = .off
            }[0].state == .ok
        )
    }
}
