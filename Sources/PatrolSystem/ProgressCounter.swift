import Synchronization

/// How much a part of the program has done: whoever watches it sees whether it goes on.
public final class ProgressCounter: Sendable {
    private let steps = Atomic<Int>(0)

    /// Nothing is done yet.
    public init() {}

    /// One step more is done.
    public func advance() {
        steps.wrappingAdd(1, ordering: .relaxed)
    }

    /// So many.
    public var count: Int { steps.load(ordering: .relaxed) }
}
