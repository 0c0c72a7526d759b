import Foundation
import PatrolAPI
import PatrolCore
import Testing

@Suite("A cart that comes back older than it was", .enabled(if: Surroundings.hasPrograms, Surroundings.noPrograms))
struct RollbackTests {
    /// How the journal came back.
    enum Way: String, CaseIterable, Sendable {
        /// Other files with the old content, as `cp` makes them.
        case copy
        /// The same files with the old content, as a snapshot of the disk has them: nothing on the cart can tell.
        case snapshot
        /// The end of the log is not what was written.
        case damagedLog = "damaged log"
    }

    private static let isLong = ProcessInfo.processInfo.environment["PATROLD_TORTURE"] != nil
    private static let rounds = isLong ? 20 : 1

    @Test(
        "What was answered as durable is at the station once, under its own identity; an event and health say so",
        arguments: Way.allCases
    )
    func rollback(_ way: Way) async throws {
        let seed = RunSeed.next(for: "rollback by \(way.rawValue)")
        for round in 0..<UInt64(Self.rounds) {
            try await rollback(way, seed: seed &+ round)
        }
    }

    private func rollback(_ way: Way, seed: UInt64) async throws {
        var dice = SplitMix64(seed: seed)
        let chain = try Chain()
        try chain.configure()
        try await chain.startCollector()
        try await chain.startReceiver(["route", Chain.route])
        var marks = Marks(chain: chain, name: "\(seed)")

        try await chain.startPatrold()
        try await marks.make(Int.random(in: 2...5, using: &dice))
        try await delivered(chain)
        #expect(try await chain.patrold?.stop() == 0)
        let before = try Self.files(chain)

        // The future that is taken back: it is at the station.
        try await chain.startPatrold()
        try await marks.make(Int.random(in: 2...8, using: &dice))
        try await delivered(chain)
        if way == .damagedLog {
            chain.patrold?.kill()
            try Self.damageLog(chain, &dice)
        } else {
            #expect(try await chain.patrold?.stop() == 0)
            try Self.restore(before, inPlace: way == .snapshot, chain)
        }

        // What follows, some of it before the station can say anything, and over a restart or not.
        chain.collector?.kill()
        try await chain.startPatrold()
        try await marks.make(Int.random(in: 1...10, using: &dice))
        let isRestarted = Bool.random(using: &dice)
        if isRestarted {
            #expect(try await chain.patrold?.stop() == 0)
            try await chain.startPatrold()
            try await marks.make(Int.random(in: 0...3, using: &dice))
        }
        try await chain.startCollector()
        try await marks.make(Int.random(in: 1...3, using: &dice))
        try await delivered(chain)
        try await marks.make(1)
        try await delivered(chain)

        // What was damaged may be frames that were in the database already.
        if way != .damagedLog {
            #expect(try await !chain.events(kind: "journal.epoch").isEmpty, "\(way), seed \(seed)")
        }
        #expect(try await chain.events(kind: "records.quarantined").isEmpty, "\(way), seed \(seed)")
        // Health tells of the run; nobody but the station notices a snapshot, and it speaks to the last one.
        if way == .snapshot || (way == .copy && !isRestarted) {
            let health = try await chain.ctl("health")
            #expect(health.output.contains("epoch"), "\(way), seed \(seed): \(health.output)")
        }
        try await marks.expectAtStation("\(way), seed \(seed)")
        #expect(try await chain.patrold?.stop() == 0)
    }

    private func delivered(_ chain: Chain) async throws {
        try await eventually("all has arrived", within: 40) {
            let queue = try await chain.queue()
            return queue.events.waiting == 0 && queue.positions.waiting <= 2
        }
    }

    // MARK: Files

    private static func files(_ chain: Chain) throws -> [String: Data] {
        let folder = chain.folder.path("journal")
        var files: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            files[name] = try Data(contentsOf: URL(filePath: folder + "/" + name))
        }
        return files
    }

    private static func restore(_ files: [String: Data], inPlace: Bool, _ chain: Chain) throws {
        let folder = chain.folder.path("journal")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where !inPlace || files[name] == nil {
            try FileManager.default.removeItem(atPath: folder + "/" + name)
        }
        for (name, bytes) in files {
            let path = folder + "/" + name
            if inPlace, let file = FileHandle(forWritingAtPath: path) {
                try file.write(contentsOf: bytes)
                try file.truncate(atOffset: UInt64(bytes.count))
                try file.close()
            } else {
                // Beside the old one, so that it gets another number.
                try bytes.write(to: URL(filePath: path + ".copy"))
                try FileManager.default.moveItem(atPath: path + ".copy", toPath: path)
            }
        }
    }

    /// Somewhere in the last third of the frames.
    private static func damageLog(_ chain: Chain, _ dice: inout SplitMix64) throws {
        let path = chain.folder.path("journal/journal.sqlite-wal")
        let file = try FileHandle(forUpdating: URL(filePath: path))
        let bytes = try file.readToEnd() ?? Data()
        // The log is overwritten from its begin on; what lies behind the last frame means nothing.
        let end = bytes.lastIndex { $0 != 0 } ?? 0
        for _ in 0..<20 {
            let place = Int.random(in: end * 2 / 3...end, using: &dice)
            try file.seek(toOffset: UInt64(place))
            try file.write(contentsOf: Data([bytes[place] ^ 0xFF]))
        }
        try file.close()
    }

    /// What a person was told is durable.
    private struct Marks {
        let chain: Chain
        let name: String
        private var made: [String] = []

        init(chain: Chain, name: String) { (self.chain, self.name) = (chain, name) }

        mutating func make(_ count: Int) async throws {
            for _ in 0..<count {
                let text = "\(name)-\(made.count + 1)."
                #expect(try await chain.ctl("mark", text).code == 0)
                made.append(text)
            }
        }

        func expectAtStation(_ context: Comment) async throws {
            let events = String(
                decoding: try await chain.station("/v1/vehicles/\(chain.vehicle)/events"),
                as: UTF8.self
            )
            for text in made {
                #expect(
                    events.split(separator: text, omittingEmptySubsequences: false).count == 2,
                    "\(text): \(context)"
                )
            }
        }
    }
}
