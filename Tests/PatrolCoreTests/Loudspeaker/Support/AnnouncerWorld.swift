@testable import PatrolCore

/// A night around an announcer: the true time, a receiver, zones, people, a player, and the rules that must hold after
/// every step. What goes wrong is kept as a complaint.
struct AnnouncerWorld {
    let plan: NightPlan
    var dice: SplitMix64
    var announcer: Announcer
    var player = FakePlayer()
    var now = Instant.zero
    var complaints: [String] = []

    // The truth.
    /// True UTC at the instant 0 of this boot, in milliseconds since 1970.
    private var utcAtBoot: Int64
    /// How much slower than true time the boot clock runs, in parts per million.
    private let drift: Int64
    private(set) var zones: Set<String> = []
    var isMoving = false
    var isOnDuty = false
    var mute: Mute?

    // What the vehicle believes.
    private(set) var sources: NightSources
    var clock: WallClock { sources.clock }
    private var isReceiving = true

    private var events: [(at: Instant, event: WorldEvent)]
    private var wakesAt: Instant?
    private var frozenUntil = Instant.zero
    /// Whether what is handled now should have been handled a while ago.
    private(set) var isLate = false
    private var isOver = false

    // Bookkeeping of the checks.
    var books: NightBooks
    /// What was said to come next, until something happens that may change it.
    var prophecy = ForecastCheck()
    let asksForForecasts: Bool
    /// When something last changed that silences: what sounded then has a moment to fall silent.
    var lastReaction = Instant.zero
    /// Milliseconds from the last sound to the boundary, the least of the night.
    var leastMargin: Int64?

    init(seed: UInt64, isLong: Bool) {
        asksForForecasts = seed % 32 == 3 && !isLong
        var dice = SplitMix64(seed: seed)
        plan = NightPlan(dice: &dice, isLong: isLong)
        sources = NightSources(beginsAt: plan.beginsAt, &dice)
        events = WorldEvent.night(plan, earliness: sources.earliness, &dice, count: isLong ? 60 : 14)
        drift = Int64.random(in: -95...95, using: &dice)
        utcAtBoot = plan.beginsAt
        books = NightBooks(plan.programmes)
        announcer = Announcer(
            settings: plan.settings(),
            clock: sources.clock,
            zones: [],
            isOnDuty: false,
            mute: nil,
            at: .zero
        )
        wakesAt = .zero
        self.dice = dice
    }

    // MARK: Time

    /// True UTC at an instant, in milliseconds since 1970.
    func trueUTC(at instant: Instant) -> Int64 {
        let nanoseconds = instant.nanosecondsSinceBoot
        return utcAtBoot + (nanoseconds + nanoseconds * drift / 1_000_000).flooredDivision(by: 1_000_000)
    }

    /// The whole night.
    mutating func run() {
        for _ in 0..<20_000 {
            guard complaints.isEmpty else { return }
            guard step() else { return finish() }
        }
        complain("it does not get on")
    }

    /// Goes to the next thing that happens.
    /// - Returns: whether there was one.
    private mutating func step() -> Bool {
        let candidates = [isOver ? nil : events.first?.at, player.reportsAt, wakesAt].compactMap { $0 }
        guard let next = candidates.min() else { return false }
        let instant = max(next, now, frozenUntil)
        isLate = [player.reportsAt, announcer.wakeAt].contains { $0.map { instant - $0 > .milliseconds(60) } ?? false }
        checkSound(from: now, to: instant)
        noteMargin(from: now, to: instant)
        books.pass(instant - now, isSilent: isSilenced)
        now = instant
        if let report = player.report(at: instant) {
            tell(report)
        } else if let wake = wakesAt, wake <= instant {
            books.wakes += 1
            tell(.wakeUp)
        } else if !isOver, let event = events.first, event.at <= instant {
            events.removeFirst()
            happen(event.event)
        }
        return true
    }

    private var isSilenced: Bool {
        guard mute == nil, case .open = announcer.context.quiet.verdict else { return player.play == nil }
        return false
    }

    // MARK: Events

    private mutating func happen(_ event: WorldEvent) {
        switch event {
        case .reading: receive()
        case .gpsLost(let length):
            isReceiving = false
            events.removeAll { $0.event.isReading }
            schedule(.reading, after: length)
        case .step(let size): step(by: size)
        case .dissent(let size): dissent(by: size)
        case .mood(let mood, let length): change(mood, for: length)
        case .trustLost:
            lastReaction = now
            sources.forget(at: now, &dice)
            tell(.clockChanged(clock))
        case .zones(let entered):
            lastReaction = now
            zones = entered
            tell(.zonesChanged(entered))
        case .motion(let moves):
            isMoving = moves
            tell(.motionChanged(isMoving: moves))
        case .duty(let isOn):
            isOnDuty = isOn
            tell(.dutyChanged(isOn: isOn))
        case .say(let request): tell(.say(request))
        case .mute(let ordered):
            lastReaction = now
            tell(.mute(ordered))
            // It may be over already; that is checked where it is told.
            if let mute, mute != ordered { complain("a mute was not obeyed") }
        case .stop(let andQueue): tell(.stop(requester: "uid 0", andQueue: andQueue))
        case .player(let problem): tell(.playerChanged(problem: problem))
        case .unmute:
            tell(.unmute(requester: "uid 0"))
            if mute != nil { complain("it is still muted") }
        case .clips(let clips): tell(.clipsChanged(clips))
        case .freeze(let length): frozenUntil = now + length
        case .reboot(let off): reboot(off: off)
        case .end:
            isOver = true
            tell(.shutDown)
        }
    }

    private mutating func schedule(_ event: WorldEvent, after delay: Duration) {
        let at = now + delay
        let index = events.firstIndex { $0.at > at } ?? events.endIndex
        events.insert((at, event), at: index)
    }

    // MARK: The receiver

    private mutating func receive() {
        let isFirst = !isReceiving || !books.isTrusted
        isReceiving = true
        sources.report(truth: trueUTC(at: now), at: now, &dice)
        tellClock()
        // Trust needs two readings that agree, and an end of doubt a minute of them; the night's later ones come now and
        // then.
        let pause =
            isFirst || sources.isDoubted
            ? Int64.random(in: 3...8, using: &dice) : Int64.random(in: 30...400, using: &dice)
        let next = now + .seconds(pause)
        if !events.contains(where: { $0.at <= next && $0.event.isReading }) {
            schedule(.reading, after: .seconds(pause))
        }
    }

    private mutating func tellClock() {
        checkClock()
        tell(.clockChanged(clock))
    }

    /// The receiver's time is another one from now on, and that is the true one: nobody knows it but the receiver.
    private mutating func step(by size: Int64) {
        guard isReceiving, books.isTrusted, sources.isBoundKnown else { return }
        utcAtBoot += size
        dissent(by: 0)
    }

    /// One report that is off by so much, which may be the true one as far as anybody knows.
    private mutating func dissent(by size: Int64) {
        guard isReceiving else { return }
        lastReaction = now
        sources.reportOnce(off: size, truth: trueUTC(at: now), at: now)
        tellClock()
        schedule(.reading, after: .seconds(Int64.random(in: 1...4, using: &dice)))
    }

    private mutating func change(_ mood: NightSources.Mood, for length: Duration) {
        let until = now + length
        switch mood {
        case .honest: return
        case .alternating(let off, _): sources.enter(.alternating(off, until: until))
        case .rolledOver(let weeks, _): sources.enter(.rolledOver(weeks: weeks, until: until))
        }
        lastReaction = now
        if isReceiving { schedule(.reading, after: .seconds(1)) }
    }

    // MARK: Power

    private mutating func reboot(off: Int64) {
        player.vanish()
        let utc = trueUTC(at: now) + off
        let booted = Instant.zero + .seconds(4)
        let old = now
        now = booted
        utcAtBoot += utc - trueUTC(at: booted)
        events = events.map { (booted + max(.zero, $0.at - old), $0.event) }
        frozenUntil = .zero
        sources.forget(at: booted, &dice)
        lastReaction = booted
        books.reboot(plan.programmes)
        prophecy = ForecastCheck()
        isMoving = false
        announcer = Announcer(
            settings: plan.settings(),
            clock: clock,
            zones: zones,
            isOnDuty: isOnDuty,
            mute: mute,
            at: booted
        )
        wakesAt = booted
    }

    // MARK: The announcer

    mutating func tell(_ input: Announcer.Input) {
        books.inputs += input.isWakeUp ? 0 : 1
        let wasTrusted = books.isTrusted
        let actions = announcer.handle(input, at: now)
        follow(input, actions)
        books.isTrusted = clock.wallTime(at: now) != nil
        for action in actions { perform(action) }
        checkAnswer(actions, to: input)
        for index in books.ledgers.indices where !isOver || input.isShutDown {
            books.ledgers[index].follow(
                actions,
                conditionsHold: !isOver && conditionsHold(plan.programmes[index], plan.hours[index]),
                becameTrusted: !wasTrusted && books.isTrusted,
                at: now
            )
        }
        checkSlots()
        if let wake = announcer.wakeAt, wake <= now { complain("a wake-up in the past") }
        wakesAt = announcer.wakeAt.map { $0 + lateness() }
    }

    private mutating func lateness() -> Duration {
        switch Int.random(in: 0..<100, using: &dice) {
        case 0: .milliseconds(Int64.random(in: 0...4000, using: &dice))
        case 1..<10: .milliseconds(Int64.random(in: 0...50, using: &dice))
        default: .zero
        }
    }

    private mutating func perform(_ action: Announcer.Action) {
        switch action {
        case .play(let order):
            if player.play != nil { complain("two plays at a time") }
            player.start(
                order,
                at: now,
                latency: startLatency(),
                nature: nature(),
                stopLatency: .milliseconds(Int64.random(in: 5...60, using: &dice))
            )
        case .changeDeadline(let id, let deadline): player.changeDeadline(id, to: deadline, at: now)
        case .stop(let id, _): player.stop(id, at: now)
        case .record(let event): note(event)
        case .reply, .stopReply, .concluded: break
        }
        books.note(action, at: now)
    }

    /// Most players start at once, some so late that their clip no longer fits before quiet.
    private mutating func startLatency() -> Duration {
        let isSlow = Int.random(in: 0..<4, using: &dice) == 0
        return .milliseconds(Int64.random(in: isSlow ? 400...6000 : 20...400, using: &dice))
    }

    private mutating func nature() -> FakePlayer.Nature {
        let after = Duration.milliseconds(Int64.random(in: 0...20_000, using: &dice))
        return switch Int.random(in: 0..<40, using: &dice) {
        case 0: .deviceFails(after: .zero)
        case 1: .deviceFails(after: after)
        case 2: .fileFails(after: .zero)
        case 3: .fileFails(after: after)
        case 4: .hangs(after: after)
        default: .plays
        }
    }
}

extension Announcer.Input {
    fileprivate var isWakeUp: Bool {
        if case .wakeUp = self { true } else { false }
    }

    fileprivate var isShutDown: Bool {
        if case .shutDown = self { true } else { false }
    }
}
