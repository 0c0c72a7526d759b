import Testing

@testable import PatrolCore

@Suite("Who has the floor: each state, and each thing that can happen in it")
struct FloorTests {
    private let now = AnnouncerRig.instant("20:00")
    private let id = PlayID(rawValue: 1)
    private let other = PlayID(rawValue: 2)
    private let finished = PlayEnd(.finished, framesPlayed: 80_000, framesTotal: 80_000)
    private let byPerson = StopReason.person(requester: "wang")

    /// A floor whose play has come so far.
    private func floor(_ state: String, deadline: Instant? = nil) -> Floor {
        var floor = Floor()
        guard state != "free" else { return floor }
        _ = floor.start(AnnouncerParts.play(1, deadline: deadline))
        if state.contains("sounding") { _ = floor.started(id, inZones: [], at: now) }
        if state.contains("stopping") { _ = floor.stop(byPerson) }
        return floor
    }

    private static let states = ["free", "starting", "sounding", "stopping", "stopping, sounding"]

    @Test("What another play does changes nothing", arguments: states)
    func strangers(state: String) {
        var floor = floor(state)
        let before = floor
        #expect(floor.started(other, inZones: ["park"], at: now) == nil)
        #expect(floor.ended(other, finished, at: now) == nil)
        #expect(floor == before)
    }

    @Test(
        "The start is recorded once, also when it crosses a stop",
        arguments: zip(states, [false, true, false, true, false])
    )
    func start(state: String, isNews: Bool) {
        var floor = floor(state)
        let wasCurrent = floor.current != nil
        let event = floor.started(id, inZones: ["park", "school"], at: now + .seconds(1))
        #expect((event != nil) == isNews)
        if case .announcementStarted(let announcement)? = event { #expect(announcement.zones == ["park", "school"]) }
        #expect(floor.started(id, inZones: [], at: now + .seconds(2)) == nil)
        #expect((floor.current != nil) == wasCurrent, "a play that was told to stop does not come back")
        if isNews { #expect(floor.playing?.since == now + .seconds(1)) }
    }

    @Test("A stop is ordered once", arguments: zip(states, [false, true, true, false, false]))
    func stop(state: String, isOrdered: Bool) {
        var floor = floor(state)
        #expect(floor.stop(.deadline) == (isOrdered ? .stop(id, .deadline) : nil))
        let before = floor
        #expect(floor.stop(.unasked) == nil && floor == before)
        #expect(floor.current == nil)
        if case .stopping(_, let reason, _) = floor.state { #expect(reason == (isOrdered ? .deadline : byPerson)) }
    }

    @Test("The end frees it, once, and the outcome knows of the stop", arguments: states)
    func end(state: String) throws {
        var floor = floor(state)
        let end = PlayEnd(.stopped, framesPlayed: 1, framesTotal: nil)
        let result = floor.ended(id, end, at: now)
        #expect(floor.isFree && floor.current == nil && floor.playing == nil)
        #expect(floor.ended(id, end, at: now) == nil)
        guard state != "free" else {
            #expect(result == nil)
            return
        }
        let (play, outcome) = try #require(result)
        #expect(play.order.id == id)
        #expect(outcome == .cut(state.contains("stopping") ? byPerson : .unasked))
    }

    /// A deadline that was told, the one that holds now, and what the player is told; in milliseconds after now.
    struct Prolongation: Sendable {
        var old: Double?
        var new: Double?
        var told: Double?
    }

    private static let prolongations: [Prolongation] = [
        .init(old: nil, new: nil, told: nil),
        .init(old: nil, new: 1000, told: 1000),
        .init(old: 1000, new: nil, told: 86_400_000),
        .init(old: 1000, new: 1000, told: nil),
        // Earlier: always.
        .init(old: 1000, new: 999.999_999, told: 999.999_999),
        .init(old: 1000, new: -5, told: -5),
        // Later: if it is worth it.
        .init(old: 1000, new: 1000.000_001, told: nil),
        .init(old: 1000, new: 1049.999_999, told: nil),
        .init(old: 1000, new: 1050, told: 1050),
        .init(old: 1000, new: 1051, told: 1051),
    ]

    private func instant(_ milliseconds: Double?) -> Instant? {
        milliseconds.map { now + .nanoseconds(Int64(($0 * 1_000_000).rounded())) }
    }

    @Test("A later deadline is told if it gains 50 ms, an earlier one always", arguments: prolongations)
    func prolong(_ row: Prolongation) {
        for state in ["starting", "sounding"] {
            var floor = floor(state, deadline: instant(row.old))
            let action = floor.prolong(until: instant(row.new), inSpiteOfQuiet: nil, at: now)
            #expect(action == instant(row.told).map { .changeDeadline(id, $0) })
            #expect(floor.current?.deadline == (row.told == nil ? instant(row.old) : instant(row.new)))
            #expect(floor.prolong(until: instant(row.new), inSpiteOfQuiet: nil, at: now) == nil, "it is told once")
            if case .sounding = floor.state { #expect(state == "sounding") } else { #expect(state == "starting") }
        }
    }

    @Test("Small gains add up: what was told last is what counts")
    func creeping() {
        var floor = floor("sounding", deadline: now + .milliseconds(1000))
        for gain in [20, 40] as [Int64] {
            #expect(floor.prolong(until: now + .milliseconds(1000 + gain), inSpiteOfQuiet: nil, at: now) == nil)
        }
        let end = now + .milliseconds(1060)
        #expect(floor.prolong(until: end, inSpiteOfQuiet: nil, at: now) == .changeDeadline(id, end))
    }

    @Test("Nobody's deadline is changed who was told to stop, or is not there", arguments: ["free", "stopping"])
    func nobody(state: String) {
        var floor = floor(state, deadline: now)
        let before = floor
        #expect(floor.prolong(until: now + .seconds(9), inSpiteOfQuiet: "night", at: now) == nil && floor == before)
    }

    @Test("The rule in spite of which it sounds stays on its records when it ends")
    func inSpite() {
        var floor = floor("sounding")
        _ = floor.prolong(until: nil, inSpiteOfQuiet: "night", at: now)
        _ = floor.prolong(until: nil, inSpiteOfQuiet: nil, at: now)
        #expect(floor.current?.announcement.inSpiteOfQuiet == "night")
    }
}
