import Logging
import PatrolService
import Synchronization

/// Whether the last attempt to store something worked; says so once when that changes.
final class StoreCondition: Sendable {
    private let lastFailure = Mutex<String?>(nil)
    private let lastDamage = Mutex<String?>(nil)
    private let logger: Logger
    private let notification: ServiceNotification

    init(logger: Logger, notification: ServiceNotification) {
        self.logger = logger
        self.notification = notification
    }

    /// Why the last attempt failed; `nil` if it did not.
    var failure: String? { lastFailure.withLock { $0 } }

    /// What was found damaged since the start and has no place of its own in the store; `nil` for nothing.
    var damage: String? { lastDamage.withLock { $0 } }

    /// Names what was found damaged and put aside.
    func damaged(_ ranges: [DamagedRange]) {
        for range in ranges {
            logger.error("a damaged block was put aside", metadata: ["range": "\(range)"])
        }
    }

    /// Says once that events of a vehicle cannot be read.
    func damagedEvents(of vehicle: String) {
        note("events of \(vehicle) are damaged and were passed over")
    }

    /// Says what shows in health until the next start.
    func note(_ text: String) {
        let isNew = lastDamage.withLock { damage in
            defer { damage = text }
            return damage != text
        }
        if isNew { logger.error("the store is damaged", metadata: ["reason": "\(text)"]) }
    }

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
