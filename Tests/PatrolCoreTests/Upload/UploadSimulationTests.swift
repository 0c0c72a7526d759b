import Testing

@testable import PatrolCore

/// Whole days of uploading in virtual time: a machine between a small journal and a receiver that loses, refuses,
/// acknowledges halfway and lies. `UploadWorld` checks the rules after every step.
@Suite("Uploads under random trouble")
struct UploadSimulationTests {
    @Test(
        "Whatever the receiver does, every record arrives once and in order, or is receipted; then it is quiet",
        arguments: 0..<8
    )
    func randomTrouble(block: UInt64) throws {
        for seed in block * 250..<(block + 1) * 250 {
            var world = UploadWorld(seed: seed)
            for _ in 0..<120 { try world.troubledStep() }
            try world.runUntilDrained()
            world.checkEverythingArrived()
        }
    }

    @Test("The same seed gives the same day")
    func deterministic() throws {
        var histories: [[UploadMachine.Action]] = []
        for _ in 0..<2 {
            var world = UploadWorld(seed: 99)
            for _ in 0..<120 { try world.troubledStep() }
            histories.append(world.history)
        }
        #expect(histories[0] == histories[1])
    }

    @Test("A healthy day costs a batch per interval and per event, and no wake-up besides")
    func healthyDay() throws {
        var world = UploadWorld(seed: 5, poisonShare: 0, isTroubled: false)
        world.setMoving(true)
        var wakeUps = 0
        for second in 1...86_400 {
            wakeUps += try world.quietSecond(event: second % 3600 == 0)
        }
        #expect((2880...2930).contains(world.batches), "\(world.batches) batches in 86,400 s")
        #expect(wakeUps <= world.batches)
    }
}

/// A journal of two lanes, a receiver and the air between them.
struct UploadWorld {
    private struct Record {
        var isPoison: Bool
    }

    private let seed: UInt64
    private let poisonShare: Double
    private let settings: UploadSettings
    private var machine: UploadMachine
    private var dice: SplitMix64
    private var now = Instant(millisecondsSinceBoot: 0)
    private var wakeUp: Instant?
    private var inFlight: BatchPlan?
    private var earliestSend = Instant(millisecondsSinceBoot: 0)
    private var records: [Lane: [Record]] = [.events: [], .positions: []]
    /// How many records of the lane the journal holds as done with.
    private var cursor: [Lane: Int] = [.events: 0, .positions: 0]
    /// How many records of the lane the receiver is through with: stored, or skipped because they were quarantined.
    private var received: [Lane: Int] = [.events: 0, .positions: 0]
    private var quarantined: [Lane: [Int]] = [.events: [], .positions: []]
    /// Every record that was ever quarantined.
    private var refused: [Lane: Set<Int>] = [:]
    /// Of those, the ones that a person wants sent again, in the order in which the journal gives them.
    private var retrying: [(lane: Lane, index: Int)] = []
    private var isHeld = false
    private var isTroubled: Bool
    private(set) var batches = 0
    private(set) var history: [UploadMachine.Action] = []

    init(seed: UInt64, poisonShare: Double = 0.01, isTroubled: Bool = true) {
        self.seed = seed
        self.poisonShare = poisonShare
        self.isTroubled = isTroubled
        var settings = UploadSettings()
        settings.maximumEvents = 20
        settings.maximumPositions = 100
        settings.livePositions = 12
        settings.backlogBytesPerSecond = 2000
        settings.backlogBurstBytes = 8000
        // A run of poison is not a broken receiver here; that rule has a test of its own.
        settings.maximumQuarantinesInARow = .max
        self.settings = settings
        dice = SplitMix64(seed: seed)
        machine = UploadMachine(
            destination: "station",
            settings: settings,
            memory: UploadMemory(),
            seed: seed &+ 1,
            at: now
        )
    }

    // MARK: Steps

    mutating func setMoving(_ isMoving: Bool) {
        tell(.motionChanged(isMoving: isMoving))
    }

    /// One second in which a position is recorded, and perhaps an event; the receiver answers within 100 ms.
    /// - Returns: how many wake-ups it took.
    mutating func quietSecond(event: Bool) throws -> Int {
        let end = now + .seconds(1)
        record(event ? [.events, .positions] : [.positions])
        var wakeUps = 0
        while let instant = inFlight == nil ? wakeUp : now + .milliseconds(100), instant <= end {
            now = max(now, instant)
            if inFlight != nil {
                try answer()
            } else {
                wakeUps += 1
                wakeUp = nil
                tell(.wakeUp)
            }
        }
        now = end
        return wakeUps
    }

    /// Something happens.
    mutating func troubledStep() throws {
        switch Int.random(in: 0..<20, using: &dice) {
        case 0..<5:
            let lanes = (0..<Int.random(in: 1...60, using: &dice)).map { _ in
                Int.random(in: 0..<8, using: &dice) == 0 ? Lane.events : .positions
            }
            record(lanes)
        case 5: tell(.motionChanged(isMoving: Bool.random(using: &dice)))
        case 6:
            earliestSend = now
            tell(.flushRequested)
        case 7 where Bool.random(using: &dice): retry()
        case 7: pass(.milliseconds(Int64.random(in: 0...20_000, using: &dice)))
        default: try goOn()
        }
    }

    /// With a receiver that takes everything but poison: lets the machine finish.
    mutating func runUntilDrained() throws {
        isTroubled = false
        if cursor[.events] == records[.events]?.count, cursor[.positions] == records[.positions]?.count {
            record([.positions])
        }
        for _ in 0..<20_000 where inFlight != nil || wakeUp != nil { try goOn() }
    }

    /// Somebody has mended half of what the receiver refuses, and wants all of it sent again.
    private mutating func retry() {
        retrying = Lane.allCases.flatMap { lane in (quarantined[lane] ?? []).sorted().map { (lane, $0) } }
        for (lane, index) in retrying where Bool.random(using: &dice) { records[lane]?[index].isPoison = false }
        tellBacklog()
        earliestSend = now
        tell(.retryRequested)
    }

    private mutating func goOn() throws {
        if inFlight != nil {
            now = now + .milliseconds(Int64.random(in: 0...3000, using: &dice))
            try answer()
        } else if let instant = wakeUp {
            now = max(now, instant)
            wakeUp = nil
            tell(.wakeUp)
        }
    }

    /// Lets time pass; a wake-up that comes due in it comes late, as on a busy machine.
    private mutating func pass(_ duration: Duration) {
        now = now + duration
        guard let instant = wakeUp, instant <= now else { return }
        wakeUp = nil
        tell(.wakeUp)
    }

    private mutating func record(_ lanes: [Lane]) {
        for lane in lanes {
            let isPoison = Double.random(in: 0..<1, using: &dice) < poisonShare
            records[lane, default: []].append(Record(isPoison: isPoison))
        }
        tellBacklog()
    }

    // MARK: The air and the receiver

    private mutating func answer() throws {
        let plan = try #require(inFlight)
        if plan.purpose == .retry { return answerRetry() }
        let events = range(.events, plan.maximumEvents)
        let positions = range(.positions, plan.maximumPositions)
        let outcome = decide(events, positions)
        noteDeadline(outcome)
        inFlight = nil
        let isEmpty = events.isEmpty && positions.isEmpty
        let attempt = UploadAttempt(
            events: events.numbers,
            positions: positions.numbers,
            bytesOnWire: 200 + 100 * events.count + 9 * positions.count,
            outcome: outcome
        )
        tell(isEmpty ? .nothingToSend : .attemptEnded(attempt))
        tellBacklog()
    }

    private mutating func answerRetry() {
        inFlight = nil
        guard let (lane, index) = retrying.first else {
            tell(.nothingToSend)
            return
        }
        let outcome: UploadOutcome =
            switch isTroubled ? Int.random(in: 0..<6, using: &dice) : 5 {
            case 0: .retryLater(reason: "connection refused", retryAfter: nil)
            case 1: .foreignAnswer(reason: "302", needsPerson: false)
            case 2: .acknowledged(events: .none, positions: .none)
            case _ where records[lane]?[index].isPoison == true: .rejected(reason: "422")
            default: .acknowledged(events: .number(Int64(index) + 1), positions: .number(Int64(index) + 1))
            }
        noteDeadline(outcome)
        let numbers = (index..<index + 1).numbers
        tell(
            .attemptEnded(
                UploadAttempt(
                    events: lane == .events ? numbers : nil,
                    positions: lane == .positions ? numbers : nil,
                    bytesOnWire: 300,
                    outcome: outcome
                )
            )
        )
        tellBacklog()
    }

    private mutating func decide(_ events: Range<Int>, _ positions: Range<Int>) -> UploadOutcome {
        let trouble = isTroubled ? Int.random(in: 0..<12, using: &dice) : 11
        switch trouble {
        case 0: return .retryLater(reason: "connection refused", retryAfter: nil)
        case 1: return .retryLater(reason: "503", retryAfter: .seconds(Int64.random(in: -10...10_000, using: &dice)))
        case 2: return .heldUntilPersonActs(reason: "401")
        case 3 where events.count + positions.count > 6: return .tooLarge(reason: "413")
        case 4: return .acknowledged(events: .none, positions: .none)
        case 5: return .acknowledged(events: .number(.max), positions: .number(.max))
        case 8: return .foreignAnswer(reason: "400 Bad Request: nginx", needsPerson: false)
        default: break
        }
        let isPoisoned = [(Lane.events, events), (.positions, positions)].contains { lane, range in
            range.contains { records[lane]?[$0].isPoison == true }
        }
        if isPoisoned { return .rejected(reason: "422") }
        store(events, in: .events)
        // Stored in part: the events, and some of the positions.
        let share = trouble == 6 && positions.count > 1 ? positions.count / 2 : positions.count
        store(positions.prefix(share), in: .positions)
        // Stored, but the answer is lost.
        if trouble == 7 { return .retryLater(reason: "the connection was closed", retryAfter: nil) }
        return .acknowledged(
            events: .number(Int64(received[.events] ?? 0)),
            positions: .number(Int64(received[.positions] ?? 0))
        )
    }

    /// The receiver knows each record by its number and keeps it once; a record must not come before its predecessor.
    private mutating func store(_ range: Range<Int>, in lane: Lane) {
        for index in range where index >= received[lane, default: 0] {
            let gap = received[lane, default: 0]..<index
            #expect(
                gap.allSatisfy { refused[lane]?.contains($0) == true },
                "seed \(seed): \(lane) came out of order"
            )
            received[lane] = index + 1
        }
    }

    private func range(_ lane: Lane, _ maximum: Int) -> Range<Int> {
        let first = cursor[lane] ?? 0
        return first..<min(first + maximum, records[lane]?.count ?? 0)
    }

    private mutating func noteDeadline(_ outcome: UploadOutcome) {
        switch outcome {
        case .acknowledged(.none, .none, _), .acknowledged(.number(.max), _, _):
            earliestSend = now + settings.backoffBase / 2
        case .acknowledged: earliestSend = now
        case .foreignAnswer: earliestSend = now + settings.backoffBase / 2
        case .retryLater(_, let retryAfter):
            let asked = min(retryAfter ?? .zero, settings.maximumRetryAfter)
            earliestSend = now + max(asked, settings.backoffBase / 2)
        case .heldUntilPersonActs: earliestSend = now + settings.heldInterval
        case .tooLarge, .rejected, .contradicted: earliestSend = now + settings.refusalPause
        }
    }

    // MARK: The machine

    private mutating func tellBacklog() {
        func lane(_ lane: Lane) -> UploadBacklog.LaneBacklog {
            let newest = records[lane]?.count ?? 0
            return .init(waiting: newest - (cursor[lane] ?? 0), newest: .number(Int64(newest)))
        }
        tell(
            .backlogChanged(
                UploadBacklog(events: lane(.events), positions: lane(.positions), retrying: retrying.count)
            )
        )
    }

    private mutating func tell(_ input: UploadMachine.Input) {
        let actions = machine.handle(input, at: now)
        for action in actions { perform(action) }
        history += actions
        #expect(machine.status.nextAttemptAt == wakeUp, "seed \(seed): the status must tell when it goes on")
        #expect(inFlight == nil || wakeUp == nil, "seed \(seed): a timer beside a flight has no use")
        if case .idle = machine.status.state, inFlight == nil, cursor[.events] == records[.events]?.count,
            cursor[.positions] == records[.positions]?.count, case .backlogChanged = input
        {
            #expect(wakeUp == nil, "seed \(seed): a timer without anything waiting")
        }
    }

    private mutating func perform(_ action: UploadMachine.Action) {
        switch action {
        case .send(let plan):
            #expect(inFlight == nil, "seed \(seed): two batches are under way")
            #expect(now >= earliestSend, "seed \(seed): sent \((earliestSend - now).inSeconds) s too early")
            #expect(plan.maximumEvents + plan.maximumPositions > 0, "seed \(seed): a batch of nothing")
            inFlight = plan
            batches += 1
        case .wakeAt(let instant): wakeUp = instant
        case .cancelWakeUp:
            #expect(wakeUp != nil, "seed \(seed): nothing to cancel")
            wakeUp = nil
        case .acknowledge(let through):
            for lane in Lane.allCases {
                guard let count = through[lane].map({ Int($0.rawValue) }) else { continue }
                #expect(count > cursor[lane, default: 0], "seed \(seed): acknowledged backwards")
                #expect(
                    count <= received[lane, default: 0],
                    "seed \(seed): the receiver does not hold \(lane) \(count)"
                )
                cursor[lane] = count
            }
        case .rewind, .beginEpoch: Issue.record("seed \(seed): this receiver never lost anything")
        case .quarantine(let lane, let sequence, _, _):
            let index = Int(sequence.rawValue) - 1
            #expect(records[lane]?[index].isPoison == true, "seed \(seed): \(lane) \(sequence.rawValue) was innocent")
            if retrying.first.map({ $0 == (lane, index) }) == true {
                retrying.removeFirst()
            } else {
                #expect(index == cursor[lane], "seed \(seed): skipped a record")
                quarantined[lane, default: []].append(index)
                refused[lane, default: []].insert(index)
                cursor[lane] = index + 1
            }
            // The receipt is an event.
            records[.events, default: []].append(Record(isPoison: false))
        case .release(let lane, let sequence):
            let index = Int(sequence.rawValue) - 1
            #expect(retrying.first.map { $0 == (lane, index) } == true, "seed \(seed): not asked for")
            #expect(records[lane]?[index].isPoison == false, "seed \(seed): \(lane) \(index) was refused")
            retrying.removeFirst()
            quarantined[lane]?.removeAll { $0 == index }
            records[.events, default: []].append(Record(isPoison: false))
        case .remember: break
        case .record(let kind):
            switch kind {
            case .uploadHeld, .uploadResumed:
                let holds = kind.name == "upload.held"
                #expect(isHeld != holds, "seed \(seed): \(kind.name) twice")
                isHeld = holds
            default: Issue.record("seed \(seed): \(kind.name) is none of the machine's business")
            }
            // An event lies in the lane like any other; it is told with the next change of the backlog.
            records[.events, default: []].append(Record(isPoison: false))
        }
    }

    func checkEverythingArrived() {
        for lane in Lane.allCases {
            let all = records[lane] ?? []
            #expect(cursor[lane] == all.count, "seed \(seed): \(lane) did not drain")
            let poison = all.indices.filter { all[$0].isPoison }
            #expect(quarantined[lane]?.sorted() == poison, "seed \(seed): all poison, and only that")
        }
        #expect(retrying.isEmpty, "seed \(seed): \(retrying.count) were to go again")
        #expect(machine.status.state == .idle || machine.status.state == .backingOff, "seed \(seed)")
        #expect(wakeUp == nil && inFlight == nil, "seed \(seed): it is not quiet")
    }
}

extension Range<Int> {
    /// Indices from 0 as record numbers from 1; `nil` for none.
    fileprivate var numbers: ClosedRange<SequenceNumber>? {
        isEmpty ? nil : .number(Int64(lowerBound) + 1) ... .number(Int64(upperBound))
    }
}
