import Testing

@testable import PatrolCore

@Suite("What a receiver takes in one batch")
struct BatchCeilingTests {
    /// Plays a receiver that takes so many records at once, until nothing waits. The seconds are those until no more than
    /// one batch waits: that is no backlog any more, and goes at the live interval.
    private func drain(
        events: Int = 0,
        positions: Int,
        most: Int
    ) throws -> (refusals: Int, batches: Int, seconds: Double) {
        var rig = UploadRig(settings: UploadSettings(reconnectSpread: .zero))
        var (refusals, batches, seconds) = (0, 0, 0.0)
        rig.backlog(events: events, positions: positions)
        while !rig.waiting.isEmpty {
            if rig.inFlight == nil { try rig.wake() }
            let plan = try #require(rig.inFlight)
            let count =
                min(plan.maximumEvents, rig.waiting.events.waiting)
                + min(plan.maximumPositions, rig.waiting.positions.waiting)
            batches += 1
            if count > most {
                refusals += 1
                #expect(try rig.end(.tooMuch, bytes: 200).quarantined.isEmpty)
            } else {
                try rig.acknowledge(bytes: 200)
            }
            if rig.waiting.events.waiting + rig.waiting.positions.waiting > most {
                seconds = (rig.now - rig.start).inSeconds
            }
            try #require(batches < 20_000)
        }
        return (refusals, batches, seconds)
    }

    @Test("800 positions past a receiver of 7 need a handful of refusals, and drain at the pace of the bucket")
    func ofSeven() throws {
        let result = try drain(positions: 800, most: 7)
        #expect(result.refusals <= 10, "\(result)")
        // 115 batches of 200 bytes at 16,384 bytes/s are 1.4 s; each takes 0.1 s, and each refusal pauses for 1 s.
        #expect(result.batches <= 130 && result.seconds < 30, "\(result)")
    }

    @Test(
        "Whatever a receiver takes, the refusals are few, with events and without",
        arguments: [1, 2, 3, 6, 7, 50, 119, 120, 199, 600, 1199, 1399],
        [0, 40]
    )
    func any(most: Int, events: Int) throws {
        let result = try drain(events: events, positions: 12_000, most: most)
        #expect(result.refusals <= 24, "\(result)")
        #expect(result.batches <= 2 * 12_000 / most + 3 * events + 60, "\(result)")
    }

    @Test("Above the ceiling it is tried again ever more seldom")
    func probes() {
        var ceiling = BatchCeiling(full: 1200)
        var refusedAt: [Int] = []
        for batch in 0..<40_000 {
            if ceiling.limit > 7 {
                ceiling.refused(ceiling.limit)
                refusedAt.append(batch)
            } else {
                ceiling.accepted(ceiling.limit)
            }
        }
        #expect(refusedAt.count <= 20, "\(refusedAt)")
        let pauses = zip(refusedAt.dropFirst(), refusedAt).map { $0 - $1 }.filter { $0 > 100 }
        #expect(pauses.count >= 5 && zip(pauses, pauses.dropFirst()).allSatisfy { $0 < $1 }, "\(pauses)")
    }

    @Test("A receiver that takes more again gets more, up to the full size; one that takes less gets less")
    func changes() {
        var ceiling = BatchCeiling(full: 1200)
        func settle(_ most: Int) {
            for _ in 0..<1000 {
                if ceiling.limit > most { ceiling.refused(ceiling.limit) } else { ceiling.accepted(ceiling.limit) }
            }
        }
        settle(7)
        #expect(ceiling.limit == 7 || ceiling.limit == 8)
        settle(3)
        #expect((3...4).contains(ceiling.limit))
        settle(1200)
        #expect(ceiling.limit == 1200)
    }

    @Test("A receiver that was strict for a while is at its full size again after a few dozen batches")
    func recovers() {
        var ceiling = BatchCeiling(full: 1200)
        for _ in 0..<50 {
            if ceiling.limit > 3 { ceiling.refused(ceiling.limit) } else { ceiling.accepted(ceiling.limit) }
        }
        var batches = 0
        while ceiling.limit < 1200, batches < 1000 {
            ceiling.accepted(ceiling.limit)
            batches += 1
        }
        #expect(batches <= 80)
    }

    @Test("What did not fill the batch raises nothing")
    func small() {
        var ceiling = BatchCeiling(full: 1200)
        ceiling.refused(1200)
        #expect(ceiling.limit == 300)
        for _ in 0..<1000 { ceiling.accepted(299) }
        #expect(ceiling.limit == 300)
    }
}
