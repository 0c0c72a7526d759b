import Testing

@testable import PatrolCore

@Suite("Whose verdict it is")
struct UploadJudgementTests {
    private static let unproven: [UploadOutcome] = [
        .rejected(reason: "422", by: .receiverOfJSON), .tooLarge(reason: "413", by: .receiverOfJSON),
    ]

    @Test("A foreign answer is an outage: however often, in ten runs, nothing is set aside and the backoff grows")
    func foreign() throws {
        var memory = UploadMemory()
        for _ in 1...10 {
            var rig = UploadRig(memory: memory)
            rig.backlog(events: 3, positions: 300)
            try rig.wake()
            for failures in 1...20 {
                let actions = try rig.end(.foreign)
                #expect(actions.quarantined.isEmpty && actions.recorded.isEmpty)
                let end = UploadBackoff.upperEnd(failures: failures, base: .seconds(2), cap: .seconds(300))
                #expect((end / 2...end).contains(try #require(rig.wakeUp) - rig.now))
                #expect(rig.machine.status.state == .backingOff)
                #expect(rig.machine.status.reason == "400 Bad Request: nginx")
                #expect(try #require(try rig.wake().plan).maximumPositions > 1, "nobody searches for a record")
            }
            memory = rig.machine.memory
        }
        #expect(memory == UploadMemory())
    }

    @Test("A receiver of JSON that has never acknowledged anything is believed nothing", arguments: unproven)
    func neverAcknowledged(outcome: UploadOutcome) throws {
        var rig = UploadRig(memory: UploadMemory())
        rig.backlog(events: 1)
        try rig.wake()
        for _ in 1...20 {
            #expect(try rig.end(outcome).quarantined.isEmpty)
            #expect(rig.machine.status.state == .backingOff)
            try rig.wake()
        }
        // The first acknowledgement is remembered, and from then on its word counts.
        let actions = try rig.acknowledge()
        #expect(actions.first == .remember(UploadMemory(hasAcknowledged: true)))
        rig.backlog(events: 1)
        try rig.wake()
        #expect(try rig.end(outcome).quarantined == [.number(1)])
    }

    @Test("A receiver of JSON that acknowledged in an earlier run judges records", arguments: unproven)
    func acknowledgedBefore(outcome: UploadOutcome) throws {
        var rig = UploadRig()
        rig.backlog(events: 1)
        try rig.wake()
        #expect(try rig.end(outcome).quarantined == [.number(1)])
    }

    @Test("Whoever wants what only a person can give shows at once, until something else answers")
    func needsPerson() throws {
        var rig = UploadRig()
        rig.backlog(events: 1)
        try rig.wake()
        try rig.end(.foreignAnswer(reason: "403 Forbidden", needsPerson: true))
        #expect(rig.machine.status.needsPerson)
        try rig.wake()
        try rig.end(.lost)
        #expect(!rig.machine.status.needsPerson)
    }

    /// Refuses everything until the machine is held.
    private func refuse(_ rig: inout UploadRig) throws -> (quarantined: Int, memory: UploadMemory?) {
        var quarantined = 0
        var memory: UploadMemory?
        for _ in 0..<100 where rig.machine.status.state != .held {
            if rig.inFlight == nil { try rig.wake() }
            for case .quarantine(_, _, _, let kept) in try rig.end(.refused) {
                quarantined += 1
                memory = kept
            }
        }
        #expect(rig.machine.status.state == .held)
        return (quarantined, memory)
    }

    @Test("The third refusal in a row holds, and no restart makes it begin anew")
    func countOutlivesRestarts() throws {
        var rig = UploadRig()
        rig.backlog(positions: 50)
        let first = try refuse(&rig)
        #expect(first.quarantined == 3)
        var memory = try #require(first.memory)
        #expect(memory.positionsRefusedInARow == 3)
        for _ in 1...10 {
            memory = UploadMemory(kept: memory.kept(of: "station").details)
            rig = UploadRig(memory: memory)
            rig.backlog(positions: 47)
            #expect(try refuse(&rig).quarantined == 0)
            #expect(try #require(rig.machine.status.reason).hasPrefix("refuses one record after the other: 422"))
        }
        // One that is accepted ends it, for good.
        try rig.wake()
        let actions = try rig.acknowledge()
        #expect(actions.contains(.remember(UploadMemory(hasAcknowledged: true))))
        #expect(actions.recorded.map(\.name) == ["upload.resumed"])
        #expect(rig.machine.status.reason == nil)
    }

    @Test("A restart between two refusals does not begin a new count")
    func restartsBetween() throws {
        var memory = UploadMemory(hasAcknowledged: true)
        var quarantined = 0
        for _ in 1...10 {
            var rig = UploadRig(memory: memory)
            rig.backlog(events: 1)
            try rig.wake()
            for case .quarantine(_, _, _, let kept) in try rig.end(.refused) {
                quarantined += 1
                memory = kept
            }
        }
        #expect(quarantined == 3)
    }

    @Test("That the receipts of refused positions are accepted says nothing about the next position")
    func receiptsBetween() throws {
        var rig = UploadRig()
        var quarantined = 0
        var resumed = 0
        for _ in 1...200 {
            rig.backlog(events: quarantined > 0 ? 1 : 0, positions: 1000)
            if rig.inFlight == nil { try rig.wake() }
            let plan = try #require(rig.inFlight)
            let isRefused = plan.maximumPositions > 0
            let actions = isRefused ? try rig.end(.refused) : try rig.acknowledge()
            quarantined += actions.quarantined.count
            resumed += actions.recorded.filter { $0.name == "upload.resumed" }.count
        }
        #expect(quarantined == 3)
        #expect(resumed == 0, "held and resumed in turn would fill the record with itself")
        #expect(
            rig.machine.status.reason?.hasSuffix("422 Unprocessable Content") == true,
            "and nobody takes it for well"
        )
    }

    @Test("What must be remembered comes back as it was kept; what cannot be understood is the very beginning")
    func memory() {
        let memory = UploadMemory(hasAcknowledged: true, eventsRefusedInARow: 2, positionsRefusedInARow: 1)
        #expect(memory.kept(of: "a-1").name == "upload.a-1")
        #expect(UploadMemory(kept: memory.kept(of: "a-1").details) == memory)
        #expect(UploadMemory(kept: nil) == UploadMemory())
        let nonsense: [String: DetailValue] = [
            "acknowledged": .string("yes"), "events_refused_in_a_row": .integer(-5),
            "positions_refused_in_a_row": .bool(true),
        ]
        #expect(UploadMemory(kept: nonsense) == UploadMemory())
    }
}

@Suite("Refused records go again")
struct UploadRetryTests {
    @Test("One by one, as soon as nothing else is due; what is accepted is released, what is refused stays")
    func oneByOne() throws {
        var rig = UploadRig()
        rig.backlog(retrying: 2)
        #expect(rig.inFlight == BatchPlan(maximumEvents: 1, maximumPositions: 1, purpose: .retry))
        let accepted = try rig.endRetry(.acknowledged(events: .none, positions: .number(5)), 5)
        #expect(accepted.first == .release(.positions, .number(5)))
        let refused = try rig.endRetry(.refused, of: .events, 9)
        let memory = UploadMemory(hasAcknowledged: true)
        #expect(refused.first == .quarantine(.events, .number(9), reason: "422 Unprocessable Content", memory))
        rig.backlog()
        #expect(rig.inFlight == nil && rig.wakeUp == nil)
    }

    @Test("What is new goes first")
    func newFirst() throws {
        var rig = UploadRig()
        rig.backlog(events: 1)
        rig.backlog(events: 1, retrying: 1, after: 1)
        #expect(rig.inFlight?.purpose == .live)
        try rig.acknowledge()
        #expect(rig.inFlight?.purpose == .retry)
    }

    @Test("An outage keeps the order, and it waits for the end of it")
    func outage() throws {
        for outcome in [UploadOutcome.lost, .foreign, .acknowledged(events: .none, positions: .none)] {
            var rig = UploadRig()
            rig.backlog(retrying: 1)
            #expect(try rig.endRetry(outcome, 5).quarantined.isEmpty)
            #expect(rig.machine.status.state == .backingOff)
            try rig.wake()
            #expect(rig.inFlight?.purpose == .retry)
        }
    }

    @Test("By order of a person a held lane is asked at once, and about the refused records first")
    func held() throws {
        var rig = UploadRig(memory: UploadMemory(hasAcknowledged: true, positionsRefusedInARow: 3))
        rig.backlog(positions: 1)
        try rig.wake()
        #expect(try rig.end(.refused).recorded.map(\.name) == ["upload.held"])
        rig.backlog(positions: 1, retrying: 3, after: 1)
        rig.tell(.retryRequested)
        let actions = try rig.endRetry(.acknowledged(events: .none, positions: .number(5)), 5)
        #expect(actions.recorded.map(\.name) == ["upload.resumed"])
        #expect(rig.machine.memory == UploadMemory(hasAcknowledged: true))
        #expect(rig.machine.status.state == .inFlight)
    }

    @Test("A retry without a record to it is no attempt")
    func nothing() throws {
        var rig = UploadRig()
        rig.backlog(retrying: 1)
        rig.tell(.nothingToSend)
        #expect(rig.inFlight == nil && rig.wakeUp == nil)
        rig.tell(.retryRequested)
        #expect(rig.inFlight == nil)
    }
}
