import Foundation

/// The seed of a random test: another one in each run, unless `PATROLD_SEED` replays one.
enum RunSeed {
    /// Prints it, so that a run that fails can be replayed.
    static func next(for test: String) -> UInt64 {
        let given = ProcessInfo.processInfo.environment["PATROLD_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: 1000 ... .max)
        print("\(test): PATROLD_SEED=\(seed)")
        return seed
    }
}
