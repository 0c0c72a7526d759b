@testable import PatrolCore

/// An announcer with a player in virtual time, on 2026-11-24, a Tuesday, in a zone 8 h east of UTC.
struct AnnouncerRig {
    static let zone = CivilZone.fixed(secondsEastOfUTC: 8 * 3600)
    static let midnight = WallTime(millisecondsSince1970: 1_795_449_600_000)

    var announcer: Announcer
    var player = FakePlayer()
    /// What becomes of the next plays; then they play to their end.
    var natures: [FakePlayer.Nature] = []
    private(set) var now: Instant
    private(set) var log: [(at: Instant, action: Announcer.Action)] = []
    private(set) var wakes = 0

    init(
        at time: String = "20:00",
        programmes: [Programme] = [],
        rules: [QuietRule] = [.night],
        clips: [Clip] = [.a, .b, .long],
        isTrusted: Bool = true,
        zones: Set<String> = [],
        isOnDuty: Bool = false,
        mute: Mute? = nil,
        configure: (inout AnnouncerSettings) -> Void = { _ in }
    ) {
        now = Self.instant(time)
        var settings = AnnouncerSettings(
            gate: QuietGate(hours: QuietHours(rules: rules, zone: Self.zone)),
            zone: Self.zone,
            programmes: programmes,
            clips: Dictionary(uniqueKeysWithValues: clips.map { ($0.name, $0) })
        )
        configure(&settings)
        announcer = Announcer(
            settings: settings,
            clock: isTrusted ? Self.clock(at: now) : WallClock(),
            zones: zones,
            isOnDuty: isOnDuty,
            mute: mute,
            at: now
        )
    }

    // MARK: Time

    /// The boot clock's 0 was the midnight with which the day began.
    static func instant(_ time: String) -> Instant {
        Instant(nanosecondsSinceBoot: 0) + .seconds(TimeOfDay(time)?.secondsSinceMidnight ?? -1)
    }

    static func wall(_ time: String) -> WallTime {
        midnight + (instant(time) - instant("00:00"))
    }

    /// A clock that has just been confirmed, `ahead` of the boot clock's day; its uncertainty is one second.
    static func clock(at now: Instant, ahead: Duration = .zero) -> WallClock {
        var settings = WallClock.Settings()
        settings.reportDelay = .seconds(2)
        var clock = WallClock(settings: settings)
        for instant in [now - .seconds(3), now] {
            let time = midnight + (instant - Self.instant("00:00")) + ahead + .seconds(-1)
            // In the middle of the bound.
            _ = clock.handle(time, marked: .plausible, at: instant)
        }
        return clock
    }

    mutating func setClock(ahead: Duration) {
        tell(.clockChanged(Self.clock(at: now, ahead: ahead)))
    }

    /// Lets time pass, to a time of the day or for a while.
    mutating func run(until time: String) {
        run(until: Self.instant(time))
    }

    mutating func run(for duration: Duration) {
        run(until: now + duration)
    }

    mutating func run(until end: Instant) {
        while true {
            let wake = log.isEmpty && wakes == 0 ? now : announcer.wakeAt
            guard let next = [player.reportsAt, wake].compactMap({ $0 }).min(), next <= end else { break }
            now = max(now, next)
            if let report = player.report(at: now) {
                tell(report)
            } else {
                wakes += 1
                tell(.wakeUp)
            }
        }
        now = max(now, end)
    }

    /// Time passes, but the daemon sleeps through it.
    mutating func sleep(for duration: Duration) {
        now = now + duration
    }

    // MARK: Input

    @discardableResult
    mutating func tell(_ input: Announcer.Input) -> [Announcer.Action] {
        let actions = announcer.handle(input, at: now)
        for action in actions {
            log.append((now, action))
            switch action {
            case .play(let order):
                player.start(
                    order,
                    at: now,
                    latency: .milliseconds(100),
                    nature: natures.isEmpty ? .plays : natures.removeFirst(),
                    stopLatency: .milliseconds(20)
                )
            case .changeDeadline(let id, let deadline): player.changeDeadline(id, to: deadline, at: now)
            case .stop(let id, _): player.stop(id, at: now)
            case .record, .reply, .stopReply, .concluded: break
            }
        }
        return actions
    }

    @discardableResult
    mutating func say(
        _ clip: Clip,
        _ priority: PlayPriority = .manual,
        reason: String? = nil,
        repeats: Int = 1
    ) -> SayReply? {
        say(clip.name, priority, reason: reason, repeats: repeats)
    }

    @discardableResult
    mutating func say(
        _ clip: ClipName,
        _ priority: PlayPriority = .manual,
        reason: String? = nil,
        repeats: Int = 1
    ) -> SayReply? {
        let request = SayRequest(
            clip: clip,
            priority: priority,
            reason: reason,
            requester: "uid 1000",
            repeats: repeats
        )
        guard case .reply(let reply)? = tell(.say(request)).first else { return nil }
        return reply
    }

    // MARK: What happened

    var orders: [PlayOrder] { log.compactMap { if case .play(let order) = $0.action { order } else { nil } } }

    /// The clips that were ordered, with the time of day in seconds after the rig's hour began.
    var playedClips: [ClipName] { orders.map(\.clip.name) }

    /// When each play was ordered.
    var orderTimes: [Instant] { log.compactMap { if case .play = $0.action { $0.at } else { nil } } }

    var events: [LoudspeakerEvent] { log.compactMap { if case .record(let event) = $0.action { event } else { nil } } }

    var skips: [SkippedAnnouncement] {
        events.compactMap { if case .announcementSkipped(let skip) = $0 { skip } else { nil } }
    }

    var cuts: [StopReason] {
        events.compactMap { if case .announcementCut(_, _, let reason) = $0 { reason } else { nil } }
    }

    /// What became of the requests.
    var conclusions: [SayConclusion] {
        log.compactMap { if case .concluded(_, let conclusion) = $0.action { conclusion } else { nil } }
    }

    /// What the player said of each play's end.
    var ends: [PlayEnd] {
        events.compactMap {
            switch $0 {
            case .announcementFinished(_, let end), .announcementCut(_, let end, _), .announcementFailed(_, let end):
                end
            default: nil
            }
        }
    }

    var isPlaying: Bool { player.play != nil }
}

extension Clip {
    /// 10 s, to be played without a gain.
    static let a = Clip.silence("a.ogg", seconds: 10)
    static let b = Clip.silence("b.ogg", seconds: 10)
    /// A minute.
    static let long = Clip.silence("long.ogg", seconds: 60)

    static func silence(_ name: ClipName, seconds: Int64) -> Clip {
        Clip(
            name: name,
            sha256: "hash of \(name)",
            frames: 8000 * seconds,
            sampleRate: 8000,
            channels: 1,
            loudnessLUFS: -16,
            truePeakDBTP: -1
        )
    }
}

extension QuietRule {
    static let night = QuietRule(name: "night", schedule: .hours("21:00", "06:00"))
    static let school = QuietRule(name: "school", schedule: CivilSchedule(), zones: ["school"])
}

extension CivilSchedule {
    static func hours(_ begin: String, _ end: String) -> CivilSchedule {
        guard let begin = TimeOfDay(begin), let end = TimeOfDay(end) else { return CivilSchedule() }
        return CivilSchedule(hours: DailyWindow(begin: begin, end: end))
    }
}

extension Programme {
    /// Two clips of 10 s in turn, ten minutes apart, always and everywhere.
    static func plain(
        _ name: String = "p",
        clips: [Clip] = [.a, .b],
        gap: Duration = .seconds(600),
        schedule: CivilSchedule = CivilSchedule()
    ) -> Programme {
        Programme(name: name, clips: clips.map(\.name), timing: .every(gap: gap), schedule: schedule)
    }
}
