import Testing

@testable import PatrolCore

@Suite("Programmes: whose turn it is")
struct AnnouncerProgrammeTests {
    @Test("The first slot comes at once, the next one a gap after the end; the clips take turns")
    func gapAfterTheEnd() {
        var rig = AnnouncerRig(programmes: [.plain()])
        rig.run(until: "20:31")
        #expect(rig.playedClips == ["a.ogg", "b.ogg", "a.ogg", "b.ogg"])
        // 100 ms to start, 10 s of sound, 3 ms to end, ten minutes.
        let gaps = zip(rig.orderTimes, rig.orderTimes.dropFirst()).map { $1 - $0 }
        #expect(gaps == Array(repeating: .milliseconds(610_103), count: 3))
    }

    /// A programme, what the vehicle does, and whether it speaks.
    struct Condition: Sendable {
        var words: String
        var change: @Sendable (inout Programme) -> Void
        var inputs: [Announcer.Input] = []
        var speaks: Bool
    }

    static let conditions: [Condition] = [
        Condition(
            words: "in its zone",
            change: { $0.zones = ["a", "b"] },
            inputs: [.zonesChanged(["b"])],
            speaks: true
        ),
        Condition(
            words: "elsewhere",
            change: { $0.zones = ["a", "b"] },
            inputs: [.zonesChanged(["c"])],
            speaks: false
        ),
        Condition(words: "nowhere", change: { $0.zones = ["a"] }, speaks: false),
        Condition(words: "no zone will do", change: { $0.zones = [] }, inputs: [.zonesChanged(["a"])], speaks: false),
        Condition(
            words: "moving",
            change: { $0.onlyWhileMoving = true },
            inputs: [.motionChanged(isMoving: true)],
            speaks: true
        ),
        Condition(words: "standing", change: { $0.onlyWhileMoving = true }, speaks: false),
        Condition(words: "on duty", change: { $0.onlyOnDuty = true }, inputs: [.dutyChanged(isOn: true)], speaks: true),
        Condition(words: "off duty", change: { $0.onlyOnDuty = true }, speaks: false),
        Condition(words: "in its hours", change: { $0.schedule = .hours("06:00", "21:00") }, speaks: true),
        Condition(words: "outside of them", change: { $0.schedule = .hours("06:00", "20:00") }, speaks: false),
        Condition(words: "on its day", change: { $0.schedule = CivilSchedule(days: [.tuesday]) }, speaks: true),
        Condition(words: "on another", change: { $0.schedule = CivilSchedule(days: [.monday]) }, speaks: false),
        Condition(
            words: "all of them but one",
            change: {
                $0.zones = ["a"]
                $0.onlyWhileMoving = true
                $0.onlyOnDuty = true
            },
            inputs: [.zonesChanged(["a"]), .motionChanged(isMoving: true)],
            speaks: false
        ),
    ]

    @Test("A programme speaks when all its conditions hold", arguments: conditions.indices)
    func speaks(index: Int) {
        let condition = Self.conditions[index]
        var programme = Programme.plain()
        condition.change(&programme)
        var rig = AnnouncerRig(programmes: [programme])
        for input in condition.inputs { rig.tell(input) }
        rig.run(for: .seconds(5))
        #expect(rig.playedClips == (condition.speaks ? ["a.ogg"] : []), "\(condition.words)")
        // What has no slots skips none.
        #expect(rig.skips.isEmpty, "\(condition.words)")
    }

    @Test("Duty is known from before a restart, and so are the zones")
    func initialConditions() {
        var programme = Programme.plain()
        programme.onlyOnDuty = true
        programme.zones = ["a"]
        var rig = AnnouncerRig(programmes: [programme], zones: ["a"], isOnDuty: true)
        rig.run(for: .seconds(5))
        #expect(rig.playedClips == ["a.ogg"])
    }

    @Test("When conditions come true again the gap is kept, and only that")
    func conditionsReturn() {
        var programme = Programme.plain()
        programme.zones = ["village"]
        var rig = AnnouncerRig(programmes: [programme], zones: ["village"])
        rig.run(until: "20:02")
        rig.tell(.zonesChanged([]))
        rig.run(until: "20:05")
        rig.tell(.zonesChanged(["village"]))
        rig.run(until: "20:11")
        #expect(rig.orderTimes.count == 2)
        #expect(rig.orderTimes[1] - rig.orderTimes[0] == .milliseconds(610_103))
        rig.run(until: "20:12")
        rig.tell(.zonesChanged([]))
        rig.run(until: "20:40")
        rig.tell(.zonesChanged(["village"]))
        #expect(rig.orderTimes.last == AnnouncerRig.instant("20:40"))
    }

    @Test("A clip that has begun is heard to its end when the conditions cease to hold")
    func conditionsEndWhilePlaying() {
        var programme = Programme.plain()
        programme.onlyWhileMoving = true
        var rig = AnnouncerRig(programmes: [programme])
        rig.tell(.motionChanged(isMoving: true))
        rig.run(for: .seconds(5))
        rig.tell(.motionChanged(isMoving: false))
        rig.run(for: .seconds(1200))
        #expect(rig.playedClips == ["a.ogg"])
        #expect(rig.cuts.isEmpty)
    }

    @Test("Programmes that are due together follow each other in the order of the configuration, and none starves")
    func dueTogether() {
        let clips = [Clip.silence("1", seconds: 5), .silence("2", seconds: 5), .silence("3", seconds: 5)]
        let programmes = clips.map { Programme.plain("\($0.name)", clips: [$0], gap: .seconds(1)) }
        var rig = AnnouncerRig(programmes: programmes, clips: clips)
        rig.run(for: .seconds(60))
        // Each is due again long before the other two have had their turns.
        let turns: [ClipName] = ["1", "2", "3", "1", "2", "3", "1", "2", "3"]
        #expect(Array(rig.playedClips.prefix(9)) == turns)
        #expect(rig.skips.isEmpty)
    }

    @Test("A clip that was cut has had its turn: the next one follows")
    func rotation() {
        var rig = AnnouncerRig(programmes: [.plain(gap: .seconds(60))], rules: [.school])
        rig.run(for: .seconds(5))
        rig.tell(.zonesChanged(["school"]))
        rig.run(for: .seconds(1))
        rig.tell(.zonesChanged([]))
        rig.run(for: .seconds(140))
        #expect(rig.playedClips == ["a.ogg", "b.ogg", "a.ogg"])
        #expect(rig.cuts == [.inhibited(.quiet(rule: "school"))])
    }

    @Test("A clip that is missing is passed over; when none is left, the slots are skipped until one comes")
    func missingClips() {
        let programme = Programme.plain(clips: [.silence("gone", seconds: 1), .a], gap: .seconds(60))
        var rig = AnnouncerRig(programmes: [programme])
        rig.run(for: .seconds(100))
        #expect(rig.playedClips == ["a.ogg", "a.ogg"])
        rig.tell(.clipsChanged([:]))
        rig.run(for: .seconds(600))
        #expect(rig.skips.map(\.inhibitReason) == [.noPlayableClip])
        rig.tell(.clipsChanged(["a.ogg": .a]))
        #expect(rig.skips.map(\.slots) == [1, 9])
        rig.run(for: .seconds(61))
        #expect(rig.playedClips.count == 3)
    }

    @Test("A programme that begins when quiet ends has its first slot as soon as that is sure")
    func beginsWithTheDay() {
        var rig = AnnouncerRig(at: "05:00", programmes: [.plain(schedule: .hours("06:00", "21:00"))])
        rig.run(until: "06:00:05")
        #expect(rig.skips.isEmpty)
        #expect(rig.orderTimes.count == 1)
        let late = rig.orderTimes[0] - AnnouncerRig.instant("06:00")
        // The uncertainty: one second, and an hour's drift.
        #expect(late > .seconds(1) && late < .seconds(2))
    }

    @Test("A day's announcements ask for one wake-up a slot, and a night for a handful")
    func wakeUps() {
        var rig = AnnouncerRig(at: "06:30", programmes: [.plain(gap: .seconds(60))])
        rig.run(until: "20:59")
        let plays = rig.orders.count
        #expect(plays > 700)
        #expect(rig.wakes <= plays + 3)
        let wakes = rig.wakes
        // To 06:00 of the next day.
        rig.run(for: .seconds(9 * 3600))
        #expect(rig.wakes - wakes <= 5)
    }

    @Test("Without programmes, rules and mutes there is no timer")
    func noTimer() {
        var rig = AnnouncerRig(rules: [])
        rig.run(for: .seconds(1))
        #expect(rig.announcer.wakeAt == nil)
    }

    @Test("A gap of nothing is a second")
    func shortestGap() {
        for gap in [Duration.zero, .seconds(-5)] {
            var rig = AnnouncerRig(programmes: [.plain(gap: gap)])
            rig.run(for: .seconds(30))
            #expect(rig.orderTimes.dropFirst().first.map { $0 - rig.orderTimes[0] } == .milliseconds(11_103))
        }
    }
}
