import Testing

@testable import PatrolCore

@Suite("What goes first")
struct RetentionLadderTests {
    private static let limits = JournalLimits(
        maximumBytes: 64 << 20,
        maximumAge: .seconds(30 * 86_400),
        minimumFreeBytes: 32 << 20
    )
    private static let now = WallTime(millisecondsSince1970: 1_795_000_000_000)
    private static let mebibyte: Int64 = 1 << 20

    /// In mebibytes; everything that may go is there.
    private func usage(
        positions: Int64,
        events: Int64,
        _ change: (inout RetentionLadder.Usage) -> Void = { _ in }
    ) -> RetentionLadder.Usage {
        func lane(_ bytes: Int64) -> RetentionLadder.LaneUsage {
            .init(bytes: bytes, oldest: Self.now, hasAcknowledged: true, hasWhole: true, hasAny: true)
        }
        var usage = RetentionLadder.Usage(
            lanes: PerLane(events: lane(events * Self.mebibyte), positions: lane(positions * Self.mebibyte)),
            usedBytes: (positions + events) * Self.mebibyte,
            spareBytes: 0,
            freeBytes: 100 * Self.mebibyte,
            now: Self.now
        )
        change(&usage)
        return usage
    }

    private func next(_ usage: RetentionLadder.Usage) -> RetentionLadder.Step? {
        RetentionLadder.next(usage, Self.limits)
    }

    @Test("Within the bounds nothing goes", arguments: [(0, 0), (48, 16), (47, 17)] as [(Int64, Int64)])
    func nothing(positions: Int64, events: Int64) {
        #expect(next(usage(positions: positions, events: events)) == nil)
    }

    @Test("Too large: the steps in their order, each only when there is nothing left of the one before")
    func order() {
        var usage = usage(positions: 50, events: 20)
        let bytes = 6 * Self.mebibyte
        #expect(next(usage) == .dropAcknowledged(.positions, bytes: bytes))
        usage.lanes.positions.hasAcknowledged = false
        #expect(next(usage) == .thin(bytes: bytes))
        usage.lanes.positions.hasWhole = false
        #expect(next(usage) == .drop(.positions, bytes: bytes))
        usage.lanes.positions.hasAny = false
        #expect(next(usage) == .dropAcknowledged(.events, bytes: bytes))
        usage.lanes.events.hasAcknowledged = false
        #expect(next(usage) == .drop(.events, bytes: bytes))
        usage.lanes.events.hasAny = false
        #expect(next(usage) == nil)
    }

    @Test("Positions leave a quarter to the events, and never cost an event for it")
    func reserve() {
        var usage = usage(positions: 49, events: 1)
        #expect(next(usage) == .dropAcknowledged(.positions, bytes: Self.mebibyte))
        usage.lanes.positions.hasAcknowledged = false
        usage.lanes.positions.hasWhole = false
        usage.lanes.positions.hasAny = false
        #expect(next(usage) == nil)
    }

    @Test("A step frees a sixty-fourth at least")
    func stepSize() {
        let usage = usage(positions: 48, events: 16) { $0.usedBytes += 1 }
        #expect(next(usage) == .dropAcknowledged(.positions, bytes: Self.mebibyte))
    }

    @Test("Too little is free: first the file gives back what it does not use, then records go")
    func free() {
        var usage = usage(positions: 10, events: 1) { usage in
            usage.freeBytes = 30 * Self.mebibyte
            usage.spareBytes = Self.mebibyte
        }
        #expect(next(usage) == .shrink(bytes: Self.mebibyte))
        usage.spareBytes = 0
        #expect(next(usage) == .dropAcknowledged(.positions, bytes: 2 * Self.mebibyte))
        usage.freeBytes = nil
        #expect(next(usage) == nil)
    }

    @Test("A file that is mostly empty shrinks")
    func shrinks() {
        let usage = usage(positions: 1, events: 1) { $0.spareBytes = 20 * Self.mebibyte }
        #expect(next(usage) == .shrink(bytes: 10 * Self.mebibyte))
    }

    @Test("Too old by trusted time, to the millisecond; without it nothing is old")
    func age() {
        let limit = Self.now + .seconds(-30 * 86_400)
        var usage = usage(positions: 1, events: 1) { $0.lanes.positions.oldest = limit }
        #expect(next(usage) == nil)
        usage.lanes.positions.oldest = limit + .milliseconds(-1)
        #expect(next(usage) == .dropOlder(.positions, than: limit))
        usage.now = nil
        #expect(next(usage) == nil)
        usage.now = Self.now
        usage.lanes.positions.oldest = nil
        usage.lanes.events.oldest = limit + .milliseconds(-1)
        #expect(next(usage) == .dropOlder(.events, than: limit))
        usage.lanes.events.hasAny = false
        #expect(next(usage) == nil)
    }
}
