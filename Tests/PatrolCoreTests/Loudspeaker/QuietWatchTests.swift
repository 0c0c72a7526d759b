import Testing

@testable import PatrolCore

@Suite("The watch on quiet: each boundary, and what is recorded of it")
struct QuietWatchTests {
    private let evening = AnnouncerRig.instant("20:00")
    private let clock: WallClock

    init() {
        clock = AnnouncerRig.clock(at: AnnouncerRig.instant("20:00"))
    }

    private func watch(
        _ rules: [QuietRule] = [.night],
        at now: Instant,
        inZones zones: Set<String> = []
    ) -> QuietWatch {
        QuietWatch(QuietGate(hours: QuietHours(rules: rules, zone: AnnouncerRig.zone)), at: now, clock, inZones: zones)
    }

    @Test("Before the first look there is an answer, and it is time to look")
    func first() {
        let watch = watch(at: evening)
        #expect(watch.wakeAt == evening && watch.opensUntil != nil && watch.rule == nil)
    }

    @Test(
        "Quiet begins one nanosecond after the last open instant, and ends at the first open one: not before, and once"
    )
    func boundaries() throws {
        var watch = watch(at: evening)
        #expect(watch.look(at: evening, clock, inZones: [], isNews: false) == nil)
        let last = try #require(watch.opensUntil)
        #expect(watch.wakeAt == last + .nanoseconds(1) && watch.endsAt == nil)
        for instant in [last - .milliseconds(1), last] {
            #expect(watch.look(at: instant, clock, inZones: [], isNews: false) == nil)
            #expect(watch.opensUntil == last, "nobody asked")
        }
        let first = last + .nanoseconds(1)
        #expect(watch.look(at: first, clock, inZones: [], isNews: false) == .quietBegan(rule: "night"))
        #expect(watch.rule == "night" && watch.opensUntil == nil)
        #expect(watch.look(at: first, clock, inZones: [], isNews: true) == nil, "it has begun once")
        let end = try #require(watch.endsAt)
        // Once more where the rule itself begins for sure: another one might hold from there on.
        let rule = try #require(watch.wakeAt)
        #expect(rule > first && rule < first + .seconds(10))
        #expect(watch.look(at: rule, clock, inZones: [], isNews: false) == nil && watch.wakeAt == end)
        #expect(
            watch.look(at: end - .nanoseconds(1), clock, inZones: [], isNews: false) == nil && watch.rule == "night"
        )
        #expect(watch.look(at: end, clock, inZones: [], isNews: false) == .quietEnded(rule: "night"))
        #expect(watch.look(at: end, clock, inZones: [], isNews: true) == nil)
        #expect(watch.rule == nil && watch.endsAt == nil)
    }

    @Test(
        "News in the last open instant change nothing, and it is asked again a tenth of a second later at the earliest"
    )
    func shortestPause() throws {
        var watch = watch(at: evening)
        _ = watch.look(at: evening, clock, inZones: [], isNews: false)
        let last = try #require(watch.opensUntil)
        for ahead in [Duration.zero, .milliseconds(1), .milliseconds(99), .milliseconds(100)] {
            let now = last - ahead
            #expect(watch.look(at: now, clock, inZones: [], isNews: true) == nil)
            #expect(watch.opensUntil == last)
            #expect(watch.wakeAt == max(last + .nanoseconds(1), now + .milliseconds(100)))
        }
    }

    @Test("One rule that takes over from another is one change, and the way back another one")
    func change() {
        var watch = watch([.school, .night], at: AnnouncerRig.instant("20:00"))
        let day = evening, night = AnnouncerRig.instant("22:00")
        #expect(watch.look(at: day, clock, inZones: ["school"], isNews: true) == .quietBegan(rule: "school"))
        #expect(watch.look(at: day, clock, inZones: [], isNews: true) == .quietEnded(rule: "school"))
        #expect(watch.look(at: night, clock, inZones: [], isNews: false) == .quietBegan(rule: "night"))
        #expect(
            watch.look(at: night, clock, inZones: ["school"], isNews: true)
                == .quietChanged(from: "night", to: "school")
        )
        #expect(
            watch.look(at: night, clock, inZones: [], isNews: true) == .quietChanged(from: "school", to: "night")
        )
        #expect(watch.look(at: night, clock, inZones: ["park"], isNews: true) == nil, "another zone, the same rule")
    }

    @Test("A rule that never ends while the cart stays has no end and needs no further look")
    func forEver() {
        var watch = watch([.school], at: evening, inZones: ["school"])
        #expect(watch.look(at: evening, clock, inZones: ["school"], isNews: false) == .quietBegan(rule: "school"))
        #expect(watch.endsAt == nil && watch.wakeAt == nil)
    }

    @Test(
        "Without a clock it is silent, and nothing is recorded of the rule: neither its end nor, afterwards, its begin again"
    )
    func untrusted() {
        var watch = watch(at: evening)
        let night = AnnouncerRig.instant("22:00")
        _ = watch.look(at: night, clock, inZones: [], isNews: true)
        #expect(watch.rule == "night")
        #expect(watch.look(at: night, WallClock(), inZones: [], isNews: true) == nil)
        #expect(watch.rule == nil && watch.opensUntil == nil && watch.wakeAt == nil)
        #expect(watch.inhibitReason(isExempt: true) == .clockUntrusted(.noReading))
        #expect(watch.look(at: night + .seconds(60), clock, inZones: [], isNews: true) == nil)
        #expect(watch.rule == "night")
        _ = watch.look(at: night + .seconds(61), WallClock(), inZones: [], isNews: true)
        let morning = AnnouncerRig.instant("08:00") + .seconds(86_400)
        #expect(watch.look(at: morning, clock, inZones: [], isNews: true) == .quietEnded(rule: "night"))
    }

    @Test("Whoever is exempt from quiet hours is not exempt from an unknown time")
    func exempt() {
        var watch = watch(at: evening)
        #expect(watch.inhibitReason(isExempt: false) == nil && watch.inhibitReason(isExempt: true) == nil)
        _ = watch.look(at: AnnouncerRig.instant("22:00"), clock, inZones: [], isNews: true)
        #expect(watch.inhibitReason(isExempt: false) == .quiet(rule: "night"))
        #expect(watch.inhibitReason(isExempt: true) == nil)
    }
}
