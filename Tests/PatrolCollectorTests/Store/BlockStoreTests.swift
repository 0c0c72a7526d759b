import PatrolCore
import PatrolSQLite
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("Positions are held in blocks as they came")
struct BlockStoreTests {
    private static func blocks(_ folder: String) throws -> [(first: Int64, last: Int64, bytes: [UInt8])] {
        let database = try Database(path: "\(folder)/collector.sqlite", access: .readOnly)
        let statement = try database.prepare(
            "SELECT first_sequence, last_sequence, bytes FROM block ORDER BY journal, first_sequence"
        )
        var blocks: [(Int64, Int64, [UInt8])] = []
        while try statement.step() {
            blocks.append((try statement.integer(0), try statement.integer(1), try statement.bytes(2)))
        }
        return blocks
    }

    @Test("A block is one row with the very bytes that the cart sent")
    func asTheyCame() async throws {
        try await TemporaryFolder.with { folder in
            try await TestStore.with(folder: folder.path) { store in
                let batch = try Samples.batch(positions: 1...300)
                try await store.store(batch)
                let sent = try PositionBlockCodec.blocks(of: batch.positions).map(\.bytes)
                #expect(try Self.blocks(folder.path).map(\.bytes) == sent)
            }
        }
    }

    @Test("Small blocks of live batches become full ones, and what is read stays as it was")
    func join() async throws {
        try await TemporaryFolder.with { folder in
            try await TestStore.with(folder: folder.path) { store in
                for first in stride(from: Int64(1), to: 3600, by: 30) {
                    try await store.store(try Samples.batch(positions: first...first + 29))
                }
                let before = try await store.positions()
                try await store.upkeep()
                let after = try Self.blocks(folder.path)
                #expect(after.count < 90)
                #expect(after.prefix(10).allSatisfy { $0.last - $0.first == 119 })
                #expect(try await store.positions() == before)
                // What comes again is known, though it was cut otherwise.
                let again = try await store.store(try Samples.batch(positions: 31...60))
                #expect(again.positions.repeated == 30 && again.positions.new == 0)
                #expect(try await store.vehicle().journals[0].positions.held == 3600)
            }
        }
    }

    @Test("Any order of batches, however they overlap, leaves the same records")
    func anyOrder() async throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            var dice = SystemDice(seed: seed)
            try await TestStore.with { store in
                var sent: Set<Int64> = []
                for _ in 0..<60 {
                    let first = Int64.random(in: 1...600, using: &dice)
                    let step = Int64.random(in: 1...4, using: &dice)
                    let numbers = (0..<Int64.random(in: 1...150, using: &dice)).map { first + $0 * step }
                    var batch = try Samples.batch(
                        boots: [Samples.boot(), Samples.boot(2, isClockKnown: Bool.random(using: &dice))],
                        given: PerLane(events: 0, positions: 5000)
                    )
                    batch.positions = try numbers.map {
                        try Samples.position($0, boot: $0 > 400 ? 2 : 1, hasTime: $0 % 50 > 20)
                    }
                    let stored = try await store.store(batch)
                    #expect(stored.positions.new == Set(numbers).subtracting(sent).count, "seed \(seed)")
                    sent.formUnion(numbers)
                    let prefix = (Int64(1)...5000).first { !sent.contains($0) } ?? 0
                    #expect(stored.positions.acknowledged.rawValue == prefix - 1, "seed \(seed)")
                    if Int.random(in: 0..<10, using: &dice) == 0 { try await store.upkeep() }
                }
                #expect(Set(try await store.positions().map(\.sequence)) == sent, "seed \(seed)")
                #expect(try await store.positions().count == sent.count, "seed \(seed)")
                let summary = try await store.vehicle().journals[0].positions
                #expect(summary.held == Int64(sent.count), "seed \(seed)")
                let highest = sent.max() ?? 0
                #expect(summary.missing == highest - Int64(sent.count), "seed \(seed)")
                let times = try await store.positions().map(\.record.time.time)
                #expect(times == times.sorted(), "seed \(seed)")
            }
        }
    }

    private struct SystemDice: RandomNumberGenerator {
        var state: UInt64

        init(seed: UInt64) { state = seed }

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
            return value ^ value >> 31
        }
    }

    @Test("A block that spans too long for the index is cut, and found")
    func longBlock() async throws {
        try await TestStore.with { store in
            var batch = try Samples.batch()
            batch.positions = try (Int64(1)...100).map { number in
                var position = try Samples.position(number)
                position.record.time = Samples.start + .seconds(number * 3600)
                return position
            }
            try await store.store(batch)
            #expect(try await store.positions().map(\.sequence) == Array(1...100))
            let from = Samples.start + .seconds(50 * 3600)
            #expect(try await store.positions(from: from, to: from + .seconds(7200)).map(\.sequence) == [50, 51])
        }
    }

    @Test("A damaged block is passed over and put aside, its numbers are asked for again, and others are untouched")
    func damage() async throws {
        try await TemporaryFolder.with { folder in
            let given = PerLane<Int64>(events: 0, positions: 400)
            try await TestStore.with(folder: folder.path) { store in
                try await store.store(try Samples.batch(positions: 1...360, given: given))
                try await store.store(try Samples.batch(vehicle: "cart-02", positions: 1...10))
            }
            let database = try Database(path: "\(folder.path)/collector.sqlite", access: .readWrite)
            try database.execute(
                """
                UPDATE block SET bytes = CAST(substr(bytes, 1, 40) || x'55' || substr(bytes, 42) AS BLOB)
                WHERE first_sequence = 121
                """
            )
            database.close()
            try await TestStore.with(folder: folder.path) { store in
                let number = try #require(try await store.reader.vehicle(named: "cart-01"))
                let page = try await store.reader.positions(of: number, in: TimeRange(), after: nil)
                #expect(page.records.map(\.sequence) == Array(1...120) + Array(241...360))
                #expect(page.damagedBlocks.count == 1)
                let ranges = try await store.writer.setAside(page.damagedBlocks, now: TestStore.arrival)
                #expect(ranges.map(\.description) == ["cart-01: positions 121 to 240"])
                #expect(try await store.reader.damaged(since: Samples.start) == ranges)
                #expect(try await store.positions(of: "cart-02").count == 10)
                let summary = try await store.vehicle().journals[0].positions
                #expect(summary.held == 240 && summary.gaps == [121...240])
                let answer = try await store.store(try Samples.batch(positions: 361...370, given: given))
                #expect(answer.positions.acknowledged.rawValue == 120)
                let again = try await store.store(try Samples.batch(positions: 121...240, given: given))
                #expect(again.positions.acknowledged.rawValue == 370)
                #expect(try await store.positions().map(\.sequence) == Array(1...370))
            }
        }
    }

    @Test("A damaged event is never shown, and takes its place again when it comes again")
    func damagedEvent() async throws {
        try await TemporaryFolder.with { folder in
            try await TestStore.with(folder: folder.path) { store in
                _ = try await store.store(try Samples.batch(events: 1...5))
            }
            let database = try Database(path: "\(folder.path)/collector.sqlite", access: .readWrite)
            try database.execute("UPDATE event SET details = '{\"reason\":\"no-fiy\"}' WHERE sequence = 3")
            database.close()
            try await TestStore.with(folder: folder.path) { store in
                #expect(try await store.events().map(\.sequence) == [1, 2, 4, 5])
                let again = try await store.store(try Samples.batch(events: 1...5))
                #expect(again.events.new == 1)
                #expect(try await store.events().map(\.sequence) == [1, 2, 3, 4, 5])
                #expect(try await store.vehicle().journals[0].events.held == 5)
            }
        }
    }

    @Test("What is older than its time goes, with a receipt, and does not come back; the file shrinks")
    func age() async throws {
        try await TemporaryFolder.with { folder in
            try await TestStore.with(folder: folder.path) { store in
                let given = PerLane<Int64>(events: 40, positions: 96_000)
                for first in stride(from: Int64(1), to: 86_400, by: 12_000) {
                    try await store.store(try Samples.batch(positions: first...first + 11_999, given: given))
                }
                try await store.store(try Samples.batch(events: 1...40, given: given))
                let now = Samples.start + .seconds(96_000)
                try await store.upkeep(keep: .seconds(12_000), now: now)
                let left = try await store.positions().map(\.sequence)
                #expect(left.count >= 12_000 && left.count <= 12_120)
                #expect(left.last == 96_000)
                #expect(try await store.events().isEmpty)
                let summary = try await store.vehicle().journals[0]
                #expect(summary.positions.held == Int64(left.count))
                #expect(summary.positions.held + summary.positions.expired == 96_000)
                #expect(summary.events.expired == 40)
                #expect(summary.positions.missing == 0)
                let again = try await store.store(try Samples.batch(positions: 1...120, events: 1...40, given: given))
                #expect(again.positions.repeated == 120 && again.events.repeated == 40)
                #expect(again.positions.acknowledged.rawValue == 96_000)
            }
            let database = try Database(path: "\(folder.path)/collector.sqlite", access: .readOnly)
            let free = try database.integer("PRAGMA freelist_count")
            #expect(free.map { $0 <= 500 } == true)
        }
    }
}
