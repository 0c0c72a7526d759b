@testable import PatrolCore

/// What the announcer's parts are given, on the rig's day.
enum AnnouncerParts {
    static func context(
        at now: Instant,
        rules: [QuietRule] = [],
        zones: Set<String> = [],
        isOnDuty: Bool = false,
        clips: [Clip] = [.a, .b, .long],
        clock: WallClock? = nil
    ) -> PlayContext {
        let settings = AnnouncerSettings(
            gate: QuietGate(hours: QuietHours(rules: rules, zone: AnnouncerRig.zone)),
            zone: AnnouncerRig.zone,
            programmes: [],
            clips: Dictionary(uniqueKeysWithValues: clips.map { ($0.name, $0) })
        )
        let clock = clock ?? AnnouncerRig.clock(at: now)
        var context = PlayContext(settings, clock, zones: zones, isOnDuty: isOnDuty, nil, at: now)
        var events: [LoudspeakerEvent] = []
        context.learn(.wakeUp, &events)
        return context
    }

    static func entry(
        _ id: UInt64,
        _ priority: PlayPriority = .manual,
        repeats: Int = 1,
        since: Instant = AnnouncerRig.instant("20:00")
    ) -> RequestQueue.Entry {
        RequestQueue.Entry(
            id: PlayID(rawValue: id),
            request: SayRequest(
                clip: Clip.a.name,
                priority: priority,
                reason: nil,
                requester: "wang",
                repeats: repeats
            ),
            since: since
        )
    }

    static func play(_ id: UInt64, deadline: Instant? = nil) -> ActivePlay {
        var play = ActivePlay(
            PlayID(rawValue: id),
            .a,
            for: entry(id),
            in: context(at: AnnouncerRig.instant("20:00"))
        )
        play.deadline = deadline
        return play
    }
}
