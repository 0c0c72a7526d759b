import PatrolCore
import PatrolSQLite
import PatrolWire
import Testing

@testable import PatrolJournal

@Suite struct UploadTests {
    private func bytesOfBlocks(_ journal: Journal) async throws -> [[UInt8]] {
        try await journal.blocks()
    }

    private func sequences(_ batch: JournalBatch) throws -> [Int64] {
        try batch.positionBlocks.flatMap { try PositionBlockCodec.decode($0) }.map(\.sequence.rawValue)
    }

    /// Blocks 1…120, 121…240 and 241…300.
    private func threeBlocks() async throws -> Bench {
        let bench = try Bench()
        bench.drive(1...300)
        try await bench.journal.commit()
        #expect(try await bench.journal.blockRanges() == [1...120, 121...240, 241...300])
        return bench
    }

    @Test func `an empty journal has nothing to send`() async throws {
        let bench = try Bench()
        let batch = try await bench.journal.nextBatch(for: "station", maximumEvents: 10, maximumPositions: 10)
        #expect(batch.isEmpty)
        #expect(batch.eventRange == nil)
        #expect(batch.positionRange == nil)
        #expect(batch.boots.map(\.number) == [bench.journal.boot], "of `latest`")
    }

    @Test func `a batch is made durable before it is handed out`() async throws {
        let bench = try Bench()
        bench.drive(1...5)
        let batch = try await bench.journal.nextBatch(for: "station", maximumEvents: 0, maximumPositions: 100)
        #expect(batch.positionRange == 1...5)
        #expect(try bench.afterPowerCut().journal.health.durable.positions == 5)
    }

    @Test(arguments: [
        (maximum: 0, last: Int64(0), blocks: 0),
        (1, 1, 1),
        (119, 119, 1),
        (120, 120, 1),
        (121, 120, 1),
        (239, 120, 1),
        (240, 240, 2),
        (299, 240, 2),
        (300, 300, 3),
        (10_000, 300, 3),
    ])
    func `a batch has whole blocks up to its limit, and a part only of the first`(
        maximum: Int,
        last: Int64,
        blocks: Int
    ) async throws {
        let bench = try await threeBlocks()
        let stored = try await bytesOfBlocks(bench.journal)
        let batch = try await bench.journal.nextBatch(for: "station", maximumEvents: 0, maximumPositions: maximum)
        #expect(try sequences(batch) == Array(1..<(last + 1)))
        #expect(batch.positionBlocks.count == blocks)
        if maximum >= 120 {
            #expect(
                batch.positionBlocks == Array(stored.prefix(blocks)),
                "the bytes of the disk are the bytes on the air"
            )
        }
    }

    @Test func `from inside a block its rest goes first, then whole blocks again`() async throws {
        let bench = try await threeBlocks()
        let stored = try await bytesOfBlocks(bench.journal)
        try await bench.journal.acknowledge(events: nil, positions: 70, by: "station")
        let rest = try await bench.journal.nextBatch(for: "station", maximumEvents: 0, maximumPositions: 50)
        #expect(rest.positionRange == 71...120)
        let more = try await bench.journal.nextBatch(for: "station", maximumEvents: 0, maximumPositions: 200)
        #expect(more.positionRange == 71...240)
        #expect(more.positionBlocks.last == stored[1])
        let one = try await bench.journal.nextBatch(for: "station", maximumEvents: 0, maximumPositions: 1)
        #expect(one.positionRange == 71...71)
    }

    @Test func `one by one the whole lane can be fetched`() async throws {
        let bench = try Bench()
        bench.drive(1...125)
        var fetched: [Int64] = []
        while true {
            let batch = try await bench.journal.nextBatch(for: "station", maximumEvents: 0, maximumPositions: 1)
            guard let range = batch.positionRange else { break }
            fetched += try sequences(batch)
            try await bench.journal.acknowledge(events: nil, positions: range.upperBound, by: "station")
        }
        #expect(fetched == Array(1...125))
        #expect(try await bench.journal.blockRanges() == [1...120, 121...125], "no upload changes a block")
    }

    @Test func `events come up to the limit, from the cursor on`() async throws {
        let bench = try Bench()
        for number in 1...5 { try await bench.journal.append(bench.event("\(number)")) }
        for (maximum, expected) in [(0, 0), (1, 1), (4, 4), (5, 5), (9, 5)] {
            let batch = try await bench.journal.nextBatch(
                for: "station",
                maximumEvents: maximum,
                maximumPositions: 0
            )
            #expect(batch.events.count == expected)
        }
        try await bench.journal.acknowledge(events: 3, positions: nil, by: "station")
        let rest = try await bench.journal.nextBatch(for: "station", maximumEvents: 9, maximumPositions: 9)
        #expect(rest.eventRange == 4...5)
        #expect(rest.events.map(\.record.details) == [["reason": .string("4")], ["reason": .string("5")]])
    }

    @Test func `a batch brings the boots of its records and the present one, and no others`() async throws {
        var bench = try Bench()
        bench.drive(1...2)
        bench = try await bench.restarted(bootID: "boot-b")
        let clock = ClockOffset(utcAtBootMilliseconds: 1_795_000_000_000, source: .gps, uncertaintyMilliseconds: 12)
        try await bench.journal.learnClock(clock)
        bench.drive(3...4)
        bench = try await bench.restarted(bootID: "boot-c")
        try await bench.journal.append(bench.event())
        let b = BootRecord(number: BootNumber(rawValue: 2), bootID: "boot-b", clock: clock)
        let a = BootRecord(number: BootNumber(rawValue: 1), bootID: "boot-a", clock: nil)
        let c = BootRecord(number: BootNumber(rawValue: 3), bootID: "boot-c", clock: nil)
        let all = try await bench.journal.nextBatch(for: "station", maximumEvents: 1, maximumPositions: 9)
        #expect(all.boots == [a, b, c])
        try await bench.journal.acknowledge(events: nil, positions: 2, by: "station")
        let second = try await bench.journal.nextBatch(for: "station", maximumEvents: 0, maximumPositions: 9)
        #expect(second.boots == [b, c])
    }

    @Test func `destinations have cursors of their own, which outlive a power cut`() async throws {
        let bench = try await threeBlocks()
        try await bench.journal.append(bench.event())
        try await bench.journal.acknowledge(events: nil, positions: 120, by: "station")
        try await bench.journal.acknowledge(events: nil, positions: 7, by: "backup")
        try await bench.journal.acknowledge(events: 1, positions: nil, by: "backup")
        try await bench.journal.commit()
        let after = try bench.afterPowerCut()
        #expect(await after.journal.destinations() == ["backup", "station"])
        let station = try await after.journal.backlog(of: "station")
        let backup = try await after.journal.backlog(of: "backup")
        let stranger = try await after.journal.backlog(of: "stranger")
        #expect([station.positions.acknowledged, station.events.acknowledged] == [120, 0])
        #expect([backup.positions.acknowledged, backup.events.acknowledged] == [7, 1])
        #expect([stranger.positions.acknowledged, stranger.events.acknowledged] == [0, 0])
    }

    @Test func `a cursor never goes back, and never beyond what exists`() async throws {
        let bench = try await threeBlocks()
        let journal = bench.journal
        try await journal.acknowledge(events: nil, positions: 200, by: "station")
        for lower in [SequenceNumber(rawValue: .min), 0, 1, 199, 200] {
            try await journal.acknowledge(events: nil, positions: lower, by: "station")
            #expect(try await journal.backlog(of: "station").positions.acknowledged == 200)
        }
        for beyond in [SequenceNumber(rawValue: 301), SequenceNumber(rawValue: .max)] {
            let error = await #expect(throws: JournalError.self) {
                try await journal.acknowledge(events: nil, positions: beyond, by: "station")
            }
            #expect(error?.cause == .unknownSequence)
            #expect(
                error?.reason
                    == "station acknowledges positions up to \(beyond.rawValue), but the last one is 300"
            )
        }
        await #expect(throws: JournalError.self) {
            try await journal.acknowledge(events: 1, positions: nil, by: "station")
        }
        #expect(try await journal.backlog(of: "station").positions.acknowledged == 200)
    }

    @Test func `both lanes come forward at once, and the answer says what still waits`() async throws {
        let bench = try await threeBlocks()
        for number in 1...3 { try await bench.journal.append(bench.event("\(number)")) }
        let backlog = try await bench.journal.acknowledge(events: 2, positions: 120, by: "station")
        #expect([backlog.events.count, backlog.positions.count] == [1, 180])
        #expect(backlog == (try await bench.journal.backlog(of: "station")))
        await #expect(throws: JournalError.self) {
            try await bench.journal.acknowledge(events: 3, positions: 301, by: "station")
        }
        #expect(try await bench.journal.backlog(of: "station") == backlog, "a lie about one lane moves neither")
    }

    @Test func `an acknowledgement costs no commit: it rides on the next one, and a power cut before it only repeats`()
        async throws
    {
        let bench = try await threeBlocks()
        let log = try bench.folder.logBytes()
        try await bench.journal.acknowledge(events: nil, positions: 200, by: "station")
        _ = try await bench.journal.nextBatch(for: "station", maximumEvents: 10, maximumPositions: 10)
        #expect(try bench.folder.logBytes() == log)
        #expect(try await bench.afterPowerCut().journal.backlog(of: "station").positions.acknowledged == 0)
        bench.drive(301...301)
        _ = try await bench.journal.nextBatch(for: "station", maximumEvents: 10, maximumPositions: 10)
        #expect(try await bench.afterPowerCut().journal.backlog(of: "station").positions.acknowledged == 200)
        try await bench.journal.acknowledge(events: nil, positions: 301, by: "station")
        try await bench.journal.append(bench.event())
        #expect(try await bench.afterPowerCut().journal.backlog(of: "station").positions.acknowledged == 301)
        try await bench.journal.acknowledge(events: 1, positions: nil, by: "station")
        let restarted = try await bench.restarted()
        #expect(try await restarted.journal.backlog(of: "station").events.acknowledged == 1, "closing writes it")
    }

    @Test func `what waits in memory cannot be acknowledged yet`() async throws {
        let bench = try Bench()
        bench.drive(1...3)
        await #expect(throws: JournalError.self) {
            try await bench.journal.acknowledge(events: nil, positions: 3, by: "station")
        }
    }

    @Test func `the backlog counts what is stored and what waits, and knows the time of its oldest`() async throws {
        let bench = try Bench()
        var backlog = try await bench.journal.backlog(of: "station")
        #expect(backlog.positions.count == 0)
        #expect(backlog.positions.oldest == nil)
        let noon = try utc("2026-11-24T12:00:00Z")
        for number in Int64(1)...4 {
            bench.journal.append(bench.position(number, time: noon + .seconds(number)))
            if number == 2 { try await bench.journal.commit() }
        }
        backlog = try await bench.journal.backlog(of: "station")
        #expect(backlog.positions.count == 4)
        #expect(backlog.positions.lastSequence == 4)
        #expect(backlog.positions.oldest == noon + .seconds(1))
        try await bench.journal.acknowledge(events: nil, positions: 2, by: "station")
        bench.journal.append(bench.position(5, time: noon + .seconds(5)))
        backlog = try await bench.journal.backlog(of: "station")
        #expect(backlog.positions.count == 3)
        #expect(backlog.positions.oldest == noon + .seconds(3))
        #expect(backlog.events == (try await bench.journal.backlog(of: "other")).events)
    }

    @Test func `the oldest of the backlog is dated by the boot's clock once it is known`() async throws {
        let bench = try Bench()
        bench.journal.append(bench.position(1))
        try await bench.journal.append(bench.event())
        #expect(try await bench.journal.backlog(of: "station").positions.oldest == nil)
        try await bench.journal.learnClock(
            ClockOffset(utcAtBootMilliseconds: 1_000_000, source: .gps, uncertaintyMilliseconds: 9)
        )
        let backlog = try await bench.journal.backlog(of: "station")
        #expect(backlog.positions.oldest == WallTime(millisecondsSince1970: 1_100_000))
        #expect(backlog.events.oldest == WallTime(millisecondsSince1970: 1_100_000))
    }
}

extension Journal {
    fileprivate func blocks() throws -> [[UInt8]] {
        let statement = try openStore().database.prepare("SELECT block FROM position_blocks ORDER BY first_sequence")
        var blocks: [[UInt8]] = []
        while try statement.step() { blocks.append(try statement.bytes(0)) }
        return blocks
    }
}
