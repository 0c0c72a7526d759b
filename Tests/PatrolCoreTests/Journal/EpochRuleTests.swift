import Testing

@testable import PatrolCore

@Suite("Whether numbers go on")
struct EpochRuleTests {
    private static let id = JournalID(bytes: [UInt8](repeating: 1, count: 16))
    private static let other = JournalID(bytes: [UInt8](repeating: 2, count: 16))
    private static let machine = [UInt8](repeating: 5, count: 16)

    /// Up to event 57 and position 480 were on disk; up to 1000 and 2000 may have been given.
    private func marks(_ change: (inout JournalMarks) -> Void = { _ in }) throws -> JournalMarks {
        let id = try #require(Self.id)
        var marks = JournalMarks(
            machine: Self.machine,
            file: 7,
            reserved: PerLane(events: .number(1000), positions: .number(2000)),
            durable: PerLane(events: .number(57), positions: .number(480)),
            boot: BootNumber(rawValue: 3),
            isClean: false,
            dropped: PerLane(both: 0),
            epochs: [Epoch(number: 1, id: id, first: PerLane(both: .number(1)), reason: "made")]
        )
        change(&marks)
        return marks
    }

    private func found(
        _ events: Int64,
        _ positions: Int64,
        _ change: (inout EpochRule.Found) -> Void = { _ in }
    ) -> EpochRule.Found {
        var found = EpochRule.Found(
            last: PerLane(events: .number(events), positions: .number(positions)),
            id: Self.id,
            isBeforeMarks: false,
            machine: Self.machine,
            file: 7,
            rebuilt: nil
        )
        change(&found)
        return found
    }

    @Test(
        "As a power cut or a kill leaves the file, they do",
        arguments: [(57, 480), (58, 480), (57, 700), (1000, 2000)] as [(Int64, Int64)]
    )
    func powerCut(events: Int64, positions: Int64) throws {
        #expect(EpochRule.judge(found(events, positions), try marks()) == .goesOn)
    }

    @Test("After a stop in order they do, exactly where they stopped")
    func clean() throws {
        let marks = try marks { $0.isClean = true }
        #expect(EpochRule.judge(found(57, 480), marks) == .goesOn)
        #expect(EpochRule.judge(found(58, 480), marks) != .goesOn, "the marks are older")
        #expect(EpochRule.judge(found(57, 479), marks) != .goesOn)
    }

    @Test(
        "A file that ends before its promises begins anew above everything that may have been given, and says what is lost",
        arguments: [(56, 480, 1, 0), (57, 400, 0, 80), (0, 0, 57, 480)] as [(Int64, Int64, Int64, Int64)]
    )
    func rolledBack(events: Int64, positions: Int64, lostEvents: Int64, lostPositions: Int64) throws {
        let verdict = EpochRule.judge(found(events, positions), try marks())
        #expect(
            verdict
                == .begins(
                    first: PerLane(events: .number(1001), positions: .number(2001)),
                    lost: PerLane(events: lostEvents, positions: lostPositions),
                    reason: "the file is older than what was on disk"
                )
        )
    }

    @Test("A file that ends behind what may have been given has marks of an earlier day")
    func marksRolledBack() throws {
        let verdict = EpochRule.judge(found(1500, 480), try marks())
        #expect(
            verdict
                == .begins(
                    first: PerLane(events: .number(1501), positions: .number(2001)),
                    lost: PerLane(both: 0),
                    reason: "the marks are older than the file"
                )
        )
    }

    @Test("Another identity, another machine, another inode: it was copied")
    func copied() throws {
        let marks = try marks()
        let changes: [(inout EpochRule.Found) -> Void] = [
            { $0.id = Self.other }, { $0.machine = [UInt8](repeating: 6, count: 16) }, { $0.file = 8 }, { $0.id = nil },
            { $0.rebuilt = "was damaged" },
        ]
        for change in changes {
            guard case .begins(let first, _, _) = EpochRule.judge(found(57, 480, change), marks) else {
                Issue.record("it goes on")
                continue
            }
            #expect(first == PerLane(events: .number(1001), positions: .number(2001)))
        }
        #expect(
            EpochRule.judge(found(57, 480) { $0.file = 0 }, marks) == .goesOn,
            "inodes that do not last say nothing"
        )
        #expect(EpochRule.judge(found(57, 480) { $0.machine = [] }, marks) == .goesOn)
    }

    @Test("Without marks only a new file and one of a version without them go on")
    func noMarks() {
        #expect(EpochRule.judge(found(0, 0) { $0.id = nil }, nil) == .goesOn)
        #expect(EpochRule.judge(found(57, 480) { $0.isBeforeMarks = true }, nil) == .goesOn)
        guard case .begins(let first, let lost, _) = EpochRule.judge(found(57, 480), nil) else {
            Issue.record("it goes on")
            return
        }
        #expect(first == PerLane(events: .number(58), positions: .number(481)))
        #expect(lost == PerLane(both: 0))
    }
}
