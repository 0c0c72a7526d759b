import PatrolCore
import Synchronization

/// What others tell an ``Uploader``: levels, not a queue, so that nothing piles up while a batch is on the road.
final class UploadBell: Sendable {
    /// What was told since the uploader looked last.
    struct Told: Sendable {
        /// The cart began to move (`true`) or was parked (`false`).
        var isMoving: Bool?
        /// The wake-up that the machine asked for.
        var isDue = false
        /// A person wants what is quarantined sent again.
        var isRetryRequested = false
        /// The daemon stops: send what can be sent, then end.
        var isStopping = false
    }

    private struct State {
        var told = Told()
        /// Nobody rings for a new position while the machine knows of others that wait: it wakes by itself.
        var positionsRing = true
    }

    /// One element, however often it rang.
    let rings: AsyncStream<Void>
    private let ringer: AsyncStream<Void>.Continuation
    private let state = Mutex(State())

    init() {
        (rings, ringer) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// A record was appended to the journal.
    /// - Returns: whether that was news and rang.
    @discardableResult
    func recorded(_ lane: Lane) -> Bool {
        let isNews = state.withLock { state in
            guard lane == .positions else { return true }
            defer { state.positionsRing = false }
            return state.positionsRing
        }
        if isNews { ringer.yield() }
        return isNews
    }

    /// Whether the next position is news to the machine.
    func setPositionsRing(_ positionsRing: Bool) {
        state.withLock { $0.positionsRing = positionsRing }
    }

    /// Tells something.
    func tell(_ change: (inout Told) -> Void) {
        state.withLock { change(&$0.told) }
        ringer.yield()
    }

    /// What was told; motion and wake-up are told once, the stop for good.
    func take() -> Told {
        state.withLock { state in
            defer { state.told = Told(isStopping: state.told.isStopping) }
            return state.told
        }
    }
}
