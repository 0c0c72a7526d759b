import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Whole nights of a whole cart; see ``SimulatedNight``. `make simulate SEED=n` replays the night n with its log,
/// `make simulate NIGHTS=n` runs n of them.
@Suite("Nights of a whole cart in virtual time")
struct NightSimulationTests {
    private static func number(_ name: String) -> UInt64? {
        getenv(name).flatMap { UInt64(String(cString: $0)) }
    }

    private static let nights = number("PATROLD_SIMULATED_NIGHTS") ?? 300
    private static let blocks: UInt64 = 2
    private static let replayed = number("PATROLD_SIMULATED_SEED")

    private static let firstSeed: UInt64 = {
        let seed = replayed ?? UInt64.random(in: 0..<1_000_000_000)
        print("Nights of the cart: PATROLD_SIMULATED_SEED=\(seed)")
        return seed
    }()

    /// Of all blocks; the last one looks at it.
    private static let account = Mutex((blocks: UInt64(0), tally: [String: Int]()))

    private static let happenings =
        ["set aside", "released", "trusts gps", "trusts ntp", "upload.held", "upload.resumed"]
        + StationModel.Mood.allCases.dropFirst().map(\.rawValue)

    @Test(
        "Quiet, one end for each play, no answer without a record, all that is durable once at the station",
        arguments: 0..<blocks
    )
    func nights(block: UInt64) {
        let count = Self.nights / Self.blocks
        var (steps, plays, events, positions) = (0, 0, 0, 0)
        var tally: [String: Int] = [:]
        for index in 0..<count {
            var night = SimulatedNight(seed: Self.firstSeed &+ block * count &+ index)
            night.run()
            if let violation = night.violation {
                print(night.log.suffix(40).joined(separator: "\n"))
                Issue.record("PATROLD_SIMULATED_SEED=\(night.seed): \(violation), after \(night.steps) steps")
                return
            }
            steps += night.steps
            plays += night.ledger.soundedPlays
            events += night.journal.events.count
            positions += night.journal.positions.count
            tally.merge(night.ledger.tally, uniquingKeysWith: +)
            if (index + 1) % 10_000 == 0 { print("\(index + 1) nights of block \(block)") }
        }
        print("\(count) nights: \(steps) steps, \(plays) plays, \(events) events, \(positions) positions")
        print(tally.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }.joined(separator: ", "))
        let whole = Self.account.withLock { account -> [String: Int]? in
            account.blocks += 1
            account.tally.merge(tally, uniquingKeysWith: +)
            return account.blocks == Self.blocks ? account.tally : nil
        }
        // Nights in which nothing happens prove nothing; a few of them may miss something.
        for happening in whole != nil && Self.nights >= 300 ? Self.happenings : [] {
            #expect(whole?[happening] ?? 0 > 0, "it never came to: \(happening)")
        }
        #expect(plays > Int(count) && positions > Int(count) * 50)
    }

    @Test(
        "The night that was asked for, with its log",
        .enabled(if: replayed != nil, "PATROLD_SIMULATED_SEED is not set")
    )
    func replay() {
        var night = SimulatedNight(seed: Self.firstSeed)
        night.run()
        print(night.log.joined(separator: "\n"))
        #expect(night.violation == nil)
    }
}
