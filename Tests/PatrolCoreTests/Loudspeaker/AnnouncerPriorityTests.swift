import Testing

@testable import PatrolCore

@Suite("Priorities: who has the floor")
struct AnnouncerPriorityTests {
    @Test(
        "A higher priority cuts, an equal or a lower one waits",
        arguments: [PlayPriority.scheduled, .manual, .live, .emergency],
        [PlayPriority.manual, .live, .emergency]
    )
    func cutOrWait(playing: PlayPriority, next: PlayPriority) {
        var rig = AnnouncerRig(programmes: playing == .scheduled ? [.plain(clips: [.long])] : [])
        rig.run(for: .milliseconds(1))
        if playing != .scheduled { rig.say(.long, playing) }
        rig.run(for: .seconds(5))
        let reply = rig.say(.a, next)
        rig.run(for: .seconds(1))
        if next > playing {
            #expect(reply == .accepted(PlayID(rawValue: 2)))
            #expect(rig.cuts == [.outranked(by: next)])
            #expect(rig.playedClips == ["long.ogg", "a.ogg"])
        } else {
            #expect(reply == .queued(PlayID(rawValue: 2), ahead: 1))
            #expect(rig.cuts.isEmpty)
            rig.run(for: .seconds(60))
            #expect(rig.playedClips == ["long.ogg", "a.ogg"])
        }
    }

    @Test("The next is ordered when the last has ended, not before; even if it was only about to start")
    func oneAtATime() {
        var rig = AnnouncerRig()
        rig.say(.long)
        let actions = rig.tell(.say(SayRequest(clip: "a.ogg", priority: .emergency, reason: nil, requester: "")))
        #expect(
            actions == [
                .reply(.accepted(PlayID(rawValue: 2))),
                .stop(PlayID(rawValue: 1), .outranked(by: .emergency)),
            ]
        )
        rig.run(for: .seconds(1))
        #expect(rig.playedClips == ["long.ogg", "a.ogg"])
        let first = rig.events.first
        guard case .announcementCut(let announcement, let end, _)? = first else {
            Issue.record("\(String(describing: first))")
            return
        }
        #expect(announcement.clip == "long.ogg" && end.framesPlayed == 0)
    }

    @Test("A scheduled clip that was cut starts afresh; one that somebody asked for does not")
    func startsAfresh() {
        var rig = AnnouncerRig(programmes: [.plain(clips: [.long, .b])])
        rig.run(for: .seconds(30))
        rig.say(.a, .manual)
        rig.run(for: .seconds(5))
        rig.say(.b, .live)
        rig.run(for: .seconds(100))
        #expect(rig.playedClips == ["long.ogg", "a.ogg", "b.ogg", "long.ogg"])
        #expect(rig.cuts == [.outranked(by: .manual), .outranked(by: .live)])
        let scheduled = rig.orders.filter { $0.priority == .scheduled }
        #expect(Set(scheduled.map(\.id)).count == 2)
        rig.run(for: .seconds(600))
        #expect(rig.playedClips.last == "b.ogg")
    }

    @Test("Who waits comes in the order of importance, then of asking")
    func order() {
        var rig = AnnouncerRig(clips: [.a, .b, .long, .silence("l", seconds: 1), .silence("e", seconds: 1)])
        rig.say(.long, .emergency)
        #expect(rig.say(.a) == .queued(PlayID(rawValue: 2), ahead: 1))
        #expect(rig.say(.b) == .queued(PlayID(rawValue: 3), ahead: 2))
        #expect(rig.say("l", .live) == .queued(PlayID(rawValue: 4), ahead: 1))
        #expect(rig.say("e", .emergency) == .queued(PlayID(rawValue: 5), ahead: 1))
        rig.run(for: .seconds(200))
        #expect(rig.playedClips == ["long.ogg", "e", "l", "a.ogg", "b.ogg"])
    }

    @Test("Eight of a priority may wait; the ninth is refused by name, and shuts nobody else out")
    func bound() {
        var rig = AnnouncerRig()
        rig.say(.long)
        for ahead in 1...8 {
            #expect(rig.say(.a) == .queued(PlayID(rawValue: UInt64(ahead) + 1), ahead: ahead))
        }
        #expect(rig.say(.a) == .refused(.queueFull(bound: 8)))
        #expect(SayRefusal.queueFull(bound: 8).code == "queue-full")
        #expect(rig.say(.b, .emergency) == .accepted(PlayID(rawValue: 10)))
        rig.run(for: .seconds(200))
        #expect(rig.playedClips == ["long.ogg", "b.ogg"] + Array(repeating: "a.ogg", count: 8))
    }

    @Test("A slot that comes due while a more important one plays is delayed, not skipped")
    func delayed() {
        var rig = AnnouncerRig(programmes: [.plain(gap: .seconds(30))])
        rig.run(for: .seconds(30))
        rig.say(.long)
        rig.run(for: .seconds(62))
        #expect(rig.playedClips == ["a.ogg", "long.ogg", "b.ogg"])
        #expect(rig.skips.isEmpty)
    }

    @Test("A slot whose conditions end while it waits for its turn is told")
    func endsWhileWaiting() {
        var programme = Programme.plain(gap: .seconds(30))
        programme.onlyWhileMoving = true
        var rig = AnnouncerRig(programmes: [programme])
        rig.tell(.motionChanged(isMoving: true))
        rig.run(for: .seconds(30))
        rig.say(.long)
        rig.run(for: .seconds(30))
        rig.tell(.motionChanged(isMoving: false))
        #expect(rig.skips.map(\.inhibitReason) == [.conditionsEnded])
        #expect(rig.skips.map(\.slots) == [1])
        // It was not heard, so nothing holds the next one back.
        rig.tell(.motionChanged(isMoving: true))
        rig.run(for: .seconds(31))
        #expect(rig.playedClips == ["a.ogg", "long.ogg", "b.ogg"])
    }

    @Test("Nobody can ask for a programme's turn, for what is not there, or after the end")
    func refusals() {
        var rig = AnnouncerRig()
        #expect(rig.say(.a, .scheduled) == .refused(.priorityNotAllowed(.scheduled)))
        #expect(rig.say("no.ogg") == .refused(.unknownClip("no.ogg")))
        rig.tell(.shutDown)
        #expect(rig.say(.a) == .refused(.inhibited(.daemonStops)))
        #expect(rig.orders.isEmpty)
    }

    @Test("The daemon's end cuts what plays and tells what waited")
    func shutDown() {
        var rig = AnnouncerRig(programmes: [.plain(), .plain("q")])
        rig.run(for: .seconds(1))
        rig.say(.long)
        rig.run(for: .seconds(1))
        rig.say(.b)
        rig.tell(.shutDown)
        rig.run(for: .seconds(3600))
        #expect(rig.playedClips == ["a.ogg", "long.ogg"])
        #expect(rig.cuts == [.outranked(by: .manual), .inhibited(.daemonStops)])
        #expect(rig.skips.map(\.inhibitReason) == [.daemonStops, .daemonStops, .daemonStops])
        #expect(rig.announcer.wakeAt == nil)
        #expect(rig.announcer.status.silence?.code == "daemon-stops")
    }

    @Test("Each play leaves a start and an end, with all that proves it")
    func records() {
        var rig = AnnouncerRig(zones: ["park", "b"])
        rig.say(.a, .live, reason: "fair")
        rig.run(for: .seconds(2))
        rig.tell(.zonesChanged(["elsewhere"]))
        rig.run(for: .seconds(20))
        let announcement = Announcement(
            id: PlayID(rawValue: 1),
            clip: .a,
            programme: nil,
            priority: .live,
            reason: "fair",
            requester: "uid 1000",
            zones: ["b", "park"],
            inSpiteOfQuiet: nil
        )
        let end = PlayEnd(.finished, framesPlayed: 80_000, framesTotal: 80_000)
        #expect(rig.events == [.announcementStarted(announcement), .announcementFinished(announcement, end)])
    }

    @Test("What a player says of another play counts for nothing")
    func strangers() {
        var rig = AnnouncerRig()
        rig.say(.a)
        let stranger = PlayID(rawValue: 77)
        #expect(rig.tell(.playStarted(stranger)).isEmpty)
        #expect(rig.tell(.playEnded(stranger, PlayEnd(.finished, framesPlayed: 1, framesTotal: 1))).isEmpty)
        rig.run(for: .seconds(20))
        #expect(rig.tell(.playStarted(PlayID(rawValue: 1))).isEmpty)
        #expect(rig.tell(.playEnded(PlayID(rawValue: 1), PlayEnd(.killed, framesPlayed: 0, framesTotal: nil))).isEmpty)
        #expect(rig.events.count == 2)
    }

    @Test("A start is told once, whatever the player says and however late")
    func startIsToldOnce() {
        var rig = AnnouncerRig()
        rig.say(.long)
        let id = PlayID(rawValue: 1)
        #expect(rig.tell(.playStarted(id)).count == 1)
        #expect(rig.tell(.playStarted(id)).isEmpty)
        rig.say(.a, .live)
        #expect(rig.tell(.playStarted(id)).isEmpty)
    }

    @Test("Priorities have names")
    func names() {
        for priority in PlayPriority.allCases { #expect(PlayPriority(name: priority.name) == priority) }
        #expect(PlayPriority(name: "loud") == nil)
        #expect(PlayPriority.scheduled < .manual && .manual < .live && PlayPriority.live < .emergency)
    }
}
