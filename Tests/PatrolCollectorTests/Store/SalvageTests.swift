import Foundation
import PatrolCore
import PatrolSQLite
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("A store whose file is damaged")
struct SalvageTests {
    private static let given = PerLane<Int64>(events: 500, positions: 20_000)

    private static func fill(_ folder: String) async throws {
        try await TestStore.with(folder: folder) { store in
            try await store.store(try Samples.batch(positions: 1...12_000, events: 1...400, given: given))
            try await store.store(try Samples.batch(vehicle: "cart-02", positions: 1...100, given: given))
        }
    }

    @Test("Missing or empty beside its log: set aside, and a new store receives", arguments: [true, false])
    func gone(isMissing: Bool) async throws {
        try await TemporaryFolder.with { folder in
            try await Self.fill(folder.path)
            let file = "\(folder.path)/collector.sqlite"
            try FileManager.default.removeItem(atPath: file)
            if !isMissing { try Data().write(to: URL(filePath: file)) }
            try await TestStore.with(folder: folder.path) { store in
                #expect(store.writer.openingNote?.contains("beside its log") == true)
                let stored = try await store.store(try Samples.batch(positions: 1...10, given: Self.given))
                #expect(stored.positions.acknowledged.rawValue == 10)
            }
            #expect(FileManager.default.fileExists(atPath: "\(file).aside-1-wal"))
        }
    }

    @Test(
        "A header that is no SQLite file's, and a mark that is not ours, do not keep it from starting",
        arguments: [3, 70]
    )
    func header(offset: Int) async throws {
        try await TemporaryFolder.with { folder in
            try await Self.fill(folder.path)
            let url = URL(filePath: "\(folder.path)/collector.sqlite")
            var bytes = try Data(contentsOf: url)
            bytes[offset] ^= 0x20
            try bytes.write(to: url)
            try? FileManager.default.removeItem(atPath: "\(folder.path)/collector.sqlite-wal")
            try await TestStore.with(folder: folder.path) { store in
                #expect(store.writer.openingNote?.contains("aside-1") == true)
                let stored = try await store.store(try Samples.batch(positions: 12_001...12_010, given: Self.given))
                #expect(stored.positions.acknowledged.rawValue == (offset == 70 ? 12_010 : 0))
            }
        }
    }

    @Test("Pages that are damaged anywhere: it starts, receives, shows nothing altered, and asks for what is lost")
    func pages() async throws {
        let expected = try Samples.positions(1...12_000).map(\.record)
        try await TemporaryFolder.with { folder in
            try await Self.fill(folder.path)
            let sound = try Data(contentsOf: URL(filePath: "\(folder.path)/collector.sqlite"))
            for page in stride(from: 1, to: sound.count / 4096, by: 3) {
                let other = "\(folder.path)/\(page)"
                try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: false)
                var bytes = sound
                for offset in 0..<64 { bytes[page * 4096 + offset] = 0xA5 }
                try bytes.write(to: URL(filePath: "\(other)/collector.sqlite"))
                try await TestStore.with(folder: other) { store in
                    do {
                        let isKnown = try await store.reader.vehicle(named: "cart-01") != nil
                        for held in isKnown ? try await store.positions() : [] {
                            #expect(held.record.position == expected[Int(held.sequence) - 1], "page \(page)")
                        }
                    } catch is SQLiteError {
                        // It cannot be read; that is said, and nothing altered is shown.
                    }
                    do {
                        _ = try await store.outcome(try Samples.batch(vehicle: "cart-03", positions: 1...10))
                    } catch let error as SQLiteError {
                        #expect(error.kind == .damaged, "page \(page)")
                    }
                }
            }
        }
    }

    @Test("No more than five are kept aside")
    func bound() async throws {
        try await TemporaryFolder.with { folder in
            let file = "\(folder.path)/collector.sqlite"
            for _ in 0..<8 {
                try Data("no store".utf8).write(to: URL(filePath: file))
                _ = try StoreLocation.setAside(file)
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            #expect(left.filter { $0.contains("aside") }.count == 5)
            #expect(left.contains("collector.sqlite.aside-8"))
        }
    }
}
