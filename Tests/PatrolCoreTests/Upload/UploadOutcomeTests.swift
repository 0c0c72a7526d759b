import Testing

@testable import PatrolCore

@Suite("What follows from an outcome")
struct UploadOutcomeTests {
    /// A rig with 40 events and 100 positions of which a batch is on the road.
    private func flyingRig() throws -> UploadRig {
        var rig = UploadRig()
        rig.backlog(events: 40, positions: 100)
        try rig.wake()
        return rig
    }

    /// Every way to be in each state, with a batch on the road only in the last one.
    private static let states: [(UploadStatus.State, @Sendable (inout UploadRig) throws -> Void)] = [
        (.idle, { rig in try rig.acknowledge() }),
        (.backingOff, { rig in try rig.end(.lost) }),
        (.backingOff, { rig in try rig.end(.refused) }),
        (.held, { rig in try rig.end(.forbidden) }),
        (
            .stopped,
            { rig in
                try rig.acknowledge()
                rig.tell(.shutdown)
            }
        ),
    ]

    private static let outcomes: [UploadOutcome] = [
        .acknowledged(events: .number(40), positions: .number(100)), .lost, .forbidden, .tooMuch, .refused,
    ]

    @Test("An outcome that nobody waits for changes nothing, in any state")
    func unexpectedOutcome() throws {
        for (state, reach) in Self.states {
            for outcome in Self.outcomes {
                var rig = try flyingRig()
                try reach(&rig)
                let before = rig.machine.status
                #expect(before.state == state)
                let attempt = UploadAttempt(
                    events: .number(1) ... .number(40),
                    positions: .number(1) ... .number(100),
                    bytesOnWire: 10,
                    outcome: outcome
                )
                #expect(rig.tell(.attemptEnded(attempt), after: 0.1).isEmpty)
                #expect(rig.tell(.nothingToSend).isEmpty)
                #expect(rig.machine.status == before, "\(outcome) in \(state)")
            }
        }
    }

    @Test("After an acknowledgement nothing is wrong, and both lanes have come forward")
    func acknowledged() throws {
        var rig = try flyingRig()
        let actions = try rig.acknowledge()
        #expect(actions == [.acknowledge(PerLane(events: .number(40), positions: .number(100)))])
        let status = rig.machine.status
        #expect(status.state == .idle && status.reason == nil && status.failedAttempts == 0)
        #expect(status.lastAcknowledgedAt == rig.now && status.nextAttemptAt == nil)
    }

    @Test("Failure after failure the wait grows as the table says, for ever, and one success ends it")
    func backoff() throws {
        var rig = try flyingRig()
        let failedFirst = rig.now + .milliseconds(100)
        for failures in 1...30 {
            #expect(try rig.end(.lost).count == 1)
            let end = UploadBackoff.upperEnd(failures: failures, base: .seconds(2), cap: .seconds(300))
            let delay = try #require(rig.wakeUp) - rig.now
            #expect((end / 2...end).contains(delay), "after \(failures) failures")
            let status = rig.machine.status
            #expect(status.state == .backingOff && status.failedAttempts == failures)
            #expect(status.reason == "connection refused" && status.since == failedFirst)
            #expect(status.nextAttemptAt == rig.wakeUp)
            #expect(try rig.wake().plan != nil)
            #expect(rig.machine.status.reason == "connection refused", "also while the next one is on the road")
            #expect(rig.machine.status.since == failedFirst, "and for how long")
        }
        try rig.acknowledge()
        #expect(rig.machine.status.failedAttempts == 0)
        rig.backlog(events: 1, after: 1)
        try rig.wake()
        try rig.end(.lost)
        #expect(try #require(rig.wakeUp) - rig.now <= .seconds(2))
    }

    @Test("Nothing that happens meanwhile shortens a backoff: events, setting off, a stray wake-up")
    func backoffHolds() throws {
        var rig = try flyingRig()
        try rig.end(.retryLater(reason: "503", retryAfter: .seconds(100)))
        let due = try #require(rig.wakeUp)
        #expect(due - rig.now == .seconds(100))
        #expect(rig.backlog(events: 41, positions: 100, after: 10).isEmpty)
        #expect(rig.tell(.motionChanged(isMoving: true), after: 10).isEmpty)
        #expect(rig.tell(.wakeUp, after: 10) == [.wakeAt(due)])
    }

    @Test("While nothing waits any more a backoff needs no timer, and goes on when something does")
    func emptyBackoff() throws {
        var rig = try flyingRig()
        try rig.end(.retryLater(reason: "503", retryAfter: .seconds(100)))
        let due = try #require(rig.wakeUp)
        #expect(rig.backlog(after: 1) == [.cancelWakeUp])
        #expect(rig.backlog(events: 1, after: 1) == [.wakeAt(due)])
        #expect(rig.backlog(after: 1) == [.cancelWakeUp])
        #expect(rig.backlog(events: 1, after: 500).plan != nil)
    }

    @Test("Held: one event, a try every five minutes, and one event at the end of it")
    func held() throws {
        var rig = try flyingRig()
        let refused = try rig.end(.forbidden)
        #expect(refused.recorded == [.uploadHeld(destination: "station", reason: "401 Unauthorized")])
        let since = rig.now
        for attempt in 2...4 {
            #expect(rig.machine.status.state == .held && rig.machine.status.since == since)
            #expect(try #require(rig.wakeUp) - rig.now == .seconds(300))
            try rig.wake()
            // The network may fail in between: it is still the same refusal.
            #expect(try rig.end(attempt == 3 ? .lost : .forbidden).recorded.isEmpty)
            if attempt == 3 {
                #expect(rig.machine.status.state == .backingOff)
                try rig.wake()
                #expect(try rig.end(.forbidden).recorded.isEmpty)
            }
        }
        #expect(rig.machine.status.failedAttempts == 5)
        try rig.wake()
        let seconds = Int64((rig.now - since).inSeconds + 0.1)
        #expect(try rig.acknowledge().recorded == [.uploadResumed(destination: "station", afterSeconds: seconds)])
        rig.backlog(events: 1)
        try rig.wake()
        #expect(try rig.acknowledge().recorded.isEmpty)
    }

    @Test(
        "An acknowledgement of nothing, or beyond the newest record, is retried later with the reason",
        arguments: [
            UploadOutcome.acknowledged(events: .none, positions: .none),
            .acknowledged(events: .number(.max), positions: .number(.max)),
        ]
    )
    func misbehaving(outcome: UploadOutcome) throws {
        var rig = try flyingRig()
        for failures in 1...5 {
            let actions = try rig.end(outcome)
            #expect(actions == [.wakeAt(try #require(rig.wakeUp))], "nothing is acknowledged")
            #expect(rig.machine.status.state == .backingOff && rig.machine.status.failedAttempts == failures)
            #expect(try #require(rig.machine.status.reason).contains("acknowledged"))
            try rig.wake()
        }
        #expect(rig.now - rig.start > .seconds(1 + 2 + 4 + 8 + 16))
    }

    @Test("If one lane comes forward and the other does not, it is acknowledged, and the fault waits")
    func halfAcknowledged() throws {
        var rig = try flyingRig()
        try rig.end(.forbidden)
        try rig.wake()
        let actions = try rig.end(.acknowledged(events: .number(40), positions: .none))
        #expect(actions.recorded == [.uploadResumed(destination: "station", afterSeconds: 300)])
        #expect(actions.first == .acknowledge(PerLane(events: .number(40), positions: nil)))
        #expect(rig.machine.status.state == .backingOff)
        #expect(rig.machine.status.failedAttempts == 1)
    }

    @Test("A part of a batch acknowledged: the rest follows with the next, without haste")
    func partlyAcknowledged() throws {
        var rig = try flyingRig()
        let actions = try rig.end(.acknowledged(events: .number(1), positions: .number(100)))
        #expect(actions.plan == nil)
        #expect(try #require(rig.wakeUp) - rig.now == .milliseconds(500))
    }

    @Test(
        "A refusal of a batch without records is nobody's poison: held",
        arguments: [
            UploadOutcome.refused, .tooMuch,
        ]
    )
    func emptyRefusal(outcome: UploadOutcome) throws {
        var rig = try flyingRig()
        rig.tell(.attemptEnded(UploadAttempt(events: nil, positions: nil, bytesOnWire: 300, outcome: outcome)))
        #expect(rig.machine.status.state == .held)
    }
}

@Suite("Flush")
struct UploadFlushTests {
    @Test("All that waits goes at once, past interval, spread and bucket, batch after batch")
    func all() throws {
        var rig = UploadRig()
        rig.backlog(events: 500, positions: 5000)
        #expect(
            rig.tell(.flushRequested).plan == BatchPlan(maximumEvents: 200, maximumPositions: 1200, purpose: .flush)
        )
        var batches = 0
        while rig.inFlight != nil {
            batches += 1
            try rig.acknowledge(bytes: 1_000_000, after: 0)
        }
        #expect(batches == 5)
        #expect(rig.now == rig.start)
        #expect(rig.wakeUp == nil)
    }

    @Test("It ends with what waited when it was asked for, though more is recorded meanwhile")
    func ends() throws {
        var rig = UploadRig()
        rig.backlog(positions: 10)
        rig.tell(.flushRequested)
        rig.backlog(positions: 11)
        try rig.end(.acknowledged(events: .none, positions: .number(10)))
        #expect(rig.inFlight == nil)
        #expect(rig.wakeUpSeconds == 300)
    }

    @Test(
        "It interrupts a backoff and a hold, and leaves one attempt's outcome to them",
        arguments: [
            UploadOutcome.lost, .retryLater(reason: "busy", retryAfter: .seconds(3600)), .forbidden,
        ]
    )
    func interrupts(outcome: UploadOutcome) throws {
        var rig = UploadRig()
        rig.backlog(positions: 10)
        try rig.wake()
        try rig.end(outcome)
        let actions = rig.tell(.flushRequested, after: 0.1)
        #expect(actions.first == .cancelWakeUp && actions.plan?.purpose == .flush)
        try rig.end(outcome)
        #expect(rig.inFlight == nil)
        #expect(try #require(rig.wakeUp) - rig.now >= .seconds(1))
        #expect(rig.machine.status.failedAttempts == 2)
    }

    @Test("A failure ends it for good: the next success does not go on with it")
    func failureEndsIt() throws {
        var rig = UploadRig()
        rig.backlog(positions: 5000)
        rig.tell(.flushRequested)
        try rig.end(.lost)
        #expect(try rig.wake().plan == BatchPlan(maximumEvents: 200, maximumPositions: 120, purpose: .live))
        #expect(try rig.acknowledge().plan == nil)
    }

    @Test("During a flight it starts with the next batch; without anything waiting it is nothing")
    func duringFlight() throws {
        var rig = UploadRig()
        rig.backlog(positions: 3000)
        try rig.wake()
        #expect(rig.tell(.flushRequested).isEmpty)
        #expect(try rig.acknowledge().plan?.purpose == .flush)
        var idle = UploadRig()
        #expect(idle.tell(.flushRequested).isEmpty)
        idle.backlog(positions: 1)
        #expect(idle.inFlight == nil)
    }
}
