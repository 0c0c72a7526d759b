import Testing

@testable import PatrolCore

@Suite("Lanes held apart")
struct LaneHoldTests {
    /// The receiver refuses every batch with an event; the positions are taken. Ends when the events are held.
    private func hold(_ rig: inout UploadRig, events: Int) throws -> Int {
        var quarantined = 0
        for _ in 0..<100 where rig.machine.status.heldLanes.events == nil {
            if rig.inFlight == nil { try rig.wake() }
            let plan = try #require(rig.inFlight)
            if min(plan.maximumEvents, rig.waiting.events.waiting) > 0 {
                quarantined += try rig.end(.refused).quarantined.count
                rig.backlog(events: events - quarantined, positions: rig.waiting.positions.waiting)
            } else {
                try rig.acknowledge()
            }
        }
        return quarantined
    }

    @Test("Six poison events in a row hold the events, with their reason; positions go on as if nothing was")
    func sixInARow() throws {
        var rig = UploadRig()
        rig.tell(.motionChanged(isMoving: true))
        rig.backlog(events: 6, positions: 30)
        #expect(try hold(&rig, events: 6) == 3)
        let held = try #require(rig.machine.status.heldLanes.events)
        #expect(held.reason.contains("422") && held.nextAttemptAt - rig.now == .seconds(300))
        #expect(rig.machine.status.heldLanes.positions == nil)
        var sent = 0
        var probes = 0
        let begin = rig.now
        while rig.now - begin < .seconds(900) {
            rig.backlog(events: 3, positions: 30)
            if rig.inFlight == nil { try rig.wake() }
            let plan = try #require(rig.inFlight)
            if plan.maximumEvents > 0 {
                #expect(plan == BatchPlan(maximumEvents: 1, maximumPositions: 0, purpose: .isolation))
                #expect(try rig.end(.refused).quarantined.isEmpty)
                probes += 1
            } else {
                #expect(try rig.acknowledge().recorded.isEmpty)
                sent += 1
            }
        }
        #expect(probes == 3 || probes == 2)
        #expect((28...31).contains(sent), "\(sent) batches in 15 min, one each 30 s")
    }

    @Test("The first event that is taken ends it, and is told once")
    func resumed() throws {
        var rig = UploadRig()
        rig.backlog(events: 6)
        _ = try hold(&rig, events: 6)
        #expect(rig.machine.status.state == .held)
        try rig.wake()
        let actions = try rig.acknowledge()
        #expect(actions.recorded.map(\.name) == ["upload.resumed"])
        #expect(rig.machine.status.heldLanes.events == nil && rig.machine.status.state != .held)
        #expect(rig.inFlight?.maximumPositions ?? 0 > 0)
    }

    @Test("A person who says now is asked for nothing else: what waits goes, and the held lane is tried")
    func now() throws {
        var rig = UploadRig()
        rig.backlog(events: 6)
        _ = try hold(&rig, events: 6)
        rig.backlog(events: 3, positions: 10, after: 5)
        #expect(rig.inFlight?.maximumEvents == 0)
        try rig.acknowledge()
        #expect(rig.inFlight == nil)
        rig.backlog(events: 3, positions: 5)
        rig.tell(.flushRequested)
        #expect(rig.inFlight?.purpose == .flush && rig.inFlight?.maximumEvents == 0)
        try rig.acknowledge()
        #expect(rig.inFlight == BatchPlan(maximumEvents: 1, maximumPositions: 0, purpose: .isolation))
    }

    @Test("What is given up makes the lane try at once, and set aside three more before it is held again")
    func skipped() throws {
        var rig = UploadRig()
        rig.backlog(events: 6)
        _ = try hold(&rig, events: 6)
        rig.tell(.refusedSkipped)
        #expect(rig.machine.memory.eventsRefusedInARow == 0)
        var quarantined = 0
        for _ in 0..<3 {
            if rig.inFlight == nil { try rig.wake() }
            quarantined += try rig.end(.refused).quarantined.count
            rig.backlog(events: 3 - quarantined)
        }
        #expect(quarantined == 3 && rig.waiting.events.waiting == 0)
    }

    @Test("A network that fails meanwhile is an outage like any other")
    func outage() throws {
        var rig = UploadRig()
        rig.backlog(events: 6)
        _ = try hold(&rig, events: 6)
        try rig.wake()
        try rig.end(.lost)
        #expect(rig.machine.status.heldLanes.events != nil)
        try rig.wake()
        #expect(rig.inFlight == BatchPlan(maximumEvents: 1, maximumPositions: 0, purpose: .isolation))
    }
}
