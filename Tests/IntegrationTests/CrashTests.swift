import Foundation
import Glibc
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

@Suite("The plug is pulled", .enabled(if: Surroundings.hasPrograms, Surroundings.noPrograms))
struct CrashTests {
    @Test("kill -9 at any moment: no event lost, positions lost at most of the last commit interval")
    func killed() async throws {
        let chain = try Chain()
        try chain.configure(upload: nil, commitInterval: "2s")
        try await chain.startReceiver(["route", Chain.route])
        var events: [EventJSON] = []
        var positions: [PositionJSON] = []
        var dice = SplitMix64(seed: RunSeed.next(for: "kill -9"))
        for round in 1...6 {
            try await chain.startPatrold()
            let delay = Int.random(in: 0...4000, using: &dice)
            // Real time by nature: the cut comes at any moment.
            try await Task.sleep(for: .milliseconds(delay))
            let seenEvents = try await chain.events()
            let seenPositions = try await chain.positions()
            chain.patrold?.kill()

            try await chain.startPatrold()
            let keptEvents = try await chain.events()
            let keptPositions = try await chain.positions()
            let context: Comment = "round \(round), killed \(delay) ms after the start"
            #expect(Array(keptEvents.prefix(seenEvents.count)).map(\.sequence) == seenEvents.map(\.sequence), context)
            #expect(Array(keptEvents.prefix(events.count)).map(\.kind) == events.map(\.kind), context)
            // 1 Hz and 2 s: two positions may be missing, and one more that was on its way.
            #expect(keptPositions.count >= seenPositions.count - 3, context)
            #expect(keptPositions.map(\.sequence) == (0..<keptPositions.count).map { Int64($0 + 1) }, context)
            #expect(Array(keptPositions.prefix(positions.count)).map(\.latitude) == positions.map(\.latitude), context)
            #expect(endedWithoutStop(keptEvents) == DetailJSON(.bool(true)), context)
            #expect(try await chain.patrold?.stop() == 0)
            try await chain.startPatrold()
            events = try await chain.events()
            positions = try await chain.positions()
            #expect(endedWithoutStop(events) == DetailJSON(.bool(false)), context)
            #expect(try await chain.patrold?.stop() == 0)
        }
    }

    /// What the newest run says of the one before it.
    private func endedWithoutStop(_ events: [EventJSON]) -> DetailJSON? {
        events.last { $0.kind == "daemon.started" }?.details["last_run_ended_without_stop"]
    }
}
