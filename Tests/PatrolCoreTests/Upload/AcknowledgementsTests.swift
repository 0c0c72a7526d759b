import Testing

@testable import PatrolCore

@Suite("What an acknowledgement is worth")
struct AcknowledgementsTests {
    /// Events 11–20 and positions 101–200 went; the journal holds 25 events and 300 positions.
    private let backlog = UploadBacklog(
        events: .init(waiting: 15, newest: .number(25)),
        positions: .init(waiting: 200, newest: .number(300))
    )
    private let plan = BatchPlan(maximumEvents: 50, maximumPositions: 100, purpose: .live)

    private func judge(
        events: Int64,
        positions: Int64,
        missing: Int64? = nil,
        sent: (Bool, Bool) = (true, true)
    ) -> Acknowledgements {
        let attempt = UploadAttempt(
            events: sent.0 ? .number(11) ... .number(20) : nil,
            positions: sent.1 ? .number(101) ... .number(200) : nil,
            bytesOnWire: 900,
            outcome: .acknowledged(events: .none, positions: .none)
        )
        return Acknowledgements(
            PerLane(events: .number(events), positions: .number(positions)),
            missing: PerLane(events: nil, positions: missing.map(SequenceNumber.number)),
            of: attempt,
            plan,
            backlog
        )
    }

    @Test("Who lacks what lies before the batch gets it again, from there on; the other lane comes forward")
    func lost() {
        let result = judge(events: 20, positions: 40, missing: 41)
        #expect(result.rewound == PerLane(events: nil, positions: .number(40)))
        #expect(result.through == PerLane(events: .number(20), positions: nil))
        #expect(result.fault == "the receiver lacks positions from 41 on, and gets them again")
        // In a new epoch nothing is acknowledged yet, and what is lacked says where it begins.
        #expect(judge(events: 20, positions: 0, missing: 81).rewound.positions == .number(80))
    }

    @Test(
        "What is said to be missing moves nothing where it was acknowledged, or lies in the batch or behind it",
        arguments: [(40, 40), (40, 30), (100, 101), (150, 151), (200, 201), (200, 50)] as [(Int64, Int64)]
    )
    func notLost(positions: Int64, missing: Int64) {
        #expect(!judge(events: 20, positions: positions, missing: missing).goesBack)
    }

    @Test("All of the batch")
    func all() {
        let result = judge(events: 20, positions: 200)
        #expect(result.through == PerLane(events: .number(20), positions: .number(200)))
        #expect(result.counts == .init(events: 10, positions: 100))
        #expect(result.fault == nil)
    }

    @Test(
        "A part of it, down to one record, comes forward without complaint",
        arguments: [(11, 1), (15, 5), (19, 9)] as [(Int64, Int)]
    )
    func part(through: Int64, count: Int) {
        let result = judge(events: through, positions: 200)
        #expect(result.through.events == .number(through))
        #expect(result.counts.events == count)
        #expect(result.fault == nil)
    }

    @Test("More than the batch, up to the newest record, counts for the batch only", arguments: [21, 25] as [Int64])
    func earlierAnswerLost(events: Int64) {
        let result = judge(events: events, positions: 300)
        #expect(result.through == PerLane(events: .number(20), positions: .number(200)))
        #expect(result.fault == nil)
    }

    @Test(
        "Nothing of a lane, or more than there is, is a fault; the other lane comes forward",
        arguments: [(0, "up to 0"), (10, "up to 10"), (26, "up to 26"), (.max, "9223372036854775807"), (.min, "-9223")]
            as [(Int64, String)]
    )
    func fault(events: Int64, words: String) throws {
        let result = judge(events: events, positions: 200)
        #expect(result.through == PerLane(events: nil, positions: .number(200)))
        #expect(result.counts == .init(events: 0, positions: 100))
        let fault = try #require(result.fault)
        #expect(fault.contains("events") && fault.contains(words))
    }

    @Test("What is said about a lane that was not sent is not heard")
    func otherLane() {
        let result = judge(events: 0, positions: 200, sent: (false, true))
        #expect(result.through == PerLane(events: nil, positions: .number(200)))
        #expect(result.fault == nil)
        #expect(judge(events: 20, positions: .max, sent: (true, false)).fault == nil)
    }

    @Test("A batch without records cannot be acknowledged")
    func empty() {
        let result = judge(events: 20, positions: 200, sent: (false, false))
        #expect(!result.advanced)
        #expect(result.fault != nil)
    }

    @Test("In a lane with gaps the plan bounds the number of records")
    func gaps() {
        let attempt = UploadAttempt(
            events: nil,
            positions: .number(1) ... .number(.max),
            bytesOnWire: 900,
            outcome: .acknowledged(events: .none, positions: .none)
        )
        #expect(attempt.counts(plan) == .init(events: 0, positions: 100))
    }
}
