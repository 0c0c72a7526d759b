import Foundation
import PatrolCore
import PatrolWire
import Testing

@testable import PatrolCollector
@testable import PatrolJournal

/// The station is away for a quarter of a year: nothing is gone without a receipt, and in the end it can reckon up every number.
///
/// A day of ten minutes; with `PATROLD_TORTURE` one of 20 hours, which takes some minutes.
@Suite("A 90-day outage at the default bounds")
struct OutageTests {
    private static let isLong = ProcessInfo.processInfo.environment["PATROLD_TORTURE"] != nil
    private static let drivenSeconds = isLong ? 72_000 : 600

    @Test(.timeLimit(.minutes(60)))
    func outage() async throws {
        let parent = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        let folder = parent + "/patrold-outage-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer {
            do {
                try FileManager.default.removeItem(atPath: folder)
            } catch {
                print("\(folder) is left behind: \(error)")
            }
        }
        let begin = ContinuousClock.now
        let cart = try OutageCart(folder: folder + "/journal")
        try await cart.begin()
        for day in 1...90 { try await live(cart, day) }
        // What came last is on disk too.
        try await cart.journal.commit()
        try await cart.journal.checkInvariants()
        let lived = ContinuousClock.now
        let counts = try await cart.journal.counts()
        let durable = cart.journal.health.durable
        #expect(counts.isBalanced)
        for lane in Lane.allCases {
            // The journal's own words about losses are events too.
            #expect(counts.produced[lane] >= cart.recorded[lane], "\(lane)")
            #expect(counts.receipted[lane].keys.allSatisfy { [.dropped, .thinned, .memoryFull].contains($0) })
        }
        #expect(counts.produced.positions == cart.recorded.positions)
        #expect(counts.receipted.positions[.dropped] ?? 0 > 0 && counts.receipted.positions[.memoryFull] ?? 0 > 0)
        let station = try await drain(cart.journal, into: folder + "/station")
        for lane in Lane.allCases {
            let lanes = station.map { lane == .events ? $0.events : $0.positions }
            #expect(lanes.allSatisfy { $0.missing == 0 && $0.gaps.isEmpty }, "\(lanes)")
            let received = lanes.reduce(0) { $0 + $1.held }
            let receipted = lanes.reduce(0) { $0 + $1.absent }
            #expect(received + receipted == durable[lane].rawValue, "\(lane): \(received) + \(receipted)")
            #expect(received == counts.held[lane])
            #expect(receipted == counts.receipted[lane].values.reduce(0, +))
        }
        print(
            "90 days: \(counts.produced.positions) positions and \(counts.produced.events) events, of which "
                + "\(counts.held.positions) and \(counts.held.events) are held; lived in \(lived - begin), "
                + "drained and checked in \(ContinuousClock.now - lived)"
        )
    }

    private func live(_ cart: OutageCart, _ day: Int) async throws {
        try await cart.record(.gpsRestored(afterSeconds: 20))
        // On two days the disk refuses everything for two hours.
        let refuses = [40, 61].contains(day)
        try await cart.drive(Self.drivenSeconds / 2, every: .seconds(1))
        if refuses {
            try await cart.setReadOnly(true)
            try await cart.drive(7200, every: .seconds(1))
            try await cart.record(.gpsRestored(afterSeconds: 20))
            try await cart.setReadOnly(false)
        }
        try await cart.drive(Self.drivenSeconds / 2, every: .seconds(1))
        let rest = 86_400 - Self.drivenSeconds - (refuses ? 7200 : 0)
        try await cart.drive(rest / 1800, every: .seconds(1800))
        if day % 7 == 0 { try await cart.restart(isOrderly: day % 14 == 0) }
    }

    /// Sends everything as the uploader does, over the wire's own bytes.
    private func drain(_ journal: Journal, into folder: String) async throws -> [JournalSummary] {
        let folder = try StoreFolder(path: folder)
        let writer = try StoreWriter(folder: folder)
        let reader = try StoreReader(databasePath: folder.databasePath)
        var told = PerLane(both: SequenceNumber.none)
        let arrival = WallTime(millisecondsSince1970: 1_788_134_400_000)
        while true {
            let batch = try await journal.nextBatch(
                for: OutageCart.destination,
                maximumEvents: 500,
                maximumPositions: 6000,
                told: told
            )
            guard !batch.isEmpty else { break }
            let content = BatchContent(
                vehicle: "cart-01",
                journalID: batch.journalID,
                latest: nil,
                boots: batch.boots,
                positionBlocks: batch.positionBlocks,
                positionRange: batch.positionRange,
                events: batch.events,
                epoch: JournalEpoch(
                    number: batch.epoch.number,
                    previousID: batch.previousID,
                    first: batch.epoch.first,
                    reason: batch.epoch.reason
                ),
                absent: batch.absent,
                given: batch.given
            )
            let bytes = try BatchEncoder.encode(content, as: .protobuf)
            let outcome = try await writer.store(try BatchDecoder.receive(bytes, as: .protobuf), heardAt: arrival)
            guard case .stored(let stored) = outcome else {
                Issue.record("\(outcome)")
                break
            }
            #expect(stored.events.repeated == 0 && stored.positions.repeated == 0)
            if let range = batch.eventRange { told.events = min(stored.events.acknowledged, range.upperBound) }
            if let range = batch.positionRange {
                told.positions = min(stored.positions.acknowledged, range.upperBound)
            }
            try await journal.acknowledge(
                events: batch.eventRange == nil ? nil : told.events,
                positions: batch.positionRange == nil ? nil : told.positions,
                by: OutageCart.destination
            )
        }
        let vehicles = try await reader.vehicles()
        await reader.close()
        await writer.close()
        return vehicles.flatMap(\.journals)
    }
}
