import Synchronization
import Testing

@testable import PatrolCore

#if canImport(Glibc)
    import Glibc
#endif

/// Whole nights in virtual time, checked against the true time after every step; see ``AnnouncerWorld``.
///
/// `PATROLD_SEED=n` runs the nights from seed n on; each run prints its seed, and a failure names its own.
@Suite("Nights of the announcer under random trouble")
struct AnnouncerSimulationTests {
    private static let nights: UInt64 =
        getenv("PATROLD_NIGHTS").flatMap { UInt64(String(cString: $0)) } ?? usualNights
    private static let usualNights: UInt64 = 10_400
    private static let blocks: UInt64 = 8
    /// One night in so many is a whole one of 8 to 14 hours; the others are the minutes around a boundary of quiet.
    private static let longOnes: UInt64 = 40

    /// Of all blocks; the last one looks at it.
    private static let account = Mutex((blocks: UInt64(0), tally: [String: Int]()))

    static let seed: UInt64 = {
        let given = getenv("PATROLD_SEED").flatMap { UInt64(String(cString: $0)) }
        let seed = given ?? UInt64.random(in: 0..<1_000_000_000)
        print("Nights of the announcer: PATROLD_SEED=\(seed)")
        return seed
    }()

    @Test("No sound in quiet hours or without a clock, every slot is told, every play ends once", arguments: 0..<blocks)
    func nights(block: UInt64) {
        let count = Self.nights / Self.blocks
        var tally: [String: Int] = [:]
        var forecasts = 0
        var margins: [Int64] = []
        for index in 0..<count {
            let seed = Self.seed &+ block * count &+ index
            var world = AnnouncerWorld(seed: seed, isLong: seed % Self.longOnes == 0)
            world.run()
            if let complaint = world.complaints.first {
                Issue.record("PATROLD_SEED=\(seed): \(complaint)")
                return
            }
            tally.merge(world.books.tally, uniquingKeysWith: +)
            forecasts += world.prophecy.checked
            if let margin = world.leastMargin { margins.append(margin) }
        }
        // A short run asks in a few nights only.
        #expect(forecasts > Self.fewestForecasts(in: count))
        let whole = Self.account.withLock { account -> [String: Int]? in
            account.blocks += 1
            account.tally.merge(tally, uniquingKeysWith: +)
            return account.blocks == Self.blocks ? account.tally : nil
        }
        // Nights in which nothing happens prove nothing.
        for name in whole == nil || Self.nights < Self.usualNights ? [] : Self.happenings {
            #expect(whole?[name, default: 0] ?? 0 > 0, "it never came to: \(name)")
        }
        let least = margins.min().map { "\($0) ms" } ?? "none"
        print(
            "  \(count) nights: the last sound before a true boundary, in \(margins.count) of them, is \(least) before it"
        )
        if block == 0 {
            print("  \(forecasts) × what was said to come next came next")
            for (name, count) in tally.sorted(by: { $0.key < $1.key }) { print("  \(count) × \(name)") }
        }
    }

    /// More than 20 in a block of the usual run, in proportion in a longer one, and in a shorter one so many that chance alone
    /// does not miss them.
    private static func fewestForecasts(in nights: UInt64) -> Int {
        let share = 20 * Double(nights * blocks) / Double(usualNights)
        return Int(Self.nights < usualNights ? share - 3 * share.squareRoot() : share)
    }

    private static let happenings = [
        "started", "started in spite of quiet", "finished",
        "cut: clock-untrusted", "cut: quiet", "cut: muted", "cut: outranked", "cut: daemon-stops", "cut: deadline",
        "failed: device-failed", "failed: file-failed", "failed: killed",
        "skipped: clock-untrusted", "skipped: quiet", "skipped: would-not-end-before-quiet", "skipped: muted",
        "skipped: loudspeaker-failed", "skipped: no-playable-clip", "skipped: conditions-ended",
        "skipped: daemon-stops", "skipped: player-unusable", "skipped: stopped-by-person", "cut: person",
        "cut: duty-ended", "cut: zone-ended", "cut: motion-ended", "concluded: finished", "concluded: cut",
        "concluded: failed", "concluded: skipped", "quiet changed", "quiet began", "quiet ended", "muted",
        "unmuted by time", "unmuted by a person",
        "loudspeaker failed", "loudspeaker recovered", "reboot",
    ]
}
