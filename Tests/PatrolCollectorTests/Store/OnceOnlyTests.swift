import PatrolCore
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("Each record is stored once")
struct OnceOnlyTests {
    @Test("A batch that comes again changes nothing and gets the same answer")
    func repeats() async throws {
        try await TestStore.with { store in
            let batch = try Samples.batch(positions: 1...10, events: 1...3)
            let first = try await store.store(batch)
            #expect(first.positions == StoredBatch.Lane(acknowledged: SequenceNumber(rawValue: 10), new: 10))
            #expect(first.events == StoredBatch.Lane(acknowledged: SequenceNumber(rawValue: 3), new: 3))
            for _ in 0..<3 {
                let again = try await store.store(batch)
                #expect(again.positions.acknowledged.rawValue == 10)
                #expect(again.events.acknowledged.rawValue == 3)
                #expect(again.positions.new + again.events.new == 0)
                #expect(again.positions.repeated == 10)
                #expect(again.positions.conflicting == 0)
            }
            let journal = try #require(try await store.vehicle().journals.first)
            #expect(journal.positions == JournalSummary.LaneSummary(held: 10, last: 10, complete: 10))
            #expect(journal.events == JournalSummary.LaneSummary(held: 3, last: 3, complete: 3))
            #expect(journal.repeated == 39)
            #expect(try await store.positions().map(\.sequence) == Array(1...10))
        }
    }

    @Test("Of ranges that overlap each record is held once")
    func overlaps() async throws {
        try await TestStore.with { store in
            for range in [5...9, 1...7, 8...12, 6...6, 1...12] as [ClosedRange<Int64>] {
                let stored = try await store.store(try Samples.batch(positions: range))
                #expect(stored.positions.acknowledged.rawValue == range.upperBound)
            }
            #expect(try await store.positions().map(\.sequence) == Array(1...12))
        }
    }

    @Test("A gap of an earlier cart, which cannot tell, is acknowledged over, and shows as missing until it is filled")
    func gaps() async throws {
        try await TestStore.with { store in
            var batch = try Samples.batch(positions: 1...2)
            batch.positions += [try Samples.position(10), try Samples.position(20)]
            #expect(try await store.store(batch).positions.acknowledged.rawValue == 20)
            #expect(try await store.vehicle().journals[0].positions.missing == 16)
            try await store.store(try Samples.batch(positions: 3...19))
            #expect(try await store.vehicle().journals[0].positions.missing == 0)
        }
    }

    @Test("A lane that a batch has nothing of is answered with what is held of it")
    func otherLane() async throws {
        try await TestStore.with { store in
            #expect(try await store.store(try Samples.batch(events: 1...2)).positions.acknowledged == .none)
            try await store.store(try Samples.batch(positions: 1...5))
            let stored = try await store.store(try Samples.batch(events: 3...4))
            #expect(stored.positions.acknowledged.rawValue == 5)
            #expect(stored.events.acknowledged.rawValue == 4)
        }
    }

    @Test("An empty batch stores nothing, and the vehicle counts as heard")
    func empty() async throws {
        try await TestStore.with { store in
            let stored = try await store.store(try Samples.batch())
            #expect(stored.events.acknowledged == .none)
            let vehicle = try await store.vehicle()
            #expect(vehicle.heard == TestStore.arrival)
            #expect(vehicle.latest == nil)
        }
    }

    @Test("Journals count for themselves, and so do vehicles")
    func journalsAndVehicles() async throws {
        try await TestStore.with { store in
            try await store.store(try Samples.batch(positions: 1...3))
            try await store.store(try Samples.batch(journal: Samples.otherJournal, positions: 1...4))
            try await store.store(try Samples.batch(vehicle: "cart-02", positions: 1...5))
            let vehicles = try await store.reader.vehicles()
            #expect(vehicles.map(\.name) == ["cart-01", "cart-02"])
            #expect(vehicles[0].journals.map(\.positions.held) == [3, 4])
            #expect(vehicles[1].journals.map(\.positions.held) == [5])
            #expect(try await store.positions().count == 7)
            #expect(try await store.positions(of: "cart-02").count == 5)
        }
    }

    @Test("Everything is there after a restart, and what comes again is known")
    func restart() async throws {
        try await TemporaryFolder.with { folder in
            let batch = try Samples.batch(latest: 10, positions: 1...10, events: 1...3)
            let before = try await TestStore.with(folder: folder.path) { store in
                try await store.store(batch)
                return (try await store.vehicle(), try await store.positions(), try await store.events())
            }
            try await TestStore.with(folder: folder.path) { store in
                #expect(try await store.store(batch).positions.new == 0)
                var vehicle = try await store.vehicle()
                vehicle.journals[0].repeated = 0
                #expect(vehicle == before.0)
                #expect(try await store.positions() == before.1)
                #expect(try await store.events() == before.2)
            }
        }
    }

    @Test("A store belongs to one collector at a time")
    func lock() async throws {
        try await TemporaryFolder.with { folder in
            let held = try StoreFolder(path: folder.path)
            let error = try #require(throws: CollectorError.self) { try StoreFolder(path: folder.path) }
            #expect(error.description.contains("in use"))
            #expect(error.description.contains(folder.path))
            withExtendedLifetime(held) {}
        }
    }
}

@Suite("Batches that come at once")
struct GroupCommitTests {
    @Test("They share commits, and each gets its own answer")
    func together() async throws {
        try await TestStore.with { store in
            let answers = try await withThrowingTaskGroup(of: (Int64, Int64).self) { group in
                for cart in Int64(0)..<200 {
                    group.addTask {
                        let batch = try Samples.batch(vehicle: "cart-\(cart)", positions: 1...cart + 1)
                        return (cart + 1, try await store.store(batch).positions.acknowledged.rawValue)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count == 200)
            #expect(answers.allSatisfy { $0.0 == $0.1 })
        }
    }
}
