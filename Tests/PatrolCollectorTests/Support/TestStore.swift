import PatrolCore
import PatrolSQLite
import PatrolWire
import Testing

@testable import PatrolCollector

/// A store in a folder of its own, with a station's clock that stands at ``arrival``.
struct TestStore {
    /// 2026-11-24T15:00:00Z: two hours after ``Samples/start``.
    static let arrival = Samples.start + .seconds(7200)

    let writer: StoreWriter
    let reader: StoreReader

    static func with<Result>(
        maximumPages: Int? = nil,
        _ body: (TestStore) async throws -> Result
    ) async throws -> Result {
        try await TemporaryFolder.with { folder in
            try await with(folder: folder.path, maximumPages: maximumPages, body)
        }
    }

    /// Opens a store that may have been there before, and closes it again.
    static func with<Result>(
        folder: String,
        maximumPages: Int? = nil,
        _ body: (TestStore) async throws -> Result
    ) async throws -> Result {
        let folder = try StoreFolder(path: folder)
        let writer = try StoreWriter(folder: folder, maximumPages: maximumPages)
        let reader = try StoreReader(databasePath: folder.databasePath)
        let result = try await body(TestStore(writer: writer, reader: reader))
        await reader.close()
        await writer.close()
        return result
    }

    @discardableResult
    func store(_ batch: DecodedBatch) async throws -> StoredBatch {
        guard case .stored(let stored) = try await outcome(batch) else {
            throw Refused()
        }
        return stored
    }

    struct Refused: Error {}

    /// How the store answers.
    func outcome(_ batch: DecodedBatch, at arrival: WallTime = arrival) async throws -> StoreOutcome {
        try await writer.store(try ReceivedBatch(batch), heardAt: arrival)
    }

    /// Does what is to be done beside receiving, to its end.
    func upkeep(keep: Duration? = nil, now: WallTime = arrival) async throws {
        while try await writer.upkeep(keep: keep, now: now) != .idle {}
    }

    func vehicle(_ name: String = "cart-01") async throws -> VehicleSummary {
        try #require(try await reader.vehicles().first { $0.name == name })
    }

    /// Every position, page by page.
    func positions(
        of vehicle: String = "cart-01",
        from: WallTime? = nil,
        to: WallTime? = nil
    ) async throws -> [Paged<HeldPosition>] {
        let number = try #require(try await reader.vehicle(named: vehicle))
        let range = TimeRange(from: from, to: to)
        var page = try await reader.positions(of: number, in: range, after: nil)
        var positions = page.records
        while let end = page.end {
            page = try await reader.positions(of: number, in: range, after: end)
            positions += page.records
        }
        return positions
    }

    /// The first page of the events.
    func events(
        of vehicle: String = "cart-01",
        from: WallTime? = nil,
        to: WallTime? = nil,
        kind: String? = nil
    ) async throws -> [Paged<HeldEvent>] {
        let number = try #require(try await reader.vehicle(named: vehicle))
        return try await reader.events(of: number, in: TimeRange(from: from, to: to), kind: kind, after: nil).records
    }
}
