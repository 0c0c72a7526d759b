import Testing

@testable import PatrolCore

@Suite("Each reason is that of its moment")
struct AnnouncerReasonTests {
    @Test("While the clips are being checked a turn waits, and a request is told so")
    func clipsUnchecked() {
        var rig = AnnouncerRig(programmes: [.plain()]) { $0.clips = nil }
        rig.run(for: .seconds(20))
        #expect(rig.say(.a) == .refused(.inhibited(.clipsUnchecked)))
        #expect(rig.announcer.status.silence?.code == "clips-unchecked")
        #expect(rig.orders.isEmpty && rig.skips.isEmpty)
        rig.tell(.clipsChanged([Clip.a.name: .a]))
        #expect(rig.playedClips == ["a.ogg"])
    }

    @Test("Without the player nothing is accepted, turns are skipped with that reason, and it ends with its return")
    func playerUnusable() {
        var rig = AnnouncerRig(programmes: [.plain(gap: .seconds(60))])
        rig.tell(.playerChanged(problem: "/usr/bin/patrol-player: No such file or directory"))
        rig.run(for: .seconds(130))
        let problem = InhibitReason.playerUnusable("/usr/bin/patrol-player: No such file or directory")
        #expect(rig.say(.a, .emergency) == .refused(.inhibited(problem)))
        #expect(rig.skips.map(\.inhibitReason) == [problem])
        #expect(rig.announcer.status.playerProblem != nil)
        rig.tell(.playerChanged(problem: nil))
        #expect(rig.skips.map(\.slots) == [1, 2])
        rig.run(for: .seconds(60))
        #expect(rig.playedClips == ["a.ogg"])
    }

    @Test("When the school's rule follows the night's, it is the one that is told and recorded")
    func handover() {
        let school = QuietRule(name: "school", schedule: .hours("05:00", "07:00"), zones: ["school"])
        var rig = AnnouncerRig(at: "05:30", programmes: [.plain()], rules: [.night, school], zones: ["school"])
        rig.run(until: "05:59:50")
        #expect(rig.announcer.status.silence?.words == "quiet hours (night)")
        rig.run(until: "06:00:05")
        #expect(rig.announcer.status.silence?.words == "quiet hours (school)")
        rig.run(until: "07:00:05")
        let quiet = rig.events.filter { event in
            switch event {
            case .quietBegan, .quietChanged, .quietEnded: true
            default: false
            }
        }
        #expect(
            quiet == [
                .quietBegan(rule: "night"), .quietChanged(from: "night", to: "school"), .quietEnded(rule: "school"),
            ]
        )
        // The slots of each are told by its name.
        let reasons = rig.skips.map(\.inhibitReason)
        #expect(reasons.first == .quiet(rule: "night") && reasons.last == .quiet(rule: "school"))
    }

    @Test("The verdict in front of a quiet that others follow ends where silence does")
    func untilTheEnd() {
        let school = QuietRule(name: "school", schedule: .hours("05:00", "07:00"), zones: ["school"])
        var rig = AnnouncerRig(at: "05:30", programmes: [.plain()], rules: [.night, school], zones: ["school"])
        rig.run(for: .seconds(1))
        let until = rig.announcer.status.silence?.until
        #expect(until.map { $0 > AnnouncerRig.instant("07:00") && $0 < AnnouncerRig.instant("07:00:03") } == true)
    }

    @Test("The reason why the clock is not trusted is the present one")
    func clockReason() {
        var rig = AnnouncerRig(programmes: [.plain()], isTrusted: false)
        rig.run(for: .seconds(1))
        #expect(rig.announcer.status.silence?.words.contains("no-reading") == true)
        var clock = WallClock()
        _ = clock.handle(AnnouncerRig.wall("20:00"), marked: .weekRollover, at: AnnouncerRig.instant("20:00:01"))
        rig.tell(.clockChanged(clock))
        #expect(rig.announcer.status.silence?.words.contains("implausible-reading") == true)
        #expect(rig.announcer.status.programmes.first?.inhibitReason == .clockUntrusted(.implausibleReading))
    }
}
