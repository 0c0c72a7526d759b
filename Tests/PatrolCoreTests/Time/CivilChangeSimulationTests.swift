import Testing

@testable import PatrolCore

/// The search for the next change against somebody who looks at the clock once a minute and knows nothing of edges.
@Suite("Schedules against brute force")
struct CivilChangeSimulationTests {
    @Test(
        "What minute by minute finds, the search finds: three weeks of random rules, in each zone",
        arguments: [1, 2, RunSeed.next(for: "schedules")]
    )
    func bruteForce(seed: UInt64) throws {
        var changes = 0
        var dice = SplitMix64(seed: seed)
        for zone in TestZone.allCases {
            for round in 0..<2 {
                let watch = try Watch(zone, &dice)
                changes += watch.check("seed \(seed), \(zone), round \(round): \(watch.rules)", &dice)
            }
        }
        #expect(changes > 20, "only \(changes) changes were seen, which proves little")
    }
}

/// Some rules, and for each minute of three weeks whether one of them holds.
private struct Watch {
    private static let minutes = 21 * 24 * 60
    /// Around these days (UTC) the offset of some zone jumps, or nothing happens.
    private static let starts = ["2026-03-14", "2026-03-21", "2026-04-01", "2026-09-25", "2026-10-12", "2026-12-20"]

    private let zone: CivilZone
    private let begin: WallTime
    let rules: [CivilSchedule]
    private let holds: [Bool]

    init(_ zone: TestZone, _ dice: inout SplitMix64) throws {
        let zone = zone.zone
        let begin = try #require(WallTime(iso8601: Self.starts.randomElement(using: &dice) ?? ""))
        let day = zone.civilTime(at: begin).date
        let rules = (0..<Int.random(in: 1...4, using: &dice)).map { _ in CivilSchedule.random(near: day, &dice) }
        self.zone = zone
        self.begin = begin
        self.rules = rules
        holds = (0...Self.minutes).map { minute in
            let civil = zone.civilTime(at: begin + .seconds(60 * minute))
            return rules.contains { $0.isHeld(at: civil) }
        }
    }

    /// From one change to the next through the three weeks, and from a hundred places between.
    /// - Returns: how many changes there were.
    func check(_ comment: @autoclosure () -> String, _ dice: inout SplitMix64) -> Int {
        let changes = (1...Self.minutes).filter { holds[$0] != holds[$0 - 1] }
        var minute = 0
        for change in changes {
            expect(change, after: begin + .seconds(60 * minute), comment())
            minute = change
        }
        for _ in 0..<100 {
            let offset = Int64.random(in: 0..<Int64(Self.minutes) * 60_000, using: &dice)
            // Everything changes at whole minutes, so it is as at the last one.
            let next = changes.first { Int64($0) > offset / 60_000 }
            expect(next, after: begin + .milliseconds(offset), comment())
        }
        expect(nil, after: begin + .seconds(60 * (changes.last ?? 0)), comment())
        return changes.count
    }

    /// - Parameter minute: the minute of the change; `nil` if there is none within the three weeks.
    private func expect(_ minute: Int?, after time: WallTime, _ comment: @autoclosure () -> String) {
        let found = zone.nextChange(after: time, of: rules)
        if let minute {
            #expect(found == begin + .seconds(60 * minute), "\(comment()), after \(time)")
        } else {
            #expect(found.map { $0 > begin + .seconds(60 * Self.minutes) } ?? true, "\(comment()), after \(time)")
        }
    }
}
