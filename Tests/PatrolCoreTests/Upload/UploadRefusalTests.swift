import Testing

@testable import PatrolCore

@Suite("Batches that are refused")
struct UploadRefusalTests {
    /// Plays a receiver that refuses batches with these records, until nothing waits.
    /// - Returns: what was quarantined, and how many attempts it took.
    private func play(
        events: Int = 0,
        positions: Int = 0,
        poisonedEvents: Set<Int64> = [],
        poisonedPositions: Set<Int64> = [],
        settings: UploadSettings = UploadSettings(reconnectSpread: .zero)
    ) throws -> (set: [Lane: [Int64]], attempts: Int, seconds: Double) {
        var rig = UploadRig(settings: settings)
        var next: [Lane: Int64] = [.events: 1, .positions: 1]
        let last: [Lane: Int64] = [.events: Int64(events), .positions: Int64(positions)]
        var quarantined: [Lane: [Int64]] = [:]
        var attempts = 0
        func waiting(_ lane: Lane) -> Int { Int((last[lane] ?? 0) - (next[lane] ?? 0) + 1) }
        func range(_ lane: Lane, _ maximum: Int) -> ClosedRange<SequenceNumber>? {
            let count = min(maximum, waiting(lane))
            guard let first = next[lane], count > 0 else { return nil }
            return .number(first) ... .number(first + Int64(count) - 1)
        }
        rig.backlog(events: events, positions: positions)
        while rig.inFlight != nil || rig.wakeUp != nil {
            if rig.inFlight == nil { try rig.wake() }
            guard let plan = rig.inFlight else { continue }
            attempts += 1
            let eventRange = range(.events, plan.maximumEvents)
            let positionRange = range(.positions, plan.maximumPositions)
            let isRefused =
                poisonedEvents.contains { eventRange?.contains(.number($0)) == true }
                || poisonedPositions.contains { positionRange?.contains(.number($0)) == true }
            let outcome: UploadOutcome =
                isRefused
                ? .refused
                : .acknowledged(
                    events: eventRange?.upperBound ?? .none,
                    positions: positionRange?.upperBound ?? .none
                )
            let attempt = UploadAttempt(
                events: eventRange,
                positions: positionRange,
                bytesOnWire: 100,
                outcome: outcome
            )
            for action in rig.tell(.attemptEnded(attempt), after: 0.05) {
                switch action {
                case .acknowledge(let through):
                    for lane in Lane.allCases { next[lane] = through[lane].map { $0.rawValue + 1 } ?? next[lane] }
                case .quarantine(let lane, let sequence, _, _):
                    #expect(sequence.rawValue == next[lane])
                    quarantined[lane, default: []].append(sequence.rawValue)
                    next[lane] = sequence.rawValue + 1
                case .send, .wakeAt, .cancelWakeUp, .rewind, .beginEpoch, .release, .remember, .record: break
                }
            }
            rig.backlog(events: waiting(.events), positions: waiting(.positions))
            try #require(attempts < 10_000)
        }
        return (quarantined, attempts, (rig.now - rig.start).inSeconds)
    }

    @Test(
        "One bad position among a thousand is found in few attempts, wherever it is",
        arguments: [1, 2, 3, 499, 500, 501, 777, 998, 999, 1000] as [Int64]
    )
    func onePosition(poison: Int64) throws {
        let result = try play(positions: 1000, poisonedPositions: [poison])
        #expect(result.set == [.positions: [poison]])
        #expect(result.attempts <= 28, "\(result.attempts) attempts")
    }

    @Test(
        "One bad event beside positions: the lanes are tried apart, the positions are not touched",
        arguments: [
            1, 7, 60,
        ] as [Int64]
    )
    func oneEvent(poison: Int64) throws {
        let result = try play(events: 60, positions: 1000, poisonedEvents: [poison])
        #expect(result.set == [.events: [poison]])
    }

    @Test("One bad position beside events: the events get through first")
    func positionBesideEvents() throws {
        let result = try play(events: 60, positions: 1000, poisonedPositions: [512])
        #expect(result.set == [.positions: [512]])
    }

    @Test("Bad records in both lanes, at the ends and next to each other")
    func several() throws {
        let result = try play(
            events: 300,
            positions: 3000,
            poisonedEvents: [1, 2, 300],
            poisonedPositions: [1, 2, 1500, 2999, 3000]
        )
        #expect(result.set == [.events: [1, 2, 300], .positions: [1, 2, 1500, 2999, 3000]])
    }

    @Test("A single record that is refused is quarantined, and the lane goes on")
    func receipt() throws {
        var rig = UploadRig()
        rig.backlog(events: 1)
        try rig.wake()
        let actions = try rig.end(.refused)
        let memory = UploadMemory(hasAcknowledged: true, eventsRefusedInARow: 1)
        #expect(actions.first == .quarantine(.events, .number(1), reason: "422 Unprocessable Content", memory))
        #expect(rig.wakeUp == nil, "it does not wait any more")
        rig.backlog(events: 1)
        #expect(try #require(rig.wakeUp) - rig.now == .seconds(1))
        try rig.wake()
        #expect(
            try rig.end(.acknowledged(events: .number(1), positions: .none)) == [
                .remember(UploadMemory(hasAcknowledged: true)),
                .acknowledge(PerLane(events: .number(1), positions: nil)),
            ]
        )
        #expect(rig.machine.status.state == .idle)
    }

    @Test("A receiver that refuses everything costs three records, not the journal: it is held, and tried with one")
    func refusesEverything() throws {
        var rig = UploadRig()
        var quarantined = 0
        var waiting = 1000
        rig.backlog(positions: waiting)
        for _ in 0..<200 where rig.machine.status.state != .held {
            if rig.inFlight == nil { try rig.wake() }
            let count = try rig.end(.refused).quarantined.count
            quarantined += count
            waiting -= count
            rig.backlog(positions: waiting)
        }
        #expect(quarantined == 3)
        #expect(rig.machine.status.state == .held)
        #expect(try #require(rig.machine.status.reason).contains("422 Unprocessable Content"))
        #expect(try #require(rig.wakeUp) - rig.now == .seconds(300))
        try rig.wake()
        #expect(rig.inFlight == BatchPlan(maximumEvents: 0, maximumPositions: 1, purpose: .isolation))
        #expect(try rig.acknowledge().recorded.count == 1)
        #expect(rig.machine.status.heldLanes.positions == nil && rig.machine.status.reason == nil)
    }

    @Test("Refusals pause for a second, keep the reason for people, and do not lengthen a later backoff")
    func pause() throws {
        var rig = UploadRig()
        rig.backlog(positions: 1000)
        try rig.wake()
        for failures in 1...5 {
            try rig.end(.refused)
            #expect(try #require(rig.wakeUp) - rig.now == .seconds(1))
            #expect(rig.machine.status.failedAttempts == failures)
            #expect(rig.machine.status.reason == "422 Unprocessable Content")
            try rig.wake()
            #expect(rig.inFlight?.purpose == .isolation)
        }
        try rig.end(.lost)
        #expect(try #require(rig.wakeUp) - rig.now <= .seconds(2))
    }

    @Test("A single record that is too large is set aside like a refused one; one of each lane is tried apart first")
    func tooLargeByItself() throws {
        var rig = UploadRig()
        rig.backlog(events: 1, positions: 1)
        try rig.wake()
        #expect(try rig.end(.tooMuch).recorded.isEmpty)
        try rig.wake()
        #expect(rig.inFlight == BatchPlan(maximumEvents: 1, maximumPositions: 0, purpose: .isolation))
        #expect(try rig.end(.tooMuch).quarantined == [.number(1)])
    }

    @Test("Once the events of a refused batch are accepted alone, only half of its positions is tried")
    func acquittal() throws {
        var rig = UploadRig()
        rig.backlog(events: 60, positions: 1000)
        try rig.wake()
        try rig.end(.refused)
        #expect(try rig.wake().plan == BatchPlan(maximumEvents: 60, maximumPositions: 0, purpose: .isolation))
        #expect(
            try rig.acknowledge().plan == BatchPlan(maximumEvents: 0, maximumPositions: 500, purpose: .isolation)
        )
    }

    @Test("Events that come during the search for a position go first, and the search goes on where it was")
    func eventsDuringSearch() throws {
        var rig = UploadRig()
        rig.backlog(positions: 1000)
        try rig.wake()
        try rig.end(.refused)
        rig.backlog(events: 2, positions: 1000)
        try rig.wake()
        #expect(rig.inFlight == BatchPlan(maximumEvents: 200, maximumPositions: 0, purpose: .isolation))
        try rig.acknowledge()
        #expect(rig.inFlight == BatchPlan(maximumEvents: 0, maximumPositions: 500, purpose: .isolation))
    }

    @Test("A search ends when what it was for is gone")
    func searchForgotten() throws {
        var rig = UploadRig()
        rig.backlog(positions: 1000)
        try rig.wake()
        try rig.end(.refused)
        rig.backlog()
        rig.backlog(positions: 5)
        try rig.wake()
        #expect(rig.inFlight?.purpose == .live)
    }
}
