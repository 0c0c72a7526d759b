import Testing

@testable import PatrolCore

@Suite("Whose turn it is among the programmes")
struct ProgrammeSchedulerTests {
    private let now = AnnouncerRig.instant("20:00")
    private let finished = PlayEnd(.finished, framesPlayed: 80_000, framesTotal: 80_000)

    private func take(
        _ scheduler: inout ProgrammeScheduler,
        _ id: UInt64,
        at instant: Instant
    ) -> (name: String?, events: [LoudspeakerEvent]) {
        var events: [LoudspeakerEvent] = []
        let context = AnnouncerParts.context(at: instant)
        let slot = scheduler.takeSlot(PlayID(rawValue: id), in: context, &events)
        return (slot?.programme.name, events)
    }

    private func scheduler(_ programmes: [Programme], at instant: Instant? = nil) -> ProgrammeScheduler {
        let context = AnnouncerParts.context(at: instant ?? now)
        var scheduler = ProgrammeScheduler(programmes, at: context.now)
        scheduler.lookAtSchedules(in: context, isNews: false)
        #expect(scheduler.update(in: context).isEmpty)
        return scheduler
    }

    private func end(_ scheduler: inout ProgrammeScheduler, _ index: Int, at instant: Instant) {
        scheduler.playEnded(index, .finished, finished, of: Clip.a.name, in: AnnouncerParts.context(at: instant))
    }

    @Test("Those that are due at one instant speak in the order of the configuration, each once")
    func configured() {
        var scheduler = scheduler([.plain("x"), .plain("y"), .plain("z")])
        for (index, name) in ["x", "y", "z"].enumerated() {
            #expect(take(&scheduler, UInt64(index), at: now) == (name, []))
            end(&scheduler, index, at: now + .seconds(10))
        }
        #expect(take(&scheduler, 9, at: now + .seconds(10)).name == nil)
        #expect(scheduler.slotComesAt(after: now + .seconds(10)) == now + .seconds(610))
    }

    @Test("A slot comes at its nanosecond, and whoever has waited longest goes first")
    func longest() {
        var scheduler = scheduler([.plain("x", gap: .seconds(60)), .plain("y", gap: .seconds(59))])
        #expect(take(&scheduler, 1, at: now).name == "x")
        end(&scheduler, 0, at: now + .seconds(10))
        #expect(take(&scheduler, 2, at: now + .seconds(10)).name == "y")
        end(&scheduler, 1, at: now + .seconds(20))
        // x again at 70 s, y at 79 s.
        #expect(scheduler.slotComesAt(after: now + .seconds(20)) == now + .seconds(70))
        #expect(take(&scheduler, 3, at: now + .seconds(70) - .nanoseconds(1)).name == nil)
        #expect(take(&scheduler, 3, at: now + .seconds(80)).name == "x")
        #expect(scheduler.slotComesAt(after: now + .seconds(79) - .nanoseconds(1)) == now + .seconds(79))
        #expect(scheduler.slotComesAt(after: now + .seconds(79)) == nil, "what is due waits, and wakes nobody")
    }

    @Test("A repetition goes before whoever is due, and in its pause nobody speaks")
    func repetition() {
        var first = Programme.plain("x", clips: [.a])
        first.repeats = 2
        var scheduler = scheduler([.plain("y"), first])
        #expect(take(&scheduler, 1, at: now).name == "y")
        end(&scheduler, 0, at: now + .seconds(10))
        #expect(take(&scheduler, 2, at: now + .seconds(10)).name == "x")
        let again = now + .seconds(610)
        end(&scheduler, 1, at: again - .milliseconds(500))
        // y is due at 610 s, x's repetition half a second later.
        #expect(take(&scheduler, 3, at: again).name == nil)
        let due = again - .milliseconds(500) + Programme.repeatPause
        #expect(take(&scheduler, 3, at: due - .nanoseconds(1)).name == nil)
        #expect(take(&scheduler, 3, at: due).name == "x")
        end(&scheduler, 1, at: due + .seconds(10))
        #expect(take(&scheduler, 4, at: due + .seconds(10)).name == "y")
    }

    @Test(
        "A slot waits for an end of quiet that comes within its patience, exactly, and is skipped one nanosecond beyond"
    )
    func patience() throws {
        let clock = AnnouncerRig.clock(at: now)
        func context(_ instant: Instant) -> PlayContext {
            AnnouncerParts.context(at: instant, rules: [.night], clock: clock)
        }
        let night = context(AnnouncerRig.instant("23:00"))
        let end = try #require(night.quiet.endsAt)
        let patience = night.settings.patience
        for (ahead, isSkipped) in [
            (Duration.nanoseconds(1), false), (patience, false), (patience + .nanoseconds(1), true),
            (.seconds(3600), true),
        ] {
            let context = context(end - ahead)
            var scheduler = ProgrammeScheduler([.plain()], at: context.now)
            #expect(scheduler.update(in: context).isEmpty)
            var events: [LoudspeakerEvent] = []
            #expect(scheduler.takeSlot(PlayID(rawValue: 1), in: context, &events) == nil)
            #expect(events.count == (isSkipped ? 1 : 0), "\(ahead)")
        }
    }

    @Test("A schedule that begins or ends is looked at in its millisecond, not before")
    func schedules() throws {
        let programme = Programme.plain(schedule: .hours("20:30", "21:00"))
        var scheduler = ProgrammeScheduler([programme, .plain("always")], at: now)
        let clock = AnnouncerRig.clock(at: now)
        func look(_ instant: Instant, isNews: Bool = false) -> [ProgrammeCondition] {
            let context = AnnouncerParts.context(at: instant, clock: clock)
            scheduler.lookAtSchedules(in: context, isNews: isNews)
            return scheduler.turns[0].lacks(in: context)
        }
        #expect(scheduler.schedulesChangeAt == now && look(now) == [.schedule])
        let begin = try #require(scheduler.schedulesChangeAt)
        // The middle of the clock's bound is not its edge.
        #expect(begin > now + .seconds(1795) && begin < now + .seconds(1805))
        #expect(
            look(begin - .milliseconds(1)) == [.schedule] && look(begin - .milliseconds(1), isNews: true) == [.schedule]
        )
        #expect(scheduler.schedulesChangeAt == begin)
        #expect(look(begin) == [])
        let end = try #require(scheduler.schedulesChangeAt)
        #expect(end == begin + .seconds(1800))
        #expect(look(end - .milliseconds(1), isNews: true) == [] && look(end) == [.schedule])
        scheduler.lookAtSchedules(in: AnnouncerParts.context(at: end, clock: WallClock()), isNews: true)
        #expect(scheduler.schedulesChangeAt == nil, "nobody knows")
    }

    @Test("Somebody's stop puts off what waits, once, and not what is not due")
    func putOff() {
        var scheduler = scheduler([.plain("x"), .plain("y"), .plain("z", gap: .seconds(5))])
        #expect(take(&scheduler, 1, at: now).name == "x")
        let context = AnnouncerParts.context(at: now + .seconds(3))
        #expect(scheduler.putOff(in: context).count == 2)
        #expect(scheduler.putOff(in: context).isEmpty)
        end(&scheduler, 0, at: context.now)
        #expect(take(&scheduler, 2, at: context.now).name == nil)
        #expect(take(&scheduler, 2, at: context.now + .seconds(5) - .nanoseconds(1)).name == nil)
        #expect(take(&scheduler, 2, at: context.now + .seconds(5)).name == "z")
    }

    @Test("At the end each slot that waits has a last word, once")
    func lastWord() {
        var scheduler = scheduler([.plain("x"), .plain("y")])
        let context = AnnouncerParts.context(at: now + .seconds(1))
        let reasons = scheduler.end(in: context).compactMap { event -> InhibitReason? in
            if case .announcementSkipped(let skip) = event { skip.inhibitReason } else { nil }
        }
        #expect(reasons == [.daemonStops, .daemonStops] && scheduler.end(in: context).isEmpty)
    }

    @Test("The condition at whose end it is stopped is named, and only one that it has and that has ended")
    func conditions() {
        var dutyOnly = Programme.plain("d")
        dutyOnly.onlyOnDuty = true
        var zoned = Programme.plain("z")
        (zoned.zones, zoned.stopsAtEndOf) = (["park"], [.zone])
        var deaf = Programme.plain("n")
        (deaf.onlyOnDuty, deaf.stopsAtEndOf) = (true, [])
        let scheduler = scheduler([dutyOnly, zoned, deaf])
        let nothing = AnnouncerParts.context(at: now)
        #expect((0...2).map { scheduler.conditionEnded(of: $0, in: nothing) } == [.duty, .zone, nil])
        let all = AnnouncerParts.context(at: now, zones: ["park"], isOnDuty: true)
        #expect((0...2).map { scheduler.conditionEnded(of: $0, in: all) } == [nil, nil, nil])
    }
}
