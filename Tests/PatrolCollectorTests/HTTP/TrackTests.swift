import Foundation
import PatrolCore
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("Tracks as GeoJSON")
struct TrackTests {
    @Test("Points have longitude first, altitude where it is known, and say what is known of them")
    func points() async throws {
        try await TestStation.with { station in
            var batch = try Samples.batch(positions: 1...2)
            batch.positions[1].record.altitudeDecimetres = nil
            batch.positions[1].record.speedCentimetresPerSecond = nil
            #expect(try await station.post(batch).status == 200)
            let features = try await station.features()
            #expect(features.count == 2)
            let geometry = try #require(features[0]["geometry"] as? [String: Any])
            #expect(features.allSatisfy { $0["type"] as? String == "Feature" })
            #expect(geometry["type"] as? String == "Point")
            #expect(geometry["coordinates"] as? [Double] == [106.3, 29.30001, 251.3])
            let second = try #require(features[1]["geometry"] as? [String: Any])
            #expect(second["coordinates"] as? [Double] == [106.3, 29.30002])
            let properties = try #require(features[0]["properties"] as? [String: Any])
            #expect(properties["sequence"] as? Int == 1)
            #expect(properties["time"] as? String == "2026-11-24T13:00:01.000Z")
            #expect(properties["speed_mps"] as? Double == 4.2)
            #expect(properties["mode"] as? Int == 3)
            #expect((features[1]["properties"] as? [String: Any])?["speed_mps"] == nil)
            #expect(features[0]["id"] as? String == "\(try #require(Samples.journal))/1")
        }
    }

    @Test("Corrected and unknown times are told apart")
    func times() async throws {
        try await TestStation.with { station in
            var batch = try Samples.batch(boots: [Samples.boot(), Samples.boot(2, isClockKnown: false)])
            batch.positions = try Samples.positions(1...1, hasTime: false)
            batch.positions += try Samples.positions(2...2, boot: 2, hasTime: false)
            #expect(try await station.post(batch).status == 200)
            let properties = try await station.features().map { $0["properties"] as? [String: Any] ?? [:] }
            #expect(properties[0]["corrected"] as? Bool == true)
            #expect(properties[0]["time"] as? String == "2026-11-24T13:00:01.000Z")
            #expect(properties[0]["time_mark"] as? String == "missing")
            #expect(properties[1]["corrected"] == nil)
            #expect(properties[1]["time"] == nil)
            #expect(properties[1]["arrived"] as? String == TestStore.arrival.description)
        }
    }

    @Test("Only the range is answered, and nothing is an empty collection")
    func range() async throws {
        try await TestStation.with { station in
            _ = try await station.post(try Samples.batch(positions: 1...100))
            let some = try await station.features(query: "?from=2026-11-24T13:00:10Z&to=2026-11-24T21:00:20%2B08:00")
            #expect(some.map { ($0["properties"] as? [String: Any])?["sequence"] as? Int } == Array(10...19))
            for shape in ["points", "lines"] {
                #expect(try await station.features(query: "?shape=\(shape)&from=2026-11-25").isEmpty)
            }
        }
    }

    @Test("Many pages arrive whole", arguments: [999, 1000, 1001, 3500] as [Int64])
    func pages(count: Int64) async throws {
        try await TestStation.with { station in
            _ = try await station.post(try Samples.batch(positions: 1...count))
            let features = try await station.features()
            let sequences = features.map { ($0["properties"] as? [String: Any])?["sequence"] as? Int }
            #expect(sequences == Array(1...Int(count)))
            let lines = try await Self.lines(station)
            // Each line goes on where the one before ended.
            #expect(lines.reduce(0) { $0 + $1.count - 1 } == count - 1)
            for (left, right) in zip(lines, lines.dropFirst()) { #expect(left.last == right.first) }
        }
    }

    @Test("Lines end where nobody knows the way: a hole, another boot, another journal, 180°")
    func holes() async throws {
        try await TestStation.with { station in
            let boots = (1...3).map { Samples.boot($0) }
            var batch = try Samples.batch(boots: boots)
            batch.positions = [
                try Self.position(1, at: 0, longitude: 1), try Self.position(2, at: 300, longitude: 2),
                // Five minutes and a second later.
                try Self.position(3, at: 601, longitude: 3), try Self.position(4, at: 602, longitude: 4),
                // After a restart; alone between two breaks, so that it makes no line.
                try Self.position(5, at: 603, longitude: 5, boot: 2),
                try Self.position(6, at: 604, longitude: 1_799_999_999, boot: 3),
                try Self.position(7, at: 605, longitude: 1_800_000_000, boot: 3),
                try Self.position(8, at: 606, longitude: -1_799_999_999, boot: 3),
                try Self.position(9, at: 607, longitude: -1_799_999_998, boot: 3),
            ]
            _ = try await station.post(batch)
            var other = try Samples.batch(journal: Samples.otherJournal, boots: boots)
            other.positions = [
                try Self.position(1, at: 608, longitude: -1_799_999_997, boot: 3),
                try Self.position(2, at: 609, longitude: -1_799_999_996, boot: 3),
            ]
            _ = try await station.post(other)
            let longitudes = try await Self.lines(station).map { $0.map { ($0[0] * 1e7).rounded() } }
            #expect(
                longitudes == [
                    [1, 2], [3, 4], [1_799_999_999, 1_800_000_000], [-1_799_999_999, -1_799_999_998],
                    [-1_799_999_997, -1_799_999_996],
                ]
            )
        }
    }

    private static func position(_ sequence: Int64, at seconds: Int64, longitude: Int32, boot: Int64 = 1) throws
        -> Recorded<Position>
    {
        var recorded = try Samples.position(sequence, boot: boot)
        recorded.record.time = Samples.start + .seconds(seconds)
        recorded.record.coordinate = try #require(Coordinate(latitudeE7: 0, longitudeE7: longitude))
        return recorded
    }

    private static func lines(_ station: TestStation) async throws -> [[[Double]]] {
        try await station.features(query: "?shape=lines").map { feature in
            let geometry = try #require(feature["geometry"] as? [String: Any])
            #expect(geometry["type"] as? String == "LineString")
            let coordinates = try #require(geometry["coordinates"] as? [[Double]])
            #expect(coordinates.count >= 2)
            let properties = try #require(feature["properties"] as? [String: Any])
            #expect(properties["positions"] as? Int == coordinates.count)
            return coordinates
        }
    }
}
