import PatrolCore
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("A record is held as it came")
struct FidelityTests {
    @Test(
        "At the edges of the earth and of every field",
        arguments: [
            (900_000_000, 0), (-900_000_000, 0), (0, 1_800_000_000), (0, -1_800_000_000), (0, 0), (-1, -1),
        ] as [(Int32, Int32)]
    )
    func edges(latitude: Int32, longitude: Int32) async throws {
        let coordinate = try #require(Coordinate(latitudeE7: latitude, longitudeE7: longitude))
        var bare = Position(
            receivedAt: Instant(millisecondsSinceBoot: 0),
            coordinate: coordinate,
            mode: .twoDimensional,
            odometerMetres: 0
        )
        bare.timeMark = .missing
        var full = Position(
            receivedAt: Instant(millisecondsSinceBoot: 100),
            coordinate: coordinate,
            mode: .threeDimensional,
            odometerMetres: .max
        )
        full.time = WallTime(millisecondsSince1970: -1)
        full.timeMark = .weekRollover
        full.altitudeDecimetres = -4300
        full.speedCentimetresPerSecond = .max
        full.courseDecidegrees = 3599
        full.horizontalErrorDecimetres = 0
        full.satellitesUsed = .max
        full.status = .max
        let records = [bare, full]
        try await TestStore.with { store in
            var batch = try Samples.batch()
            batch.positions = records.enumerated().map { index, record in
                Recorded(
                    sequence: SequenceNumber(rawValue: Int64(index) + 1),
                    boot: BootNumber(rawValue: 1),
                    record: record
                )
            }
            batch.boots = [Samples.boot()]
            try await store.store(batch)
            #expect(try await store.positions().map(\.record.position) == records)
        }
    }

    @Test("Kinds and details that this version does not know are kept")
    func unknownKind() async throws {
        try await TestStore.with { store in
            var batch = try Samples.batch()
            batch.events = [
                Samples.event(1, name: "coffee.spilt", details: ["amount\u{0}\"": .number(0.25)]),
                Samples.event(2, name: "", details: [:]),
            ]
            try await store.store(batch)
            let events = try await store.events()
            #expect(events.map(\.record.kind) == ["coffee.spilt", ""])
            #expect(events.map(\.record.details) == [#"{"amount\u0000\"":0.25}"#, "{}"])
            #expect(events[0].record.coordinate == Coordinate(latitudeE7: -10, longitudeE7: -20))
        }
    }

    @Test("A range includes its beginning and not its end, and kinds are told apart")
    func ranges() async throws {
        try await TestStore.with { store in
            try await store.store(try Samples.batch(positions: 1...10, events: 1...10))
            var other = try Samples.batch()
            other.events = [Samples.event(11, name: "gps.restored")]
            try await store.store(other)
            let from = Samples.start + .seconds(3)
            let to = Samples.start + .seconds(6)
            #expect(try await store.positions(from: from, to: to).map(\.sequence) == [3, 4, 5])
            #expect(try await store.events(from: from, to: to).map(\.sequence) == [3, 4, 5])
            #expect(try await store.events(kind: "gps.restored").map(\.sequence) == [11])
            #expect(try await store.events(from: from, to: to, kind: "gps.restored").isEmpty)
            #expect(try await store.events(kind: "gps.lost").count == 10)
        }
    }

    @Test("Pages join without a hole and without a repeat, however many records share a time")
    func pages() async throws {
        let count = Int64(StoreReader.pageSize) * 2
        try await TestStore.with { store in
            var batch = try Samples.batch()
            batch.positions = try (1...count).map { sequence in
                var position = try Samples.position(sequence)
                position.record.time = Samples.start
                return position
            }
            try await store.store(batch)
            #expect(try await store.positions().map(\.sequence) == Array(1...count))
        }
    }
}
