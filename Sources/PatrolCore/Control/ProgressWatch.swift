/// Finds the parts of a program that stand still, by counters of what each of them has done.
///
/// A part that has nothing to do is asked for a sign, which counts too; so a counter that stays as it is means a part that
/// does not answer. One that is slow has time: each has a limit of its own.
public struct ProgressWatch: Sendable {
    /// A part that stands still.
    public struct Stall: Hashable, Sendable {
        /// Which part.
        public var part: String
        /// For how long.
        public var duration: Duration
    }

    private struct Part {
        let name: String
        let limit: Duration
        var count: Int
        var since: Instant
    }

    private var parts: [Part]

    /// - Parameter parts: what they are called, and after which time without progress each stands still; 0 or more.
    public init(_ parts: [(name: String, limit: Duration)], at now: Instant) {
        self.parts = parts.map { Part(name: $0.name, limit: $0.limit, count: -1, since: now) }
    }

    /// Looks at the counters.
    /// - Parameter counts: in the order of the parts.
    /// - Returns: which parts stand still for longer than they may, and which have answered since the last look and may be
    ///   asked again, by their places.
    public mutating func look(_ counts: [Int], at now: Instant) -> (stalls: [Stall], answered: [Int]) {
        var stalls: [Stall] = []
        var answered: [Int] = []
        for (index, count) in zip(parts.indices, counts) {
            if count != parts[index].count {
                parts[index].count = count
                parts[index].since = now
                answered.append(index)
            }
            let duration = now - parts[index].since
            if duration > parts[index].limit { stalls.append(Stall(part: parts[index].name, duration: duration)) }
        }
        return (stalls, answered)
    }
}
