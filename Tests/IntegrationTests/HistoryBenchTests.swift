import Foundation
import PatrolAPI
import PatrolCore
import Testing

/// `make bench`: what people ask a week of records for.
@Suite(
    "A week, asked",
    .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["PATROLD_BENCH"] != nil, "PATROLD_BENCH is not set")
)
struct HistoryBenchTests {
    private static let positions = 604_800
    private static let rounds = 5

    @Test("The track of a day in each format, and the records of 7 days")
    func week() async throws {
        print("machine: \(try machine())")
        print("workload: 604,800 positions at 1 Hz in the journal; patrolctl writes to a file")
        let chain = try Chain()
        try chain.configure(upload: nil, commitInterval: "10s")
        let filler = try Program(
            "JournalBench",
            ["fill", chain.folder.path("journal"), "--positions", "\(Self.positions)"],
            log: chain.folder.path("fill.log")
        )
        guard try await filler.exitCode(within: 900) == 0 else { throw Failure(filler.log) }
        try await chain.startPatrold()
        // As `JournalBench fill` dates them.
        let begin = WallTime(millisecondsSince1970: 1_790_000_000_000) + .seconds(86_400)
        for format in TrackFormat.allCases {
            let range = ["--from", "\(begin)", "--to", "\(begin + .seconds(86_400))"]
            let seconds = try await time(chain, ["track", "--format", format.rawValue] + range)
            printTarget("seconds for a day as \(format.rawValue), \(seconds)", seconds.median, atMost: 0.5)
            // On whatever machine: it was 2.3 s and more, once.
            #expect(seconds.median < 2)
        }
        for arguments in [[], ["--json"]] {
            let seconds = try await time(chain, ["records", "--lane", "positions"] + arguments, rounds: 2)
            print("  seconds for the records of 7 days \(arguments.joined()): \(seconds)")
            #expect(seconds.median < 28, "slower than ever measured")
        }
        #expect(try await chain.patrold?.stop() == 0)
    }

    private func time(_ chain: Chain, _ arguments: [String], rounds: Int = rounds) async throws -> Spread {
        var seconds: [Double] = []
        for round in 0..<rounds {
            let output = chain.folder.path("answer-\(round)")
            let began = ContinuousClock.now
            let program = try Program("patrolctl", arguments + ["--socket", chain.socket], log: output)
            guard try await program.exitCode(within: 120) == 0 else { throw Failure(String(program.log.prefix(500))) }
            seconds.append((ContinuousClock.now - began) / .seconds(1))
            let size = try FileManager.default.attributesOfItem(atPath: output)[.size] as? Int ?? 0
            #expect(size > 8_000_000)
            try FileManager.default.removeItem(atPath: output)
        }
        return Spread(seconds)
    }
}
