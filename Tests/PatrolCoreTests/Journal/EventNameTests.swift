import Testing

@testable import PatrolCore

@Suite("Events on record")
struct EventNameTests {
    private static let clip = Clip(
        name: "fire.wav",
        sha256: "ab",
        frames: 160,
        sampleRate: 16_000,
        channels: 1,
        loudnessLUFS: -20,
        truePeakDBTP: -3
    )

    private static func announcement(reason: String? = nil) -> Announcement {
        Announcement(
            id: PlayID(rawValue: 7),
            clip: clip,
            programme: nil,
            priority: .emergency,
            reason: reason,
            requester: "uid 1, pid 2",
            zones: ["a", "b"],
            inSpiteOfQuiet: "night"
        )
    }

    private static let duty = Duty(
        kind: .callOut,
        officer: OfficerID("4711"),
        start: .thisBoot(Instant(millisecondsSinceBoot: 0)),
        startTime: nil
    )

    @Test(
        "Names and details are part of the wire: they never change",
        arguments: [
            (
                .loudspeaker(.announcementStarted(announcement(reason: "fire"))), "announcement.started",
                "by=uid 1, pid 2 clip=fire.wav in_spite_of_quiet=night play=7 priority=emergency reason=fire sha256=ab "
                    + "zones=a, b"
            ),
            (
                .loudspeaker(
                    .announcementCut(
                        announcement(),
                        PlayEnd(.deadline, framesPlayed: 80, framesTotal: 160),
                        .inhibited(.quiet(rule: "night"))
                    )
                ), "announcement.cut",
                "by=uid 1, pid 2 clip=fire.wav cut_because=quiet hours (night) cut_by=quiet ended=deadline "
                    + "frames_played=80 frames_total=160 in_spite_of_quiet=night play=7 priority=emergency sha256=ab "
                    + "zones=a, b"
            ),
            (
                .loudspeaker(
                    .announcementSkipped(
                        SkippedAnnouncement(
                            origin: .programme("patrol"),
                            clip: nil,
                            inhibitReason: .muted,
                            firstDueAt: Instant(millisecondsSinceBoot: 0),
                            slots: 3
                        )
                    )
                ), "announcement.skipped", "because=muted in_words=muted programme=patrol slots=3"
            ),
            (.loudspeaker(.quietBegan(rule: "night")), "quiet.began", "rule=night"),
            (.loudspeaker(.quietEnded(rule: "night")), "quiet.ended", "rule=night"),
            (
                .loudspeaker(.muted(Mute(until: WallTime(millisecondsSince1970: 0), requester: "x"))),
                "loudspeaker.muted", "by=x until=1970-01-01T00:00:00.000Z"
            ),
            (.loudspeaker(.unmuted(.time)), "loudspeaker.unmuted", "cause=time"),
            (.loudspeaker(.unmuted(.person(requester: "x"))), "loudspeaker.unmuted", "by=x cause=person"),
            (.loudspeaker(.loudspeakerFailed(reason: "gone")), "loudspeaker.failed", "reason=gone"),
            (.loudspeaker(.loudspeakerRecovered(after: .seconds(61))), "loudspeaker.recovered", "after_s=61"),
            (
                .clips(
                    .missing(
                        [
                            MissingClip(programme: "p", clip: "Fraud.wav", cause: .absent),
                            MissingClip(programme: "q", clip: "cut.wav", cause: .bad(reason: "ends early")),
                        ],
                        because: nil
                    )
                ), "clips.missing", "clips=p: Fraud.wav; q: cut.wav (ends early) count=2"
            ),
            (
                .clips(.missing([MissingClip(programme: "p", clip: "a.wav", cause: .absent)], because: "no folder")),
                "clips.missing", "because=no folder clips=p: a.wav count=1"
            ), (.clips(.complete), "clips.complete", ""),
            (.light(.seen(.blinking(onMilliseconds: 1, offMilliseconds: 2))), "light.on", "off_ms=2 on_ms=1"),
            (.light(.seen(.off)), "light.off", ""), (.light(.fault(reason: "r")), "light.fault", "reason=r"),
            (.dutyStarted(duty, by: "x"), "duty.started", "by=x duty=call-out officer=4711"),
            (.dutyEnded(duty, lastedSeconds: 5, by: "x"), "duty.ended", "by=x duty=call-out lasted_s=5 officer=4711"),
            (
                .clockDoubted(byMilliseconds: -7_200_000, uncertaintyMilliseconds: 7_200_750), "clock.doubted",
                "by_ms=-7200000 uncertainty_ms=7200750"
            ),
            (.mark(text: "tree", by: "x"), "mark", "by=x text=tree"), (.mark(text: nil, by: "x"), "mark", "by=x"),
            (.command("mute", by: "x", result: "done"), "control.command", "by=x command=mute result=done"),
            (
                .recordQuarantined(destination: "s", lane: .events, SequenceNumber(rawValue: 3), reason: "422"),
                "records.quarantined", "count=1 destination=s first=3 lane=events last=3 reason=422"
            ),
            (
                Receipt(
                    lane: .positions,
                    range: .number(3) ... .number(9),
                    count: 7,
                    reason: .memoryFull,
                    from: WallTime(millisecondsSince1970: 0),
                    to: WallTime(millisecondsSince1970: 60_000)
                ).event, "records.dropped",
                "count=7 first=3 from=1970-01-01T00:00:00.000Z lane=positions last=9 reason=memory-full "
                    + "to=1970-01-01T00:01:00.000Z"
            ),
            (
                .journalDamaged(what: "1 of events", keptAs: "journal.damaged-0001"), "journal.damaged",
                "kept_as=journal.damaged-0001 what=1 of events"
            ),
            (.journalDamaged(what: "1 of events", keptAs: nil), "journal.damaged", "what=1 of events"),
            (
                .recordReleased(destination: "s", lane: .positions, SequenceNumber(rawValue: 3)), "records.released",
                "count=1 destination=s first=3 lane=positions last=3"
            ),
            (.recordsRetried(destination: "s", count: 2, by: "x"), "records.retried", "by=x count=2 destination=s"),
            (
                .recordsSkipped(destination: "s", count: 2, reason: "r", by: "x"), "records.skipped",
                "by=x count=2 destination=s reason=r"
            ),
            (.zoneEntered(id: "s", name: "西彭小学", kind: .school), "zone.entered", "kind=school name=西彭小学 zone=s"),
            (.zoneLeft(id: "s", name: "西彭小学", kind: .school), "zone.left", "kind=school name=西彭小学 zone=s"),
        ] as [(EventKind, String, String)]
    )
    func names(kind: EventKind, name: String, details: String) {
        #expect(kind.name == name)
        let text = kind.details.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" }.joined(separator: " ")
        #expect(text == details)
    }
}
