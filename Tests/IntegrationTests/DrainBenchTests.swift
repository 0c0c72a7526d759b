import Foundation
import Glibc
import PatrolAPI
import PatrolWire
import Testing

/// `make bench`: a week of positions into a journal, and out of it.
@Suite(
    "A week, in and out",
    .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["PATROLD_BENCH"] != nil, "PATROLD_BENCH is not set")
)
struct DrainBenchTests {
    private static let positions = 604_800
    private static let rounds = 3

    @Test("Fill, start and drain of 604,800 positions")
    func week() async throws {
        print("machine: \(try machine())")
        print(
            "workload: 604,800 positions of a drive at 1 Hz, a commit every 10; drained by the real patrold on loopback"
        )
        let chain = try Chain()
        try chain.configure(upload: "", commitInterval: "10s")
        let empty = try await starts(chain)
        try await eventually("the memory of an empty cart", within: 10) { try await chain.status().uptimeSeconds > 1 }
        let idle = try Memory(try #require(chain.patrold))
        #expect(try await chain.patrold?.stop() == 0)

        try await fill(chain)
        let full = try await starts(chain)
        #expect(try await chain.patrold?.stop() == 0)
        print("start to ready: empty \(empty) ms, with a full journal \(full) ms (target 50)")
        #expect(full.median <= 50)
        let kept = chain.folder.path("full-journal")
        try FileManager.default.moveItem(atPath: chain.folder.path("journal"), toPath: kept)

        let sink = try await drains(chain, kept, idle, into: "a bare sink") {
            chain.collector = try Program(
                "JournalBench",
                ["sink", "\(chain.collectorPort)"],
                log: chain.folder.path("sink.log")
            )
        }
        let collector = try await drains(chain, kept, idle, into: "the collector") {
            let store = chain.folder.path("collector")
            if FileManager.default.fileExists(atPath: store) { try FileManager.default.removeItem(atPath: store) }
            try await chain.startCollector()
        }
        #expect(sink.median >= 0.5 * 185_000 && collector.median >= 0.5 * 62_500, "slower than ever measured")
        printTarget("positions/s into a bare sink", sink.median, atLeast: 1_000_000)
        printTarget("positions/s into the collector", collector.median, atLeast: 500_000)
    }

    /// From exec to ready, in milliseconds. The last one is left running.
    private func starts(_ chain: Chain) async throws -> Spread {
        let socket = try NotifySocket(chain.folder.path("notify-\(UInt16.random(in: 0...9999))"))
        var milliseconds: [Double] = []
        for round in 0..<7 {
            if round > 0 { #expect(try await chain.patrold?.stop() == 0) }
            let began = ContinuousClock.now
            chain.patrold = try Program(
                "patrold",
                ["run", chain.folder.path("patrold.toml")],
                log: chain.folder.path("patrold.log"),
                environment: ["NOTIFY_SOCKET": socket.path]
            )
            try socket.wait(for: "READY=1", seconds: 10)
            milliseconds.append((ContinuousClock.now - began) / .milliseconds(1))
        }
        return Spread(milliseconds)
    }

    /// Fills a new journal in the place of the chain's.
    private func fill(_ chain: Chain) async throws {
        let folder = chain.folder.path("journal")
        var perSecond: [Double] = []
        for _ in 0..<Self.rounds {
            try FileManager.default.removeItem(atPath: folder)
            let filler = try Program(
                "JournalBench",
                ["fill", folder, "--positions", "\(Self.positions)"],
                log: chain.folder.path("fill.log")
            )
            guard try await filler.exitCode(within: 900) == 0 else { throw Failure(filler.log) }
            let seconds = try #require(filler.log.matches(of: /in ([0-9.e+-]+) s/).last.flatMap { Double($0.output.1) })
            perSecond.append((Double(Self.positions) / seconds).rounded())
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        let bytes = try files.reduce(0) { sum, name in
            let size = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.size] as? Int
            return sum + (size ?? 0)
        }
        let held = Double(bytes) / Double(Self.positions)
        print(
            "fill: \(Spread(perSecond)) positions/s; held \((held * 100).rounded() / 100) bytes a position (target 12)"
        )
        #expect(held <= 12)
    }

    /// - Returns: positions a second.
    private func drains(
        _ chain: Chain,
        _ kept: String,
        _ idle: Memory,
        into receiver: String,
        start: () async throws -> Void
    ) async throws -> Spread {
        var perSecond: [Double] = []
        var peak = 0.0
        var anonymous = 0.0
        for _ in 0..<Self.rounds {
            let folder = chain.folder.path("journal")
            if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
            try FileManager.default.copyItem(atPath: kept, toPath: folder)
            try await start()
            let port = chain.collectorPort
            try await eventually("the receiver listens", within: 10) { canConnect(port) }
            chain.patrold = try Program(
                "patrold",
                ["run", chain.folder.path("patrold.toml")],
                log: chain.folder.path("patrold.log")
            )
            let patrold = try #require(chain.patrold)
            perSecond.append(
                try await drain(chain.socket) { anonymous = max(anonymous, try Memory(patrold).anonymousMiB) }.rounded()
            )
            peak = max(peak, try Memory(patrold).peakMiB)
            #expect(try await patrold.stop() == 0)
            if receiver.contains("sink") { try printWire(chain) }
            chain.collector?.kill()
        }
        print(
            "drain into \(receiver): \(Spread(perSecond)) positions/s; peak \(peak) MiB resident, \(anonymous) anonymous "
                + "(an empty cart: \(idle.residentMiB), \(idle.anonymousMiB))"
        )
        printTarget("peak in MiB", peak, atMost: idle.residentMiB + 2)
        return Spread(perSecond)
    }

    /// Less than a batch: it goes with what is new, at the pace of what is new.
    private static let rest = 1200

    /// Until the backlog is gone.
    /// - Returns: positions a second, from the first acknowledgement that was seen.
    private func drain(_ socket: String, _ look: () throws -> Void) async throws -> Double {
        try await ControlClient.with(socketPath: socket) { client in
            var begin: (ContinuousClock.Instant, Int64)?
            let limit = ContinuousClock.now + .seconds(300)
            while ContinuousClock.now < limit {
                // Nobody listens yet at first.
                if let queue = try? await client.get(QueueReport.self, .queue).destinations.first?.positions {
                    let now = ContinuousClock.now
                    if begin == nil, queue.acknowledged > 0 { begin = (now, queue.acknowledged) }
                    if let begin, queue.waiting <= Self.rest {
                        return Double(queue.acknowledged - begin.1) / ((now - begin.0) / .seconds(1))
                    }
                    if begin != nil { try look() }
                }
                try await Task.sleep(for: .milliseconds(20))
            }
            throw Failure("not drained within 300 s")
        }
    }

    private func printWire(_ chain: Chain) throws {
        let log = try String(contentsOf: URL(filePath: chain.folder.path("sink.log")), encoding: .utf8)
        let line = try #require(log.matches(of: /took (\d+) in ([0-9.e+-]+) s, (\d+) batches, (\d+) bytes/).last).output
        let (count, seconds) = (try #require(Double(line.1)), try #require(Double(line.2)))
        let wire = try #require(Double(line.4)) / count
        print(
            "  the sink's own clock: \(Int(count / seconds)) positions/s, \(line.3) batches, "
                + "heads and replies too"
        )
        printTarget("bytes a position on the wire", (wire * 100).rounded() / 100, atMost: 6.5)
    }
}
