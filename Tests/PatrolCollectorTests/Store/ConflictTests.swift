import PatrolCore
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("Numbers that were given twice")
struct ConflictTests {
    private static let given = PerLane<Int64>(events: 20, positions: 20)

    @Test("Other content under a held number is refused with its range, and the other lane is stored")
    func conflict() async throws {
        try await TestStore.with { store in
            try await store.store(try Samples.batch(positions: 1...8, events: 1...8, given: Self.given))
            var batch = try Samples.batch(positions: 9...10, given: Self.given)
            batch.events = Samples.events(5...5) + [Samples.event(6, name: "mark"), Samples.event(7, name: "mark")]
            batch.events += Samples.events(8...9)
            guard case .conflict(let stored, let lane, let range) = try await store.outcome(batch) else {
                Issue.record("no conflict")
                return
            }
            #expect(lane == .events && range == 6...7)
            #expect(stored.events.acknowledged.rawValue == 5)
            #expect(stored.events.conflicting == 2)
            #expect(stored.positions.acknowledged.rawValue == 10)
            #expect(try await store.events().count == 8)
            #expect(try await store.events().allSatisfy { $0.record.kind == "gps.lost" })
            #expect(try await store.positions().count == 10)
            let journal = try await store.vehicle().journals[0]
            #expect(journal.conflicting == 2)
            #expect(journal.conflict?.range == 6...7 && journal.conflict?.lane == .events)
        }
    }

    @Test("The same instant with another place is another content")
    func sameInstant() async throws {
        try await TestStore.with { store in
            try await store.store(try Samples.batch(positions: 1...3, given: Self.given))
            var batch = try Samples.batch(positions: 1...4, given: Self.given)
            batch.positions[1].record.coordinate = try #require(Coordinate(latitudeE7: 1, longitudeE7: 1))
            guard case .conflict(let stored, .positions, let range) = try await store.outcome(batch) else {
                Issue.record("no conflict")
                return
            }
            #expect(range == 2...2)
            #expect(stored.positions.acknowledged.rawValue == 1)
            #expect(try await store.positions().count == 3)
        }
    }

    @Test("Blocks that were cut otherwise are compared record by record")
    func recut() async throws {
        try await TestStore.with { store in
            for range in [1...30, 31...60, 61...90] as [ClosedRange<Int64>] {
                try await store.store(try Samples.batch(positions: range))
            }
            let stored = try await store.store(try Samples.batch(positions: 20...100))
            #expect(stored.positions.repeated == 71)
            #expect(stored.positions.new == 10)
            #expect(try await store.positions().map(\.sequence) == Array(1...100))
        }
    }

    @Test("An earlier cart's conflict is refused too")
    func earlierCart() async throws {
        try await TestStore.with { store in
            try await store.store(try Samples.batch(positions: 1...3, events: 1...3))
            var batch = try Samples.batch(boots: [Samples.boot(2)])
            batch.events = [Samples.event(3, boot: 2)]
            guard case .conflict(_, .events, 3...3) = try await store.outcome(batch) else {
                Issue.record("no conflict")
                return
            }
        }
    }

    @Test("A journal that has given fewer numbers than are held, and lives on, is told so")
    func rolledBack() async throws {
        try await TestStore.with { store in
            let before = PerLane<Int64>(events: 8, positions: 30)
            try await store.store(try Samples.batch(latest: 30, positions: 1...30, events: 1...8, given: before))
            let after = PerLane<Int64>(events: 4, positions: 12)
            // It was copied back at 10; what it has seen since is newer than anything before.
            var batch = try Samples.batch(latest: 90, positions: 8...10, given: after)
            guard case .rolledBack(let held, let same) = try await store.outcome(batch) else {
                Issue.record("not noticed")
                return
            }
            #expect(held == PerLane(events: 8, positions: 30))
            #expect(same == PerLane(events: nil, positions: 10))
            #expect(try await store.vehicle().journals[0].rolledBack == TestStore.arrival)
            // With other content instead.
            batch = try Samples.batch(given: after)
            batch.events = [Samples.event(4, name: "mark")]
            batch.events.insert(contentsOf: Samples.events(2...3), at: 0)
            guard case .rolledBack(_, PerLane(events: 3, positions: nil)) = try await store.outcome(batch) else {
                Issue.record("not noticed")
                return
            }
            #expect(try await store.events().count == 8)
        }
    }

    @Test("A batch that was overtaken by a later one is none of that")
    func overtaken() async throws {
        try await TestStore.with { store in
            let early = try Samples.batch(
                latest: 10,
                positions: 1...10,
                given: PerLane(events: 0, positions: 10)
            )
            try await store.store(
                try Samples.batch(latest: 20, positions: 11...20, given: PerLane(events: 0, positions: 20))
            )
            let stored = try await store.store(early)
            #expect(stored.positions.new == 10)
            #expect(stored.positions.acknowledged.rawValue == 10, "no more than it had given")
        }
    }

    @Test("Another boot under the number of one that is known: the journal was copied or came back")
    func otherBoot() async throws {
        try await TestStore.with { store in
            try await store.store(try Samples.batch(positions: 1...10, given: Self.given))
            var boot = Samples.boot()
            boot.bootID = "ffffffff-0d6b-4c55-8a55-1d9f2b6f0a01"
            let batch = try Samples.batch(boots: [boot], positions: 11...12, given: Self.given)
            guard case .rolledBack = try await store.outcome(batch) else {
                Issue.record("not noticed")
                return
            }
        }
    }

    @Test("Over HTTP both are 409 in the form of every error, and show in health and the vehicle's row")
    func http() async throws {
        try await TestStation.with { station in
            let given = Self.given
            _ = try await station.post(try Samples.batch(latest: 8, positions: 1...8, events: 1...8, given: given))
            var batch = try Samples.batch(given: given)
            batch.events = [Samples.event(6, name: "mark")]
            let conflict = try await station.post(batch)
            #expect(conflict.status == 409 && conflict.errorCode == "conflict")
            let error = try #require(conflict.json["error"] as? [String: Any])
            #expect(error["lane"] as? String == "events")
            #expect(error["first"] as? Int == 6 && error["last"] as? Int == 6)
            #expect(conflict.acknowledged == ["events": 5, "positions": 8])
            let rolledBack = try await station.post(
                try Samples.batch(latest: 99, given: PerLane(events: 3, positions: 3))
            )
            #expect(rolledBack.status == 409 && rolledBack.errorCode == "rolled-back")
            #expect(rolledBack.json["held"] as? [String: Int] == ["events": 8, "positions": 8])
            let health = try await station.get("/v1/health")
            #expect(health.status == 503)
            #expect(health.text.contains("cart-01: events 6 to 6 came with other content"))
            let journal = try #require((try await station.vehicle()["journals"] as? [[String: Any]])?.first)
            #expect((journal["conflict"] as? [String: Any])?["first"] as? Int == 6)
            #expect(journal["rolled_back"] as? String == TestStore.arrival.description)
        }
    }

    @Test("Over HTTP a gap is named in the reply")
    func missing() async throws {
        try await TestStation.with { station in
            let answer = try await station.post(try Samples.batch(positions: 4...6, given: Self.given))
            #expect(answer.acknowledged == ["events": 0, "positions": 0])
            let reply = try Acknowledgement(json: answer.body)
            #expect(reply.missing.map(\.range) == [SequenceNumber(rawValue: 1)...SequenceNumber(rawValue: 3)])
        }
    }
}
