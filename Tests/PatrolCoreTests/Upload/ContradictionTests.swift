import Testing

@testable import PatrolCore

@Suite("A receiver that holds other records")
struct ContradictionTests {
    private static let plan = BatchPlan(maximumEvents: 50, maximumPositions: 100, purpose: .live)

    private static func numbers(_ events: Int64?, _ positions: Int64?) -> PerLane<SequenceNumber?> {
        PerLane(events: events.map(SequenceNumber.number), positions: positions.map(SequenceNumber.number))
    }

    /// Events 11–20 and positions 101–200 went.
    private static let attempt = UploadAttempt(
        events: .number(11) ... .number(20),
        positions: .number(101) ... .number(200),
        bytesOnWire: 900,
        outcome: .retryLater(reason: "", retryAfter: nil)
    )

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var agreed: (Int64?, Int64?)
        var first: (Int64?, Int64?)
        var isRolledBack = true
        var acknowledged: (Int64?, Int64?)
        var begins: (Int64?, Int64?)
        var isFault = false
    }

    private static let rows = [
        Row(
            testDescription: "all of it agrees",
            agreed: (20, 200),
            first: (nil, nil),
            acknowledged: (20, 200),
            begins: (nil, nil)
        ),
        Row(
            testDescription: "more agrees than was sent",
            agreed: (.max, .max),
            first: (nil, nil),
            acknowledged: (20, 200),
            begins: (nil, nil)
        ),
        Row(
            testDescription: "a part agrees",
            agreed: (15, 200),
            first: (nil, nil),
            acknowledged: (15, 200),
            begins: (16, nil)
        ),
        Row(
            testDescription: "nothing agrees",
            agreed: (10, 3),
            first: (nil, nil),
            acknowledged: (nil, nil),
            begins: (11, 101)
        ),
        Row(
            testDescription: "nothing is said",
            agreed: (nil, nil),
            first: (nil, nil),
            acknowledged: (nil, nil),
            begins: (11, 101)
        ),
        Row(
            testDescription: "a conflict, and the other lane is stored",
            agreed: (12, 200),
            first: (14, nil),
            isRolledBack: false,
            acknowledged: (12, 200),
            begins: (14, nil)
        ),
        Row(
            testDescription: "a conflict at the begin, and more acknowledged than can be",
            agreed: (20, 150),
            first: (11, nil),
            isRolledBack: false,
            acknowledged: (nil, 150),
            begins: (11, nil)
        ),
        Row(
            testDescription: "a conflict that the batch did not hold",
            agreed: (20, 200),
            first: (21, nil),
            isRolledBack: false,
            acknowledged: (nil, nil),
            begins: (nil, nil),
            isFault: true
        ),
        Row(
            testDescription: "a conflict below the batch",
            agreed: (20, 200),
            first: (nil, .min),
            isRolledBack: false,
            acknowledged: (nil, nil),
            begins: (nil, nil),
            isFault: true
        ),
    ]

    @Test(arguments: rows)
    func table(_ row: Row) {
        let said = Contradiction(
            agreed: Self.numbers(row.agreed.0, row.agreed.1),
            first: Self.numbers(row.first.0, row.first.1),
            isRolledBack: row.isRolledBack
        )
        let divergence = Divergence(said, of: Self.attempt, Self.plan)
        #expect(divergence.acknowledged.through == Self.numbers(row.acknowledged.0, row.acknowledged.1))
        #expect(divergence.first == Self.numbers(row.begins.0, row.begins.1))
        #expect((divergence.fault != nil) == row.isFault)
    }

    private func contradicted(_ agreed: (Int64?, Int64?)) -> UploadOutcome {
        .contradicted(
            Contradiction(
                agreed: Self.numbers(agreed.0, agreed.1),
                first: PerLane(both: nil),
                isRolledBack: true
            ),
            reason: "409 rolled-back"
        )
    }

    @Test("Nothing is set aside: what agrees is acknowledged, an epoch begins behind it, and a second later it goes on")
    func epoch() throws {
        var rig = UploadRig()
        rig.backlog(events: 5, positions: 10)
        try rig.wake()
        let actions = try rig.end(contradicted((2, 10)))
        #expect(actions.contains(.acknowledge(Self.numbers(2, 10))))
        #expect(actions.contains(.beginEpoch(Self.numbers(3, nil), reason: "409 rolled-back")))
        #expect(actions.quarantined.isEmpty && actions.recorded.isEmpty)
        rig.backlog(events: 4)
        #expect(rig.machine.status.state == .backingOff)
        #expect(try rig.wake().plan != nil)
        try rig.acknowledge()
        #expect(rig.machine.status.state == .idle && rig.machine.status.reason == nil)
    }

    @Test("Where all agrees nothing begins anew")
    func agreed() throws {
        var rig = UploadRig()
        rig.backlog(events: 5)
        try rig.wake()
        let actions = try rig.end(contradicted((5, nil)))
        #expect(actions.contains(.acknowledge(Self.numbers(5, nil))))
        #expect(rig.machine.status.state == .idle)
    }

    @Test("A receiver that contradicts what it cannot know holds the destination; the records wait")
    func notBelieved() throws {
        var rig = UploadRig()
        rig.backlog(events: 5)
        try rig.wake()
        _ = try rig.end(contradicted((nil, nil)))
        let actions = rig.tell(.epochNotBegun(reason: "it cannot know"))
        #expect(actions.recorded.map(\.name) == ["upload.held"] && actions.quarantined.isEmpty)
        #expect(rig.machine.status.state == .held && rig.machine.status.reason == "it cannot know")
        #expect(try rig.wake().plan?.maximumEvents ?? 0 >= 5)
    }

    @Test("Of an identity that was given up a receiver may hold more than there is")
    func earlierEpoch() {
        let backlog = UploadBacklog(
            events: .init(waiting: 15, newest: .number(25)),
            positions: .init(waiting: 200, newest: .number(300))
        )
        var attempt = Self.attempt
        let said = PerLane<SequenceNumber>(events: .number(60), positions: .number(900))
        func judged() -> Acknowledgements {
            Acknowledgements(said, missing: PerLane(both: nil), of: attempt, Self.plan, backlog)
        }
        #expect(judged().fault != nil && !judged().advanced)
        attempt.isOfEarlierEpoch = true
        #expect(judged().fault == nil && judged().through == Self.numbers(20, 200))
    }
}
