import Foundation
import PatrolCore
import PatrolSQLite
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("Backup, restore, verify")
struct BackupTests {
    private static let given = PerLane<Int64>(events: 100, positions: 5000)

    @Test("A backup is made while the collector receives, and holds one moment; restored, what came since is asked for")
    func wholeWay() async throws {
        try await TemporaryFolder.with { folder in
            let store = "\(folder.path)/store"
            try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: false)
            let file = try await TestStore.with(folder: store) { test in
                try await test.store(try Samples.batch(positions: 1...1000, events: 1...5, given: Self.given))
                let file = try StoreBackup.make(
                    of: store,
                    at: folder.path,
                    now: TestStore.arrival,
                    progress: { left, all in #expect(left <= all) }
                )
                try await test.store(try Samples.batch(positions: 1001...2000, given: Self.given))
                return file
            }
            #expect(file == "\(folder.path)/collector-20261124T150000Z.sqlite")
            let held = try StoreVerification(of: file)
            #expect(held.positions == 1000 && held.events == 5 && held.damaged == 0)
            #expect(try StoreVerification(of: store).positions == 2000)
            // Never over a store.
            let error = #expect(throws: CollectorError.self) {
                try StoreBackup.restore(file, to: store, replacing: false, progress: { _, _ in })
            }
            #expect(error?.description.contains("--force") == true)
            let result = try StoreBackup.restore(file, to: store, replacing: true, progress: { _, _ in })
            #expect(result.aside.map { FileManager.default.fileExists(atPath: $0) } == true)
            try await TestStore.with(folder: store) { test in
                #expect(try await test.positions().count == 1000)
                let answer = try await test.store(try Samples.batch(positions: 2001...2010, given: Self.given))
                #expect(answer.positions.acknowledged.rawValue == 1000)
                #expect(answer.missing.map(\.range.lowerBound.rawValue) == [1001])
            }
        }
    }

    @Test("Nothing is overwritten, and a store in use is not replaced")
    func refusals() async throws {
        try await TemporaryFolder.with { folder in
            try await TestStore.with(folder: folder.path) { test in
                _ = try await test.store(try Samples.batch(positions: 1...10))
                let file = try StoreBackup.make(
                    of: folder.path,
                    at: "\(folder.path)/copy",
                    now: TestStore.arrival,
                    progress: { _, _ in }
                )
                let again = #expect(throws: CollectorError.self) {
                    try StoreBackup.make(of: folder.path, at: file, now: TestStore.arrival, progress: { _, _ in })
                }
                #expect(again?.description.contains("not overwritten") == true)
                let inUse = #expect(throws: CollectorError.self) {
                    try StoreBackup.restore(file, to: folder.path, replacing: true, progress: { _, _ in })
                }
                #expect(inUse?.description.contains("in use") == true)
            }
            #expect(throws: CollectorError.self) { try StoreVerification(of: "\(folder.path)/nothing") }
        }
    }

    @Test("Every flipped byte of a block is found, and a damaged backup is not restored by itself")
    func damage() async throws {
        try await TemporaryFolder.with { folder in
            let store = "\(folder.path)/store"
            try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: false)
            try await TestStore.with(folder: store) { test in
                _ = try await test.store(try Samples.batch(positions: 1...600, events: 1...30, given: Self.given))
            }
            let sound = try Data(contentsOf: URL(filePath: "\(store)/collector.sqlite"))
            let block = try PositionBlockCodec.blocks(of: try Samples.positions(121...240))[0].bytes
            let place = try #require(sound.firstRange(of: Data(block)))
            for offset in stride(from: place.lowerBound, to: place.upperBound, by: 17) {
                var damaged = sound
                damaged[offset] ^= 0x10
                let file = "\(folder.path)/damaged-\(offset)"
                try damaged.write(to: URL(filePath: file))
                let verification = try StoreVerification(of: file)
                #expect(verification.damaged == 1 && verification.positions == 480, "offset \(offset)")
                #expect(verification.damage.first?.contains("121 to 240") == true)
                let result = try StoreBackup.restore(
                    file,
                    to: "\(folder.path)/other",
                    replacing: false,
                    progress: { _, _ in }
                )
                #expect(result.verification.damaged == 1 && result.aside == nil)
                #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/other/collector.sqlite"))
            }
        }
    }

    @Test("Gaps are named, and are no damage")
    func gaps() async throws {
        try await TemporaryFolder.with { folder in
            try await TestStore.with(folder: folder.path) { test in
                _ = try await test.store(try Samples.batch(positions: 11...20, given: Self.given))
            }
            let verification = try StoreVerification(of: folder.path)
            #expect(verification.gaps == ["cart-01: positions 1 to 10"])
            #expect(verification.damaged == 0)
        }
    }
}
