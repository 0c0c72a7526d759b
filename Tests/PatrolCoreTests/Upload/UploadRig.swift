import PatrolCore
import Testing

extension SequenceNumber {
    /// The record with this number.
    static func number(_ value: Int64) -> SequenceNumber { SequenceNumber(rawValue: value) }
}

/// A machine whose clock only the test moves, and what it asked for. It checks by itself that never two batches are
/// under way.
struct UploadRig {
    private(set) var machine: UploadMachine
    private(set) var now: Instant
    /// The one wake-up that is pending.
    private(set) var wakeUp: Instant?
    /// The batch that is under way.
    private(set) var inFlight: BatchPlan?
    private(set) var waiting = UploadBacklog.empty
    let start: Instant

    /// - Parameter memory: of a destination that has acknowledged something before, unless said otherwise.
    init(
        settings: UploadSettings = UploadSettings(),
        memory: UploadMemory = UploadMemory(hasAcknowledged: true),
        seed: UInt64 = 7
    ) {
        start = Instant(millisecondsSinceBoot: 60_000)
        now = start
        machine = UploadMachine(destination: "station", settings: settings, memory: memory, seed: seed, at: start)
    }

    /// Seconds from the start of the machine to its wake-up.
    var wakeUpSeconds: Double? { wakeUp.map { ($0 - start).inSeconds } }

    /// Tells the machine something, so many seconds after what it was told last.
    @discardableResult
    mutating func tell(_ input: UploadMachine.Input, after seconds: Double = 0) -> [UploadMachine.Action] {
        tell(input, at: now + .milliseconds(Int64((seconds * 1000).rounded())))
    }

    private mutating func tell(_ input: UploadMachine.Input, at instant: Instant) -> [UploadMachine.Action] {
        now = max(now, instant)
        switch input {
        case .attemptEnded, .nothingToSend: inFlight = nil
        case .backlogChanged(let backlog): waiting = backlog
        case .wakeUp: wakeUp = nil
        case .motionChanged, .flushRequested, .retryRequested, .refusedSkipped, .epochNotBegun, .shutdown:
            break
        }
        let actions = machine.handle(input, at: now)
        for action in actions {
            switch action {
            case .send(let plan):
                #expect(inFlight == nil, "two batches are under way")
                inFlight = plan
            case .wakeAt(let instant): wakeUp = instant
            case .cancelWakeUp: wakeUp = nil
            case .acknowledge, .rewind, .beginEpoch, .quarantine, .release, .remember, .record: break
            }
        }
        return actions
    }

    /// So much waits now; the newest records are those numbers unless said otherwise.
    @discardableResult
    mutating func backlog(
        events: Int = 0,
        positions: Int = 0,
        retrying: Int = 0,
        newest: Int64 = 1_000_000,
        after seconds: Double = 0
    ) -> [UploadMachine.Action] {
        let newest = SequenceNumber.number(newest)
        return tell(
            .backlogChanged(
                UploadBacklog(
                    events: .init(waiting: events, newest: newest),
                    positions: .init(waiting: positions, newest: newest),
                    retrying: retrying
                )
            ),
            after: seconds
        )
    }

    /// Lets time pass until the pending wake-up and tells the machine.
    @discardableResult
    mutating func wake() throws -> [UploadMachine.Action] {
        let instant = try #require(wakeUp, "nothing is pending")
        return tell(.wakeUp, at: instant)
    }

    /// The batch under way ends; it held the plan's number of records or what waits, numbered from 1.
    @discardableResult
    mutating func end(
        _ outcome: UploadOutcome,
        bytes: Int = 1000,
        after seconds: Double = 0.1
    ) throws -> [UploadMachine.Action] {
        let plan = try #require(inFlight, "nothing is under way")
        func range(_ count: Int) -> ClosedRange<SequenceNumber>? {
            count == 0 ? nil : .number(1) ... .number(Int64(count))
        }
        return tell(
            .attemptEnded(
                UploadAttempt(
                    events: range(min(plan.maximumEvents, waiting.events.waiting)),
                    positions: range(min(plan.maximumPositions, waiting.positions.waiting)),
                    bytesOnWire: bytes,
                    outcome: outcome
                )
            ),
            after: seconds
        )
    }

    /// The quarantined record that is under way again ends.
    @discardableResult
    mutating func endRetry(
        _ outcome: UploadOutcome,
        of lane: Lane = .positions,
        _ number: Int64
    ) throws -> [UploadMachine.Action] {
        #expect(try #require(inFlight, "nothing is under way").purpose == .retry)
        let range = SequenceNumber.number(number)...SequenceNumber.number(number)
        return tell(
            .attemptEnded(
                UploadAttempt(
                    events: lane == .events ? range : nil,
                    positions: lane == .positions ? range : nil,
                    bytesOnWire: 100,
                    outcome: outcome
                )
            ),
            after: 0.1
        )
    }

    /// The batch under way is acknowledged whole, and the rig's backlog shrinks by it.
    @discardableResult
    mutating func acknowledge(bytes: Int = 1000, after seconds: Double = 0.1) throws -> [UploadMachine.Action] {
        let plan = try #require(inFlight, "nothing is under way")
        let events = min(plan.maximumEvents, waiting.events.waiting)
        let positions = min(plan.maximumPositions, waiting.positions.waiting)
        let actions = try end(
            .acknowledged(events: .number(Int64(events)), positions: .number(Int64(positions))),
            bytes: bytes,
            after: seconds
        )
        waiting.events.waiting -= events
        waiting.positions.waiting -= positions
        return actions
    }
}

extension [UploadMachine.Action] {
    /// The batch that is asked for.
    var plan: BatchPlan? {
        for case .send(let plan) in self { return plan }
        return nil
    }

    /// The events that are to be recorded.
    var recorded: [EventKind] {
        compactMap { action in
            if case .record(let kind) = action { kind } else { nil }
        }
    }

    /// The records that are to be quarantined.
    var quarantined: [SequenceNumber] {
        compactMap { action in
            if case .quarantine(_, let sequence, _, _) = action { sequence } else { nil }
        }
    }
}

extension UploadOutcome {
    /// The network failed.
    static var lost: UploadOutcome { .retryLater(reason: "connection refused", retryAfter: nil) }
    /// The token is wrong.
    static var forbidden: UploadOutcome { .heldUntilPersonActs(reason: "401 Unauthorized") }
    /// Something in the batch is wrong.
    static var refused: UploadOutcome { .rejected(reason: "422 Unprocessable Content") }
    /// The batch is too large.
    static var tooMuch: UploadOutcome { .tooLarge(reason: "413 Content Too Large") }
    /// A proxy says something.
    static var foreign: UploadOutcome { .foreignAnswer(reason: "400 Bad Request: nginx", needsPerson: false) }
}
