import Testing

@testable import PatrolCore

@Suite("What breaks: the device, files and players")
struct AnnouncerDeviceTests {
    private var isTold: (LoudspeakerEvent) -> Bool {
        {
            switch $0 {
            case .loudspeakerFailed, .loudspeakerRecovered: true
            default: false
            }
        }
    }

    @Test("A failure is told once; programmes try again with the next slot after a pause; it recovers when a play runs")
    func failsAndRecovers() {
        var rig = AnnouncerRig(programmes: [.plain(clips: [.a], gap: .seconds(1))])
        rig.natures = Array(repeating: .deviceFails(after: .zero), count: 4)
        rig.run(for: .seconds(40))
        let told = rig.events.filter(isTold)
        #expect(told.count == 2)
        #expect(told.first == .loudspeakerFailed(reason: "the player gives no reason"))
        guard case .loudspeakerRecovered(let after)? = told.last else {
            Issue.record("\(told)")
            return
        }
        // It failed 103 ms after the first order; the pauses are 1, 2, 4 and 8 s; 2 s of sound prove it.
        #expect(after > .seconds(17) && after < .seconds(19))
        let pauses = zip(rig.orderTimes, rig.orderTimes.dropFirst()).prefix(4).map { ($1 - $0).inSeconds.rounded() }
        #expect(pauses == [1, 2, 4, 8])
        #expect(rig.skips.allSatisfy { $0.inhibitReason == .loudspeakerFailed })
        #expect(rig.skips.map(\.slots).reduce(0, +) > 8)
    }

    @Test("The pause doubles up to a minute and does not grow further")
    func longestPause() {
        var rig = AnnouncerRig(programmes: [.plain(clips: [.a], gap: .seconds(1))])
        rig.natures = Array(repeating: .deviceFails(after: .zero), count: 12)
        rig.run(for: .seconds(600))
        let pauses = zip(rig.orderTimes, rig.orderTimes.dropFirst()).map { ($1 - $0).inSeconds.rounded() }
        #expect(Array(pauses.prefix(11)) == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60])
        #expect(rig.events.filter(isTold).count == 2)
    }

    @Test("A device that takes the first frames and then hangs has not recovered")
    func doesNotFlap() {
        var rig = AnnouncerRig(programmes: [.plain(clips: [.a], gap: .seconds(1))])
        rig.natures = [.deviceFails(after: .zero)] + Array(repeating: .deviceFails(after: .seconds(1)), count: 5)
        rig.run(for: .seconds(50))
        #expect(rig.orders.count >= 5)
        #expect(rig.events.filter(isTold).count == 1)
        #expect(rig.events.contains { if case .announcementStarted = $0 { true } else { false } })
    }

    @Test("What a person asks for is tried at once, and answered by what comes of it")
    func manualDuringTheFailure() {
        var rig = AnnouncerRig(programmes: [.plain(gap: .seconds(600))])
        rig.natures = [.deviceFails(after: .zero), .deviceFails(after: .zero)]
        rig.run(for: .milliseconds(200))
        #expect(rig.say(.b) == .accepted(PlayID(rawValue: 2)))
        rig.run(for: .seconds(1))
        guard case .announcementFailed(let announcement, let end)? = rig.events.last else {
            Issue.record("\(rig.events)")
            return
        }
        #expect(announcement.clip == "b.ogg" && end.how == .deviceFailed)
        #expect(rig.say(.b) == .accepted(PlayID(rawValue: 3)))
        rig.run(for: .seconds(3))
        #expect(rig.events.filter(isTold).count == 2)
    }

    @Test("A short play that ends well proves the device, too")
    func shortProof() {
        let short = Clip.silence("s", seconds: 1)
        var rig = AnnouncerRig(clips: [short])
        rig.natures = [.deviceFails(after: .zero)]
        rig.say(short)
        rig.run(for: .seconds(1))
        rig.say(short)
        rig.run(for: .seconds(2))
        #expect(rig.events.filter(isTold).count == 2)
        #expect(rig.announcer.status.device == .fine)
    }

    @Test(
        "A file that fails makes room for the next clip; after three times in a row it is left out until the clips change"
    )
    func fileFails() {
        var rig = AnnouncerRig(programmes: [.plain(gap: .seconds(60))])
        rig.natures = (0..<6).map { $0 % 2 == 0 ? .fileFails(after: .zero) : .plays }
        rig.run(for: .seconds(700))
        #expect(
            Array(rig.playedClips.prefix(8)) == [
                "a.ogg", "b.ogg", "a.ogg", "b.ogg", "a.ogg", "b.ogg", "b.ogg", "b.ogg",
            ]
        )
        #expect(rig.say(.a) == .refused(.unknownClip("a.ogg")))
        #expect(!rig.events.contains(where: isTold))
        rig.tell(.clipsChanged(["a.ogg": .a, "b.ogg": .b]))
        rig.run(for: .seconds(20))
        #expect(rig.say(.a) != .refused(.unknownClip("a.ogg")))
    }

    @Test("Three failures count only in a row")
    func notInARow() {
        var rig = AnnouncerRig()
        for nature in [
            FakePlayer.Nature.fileFails(after: .zero), .fileFails(after: .zero), .plays, .fileFails(after: .zero),
        ] {
            rig.natures = [nature]
            rig.say(.a)
            rig.run(for: .seconds(20))
        }
        #expect(rig.say(.a) == .accepted(PlayID(rawValue: 5)))
    }

    @Test(
        "A player that reports nothing and is killed counts as a failure of the device, and the next clip's turn comes"
    )
    func killed() {
        var rig = AnnouncerRig(programmes: [.plain(gap: .seconds(60))])
        rig.natures = [.hangs(after: .seconds(3))]
        rig.run(for: .seconds(100))
        #expect(rig.playedClips == ["a.ogg", "b.ogg"])
        #expect(
            rig.events.filter(isTold).first == .loudspeakerFailed(reason: "the player did not answer and was killed")
        )
    }

    /// What the player says, whether it was told to stop, whether its deadline has passed, and what it means.
    static let outcomes: [(PlayEnd.How, StopReason?, isLate: Bool, PlayOutcome)] = [
        (.finished, nil, false, .finished),
        (.finished, .outranked(by: .live), false, .finished),
        (.deadline, nil, true, .cut(.deadline)),
        (.deadline, .inhibited(.muted), true, .cut(.inhibited(.muted))),
        (.stopped, .inhibited(.muted), false, .cut(.inhibited(.muted))),
        (.stopped, nil, false, .cut(.unasked)),
        (.parentGone, nil, false, .cut(.unasked)),
        (.killed, .inhibited(.muted), false, .cut(.inhibited(.muted))),
        (.killed, nil, true, .cut(.deadline)),
        (.killed, nil, false, .deviceFailed(reason: "why")),
        (.deviceFailed, nil, false, .deviceFailed(reason: "why")),
        (.deviceFailed, .inhibited(.muted), false, .deviceFailed(reason: "why")),
        (.fileFailed, nil, false, .fileFailed),
    ]

    @Test("What a play's end means", arguments: outcomes.indices)
    func meaning(index: Int) {
        let (how, stopped, isLate, expected) = Self.outcomes[index]
        let now = AnnouncerRig.instant("20:00")
        let end = PlayEnd(how, framesPlayed: 1, framesTotal: 2, reason: "why")
        let deadline = isLate ? now - .milliseconds(1) : now + .milliseconds(1)
        #expect(PlayOutcome(end, stopped: stopped, deadline: deadline, at: now) == expected)
    }

    /// Loudness, volume and gain; the target is −16 LUFS.
    static let gains: [(Double, Double, Double)] = [
        (-20, 0, 4), (-20, -6, -2), (-16, 0, 0), (-10, 0, -6), (-70, 0, 20), (0, -30, -40), (-.infinity, 0, 0),
        (-.infinity, -3, -3), (.nan, 0, 0), (-20, .nan, 4), (-20, .infinity, 4),
    ]

    @Test("The gain brings all clips to one loudness, within reason", arguments: gains.indices)
    func gainOfClip(index: Int) {
        let (loudness, volume, expected) = Self.gains[index]
        var clip = Clip.a
        clip.loudnessLUFS = loudness
        #expect(clip.gainDecibels(targetLUFS: -16, volumeDecibels: volume) == expected)
    }

    @Test("The orders carry the gain, a programme's volume included")
    func gainOfOrders() {
        var programme = Programme.plain()
        programme.volumeDecibels = -3
        var rig = AnnouncerRig(programmes: [programme]) { $0.targetLoudnessLUFS = -14 }
        rig.run(for: .seconds(20))
        rig.say(.a)
        #expect(rig.orders.map(\.gainDecibels) == [-1, 2])
    }

    /// Frames, rate and the duration in nanoseconds.
    static let durations: [(Int64, Int, Int64)] = [
        (48_000, 48_000, 1_000_000_000), (1, 48_000, 20_834), (44_101, 44_100, 1_000_022_676), (0, 8000, 0),
        (-5, 8000, 0), (100, 0, 0), (8000 * 86_400, 8000, 86_400_000_000_000),
    ]

    @Test("A clip's duration is rounded up", arguments: durations.indices)
    func durationOfClip(index: Int) {
        let (frames, rate, expected) = Self.durations[index]
        var clip = Clip.a
        (clip.frames, clip.sampleRate) = (frames, rate)
        #expect(clip.duration == .nanoseconds(expected))
    }

    @Test("A truncated OGG claims all frames there are: its duration does not overflow")
    func absurdLength() {
        var clip = Clip.a
        (clip.frames, clip.sampleRate) = (.max, 1)
        #expect(clip.duration > .seconds(86_400))
        #expect(AnnouncerRig.instant("20:00") + clip.duration == Instant(nanosecondsSinceBoot: .max))
    }
}
