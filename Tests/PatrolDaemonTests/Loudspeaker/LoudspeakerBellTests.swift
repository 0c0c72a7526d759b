import PatrolCore
import Testing

@testable import PatrolDaemon

@Suite("What others tell the loudspeaker")
struct LoudspeakerBellTests {
    @Test("Of a level the newest counts, orders keep their order, and each thing is told once")
    func levelsAndOrders() {
        let bell = LoudspeakerBell()
        bell.tell { $0.zones = ["a"] }
        bell.tell { $0.zones = ["b"] }
        bell.tell { $0.isMoving = true }
        #expect(bell.order(.input(.unmute(requester: "one"))))
        bell.tell(.ended(PlayID(rawValue: 1), PlayEnd(.finished, framesPlayed: 1, framesTotal: 1)))
        let told = bell.take()
        #expect(told.zones == ["b"])
        #expect(told.isMoving == true)
        #expect(told.isOnDuty == nil && told.clock == nil && told.clips == nil)
        #expect(told.orders.count == 2)
        guard case .input(.unmute("one")) = told.orders[0], case .ended = told.orders[1] else {
            Issue.record("another order of things: \(told.orders)")
            return
        }
        let rest = bell.take()
        #expect(rest.zones == nil && rest.orders.isEmpty && !rest.isDue)
    }

    @Test("People's orders are bounded, what a player says is not, and after the stop nobody orders anything")
    func bounds() {
        let bell = LoudspeakerBell()
        for _ in 0..<LoudspeakerBell.maximumOrders { #expect(bell.order(.input(.unmute(requester: "x")))) }
        #expect(!bell.order(.input(.unmute(requester: "x"))))
        bell.tell(.input(.playStarted(PlayID(rawValue: 1))))
        #expect(bell.take().orders.count == LoudspeakerBell.maximumOrders + 1)
        bell.tell { $0.isStopping = true }
        #expect(!bell.order(.input(.unmute(requester: "x"))))
        #expect(bell.take().isStopping)
        #expect(bell.take().isStopping, "the stop is for good")
    }
}

@Suite("A mute over a restart")
struct KeptMuteTests {
    @Test(
        "It comes back as it was",
        arguments: [nil, WallTime(millisecondsSince1970: 0), WallTime(millisecondsSince1970: 1_795_525_200_000)]
    )
    func roundTrip(until: WallTime?) {
        let mute = Mute(until: until, requester: "uid 0, pid 1")
        #expect(Mute(keptIn: [mute.kept.name: mute.kept.details ?? [:]]) == mute)
    }

    @Test("None is none; one that cannot be read is one without an end")
    func strange() {
        #expect(Mute(keptIn: [:]) == nil)
        #expect(Mute.forgotten.details == nil)
        #expect(Mute(keptIn: ["mute": [:]]) == Mute(until: nil, requester: "unknown"))
        #expect(Mute(keptIn: ["mute": ["until_ms": .string("soon")]])?.until == nil)
    }
}
