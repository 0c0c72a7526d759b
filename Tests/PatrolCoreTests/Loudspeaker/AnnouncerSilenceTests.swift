import Testing

@testable import PatrolCore

@Suite("Silence: quiet hours, zones, the clock and mutes")
struct AnnouncerSilenceTests {
    @Test("Before a boundary only what ends in time is started; every order carries the deadline")
    func finishBeforeQuiet() throws {
        var rig = AnnouncerRig(at: "20:58:55")
        // The uncertainty of 1 s, 1 ms of rounding and what a minute's drift adds leave 63.98 s.
        rig.say(.long)
        let deadline = try #require(rig.orders.first?.deadline)
        let early = AnnouncerRig.instant("21:00") - deadline
        #expect(early >= .seconds(1) && early < .milliseconds(1020))
        rig.run(until: "20:59:56")
        #expect(rig.say(.long) == .refused(.inhibited(.wouldNotEndBeforeQuiet)))
        #expect(rig.say(.a, .emergency) == .refused(.inhibited(.wouldNotEndBeforeQuiet)))
        #expect(rig.say(.silence("no", seconds: 1)) == .refused(.unknownClip("no")))
        rig.run(until: "21:00:30")
        #expect(rig.playedClips == ["long.ogg"])
    }

    @Test("A slot whose clip would not end in time is skipped with that reason, and then with that of quiet")
    func scheduledFinishBeforeQuiet() {
        var rig = AnnouncerRig(at: "20:59:20", programmes: [.plain(clips: [.long], gap: .seconds(8))])
        rig.run(until: "23:00")
        #expect(rig.orders.isEmpty)
        #expect(
            rig.skips.map(\.inhibitReason) == [
                .wouldNotEndBeforeQuiet, .wouldNotEndBeforeQuiet, .quiet(rule: "night"),
            ]
        )
        // At :20, then :28, :36, :44 and :52; from 21:00 on it is quiet.
        #expect(rig.skips.map(\.slots) == [1, 4, 1])
        #expect(rig.skips.map(\.firstDueAt) == ["20:59:20", "20:59:28", "21:00:00"].map(AnnouncerRig.instant))
    }

    @Test("A night of skipped slots is told twice, to the last slot")
    func nightOfSkips() {
        var rig = AnnouncerRig(at: "22:00", programmes: [.plain(gap: .seconds(60))])
        rig.run(for: .seconds(8 * 3600 + 65))
        // 481 slots from 22:00 to 06:00, at which quiet has not surely ended.
        #expect(rig.skips.map(\.slots) == [1, 480])
        #expect(rig.orderTimes == [AnnouncerRig.instant("22:00") + .seconds(481 * 60)])
        #expect(rig.events.prefix(1) == [.quietBegan(rule: "night")])
        #expect(rig.events.contains(.quietEnded(rule: "night")))
    }

    @Test("A slow start is cut by the deadline, by the player itself")
    func deadlineCuts() throws {
        var rig = AnnouncerRig(at: "20:59:47")
        rig.say(.a)
        // The player needs 2 s more than it may: told by hand.
        let order = try #require(rig.orders.first)
        rig.player.vanish()
        rig.player.start(
            order,
            at: AnnouncerRig.instant("20:59:47"),
            latency: .seconds(3),
            nature: .plays,
            stopLatency: .zero
        )
        rig.run(until: "21:00")
        #expect(rig.ends.map(\.how) == [.deadline])
        #expect(rig.cuts.count == 1)
    }

    @Test("A clip that is playing when a quiet zone is entered stops at once")
    func zoneEntered() {
        var rig = AnnouncerRig(rules: [.night, .school])
        rig.say(.long)
        rig.run(for: .seconds(5))
        let actions = rig.tell(.zonesChanged(["school"]))
        #expect(
            actions == [
                .record(.quietBegan(rule: "school")),
                .stop(PlayID(rawValue: 1), .inhibited(.quiet(rule: "school"))),
            ]
        )
        #expect(rig.say(.a) == .refused(.inhibited(.quiet(rule: "school"))))
        rig.run(for: .seconds(1))
        #expect(!rig.isPlaying)
        #expect(rig.tell(.zonesChanged([])) == [.record(.quietEnded(rule: "school"))])
        #expect(rig.say(.a) == .accepted(PlayID(rawValue: 2)))
    }

    @Test("A step of the clock moves the deadline at once, either way, or stops what plays")
    func clockSteps() throws {
        var rig = AnnouncerRig(at: "20:30")
        rig.say(.long)
        rig.run(for: .seconds(5))
        let first = try #require(rig.orders.first?.deadline)
        let id = PlayID(rawValue: 1)
        func moved(_ actions: [Announcer.Action]) -> Duration? {
            actions.compactMap { if case .changeDeadline(id, let deadline) = $0 { deadline - first } else { nil } }
                .first
        }
        let later = try #require(moved(rig.tell(.clockChanged(AnnouncerRig.clock(at: rig.now, ahead: .seconds(-600))))))
        #expect(later > .seconds(599) && later < .seconds(601))
        let sooner = try #require(
            moved(rig.tell(.clockChanged(AnnouncerRig.clock(at: rig.now, ahead: .seconds(1775)))))
        )
        #expect(sooner > .seconds(-1776) && sooner < .seconds(-1774))
        rig.run(for: .seconds(60))
        #expect(rig.ends.map(\.how) == [.deadline])
    }

    @Test("A step of the clock into quiet hours stops what plays")
    func clockStepsIntoQuiet() {
        var rig = AnnouncerRig(at: "20:30")
        rig.say(.long)
        rig.run(for: .seconds(5))
        rig.setClock(ahead: .seconds(3600))
        rig.run(for: .seconds(1))
        #expect(rig.cuts == [.inhibited(.quiet(rule: "night"))])
        #expect(!rig.isPlaying)
    }

    @Test("A jump from 20:00 to 23:00 and back makes no burst")
    func noBurst() {
        var rig = AnnouncerRig(programmes: [.plain("p", gap: .seconds(60)), .plain("q", gap: .seconds(90))])
        rig.run(until: "20:10")
        let before = rig.orderTimes.count
        rig.setClock(ahead: .seconds(3 * 3600))
        rig.run(for: .seconds(3 * 3600))
        #expect(rig.orderTimes.count == before)
        rig.setClock(ahead: .seconds(-3 * 3600))
        rig.run(for: .seconds(600))
        for programme in ["p", "q"] {
            let times = rig.log.compactMap { entry -> Instant? in
                guard case .play(let order) = entry.action, order.programme == programme else { return nil }
                return entry.at
            }
            let shortest = zip(times, times.dropFirst()).map { $1 - $0 }.min()
            #expect(shortest.map { $0 >= (programme == "p" ? .seconds(70) : .seconds(100)) } == true)
            // And it does go on: ten minutes of it.
            #expect(times.filter { $0 >= AnnouncerRig.instant("23:10") }.count >= 5)
        }
        let skipped = rig.skips.map(\.slots).reduce(0, +)
        #expect((180 + 120 - 2...180 + 120 + 2).contains(Int(skipped)))
    }

    @Test("Boot in 1970: not a sound, not even an emergency, until the clock is trusted; then at once")
    func untrusted() {
        var rig = AnnouncerRig(programmes: [.plain()], isTrusted: false) { $0.emergencyInQuietHours = true }
        rig.run(until: "20:30")
        #expect(rig.say(.a) == .refused(.inhibited(.clockUntrusted(.noReading))))
        #expect(rig.say(.a, .emergency, reason: "fire") == .refused(.inhibited(.clockUntrusted(.noReading))))
        #expect(rig.skips.map(\.slots) == [1])
        rig.setClock(ahead: .zero)
        #expect(rig.skips.map(\.slots) == [1, 2])
        #expect(rig.orderTimes == [AnnouncerRig.instant("20:30")])
    }

    @Test("When the time of day becomes doubtful, what plays stops, an emergency too")
    func trustLost() {
        var rig = AnnouncerRig(at: "22:00") { $0.emergencyInQuietHours = true }
        rig.say(.long, .emergency, reason: "fire")
        rig.run(for: .seconds(5))
        #expect(rig.isPlaying)
        rig.tell(.clockChanged(WallClock()))
        rig.run(for: .seconds(1))
        #expect(rig.cuts == [.inhibited(.clockUntrusted(.noReading))])
    }

    @Test("An emergency in quiet hours: allowed, and with a reason", arguments: [true, false], [nil, " ", "fire"])
    func emergency(isAllowed: Bool, reason: String?) {
        var rig = AnnouncerRig(at: "22:00") { $0.emergencyInQuietHours = isAllowed }
        let reply = rig.say(.a, .emergency, reason: reason)
        rig.run(for: .seconds(60))
        switch (isAllowed, reason) {
        case (true, "fire"):
            #expect(reply == .accepted(PlayID(rawValue: 1)))
            #expect(rig.orders.map(\.deadline) == [nil])
            let marks = rig.events.compactMap { event -> String? in
                guard case .announcementFinished(let announcement, _) = event else { return nil }
                return announcement.inSpiteOfQuiet
            }
            #expect(marks == ["night"])
        case (true, _):
            #expect(reply == .refused(.reasonRequired(rule: "night")))
        default:
            #expect(reply == .refused(.inhibited(.quiet(rule: "night"))))
        }
        #expect(rig.say(.a, .live, reason: "fire") == .refused(.inhibited(.quiet(rule: "night"))))
    }

    @Test("An emergency may go on into quiet hours, and that is on record; without a reason it has a deadline")
    func emergencyAcrossTheBoundary() {
        var rig = AnnouncerRig(at: "20:59:30") { $0.emergencyInQuietHours = true }
        #expect(rig.say(.long, .emergency) == .refused(.inhibited(.wouldNotEndBeforeQuiet)))
        rig.say(.long, .emergency, reason: "fire")
        rig.run(until: "21:01")
        guard case .announcementFinished(let announcement, _)? = rig.events.last else {
            Issue.record("\(rig.events)")
            return
        }
        #expect(announcement.inSpiteOfQuiet == "night")
    }

    @Test("A mute silences everything, for good or until its time")
    func mute() {
        var rig = AnnouncerRig(programmes: [.plain(gap: .seconds(60))])
        rig.run(for: .seconds(5))
        let mute = Mute(until: AnnouncerRig.wall("20:10"), requester: "uid 0")
        rig.tell(.mute(mute))
        rig.run(until: "20:05")
        #expect(rig.cuts == [.inhibited(.muted)])
        #expect(rig.say(.a, .emergency, reason: "fire") == .refused(.inhibited(.muted)))
        rig.run(until: "20:10")
        #expect(rig.events.last == .announcementSkipped(rig.skips[0]))
        rig.run(until: "20:12")
        #expect(rig.events.contains(.unmuted(.time)))
        #expect(rig.skips.map(\.inhibitReason) == [.muted, .muted])
        #expect(rig.orders.count >= 2)
        rig.tell(.mute(Mute(until: nil, requester: "uid 0")))
        rig.run(until: "23:00")
        #expect(rig.announcer.statusWithoutForecast.mute != nil)
        #expect(rig.tell(.unmute(requester: "uid 5")) == [.record(.unmuted(.person(requester: "uid 5")))])
        #expect(rig.tell(.unmute(requester: "uid 5")).isEmpty)
    }

    @Test("A mute with a time ends only by a trusted clock, and survives a restart")
    func muteAndTrust() {
        let mute = Mute(until: AnnouncerRig.wall("20:10"), requester: "uid 0")
        var rig = AnnouncerRig(isTrusted: false, mute: mute)
        rig.run(until: "20:30")
        #expect(rig.announcer.statusWithoutForecast.mute == mute)
        #expect(rig.announcer.wakeAt == nil)
        rig.setClock(ahead: .seconds(-1300))
        #expect(rig.announcer.statusWithoutForecast.mute == mute)
        #expect(rig.say(.a) == .refused(.inhibited(.muted)))
        rig.setClock(ahead: .zero)
        #expect(rig.announcer.statusWithoutForecast.mute == nil)
        #expect(rig.say(.a) == .accepted(PlayID(rawValue: 1)))
    }

    @Test("A request that waits and may not sound when its turn comes is told")
    func waitedInVain() {
        var rig = AnnouncerRig(at: "20:58:30")
        rig.say(.long)
        #expect(rig.say(.long) == .queued(PlayID(rawValue: 2), ahead: 1))
        rig.run(until: "21:00")
        #expect(rig.playedClips == ["long.ogg"])
        #expect(rig.skips.map(\.inhibitReason) == [.wouldNotEndBeforeQuiet])
    }

    @Test("A daemon that slept through the boundary does not swallow the slot after it")
    func lateWakeUp() {
        var rig = AnnouncerRig(at: "05:00", programmes: [.plain(gap: .seconds(700))])
        rig.run(until: "05:30")
        // Slots at 05:00, 05:11:40 and so on; 05:58:20 is the last in the night, 06:10 the first of the day.
        rig.sleep(for: .seconds(2700))
        rig.tell(.wakeUp)
        #expect(rig.skips.map(\.slots) == [1, 5])
        #expect(rig.orderTimes == [AnnouncerRig.instant("06:15")])
    }
}
