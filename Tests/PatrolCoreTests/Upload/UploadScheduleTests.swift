import Testing

@testable import PatrolCore

@Suite("When a batch goes")
struct UploadScheduleTests {
    /// A rig whose first batch has just been acknowledged, at second 0.6, and nothing waits.
    private func settledRig(moving: Bool, settings: UploadSettings = UploadSettings()) throws -> UploadRig {
        var rig = UploadRig(settings: settings)
        rig.tell(.motionChanged(isMoving: moving))
        rig.backlog(positions: 1)
        try rig.wake()
        try rig.acknowledge()
        #expect(rig.wakeUp == nil)
        return rig
    }

    @Test("With nothing recorded there is no timer, whatever else happens")
    func nothing() {
        var rig = UploadRig()
        #expect(rig.tell(.motionChanged(isMoving: true)).isEmpty)
        #expect(rig.backlog(after: 10).isEmpty)
        #expect(rig.tell(.flushRequested, after: 10).isEmpty)
        #expect(rig.tell(.wakeUp, after: 10).isEmpty)
        #expect(rig.machine.status.state == .idle)
        #expect(rig.machine.status.nextAttemptAt == nil)
    }

    @Test("The first records after the start go after half a second, with all that waits")
    func first() throws {
        var rig = UploadRig()
        #expect(rig.backlog(events: 1, positions: 1) == [.wakeAt(rig.start + .milliseconds(500))])
        #expect(rig.backlog(events: 3, positions: 2, after: 0.2).isEmpty)
        let plan = try #require(try rig.wake().plan)
        #expect(plan == BatchPlan(maximumEvents: 200, maximumPositions: 1200, purpose: .live))
        #expect(rig.now == rig.start + .milliseconds(500))
        #expect(rig.machine.status.state == .inFlight)
    }

    @Test(
        "Positions wait for the interval since the last batch, counted from its start",
        arguments: [(true, 30.5), (false, 300.5)]
    )
    func positions(moving: Bool, due: Double) throws {
        var rig = try settledRig(moving: moving)
        for second in 1...20 {
            let actions = rig.backlog(positions: second, after: 1)
            #expect(actions.isEmpty == (second > 1), "one wake-up, and no word about it at every position")
        }
        #expect(rig.wakeUpSeconds == due)
        #expect(try rig.wake().plan?.purpose == .live)
    }

    @Test("An event does not wait for the positions' interval, and takes the positions along")
    func event() throws {
        var rig = try settledRig(moving: true)
        rig.backlog(positions: 5, after: 5)
        rig.backlog(events: 1, positions: 6, after: 1)
        #expect(rig.wakeUpSeconds == 0.6 + 6 + 0.5)
        rig.backlog(events: 2, positions: 6, after: 0.4)
        #expect(rig.wakeUpSeconds == 0.6 + 6 + 0.5, "a second event does not put the first one off")
        let plan = try #require(try rig.wake().plan)
        #expect(plan.maximumEvents >= 2 && plan.maximumPositions >= 6)
        try rig.acknowledge()
        rig.backlog(positions: 1, after: 1)
        #expect(rig.wakeUpSeconds == 7.1 + 30, "the interval counts from that batch")
    }

    @Test(
        "An event during a flight goes right after it, if it has waited half a second by then",
        arguments: [
            (0.2, 0.5), (3.0, 3.0),
        ]
    )
    func eventInFlight(flight: Double, expected: Double) throws {
        var rig = try settledRig(moving: true)
        rig.backlog(events: 1, after: 1)
        try rig.wake()
        rig.backlog(events: 2)
        let began = rig.now
        let ended = try rig.end(.acknowledged(events: .number(1), positions: .none), after: flight)
        if ended.plan == nil { try rig.wake() }
        #expect(rig.inFlight != nil)
        #expect((rig.now - began).inSeconds == expected)
    }

    @Test(
        "Setting off shortens the wait; parking does not lengthen that of what was recorded on the way",
        arguments: [
            // (moving before, seconds until the change, due in seconds)
            (false, 10.0, 30.5), (false, 100.0, 100.6), (true, 10.0, 30.5), (true, 29.0, 30.5),
        ]
    )
    func motion(before: Bool, change: Double, due: Double) throws {
        var rig = try settledRig(moving: before)
        rig.backlog(positions: 1)
        rig.tell(.motionChanged(isMoving: !before), after: change)
        if rig.inFlight == nil { try rig.wake() }
        #expect(rig.inFlight != nil)
        #expect((rig.now - rig.start).inSeconds == due)
    }

    @Test("A parked cart's positions wait five minutes from the last batch, also after a drive")
    func parkedAfterDrive() throws {
        var rig = try settledRig(moving: true)
        rig.tell(.motionChanged(isMoving: false), after: 5)
        rig.backlog(positions: 1, after: 60)
        #expect(rig.wakeUpSeconds == 300.5)
    }

    @Test("A timer goes when what it was for goes: bounds may drop records before they are sent")
    func dropped() throws {
        var rig = try settledRig(moving: true)
        rig.backlog(events: 2, positions: 5, after: 1)
        #expect(rig.wakeUp != nil)
        #expect(rig.backlog() == [.cancelWakeUp])
        rig.backlog(events: 1, after: 5)
        #expect(rig.wakeUpSeconds == 0.6 + 6 + 0.5, "a new event has its own half second")
        rig.backlog()
        rig.tell(.motionChanged(isMoving: false))
        rig.backlog(positions: 1, after: 1)
        #expect(rig.wakeUpSeconds == 300.5, "nothing is left of the interval that was for what is gone")
    }

    @Test("A wake-up that comes early is repeated for the right time")
    func earlyWakeUp() throws {
        var rig = try settledRig(moving: true)
        rig.backlog(positions: 1)
        #expect(rig.tell(.wakeUp, after: 3) == [.wakeAt(rig.start + .milliseconds(30_500))])
    }

    @Test("A journal without a durable record is asked again after the interval, not at once")
    func nothingToSend() throws {
        var rig = try settledRig(moving: true)
        rig.backlog(positions: 1)
        try rig.wake()
        #expect(rig.tell(.nothingToSend, after: 0.1).isEmpty)
        #expect(rig.machine.status.state == .idle)
        rig.backlog(positions: 1, after: 0.1)
        #expect(rig.wakeUpSeconds == 60.5)
    }

    @Test("After a shutdown nothing goes, and a batch on the road is still acknowledged once")
    func shutdown() throws {
        var rig = try settledRig(moving: true)
        rig.backlog(positions: 3)
        #expect(rig.tell(.shutdown) == [.cancelWakeUp])
        for input in [UploadMachine.Input.flushRequested, .wakeUp, .motionChanged(isMoving: true), .shutdown] {
            #expect(rig.tell(input, after: 100).isEmpty)
        }
        #expect(rig.machine.status.state == .stopped)

        var flying = try settledRig(moving: true)
        flying.backlog(positions: 3)
        try flying.wake()
        #expect(flying.tell(.shutdown).isEmpty)
        let attempt = UploadAttempt(
            events: nil,
            positions: .number(1) ... .number(3),
            bytesOnWire: 9,
            outcome: .acknowledged(events: .none, positions: .number(3))
        )
        #expect(
            flying.tell(.attemptEnded(attempt), after: 1) == [.acknowledge(PerLane(events: nil, positions: .number(3)))]
        )
        #expect(flying.tell(.attemptEnded(attempt), after: 1).isEmpty)
    }
}

@Suite("How a backlog drains")
struct UploadBacklogTests {
    private func settings(spread: Double = 0) -> UploadSettings {
        UploadSettings(reconnectSpread: .seconds(spread))
    }

    /// A moving cart with a backlog whose first, small batch has just been acknowledged.
    private func reconnected(_ settings: UploadSettings, positions: Int = 100_000, seed: UInt64 = 7) throws -> UploadRig
    {
        var rig = UploadRig(settings: settings, seed: seed)
        rig.tell(.motionChanged(isMoving: true))
        rig.backlog(positions: positions)
        let plan = try #require(try rig.wake().plan)
        #expect(plan == BatchPlan(maximumEvents: 200, maximumPositions: 120, purpose: .live))
        try rig.acknowledge()
        return rig
    }

    @Test("The pace is the bucket's: a burst first, then so many bytes a second")
    func pace() throws {
        var rig = try reconnected(settings())
        let began = rig.now
        var bytes = 0
        var sizes: Set<Int> = []
        while (rig.now - began).inSeconds < 25 {
            if rig.inFlight == nil { try rig.wake() }
            let plan = try #require(rig.inFlight)
            #expect(plan.purpose == .backlog)
            sizes.insert(plan.maximumPositions)
            bytes += 10_000
            try rig.acknowledge(bytes: 10_000, after: 0.05)
        }
        #expect(sizes == [1200])
        let seconds = (rig.now - began).inSeconds
        #expect(abs(Double(bytes) - (65_536 + 16_384 * seconds)) < 20_000, "\(bytes) bytes in \(seconds) s")
    }

    @Test("While the bucket is in debt, small batches go on at the live interval, and events at once")
    func liveBesideBacklog() throws {
        var rig = try reconnected(settings())
        // A batch of a megabyte and the whole burst: a debt of 61 s.
        #expect(rig.inFlight?.purpose == .backlog)
        let debtBegan = rig.now
        try rig.acknowledge(bytes: 1_065_536, after: 0)
        let small = BatchPlan(maximumEvents: 200, maximumPositions: 120, purpose: .live)
        #expect(try rig.wake().plan == small)
        #expect((rig.now - debtBegan).inSeconds == 30)
        try rig.acknowledge(bytes: 5000)
        rig.backlog(events: 1, positions: 90_000, after: 9.9)
        #expect(try rig.wake().plan == small)
        #expect((rig.now - debtBegan).inSeconds == 40.5)
        try rig.acknowledge(bytes: 5000)
        #expect(try rig.wake().plan?.purpose == .backlog)
        let debt = (rig.now - debtBegan).inSeconds
        #expect(abs(debt - 1_000_000 / 16_384) < 0.001, "what is live is not charged to the backlog")
    }

    @Test("More events than a batch holds are a backlog like any other, not a reason to hurry for each")
    func eventBacklog() throws {
        var rig = UploadRig(settings: settings())
        rig.backlog(events: 10_000)
        try rig.wake()
        try rig.acknowledge()
        var sends = 0
        let began = rig.now
        while (rig.now - began).inSeconds < 20 {
            if rig.inFlight == nil { try rig.wake() }
            try rig.acknowledge(bytes: 20_000)
            sends += 1
        }
        #expect((18...22).contains(sends), "65 kB and 20 s at 16 kB/s are 19 batches of 20 kB, not \(sends)")
    }

    @Test("After an outage the backlog waits for a random part of the spread; live batches do not")
    func spread() throws {
        var openings: [Double] = []
        for seed in 0..<200 {
            var rig = try reconnected(settings(spread: 60), seed: UInt64(seed))
            let began = rig.now
            var live = 0
            while rig.inFlight == nil {
                try rig.wake()
                guard rig.inFlight?.purpose == .live else { break }
                live += 1
                try rig.acknowledge()
            }
            let opening = (rig.now - began).inSeconds
            openings.append(opening)
            #expect(live == Int((opening + 0.1) / 30), "seed \(seed): \(live) live batches before \(opening) s")
        }
        #expect(openings.allSatisfy { (0...60).contains($0) })
        for part in 0..<4 {
            let share = openings.filter { Int($0 / 15) == part }.count
            #expect((25...75).contains(share), "\(share) of 200 carts in quarter \(part)")
        }
    }

    @Test("Without a backlog an outage costs no time: all that waits goes at once")
    func noBacklog() throws {
        var rig = UploadRig(settings: settings(spread: 60))
        rig.backlog(positions: 1200)
        try rig.wake()
        try rig.end(.lost)
        try rig.wake()
        #expect(rig.inFlight?.maximumPositions == 1200)
        try rig.acknowledge()
        rig.backlog(positions: 5000)
        #expect(rig.inFlight?.purpose == .backlog, "what piles up later does not wait for a spread either")
    }

    @Test("The next outage closes the backlog again")
    func secondOutage() throws {
        var rig = try reconnected(settings(spread: 60))
        while rig.inFlight?.purpose != .backlog {
            if rig.inFlight != nil { try rig.acknowledge() }
            if rig.inFlight == nil { try rig.wake() }
        }
        try rig.end(.lost)
        #expect(try rig.wake().plan?.maximumPositions == 120)
        let actions = try rig.acknowledge()
        #expect(actions.plan == nil)
    }
}
