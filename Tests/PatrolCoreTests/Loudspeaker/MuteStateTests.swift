import Testing

@testable import PatrolCore

@Suite("The mute: when it ends by itself")
struct MuteStateTests {
    private let now = AnnouncerRig.instant("20:00")
    private let clock: WallClock
    /// Nine o'clock on the boot clock, if the clock is right.
    private let nine = AnnouncerRig.instant("21:00")

    init() {
        clock = AnnouncerRig.clock(at: AnnouncerRig.instant("20:00"))
    }

    private func muted(until time: WallTime?) -> MuteState { MuteState(Mute(until: time, requester: "wang")) }

    /// The first whole millisecond at which UTC surely is nine o'clock or later.
    private func surelyNine() throws -> Instant {
        for milliseconds in 0..<5000 as Range<Int64> {
            let instant = nine + .milliseconds(milliseconds)
            guard case .trusted(let offset) = clock.state(at: instant) else { continue }
            let earliest =
                offset.utcAtBootMilliseconds + instant.millisecondsSinceBoot
                - offset.uncertaintyAtMost.milliseconds
            if earliest >= AnnouncerRig.wall("21:00").millisecondsSince1970 { return instant }
        }
        return try #require(nil, "the uncertainty is more than five seconds")
    }

    @Test("It ends in the first millisecond in which its time has surely come, and not one before")
    func boundary() throws {
        var state = muted(until: AnnouncerRig.wall("21:00"))
        let sure = try surelyNine()
        #expect(sure > nine, "the uncertainty is to spare")
        for early in [now, nine, sure - .milliseconds(1)] {
            #expect(state.look(at: early, clock) == nil && state.mute != nil)
            let wake = try #require(state.wakeAt)
            #expect(wake > early)
        }
        #expect(state.look(at: sure, clock) == .unmuted(.time))
        #expect(state.mute == nil && state.wakeAt == nil)
        #expect(state.look(at: sure, clock) == nil, "it ends once")
    }

    @Test("The looks that it asks for bring it to its end, in a few steps, none nearer than a tenth of a second")
    func steps() throws {
        var state = muted(until: AnnouncerRig.wall("21:00"))
        var (instant, looks) = (now, 0)
        while state.look(at: instant, clock) == nil {
            let wake = try #require(state.wakeAt)
            #expect(wake >= instant + .milliseconds(100))
            (instant, looks) = (wake, looks + 1)
            try #require(looks < 10)
        }
        let sure = try surelyNine()
        #expect(instant >= sure && instant <= sure + .milliseconds(100))
    }

    @Test("One without an end, and one while nobody knows the time, wait for a person and wake nobody")
    func endless() {
        var endless = muted(until: nil)
        #expect(endless.look(at: nine, clock) == nil && endless.wakeAt == nil && endless.mute != nil)
        var timed = muted(until: AnnouncerRig.wall("21:00"))
        #expect(timed.look(at: now, clock) == nil && timed.wakeAt != nil)
        #expect(timed.look(at: nine + .seconds(3600), WallClock()) == nil)
        #expect(timed.wakeAt == nil && timed.mute != nil)
        #expect(timed.look(at: nine + .seconds(3600), clock) == .unmuted(.time))
    }

    @Test("Another one takes its place; the end is told once")
    func order() {
        var state = MuteState(nil)
        #expect(state.mute == nil && state.end(.person(requester: "li")) == nil)
        let first = Mute(until: AnnouncerRig.wall("21:00"), requester: "wang")
        let second = Mute(until: nil, requester: "li")
        #expect(state.begin(first) == .muted(first) && state.begin(first) == .muted(first))
        _ = state.look(at: now, clock)
        #expect(state.begin(second) == .muted(second) && state.mute == second)
        #expect(state.look(at: nine + .seconds(60), clock) == nil, "the first one's time is nothing to it")
        #expect(state.wakeAt == nil)
        #expect(state.end(.person(requester: "li")) == .unmuted(.person(requester: "li")))
        #expect(state.end(.person(requester: "li")) == nil && state.end(.time) == nil)
    }

    @Test("One whose time is over when it is ordered is in force until the next look")
    func over() {
        var state = MuteState(nil)
        _ = state.begin(Mute(until: AnnouncerRig.wall("19:00"), requester: "wang"))
        #expect(state.mute != nil)
        #expect(state.look(at: now, clock) == .unmuted(.time) && state.mute == nil)
    }
}
