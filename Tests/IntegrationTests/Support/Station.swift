import Foundation
import PatrolAPI
import Testing

/// A vehicle as `GET /v1/vehicles` of the collector lists it.
struct StationVehicle: Decodable {
    var id: String
    var events: Int64
    var positions: Int64
    var latest: Latest?
    var journals: [Journal]

    struct Latest: Decodable {
        var ageSeconds: Double

        enum CodingKeys: String, CodingKey { case ageSeconds = "age_s" }
    }

    struct Journal: Decodable {
        var id: String
        var conflicting: Int64
        var events: Lane
        var positions: Lane

        struct Lane: Decodable {
            var held: Int64
            var last: Int64
            var missing: Int64
        }
    }
}

extension Chain {
    /// What the station knows of the test's vehicle; `nil` if it has never heard of it.
    func stationVehicleIfKnown() async throws -> StationVehicle? {
        struct Vehicles: Decodable { var vehicles: [StationVehicle] }
        return try APICoding.decode(Vehicles.self, from: try await station("/v1/vehicles")).vehicles
            .first { $0.id == vehicle }
    }

    func stationVehicle() async throws -> StationVehicle {
        try #require(try await stationVehicleIfKnown())
    }

    /// After the daemon's stop: the station holds every record of the journal, once, and the same ones.
    func expectStationHoldsJournal() async throws {
        let station = try await stationVehicle()
        let journal = try #require(station.journals.first)
        #expect(station.journals.count == 1)
        #expect(journal.conflicting == 0)
        let events = try await journalNumbers("SELECT count(*), max(sequence) FROM events")
        let positions = try await journalNumbers(
            "SELECT sum(last_sequence - first_sequence + 1), max(last_sequence) FROM position_blocks"
        )
        #expect([journal.events.held, journal.events.last] == events)
        #expect([journal.positions.held, journal.positions.last] == positions)
        #expect(journal.events.missing == 0 && journal.positions.missing == 0)

        struct Track: Decodable {
            struct Feature: Decodable {
                struct Properties: Decodable { var sequence: Int64 }
                var properties: Properties
            }
            var features: [Feature]
        }
        let track = try JSONDecoder().decode(
            Track.self,
            from: Data(try await self.station("/v1/vehicles/\(vehicle)/track"))
        )
        #expect(track.features.map(\.properties.sequence).sorted() == Array(1...positions[0]))
        print("the station holds \(positions[0]) positions and \(events[0]) events, each once")
    }

    /// The first row of a query on the stopped daemon's journal.
    private func journalNumbers(_ sql: String) async throws -> [Int64] {
        let result = try await run("/usr/bin/sqlite3", [folder.path("journal/journal.sqlite"), sql])
        guard result.code == 0 else { throw Failure(result.errors) }
        return try result.output.split(whereSeparator: { $0 == "|" || $0.isNewline }).map { try #require(Int64($0)) }
    }
}
