import Testing

@testable import PatrolCore

@Suite("Repetitions, stops and turns after a cut")
struct AnnouncerRepetitionTests {
    // MARK: Repetitions

    @Test("A programme's clip is heard as often as it says, then the gap, then the next clip")
    func programmeRepeats() {
        var programme = Programme.plain(gap: .seconds(60))
        programme.repeats = 3
        var rig = AnnouncerRig(programmes: [programme])
        rig.run(for: .seconds(130))
        #expect(rig.playedClips == ["a.ogg", "a.ogg", "a.ogg", "b.ogg", "b.ogg", "b.ogg"])
        let gaps = zip(rig.orderTimes, rig.orderTimes.dropFirst()).map { $1 - $0 }
        let play = Duration.milliseconds(10_103)
        let pause = play + .seconds(1)
        #expect(gaps == [pause, pause, play + .seconds(60), pause, pause])
        let rounds = rig.events.compactMap { event in
            if case .announcementStarted(let announcement) = event { announcement.round } else { nil }
        }
        #expect(rounds.map(\.number) == [1, 2, 3, 1, 2, 3] && rounds.allSatisfy { $0.of == 3 })
    }

    @Test("Nothing of another programme comes between a clip and its repetition")
    func notBetween() {
        var first = Programme.plain("first", clips: [.a], gap: .seconds(60))
        first.repeats = 2
        let second = Programme.plain("second", clips: [.b], gap: .seconds(60))
        var rig = AnnouncerRig(programmes: [first, second])
        rig.run(for: .seconds(35))
        #expect(rig.playedClips == ["a.ogg", "a.ogg", "b.ogg"])
    }

    @Test("Quiet takes the repetitions that are left; afterwards the next clip has its turn")
    func repetitionMeetsQuiet() {
        var programme = Programme.plain(gap: .seconds(60))
        programme.repeats = 2
        var rig = AnnouncerRig(programmes: [programme], rules: [.school])
        rig.run(for: .milliseconds(10_500))
        rig.tell(.zonesChanged(["school"]))
        rig.run(for: .seconds(5))
        #expect(rig.skips.map(\.inhibitReason) == [.quiet(rule: "school")])
        rig.tell(.zonesChanged([]))
        rig.run(for: .seconds(100))
        #expect(rig.playedClips == ["a.ogg", "b.ogg", "b.ogg"])
    }

    @Test(
        "A clip that has gone before its repetition gives the slot to the next one, at once and as often as one is heard"
    )
    func repetitionIsGone() {
        var programme = Programme.plain(gap: .seconds(60))
        programme.repeats = 2
        var rig = AnnouncerRig(programmes: [programme])
        rig.run(for: .milliseconds(10_500))
        rig.tell(.clipsChanged(["b.ogg": .b]))
        rig.run(for: .seconds(30))
        #expect(rig.playedClips == ["a.ogg", "b.ogg", "b.ogg"])
        #expect(rig.skips.isEmpty)
    }

    @Test("A request is heard as often as it was asked for, and concluded once; programmes wait")
    func requestRepeats() {
        var rig = AnnouncerRig(programmes: [.plain(clips: [.b], gap: .seconds(5))])
        rig.run(for: .seconds(12))
        #expect(rig.say(.a, repeats: 3) == .accepted(PlayID(rawValue: 2)))
        rig.run(for: .seconds(33))
        #expect(rig.playedClips == ["b.ogg", "a.ogg", "a.ogg", "a.ogg", "b.ogg"])
        #expect(rig.conclusions == [.finished])
        // Each has a name of its own.
        #expect(Set(rig.orders.map(\.id)).count == 5)
    }

    @Test("A more important request comes before the repetition, one of its kind after all of them")
    func requestsBetween() {
        var rig = AnnouncerRig()
        rig.say(.a, repeats: 2)
        rig.say(.b)
        rig.run(for: .milliseconds(10_500))
        rig.say(.long, .live)
        rig.run(for: .seconds(200))
        #expect(rig.playedClips == ["a.ogg", "long.ogg", "a.ogg", "b.ogg"])
        #expect(rig.conclusions == [.finished, .finished, .finished])
    }

    @Test("How a request ended is told once, whatever it was")
    func conclusions() {
        var rig = AnnouncerRig()
        rig.say(.long)
        rig.run(for: .seconds(5))
        rig.say(.a, .live)
        rig.run(for: .seconds(20))
        #expect(rig.conclusions == [.cut(.outranked(by: .live)), .finished])
        rig.natures = [.fileFails(after: .zero)]
        rig.say(.a)
        rig.run(for: .seconds(1))
        #expect(rig.conclusions.count == 3)
        if case .failed? = rig.conclusions.last {} else { Issue.record("\(rig.conclusions)") }
        rig.say(.long)
        rig.say(.a)
        rig.tell(.mute(Mute(until: nil, requester: "uid 0")))
        rig.run(for: .seconds(1))
        #expect(rig.conclusions.suffix(2) == [.cut(.inhibited(.muted)), .skipped(.muted)])
        rig.tell(.unmute(requester: "uid 0"))
        rig.say(.long)
        rig.say(.a)
        rig.tell(.shutDown)
        rig.run(for: .seconds(1))
        #expect(Set(rig.conclusions.suffix(2)) == [.cut(.inhibited(.daemonStops)), .skipped(.daemonStops)])
    }

    // MARK: Stops

    @Test("A stop ends what plays; what waits goes on, unless it is to end as well")
    func stop() {
        var rig = AnnouncerRig()
        rig.say(.long)
        rig.say(.a)
        rig.run(for: .seconds(5))
        #expect(
            rig.tell(.stop(requester: "uid 1", andQueue: false)).first
                == .stopReply(StopReply(stopped: "long.ogg", removed: 0))
        )
        rig.run(for: .seconds(1))
        #expect(rig.playedClips == ["long.ogg", "a.ogg"])
        rig.say(.b)
        rig.say(.b)
        #expect(
            rig.tell(.stop(requester: "uid 1", andQueue: true)).first
                == .stopReply(StopReply(stopped: "a.ogg", removed: 2))
        )
        rig.run(for: .seconds(60))
        #expect(rig.playedClips.count == 2)
        #expect(rig.cuts == [.person(requester: "uid 1"), .person(requester: "uid 1")])
        #expect(rig.skips.map(\.inhibitReason) == [.stoppedByPerson, .stoppedByPerson])
        #expect(
            rig.tell(.stop(requester: "uid 1", andQueue: true)).first
                == .stopReply(StopReply(stopped: nil, removed: 0))
        )
    }

    @Test("A stopped programme goes on with its next turn and its next clip")
    func stoppedProgramme() {
        var rig = AnnouncerRig(programmes: [.plain(gap: .seconds(60))])
        rig.run(for: .seconds(5))
        rig.tell(.stop(requester: "uid 1", andQueue: false))
        rig.run(for: .seconds(50))
        #expect(rig.playedClips == ["a.ogg"])
        rig.run(for: .seconds(15))
        #expect(rig.playedClips == ["a.ogg", "b.ogg"])
    }

    @Test("After a stop no programme that waited takes the floor: its gap counts from the stop, and that is on record")
    func stopPutsOff() {
        var rig = AnnouncerRig(programmes: [.plain(gap: .seconds(60))])
        rig.run(for: .seconds(12))
        rig.say(.long)
        rig.say(.long)
        // Its turn came a minute after its first clip.
        rig.run(for: .seconds(75))
        rig.tell(.stop(requester: "uid 1", andQueue: true))
        let stopped = rig.now
        rig.run(for: .seconds(59))
        #expect(rig.playedClips == ["a.ogg", "long.ogg", "long.ogg"])
        #expect(rig.skips.map(\.inhibitReason) == [.stoppedByPerson])
        rig.run(for: .seconds(5))
        #expect(rig.orderTimes.last == stopped + .seconds(60))
    }

    // MARK: Turns after a cut

    @Test("A long clip that a zone cuts again and again does not keep the others from being heard")
    func cutByZone() {
        var rig = AnnouncerRig(programmes: [.plain(clips: [.long, .a], gap: .seconds(5))], rules: [.school])
        for _ in 0..<4 {
            rig.run(for: .seconds(20))
            rig.tell(.zonesChanged(["school"]))
            rig.run(for: .seconds(20))
            rig.tell(.zonesChanged([]))
        }
        #expect(Set(rig.playedClips) == ["long.ogg", "a.ogg"])
        #expect(zip(rig.playedClips, rig.playedClips.dropFirst()).allSatisfy { $0 != $1 })
    }

    @Test("A clip that requests cut again and again starts afresh once; then it is the next one's turn")
    func cutByRequests() {
        var rig = AnnouncerRig(programmes: [.plain(clips: [.long, .a])])
        for _ in 0..<3 {
            rig.run(for: .seconds(20))
            rig.say(.b)
            rig.run(for: .seconds(11))
        }
        #expect(rig.playedClips == ["long.ogg", "b.ogg", "long.ogg", "b.ogg", "a.ogg", "b.ogg"])
    }

    @Test("A clip that would not end before quiet makes room for one that does")
    func makesRoom() {
        var rig = AnnouncerRig(at: "20:59:20", programmes: [.plain(clips: [.long, .a], gap: .seconds(5))])
        rig.run(until: "21:30")
        // :20 and :35; at :50 not even the short one would end in time.
        #expect(rig.playedClips == ["a.ogg", "a.ogg"])
        #expect(rig.skips.first?.inhibitReason == .wouldNotEndBeforeQuiet)
        #expect(rig.cuts.isEmpty)
    }

    // MARK: Conditions that end

    /// What ends while a clip plays, and how.
    struct Ending: Sendable {
        var condition: ProgrammeCondition
        var stops: Set<ProgrammeCondition>
        var isCut: Bool
    }

    static let endings: [Ending] =
        ProgrammeCondition.allCases.map { Ending(condition: $0, stops: [.duty], isCut: $0 == .duty) }
        + ProgrammeCondition.allCases.map { Ending(condition: $0, stops: [], isCut: false) }
        + ProgrammeCondition.allCases.map {
            Ending(condition: $0, stops: Set(ProgrammeCondition.allCases), isCut: true)
        }

    @Test(
        "The end of duty stops a clip, that of a zone, a drive and its hours does not, unless it is wanted",
        arguments: endings.indices
    )
    func conditionEnds(index: Int) {
        let ending = Self.endings[index]
        var programme = Programme.plain(clips: [.long, .a], schedule: .hours("06:00", "20:00:30"))
        programme.zones = ["village"]
        programme.onlyWhileMoving = true
        programme.onlyOnDuty = true
        programme.stopsAtEndOf = ending.stops
        if ending.condition != .schedule { programme.schedule = .hours("06:00", "20:10") }
        var rig = AnnouncerRig(programmes: [programme], zones: ["village"], isOnDuty: true)
        rig.tell(.motionChanged(isMoving: true))
        rig.run(for: .seconds(30))
        switch ending.condition {
        case .schedule: break
        case .zone: rig.tell(.zonesChanged([]))
        case .motion: rig.tell(.motionChanged(isMoving: false))
        case .duty: rig.tell(.dutyChanged(isOn: false))
        }
        rig.run(for: .seconds(40))
        #expect(rig.cuts == (ending.isCut ? [.conditionEnded(ending.condition)] : []))
        #expect(rig.playedClips == ["long.ogg"])
        #expect(!rig.isPlaying)
    }

    @Test("What a person asked for does not end with duty")
    func requestOutlivesDuty() {
        var rig = AnnouncerRig(isOnDuty: true)
        rig.say(.long)
        rig.run(for: .seconds(5))
        rig.tell(.dutyChanged(isOn: false))
        rig.run(for: .seconds(60))
        #expect(rig.conclusions == [.finished])
    }
}
