import Testing

@testable import PatrolCore

@Suite("What the loudspeaker says about itself")
struct AnnouncerStatusTests {
    @Test("Without the forecast it says the same but for what comes next, playing, in a gap and in quiet hours")
    func withoutForecast() {
        var rig = AnnouncerRig(at: "20:00", programmes: [.plain()])
        for time in ["20:00:05", "20:05", "21:30"] {
            rig.run(until: time)
            var status = rig.announcer.status
            #expect(status.next == rig.announcer.forecast)
            if status.silence?.code == "gap" {
                #expect(status.silence?.until == status.next?.at)
                status.silence?.until = nil
            }
            status.next = nil
            #expect(rig.announcer.statusWithoutForecast == status)
        }
    }

    @Test("While it plays: what, since when, until when at most")
    func playing() throws {
        var rig = AnnouncerRig(at: "20:58", programmes: [.plain(clips: [.long])])
        rig.run(for: .seconds(5))
        let status = rig.announcer.status
        let playing = try #require(status.playing)
        #expect(playing.announcement.clip == "long.ogg" && playing.announcement.programme == "p")
        #expect(playing.since == AnnouncerRig.instant("20:58") + .milliseconds(100))
        #expect(playing.deadline.map { $0 < AnnouncerRig.instant("20:59:59") } == true)
        #expect(status.silence == nil && status.device == .fine)
        rig.say(.a, .live)
        #expect(rig.announcer.status.playing?.stopping == .outranked(by: .live))
        #expect(rig.announcer.status.queue.map(\.clip) == ["a.ogg"])
        #expect(rig.announcer.status.next?.clip == "a.ogg" && rig.announcer.status.next?.priority == .live)
    }

    @Test("Between two announcements: which comes next, and when")
    func gap() {
        var rig = AnnouncerRig(programmes: [.plain(gap: .seconds(600)), .plain("q", clips: [.b], gap: .seconds(60))])
        rig.run(for: .seconds(30))
        let status = rig.announcer.status
        let expected = AnnouncerRig.instant("20:00") + .milliseconds(2 * 10_103) + .seconds(60)
        #expect(status.next == .init(at: expected, clip: "b.ogg", programme: "q", priority: .scheduled))
        #expect(status.silence == .init(code: "gap", words: "between two announcements", until: expected))
        #expect(status.programmes.map(\.clip) == ["b.ogg", "b.ogg"])
        rig.run(until: expected)
        #expect(rig.orderTimes.last == expected)
    }

    @Test("At night: which rule, until when, and the first announcement of the morning, at the time at which it comes")
    func night() throws {
        var rig = AnnouncerRig(at: "21:30", programmes: [.plain(schedule: .hours("06:00", "21:00"))])
        rig.run(for: .seconds(1))
        let status = rig.announcer.status
        #expect(status.silence?.code == "quiet")
        #expect(status.silence?.words == "quiet hours (night)")
        let next = try #require(status.next)
        #expect(status.silence?.until == next.at)
        #expect(status.programmes.map(\.lacks) == [[.schedule]])
        rig.run(for: .seconds(9 * 3600))
        let late = try #require(rig.orderTimes.first) - next.at
        #expect(late >= .zero && late <= .milliseconds(100))
    }

    @Test("A programme that has slots all night tells the first one that will be heard")
    func skippingNight() throws {
        var rig = AnnouncerRig(at: "21:30", programmes: [.plain(gap: .seconds(700))])
        rig.run(for: .seconds(1))
        let next = try #require(rig.announcer.status.next)
        #expect(rig.announcer.status.programmes.map(\.inhibitReason) == [.quiet(rule: "night")])
        rig.run(for: .seconds(9 * 3600))
        #expect(rig.orderTimes.first == next.at)
    }

    /// A situation and the code of its silence.
    struct Case: Sendable {
        var code: String
        var rig: @Sendable () -> AnnouncerRig
    }

    static let cases: [Case] = [
        Case(code: "no-programmes") { AnnouncerRig() },
        Case(code: "clock-untrusted") { AnnouncerRig(programmes: [.plain()], isTrusted: false) },
        Case(code: "muted") { AnnouncerRig(programmes: [.plain()], mute: Mute(until: nil, requester: "uid 0")) },
        Case(code: "quiet") { AnnouncerRig(programmes: [.plain()], rules: [.school], zones: ["school"]) },
        Case(code: "would-not-end-before-quiet") { AnnouncerRig(at: "20:59:10", programmes: [.plain(clips: [.long])]) },
        Case(code: "no-playable-clip") { AnnouncerRig(programmes: [.plain()], clips: []) },
        Case(code: "clips-unchecked") { AnnouncerRig(programmes: [.plain()]) { $0.clips = nil } },
        Case(code: "player-unusable") {
            var rig = AnnouncerRig(programmes: [.plain()])
            rig.tell(.playerChanged(problem: "no such file"))
            return rig
        },
        Case(code: "conditions") {
            var programme = Programme.plain()
            programme.onlyOnDuty = true
            return AnnouncerRig(programmes: [programme])
        },
        Case(code: "loudspeaker-failed") {
            var rig = AnnouncerRig(programmes: [.plain(gap: .seconds(1))])
            rig.natures = Array(repeating: .deviceFails(after: .zero), count: 4)
            rig.run(for: .seconds(9))
            return rig
        },
    ]

    @Test("Why it is silent", arguments: cases.indices)
    func reason(index: Int) {
        var rig = Self.cases[index].rig()
        rig.run(for: .milliseconds(500))
        let silence = rig.announcer.status.silence
        #expect(silence?.code == Self.cases[index].code)
        #expect(silence?.words.isEmpty == false)
    }

    @Test("A mute with a time tells it, and what comes after it")
    func muted() {
        let mute = Mute(until: AnnouncerRig.wall("20:10"), requester: "uid 0")
        var rig = AnnouncerRig(programmes: [.plain(gap: .seconds(60))], mute: mute)
        rig.run(for: .seconds(1))
        let status = rig.announcer.status
        #expect(status.mute == mute)
        #expect(status.silence?.until.map { $0 > AnnouncerRig.instant("20:10") } == true)
    }

    @Test("A broken device is told with the time of the next try")
    func device() {
        var rig = AnnouncerRig()
        rig.natures = [.deviceFails(after: .zero)]
        rig.say(.a)
        rig.run(for: .milliseconds(200))
        let failed = AnnouncerRig.instant("20:00") + .milliseconds(103)
        let reason = "the player gives no reason"
        #expect(
            rig.announcer.status.device == .failed(since: failed, reason: reason, retryAt: failed + .seconds(1))
        )
        rig.say(.a)
        rig.run(for: .seconds(1))
        #expect(rig.announcer.status.device == .recovering(since: failed, reason: reason))
        rig.run(for: .seconds(2))
        #expect(rig.announcer.status.device == .fine)
    }

    @Test("The words and codes of all reasons")
    func words() {
        let inhibitReasons: [InhibitReason] = [
            .clockUntrusted(.noReading), .quiet(rule: "x"), .wouldNotEndBeforeQuiet, .muted, .loudspeakerFailed,
            .noPlayableClip, .conditionsEnded, .daemonStops, .clipsUnchecked, .playerUnusable("x"),
            .conditionsMissing([.duty, .zone]), .waitedTooLong, .stoppedByPerson,
        ]
        let refusals: [SayRefusal] =
            inhibitReasons.map(SayRefusal.inhibited) + [
                .reasonRequired(rule: "x"), .unknownClip("x"), .priorityNotAllowed(.scheduled), .queueFull(bound: 8),
            ]
        #expect(Set(refusals.map(\.code)).count == refusals.count)
        #expect(Set(refusals.map(\.description)).count == refusals.count)
        let stops: [StopReason] =
            inhibitReasons.map(StopReason.inhibited) + [
                .outranked(by: .live), .deadline, .unasked, .person(requester: "x"),
            ]
            + ProgrammeCondition.allCases.map(StopReason.conditionEnded)
        #expect(Set(stops.map(\.code)).count == stops.count)
        #expect(Set(stops.map(\.description)).count == stops.count)
    }
}
