/// The way of a fix through the policies: time mark, filter, clock, motion, odometer, sampling. Each knows nothing of
/// the others; their order stands here.
public struct PositionPipeline: Hashable, Sendable {
    /// The settings of each policy.
    public struct Settings: Hashable, Sendable {
        /// When this program was built; no true time is earlier.
        public var buildDate: WallTime
        /// Which fixes are positions.
        public var filter = FixFilter.Settings()
        /// Moving or parked.
        public var motion = MotionDetector.Settings()
        /// What counts as way.
        public var odometer = Odometer.Settings()
        /// Which positions are recorded.
        public var sampling = Sampler.Settings()
        /// When UTC is trusted.
        public var clock = WallClock.Settings()
        /// The places that have a name.
        public var zones: [Zone] = []

        /// The defaults for a program built at a date.
        public init(buildDate: WallTime) {
            self.buildDate = buildDate
        }
    }

    /// What became of a fix, and what is to be done about it.
    public struct Outcome: Hashable, Sendable {
        /// Whether it is a position of the cart.
        public var verdict: FixFilter.Verdict
        /// Whether its time can be true.
        public var timeMark: TimeMark
        /// The position to record; `nil` if the fix was refused or none is due.
        public var record: Position?
        /// The events to record, in this order.
        public var events: [Event] = []
        /// What the boot's clock turned out to be, to be kept with the boot; `nil` if nothing changed that is worth it.
        public var clockOffset: ClockOffset?
    }

    /// What a reading of the kernel's clock led to.
    public struct ClockOutcome: Hashable, Sendable {
        /// The events to record, in this order.
        public var events: [Event] = []
        /// As in ``Outcome/clockOffset``.
        public var clockOffset: ClockOffset?
    }

    private var judge: FixTimeJudge
    private var filter: FixFilter
    private var detector: MotionDetector
    private var odometer: Odometer
    private var sampler: Sampler
    private var tracker: ZoneTracker
    private var lastJumpEvent: Instant?

    /// The last accepted fix, recorded or not; `nil` before the first one.
    public private(set) var latest: Position?

    /// Whether the cart drives.
    public var motion: Motion { detector.motion }

    /// The ids of the zones that it is in; `nil` before the first accepted fix, when nobody knows.
    public var zones: Set<String>? { latest == nil ? nil : tracker.current }

    /// What time it is. A copy tells the time of other events until the next fix or reading of the kernel's clock.
    public private(set) var clock: WallClock

    /// At most one event about jumps in this time: a receiver that hops to and fro would wear out the flash with them.
    /// The counters have every one.
    static let jumpEventSpacing: Duration = .seconds(60)

    /// - Parameters:
    ///   - settings: of each policy.
    ///   - odometerMetres: the odometer of the newest position in the journal, 0 for an empty one.
    public init(settings: Settings, odometerMetres: Int64) {
        judge = FixTimeJudge(buildDate: settings.buildDate)
        filter = FixFilter(settings: settings.filter)
        detector = MotionDetector(settings: settings.motion)
        odometer = Odometer(metres: odometerMetres, settings: settings.odometer)
        sampler = Sampler(settings: settings.sampling)
        tracker = ZoneTracker(zones: settings.zones)
        clock = WallClock(settings: settings.clock)
    }

    /// The cart as the last accepted fix left it.
    public var state: PositionState {
        PositionState(
            latest: latest,
            motion: detector.motion,
            odometerMetres: odometer.wholeMetres,
            counters: filter.counters,
            zones: zones
        )
    }

    /// A report of the receiver.
    public mutating func handle(_ fix: Fix) -> Outcome {
        let mark = judge.mark(fix)
        let verdict = filter.handle(fix)
        var outcome = Outcome(verdict: verdict, timeMark: mark)
        // A fix that is refused sets no clock; the place of a jump may be the true one in the end, and so may its time.
        let learned = if case .rejected = verdict { ClockOutcome() } else { readClock(of: fix, into: &outcome) }
        switch verdict {
        case .accepted(let coordinate):
            accept(fix, at: coordinate, relocated: false, into: &outcome)
        case .relocated(let coordinate):
            accept(fix, at: coordinate, relocated: true, into: &outcome)
        case .jumped(let metres, let seconds):
            if lastJumpEvent.map({ fix.receivedAt - $0 >= Self.jumpEventSpacing }) ?? true {
                lastJumpEvent = fix.receivedAt
                let jump = EventKind.gpsRejectedJump(distanceMetres: Int64(metres.rounded()), seconds: seconds)
                outcome.events.append(event(jump, at: fix.receivedAt))
            }
        case .rejected:
            break
        }
        outcome.events += learned.events
        outcome.clockOffset = learned.clockOffset
        return outcome
    }

    private mutating func accept(
        _ fix: Fix,
        at coordinate: Coordinate,
        relocated: Bool,
        into outcome: inout Outcome
    ) {
        let change = detector.handle(fix, at: coordinate, relocated: relocated)
        odometer.handle(coordinate, motion: detector.motion, change: change, relocated: relocated)
        let position = Position(
            fix,
            at: coordinate,
            timeMark: outcome.timeMark,
            odometerMetres: odometer.wholeMetres
        )
        latest = position
        let crossings = tracker.handle(
            coordinate,
            errorMetres: fix.horizontalError,
            relocated: relocated,
            at: fix.receivedAt
        )
        if sampler.takes(at: fix.receivedAt, motion: detector.motion, changed: change != nil) {
            outcome.record = position
        }
        outcome.events += crossings.compactMap(crossing).map { event($0, at: fix.receivedAt) }
    }

    /// First, so that the position and the events have the time as it is known from here on.
    private mutating func readClock(of fix: Fix, into outcome: inout Outcome) -> ClockOutcome {
        guard let time = fix.time else { return ClockOutcome() }
        let actions = clock.handle(time, marked: outcome.timeMark, at: fix.receivedAt)
        let isPlausible = outcome.timeMark == .plausible
        if isPlausible, clock.contradicts(time, at: fix.receivedAt) { outcome.timeMark = .contradicted }
        return self.outcome(of: actions, at: fix.receivedAt)
    }

    /// The kernel's clock was read.
    public mutating func handle(_ kernel: KernelTime) -> ClockOutcome {
        // First, so that the events have the time as it is known from here on.
        let actions = clock.handle(kernel, marked: judge.mark(kernel))
        return outcome(of: actions, at: kernel.at)
    }

    private func outcome(of actions: [WallClock.Action], at now: Instant) -> ClockOutcome {
        var outcome = ClockOutcome()
        for action in actions {
            // A step of the system's clock has no offset, and takes none away that came before it.
            if let offset = action.offset { outcome.clockOffset = offset }
            if let kind = EventKind(action) { outcome.events.append(event(kind, at: now)) }
        }
        return outcome
    }

    private func crossing(_ action: ZoneTracker.Action) -> EventKind? {
        switch action {
        case .entered(let id):
            tracker.zones.first { $0.id == id }.map { .zoneEntered(id: id, name: $0.name, kind: $0.kind) }
        case .left(let id):
            tracker.zones.first { $0.id == id }.map { .zoneLeft(id: id, name: $0.name, kind: $0.kind) }
        }
    }

    private func event(_ kind: EventKind, at now: Instant) -> Event {
        Event(kind, at: now, time: clock.wallTime(at: now), coordinate: latest?.coordinate)
    }
}

extension EventKind {
    /// `nil` if it is only told.
    fileprivate init?(_ action: WallClock.Action) {
        switch action {
        case .trusted(let offset):
            self = .clockTrusted(source: offset.source, uncertaintyMilliseconds: offset.uncertaintyMilliseconds)
        case .stepped(let step, let source, _):
            self = .clockStepped(byMilliseconds: step.milliseconds, source: source)
        case .disagreed(let distance, let offset):
            self = .clockDisagreement(
                byMilliseconds: distance.milliseconds,
                uncertaintyMilliseconds: offset.uncertaintyMilliseconds
            )
        case .doubted(let distance, let offset):
            self = .clockDoubted(
                byMilliseconds: distance.milliseconds,
                uncertaintyMilliseconds: offset.uncertaintyMilliseconds
            )
        case .offsetChanged:
            return nil
        }
    }
}

/// What is known of the cart's place: for the status, and for the position that goes with every upload.
public struct PositionState: Hashable, Sendable {
    /// The last accepted fix, recorded or not; `nil` before the first one.
    public var latest: Position?
    /// Whether the cart drives.
    public var motion: Motion
    /// Whole metres since the journal was created.
    public var odometerMetres: Int64
    /// Accepted and refused fixes since the daemon started.
    public var counters: FixCounters
    /// The ids of the zones that it is in; `nil` before the first accepted fix, when nobody knows.
    public var zones: Set<String>?
}
