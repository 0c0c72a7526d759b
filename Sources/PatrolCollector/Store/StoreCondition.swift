import Logging
import PatrolService
import Synchronization

/// Whether the last attempt to store something worked; says so once when that changes.
final class StoreCondition: Sendable {
    private let lastFailure = Mutex<String?>(nil)
    private let logger: Logger
    private let notification: ServiceNotification

    init(logger: Logger, notification: ServiceNotification) {
        self.logger = logger
        self.notification = notification
    }

    /// Why the last attempt failed; `nil` if it did not.
    var failure: String? { lastFailure.withLock { $0 } }

    func failed(_ reason: String) {
        let isNew = lastFailure.withLock { failure in
            defer { failure = reason }
            return failure != reason
        }
        guard isNew else { return }
        logger.error("batches cannot be stored", metadata: ["reason": "\(reason)"])
        notification.status("batches cannot be stored: \(reason)")
    }

    func worked() {
        let isNew = lastFailure.withLock { failure in
            defer { failure = nil }
            return failure != nil
        }
        guard isNew else { return }
        logger.notice("batches can be stored again")
        notification.status("batches can be stored again")
    }
}
