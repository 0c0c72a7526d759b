import Testing

@testable import PatrolCore

@Suite("A mute over a restart")
struct MutePersistenceTests {
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
