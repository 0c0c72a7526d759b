@testable import PatrolCore

/// Keeps count of a programme's slots from outside: each must be played, or skipped on record, in its turn and once.
struct SlotLedger {
    let programme: Programme
    private let gap: Duration
    /// How often the present slot's clip was heard to its end.
    private var rounds = 0
    private var expected: Instant?
    private var lastEnd: Instant?
    private var lastSkipped: Instant?
    private var playing: PlayID?
    /// What was played last.
    private var clip: ClipName?
    private var holds = false
    private var beginsAnew = false
    private(set) var complaints: [String] = []
    private(set) var played = 0
    private(set) var skipped: Int64 = 0

    init(_ programme: Programme) {
        self.programme = programme
        gap = if case .every(let gap) = programme.timing { gap } else { .zero }
    }

    /// A slot that is due and has not been dealt with.
    func due(at now: Instant) -> Instant? {
        guard playing == nil, holds, let expected, expected <= now else { return nil }
        return expected
    }

    /// An input was handled.
    /// - Parameters:
    ///   - hold: whether the programme's conditions hold.
    ///   - becameTrusted: whether the time of day has become known.
    mutating func follow(_ actions: [Announcer.Action], conditionsHold hold: Bool, becameTrusted: Bool, at now: Instant)
    {
        let held = holds
        holds = hold
        beginsAnew = becameTrusted
        if becameTrusted, !held { lastSkipped = nil }
        if hold, !held, playing == nil { expected = earliest(now, [lastEnd, lastSkipped]) }
        for action in actions { follow(action, at: now) }
        if hold {
            startAnew(at: now)
        } else if beginsAnew {
            lastSkipped = nil
        }
        beginsAnew = false
        if !hold, playing == nil {
            if let expected, expected < now { complain("the slot of \(expected) got lost", now) }
            expected = nil
            rounds = 0
        }
    }

    private mutating func startAnew(at now: Instant) {
        guard beginsAnew else { return }
        beginsAnew = false
        lastSkipped = nil
        // One that was waiting for the floor goes on waiting.
        if playing == nil, expected.map({ $0 >= now }) ?? true { expected = earliest(now, [lastEnd]) }
        // A repetition that was to come is a slot of its own from here on.
        if playing == nil, let expected, expected > now { rounds = 0 }
    }

    private func earliest(_ now: Instant, _ last: [Instant?]) -> Instant {
        last.compactMap { $0 }.map { $0 + gap }.reduce(now, max)
    }

    private mutating func follow(_ action: Announcer.Action, at now: Instant) {
        switch action {
        case .play(let order) where order.programme == programme.name:
            startAnew(at: now)
            guard holds, playing == nil, let expected, expected <= now else {
                return complain("played out of turn", now)
            }
            // The one that was to be heard again has gone.
            if rounds > 0, order.clip.name != clip { rounds = 0 }
            (playing, clip) = (order.id, order.clip.name)
            played += 1
        case .record(.announcementSkipped(let skip)) where skip.origin == .programme(programme.name):
            follow(skip, at: now)
        case .record(.announcementFinished(let announcement, _)):
            guard announcement.id == playing else { return }
            rounds += 1
            let isRepeated = rounds < programme.repeats
            if !isRepeated { rounds = 0 }
            ended(announcement, startsAfresh: false, isRepeated: isRepeated, at: now)
        case .record(.announcementFailed(let announcement, _)):
            guard announcement.id == playing else { return }
            rounds = 0
            ended(announcement, startsAfresh: false, at: now)
        case .record(.announcementCut(let announcement, _, let reason)):
            guard announcement.id == playing else { return }
            if reason.code != "outranked" { rounds = 0 }
            ended(announcement, startsAfresh: reason.code == "outranked", at: now)
        default:
            break
        }
    }

    private mutating func follow(_ skip: SkippedAnnouncement, at now: Instant) {
        if case .clockUntrusted = skip.inhibitReason {} else { startAnew(at: now) }
        guard skip.slots > 0, skip.firstDueAt == expected, playing == nil else {
            return complain(
                "skipped \(skip.slots) from \(skip.firstDueAt), expected \(String(describing: expected))",
                now
            )
        }
        let last = skip.firstDueAt + gap * Int(skip.slots - 1)
        if last > now { complain("skipped what was not due", now) }
        expected = last + gap
        if skip.inhibitReason == .conditionsEnded || skip.inhibitReason == .daemonStops {
            if holds { complain("the conditions do hold", now) }
            // It was the only one that waited; while it did no other came.
            expected = nil
        } else if skip.inhibitReason == .stoppedByPerson {
            (lastSkipped, expected) = (now, now + gap)
        } else {
            lastSkipped = last
        }
        skipped += skip.slots
        rounds = 0
    }

    private mutating func ended(
        _ announcement: Announcement,
        startsAfresh: Bool,
        isRepeated: Bool = false,
        at now: Instant
    ) {
        guard announcement.id == playing else { return }
        playing = nil
        if startsAfresh { return }
        lastEnd = now
        expected = now + (isRepeated ? Programme.repeatPause : gap)
    }

    private mutating func complain(_ words: String, _ now: Instant) {
        complaints.append("\(programme.name) at \(now.millisecondsSinceBoot): \(words)")
    }
}
