import Testing

@testable import PatrolCore

@Suite("Programmes with a timetable")
struct TimetableTests {
    /// Two clips in turn at some times of the day.
    private static func news(_ times: String..., schedule: CivilSchedule = CivilSchedule()) -> Programme {
        Programme(
            name: "news",
            clips: ["a.ogg", "b.ogg"],
            timing: .at(times.compactMap { TimeOfDay($0) }),
            schedule: schedule
        )
    }

    @Test(
        "The next time, strictly after another",
        arguments: [
            // 2026-11-24 is a Tuesday.
            (["08:00", "12:00"], CivilSchedule(), "2026-11-24 07:59:59.999", "2026-11-24 08:00"),
            (["08:00", "12:00"], CivilSchedule(), "2026-11-24 08:00", "2026-11-24 12:00"),
            (["12:00", "08:00"], CivilSchedule(), "2026-11-24 12:00", "2026-11-25 08:00"),
            (["00:00"], CivilSchedule(), "2026-11-24 12:00", "2026-11-25 00:00"),
            (["08:00"], CivilSchedule(days: [.tuesday]), "2026-11-24 08:00", "2026-12-01 08:00"),
            (["08:00"], CivilSchedule(days: [.monday]), "2026-11-24 08:00", "2026-11-30 08:00"),
            // Only those within the hours; a window over midnight belongs to the day on which it begins.
            (["08:00", "23:00"], .hours("22:00", "02:00"), "2026-11-24 07:00", "2026-11-24 23:00"),
            (["01:00"], CivilSchedule("tue 22:00-02:00") ?? CivilSchedule(), "2026-11-24 00:30", "2026-11-25 01:00"),
            (["03:00"], .hours("22:00", "02:00"), "2026-11-24 07:00", nil),
            // Dates.
            (
                ["08:00"], CivilSchedule("2027-06-07..2027-06-08") ?? CivilSchedule(), "2026-11-24 08:00",
                "2027-06-07 08:00"
            ),
            (["08:00"], CivilSchedule("2027-06-07..2027-06-08") ?? CivilSchedule(), "2027-06-08 08:00", nil),
        ] as [([String], CivilSchedule, String, String?)]
    )
    func next(times: [String], schedule: CivilSchedule, after: String, expected: String?) throws {
        let zone = TestZone.shanghai.zone
        let timetable = Timetable(times: times.compactMap { TimeOfDay($0) }, schedule: schedule)
        let civil = try #require(CivilTime(after))
        let now = try #require(zone.wallTimes(showing: civil).first)
        let next = timetable.next(after: now, in: zone)
        #expect(next.map { zone.civilTime(at: $0) } == expected.flatMap { CivilTime($0) })
    }

    @Test("Where the clocks skip a time it is left out, where they show it twice it comes once")
    func daylightSaving() throws {
        let zone = TestZone.berlin.zone
        let timetable = Timetable(times: ["02:30"].compactMap { TimeOfDay($0) }, schedule: CivilSchedule())
        let spring = try #require(CivilTime("2026-03-28 02:30"))
        let before = try #require(zone.wallTimes(showing: spring).first)
        let after = try #require(timetable.next(after: before, in: zone))
        #expect(zone.civilTime(at: after) == CivilTime("2026-03-30 02:30"))
        let autumn = try #require(CivilTime("2026-10-24 02:30"))
        let evening = try #require(zone.wallTimes(showing: autumn).first)
        let first = try #require(timetable.next(after: evening, in: zone))
        let second = try #require(timetable.next(after: first, in: zone))
        #expect(second - first == .seconds(25 * 3600))
    }

    @Test("Turns come at their times, whatever was played before; the clips take turns")
    func turns() {
        var rig = AnnouncerRig(at: "07:00", programmes: [Self.news("08:00", "08:00:30", "12:00")])
        rig.run(until: "13:00")
        #expect(rig.orderTimes == ["08:00", "08:00:30", "12:00"].map(AnnouncerRig.instant))
        #expect(rig.playedClips == ["a.ogg", "b.ogg", "a.ogg"])
        #expect(rig.skips.isEmpty)
        #expect(
            rig.announcer.status.next == nil || rig.announcer.status.next?.at ?? .zero > AnnouncerRig.instant("24:00")
        )
    }

    @Test("A turn that cannot be taken is told with its reason")
    func skipped() {
        var programme = Self.news("08:00", "12:00", "21:30")
        programme.onlyOnDuty = true
        programme.zones = ["village"]
        var rig = AnnouncerRig(at: "07:00", programmes: [programme])
        rig.run(until: "09:00")
        #expect(rig.skips.map(\.inhibitReason) == [.conditionsMissing([.zone, .duty])])
        #expect(rig.skips.map(\.firstDueAt) == [AnnouncerRig.instant("08:00")])
        rig.tell(.dutyChanged(isOn: true))
        rig.tell(.zonesChanged(["village"]))
        // The time is over; nothing is made up for.
        rig.run(until: "11:59")
        #expect(rig.orders.isEmpty)
        rig.run(until: "22:00")
        #expect(rig.orderTimes == [AnnouncerRig.instant("12:00")])
        #expect(rig.skips.last?.inhibitReason == .quiet(rule: "night"))
        #expect(rig.skips.count == 2)
    }

    @Test("A turn waits for what plays, but not for longer than five minutes")
    func waits() {
        let clips = [Clip.a, .b, .silence("four minutes", seconds: 240), .silence("six minutes", seconds: 360)]
        var rig = AnnouncerRig(at: "07:59", programmes: [Self.news("08:00", "12:00")], clips: clips)
        rig.say("four minutes")
        rig.run(until: "08:10")
        #expect(rig.playedClips == ["four minutes", "a.ogg"])
        #expect(rig.skips.isEmpty)
        rig.run(until: "11:59:30")
        rig.say("six minutes")
        rig.run(until: "12:10")
        #expect(rig.playedClips.last == "six minutes")
        #expect(rig.skips.map(\.inhibitReason) == [.waitedTooLong])
    }

    @Test("A clock that is set right by a little plays no turn twice, one that was wrong by hours plays the true one")
    func clockSteps() {
        var rig = AnnouncerRig(at: "07:59:59", programmes: [Self.news("08:00")])
        rig.run(until: "08:01")
        #expect(rig.orders.count == 1)
        rig.setClock(ahead: .seconds(-120))
        rig.run(until: "08:20")
        #expect(rig.orders.count == 1)
        rig.setClock(ahead: .seconds(-3600))
        rig.run(until: "09:30")
        #expect(rig.orderTimes.last == AnnouncerRig.instant("09:00"))
        #expect(rig.orders.count == 2)
        // What a clock leaps over is not made up for.
        rig = AnnouncerRig(at: "07:50", programmes: [Self.news("08:00")])
        rig.run(for: .seconds(1))
        rig.setClock(ahead: .seconds(1200))
        rig.run(for: .seconds(3600))
        #expect(rig.orders.isEmpty && rig.skips.isEmpty)
    }

    @Test("Without a clock there are no turns, and no timer")
    func noClock() {
        var rig = AnnouncerRig(at: "07:59", programmes: [Self.news("08:00")], isTrusted: false)
        rig.run(until: "09:00")
        #expect(rig.orders.isEmpty && rig.skips.isEmpty)
        #expect(rig.announcer.wakeAt == nil)
    }

    @Test("A turn that was cut by something more important is still taken")
    func outranked() {
        var rig = AnnouncerRig(at: "07:59:59", programmes: [Self.news("08:00")])
        rig.run(until: "08:00:05")
        rig.say(.b, .live)
        rig.run(until: "08:10")
        #expect(rig.playedClips == ["a.ogg", "b.ogg", "a.ogg"])
    }

    @Test("A daemon that slept over a turn takes it within five minutes, and later tells that it did not")
    func slept() {
        for (seconds, plays) in [(299, 1), (301, 0)] {
            var rig = AnnouncerRig(at: "07:59:59", programmes: [Self.news("08:00")])
            rig.run(for: .milliseconds(500))
            rig.sleep(for: .milliseconds(500 + 1000 * Int64(seconds)))
            rig.run(for: .seconds(60))
            #expect(rig.orders.count == plays)
            #expect(rig.skips.map(\.inhibitReason) == (plays == 1 ? [] : [.waitedTooLong]))
        }
    }

    @Test("A turn's repetitions follow each other, and others go on after them")
    func repetitions() {
        var programme = Self.news("08:00", "08:10")
        programme.repeats = 3
        var rig = AnnouncerRig(at: "07:59:59", programmes: [programme, .plain("p", clips: [.b], gap: .seconds(60))])
        rig.run(until: "08:02")
        // The other one had its first turn a second before.
        #expect(rig.playedClips == ["b.ogg", "a.ogg", "a.ogg", "a.ogg", "b.ogg"])
        rig.run(until: "08:09:59")
        #expect(rig.announcer.status.programmes.map(\.lacks) == [[], []])
        rig.run(until: "08:11:30")
        #expect(rig.orders.filter { $0.programme == "news" }.map(\.clip) == [.a, .a, .a, .b, .b, .b])
    }
}
