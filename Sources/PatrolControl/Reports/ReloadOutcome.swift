import Synchronization

/// What came of the last wish for another configuration.
public final class ReloadOutcome: Sendable {
    private let reason = Mutex<String?>(nil)

    /// Nobody has wished for one.
    public init() {}

    /// Why the configuration on disk is not in force; `nil` if nothing is known against it.
    public var refusal: String? { reason.withLock { $0 } }

    /// The configuration on disk cannot be used.
    public func refuse(because reason: String) {
        self.reason.withLock { $0 = reason }
    }
}
