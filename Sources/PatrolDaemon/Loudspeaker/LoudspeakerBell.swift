import PatrolCore
import Synchronization

/// What others tell a ``Loudspeaker``: levels, of which only the newest counts, and orders, which are kept in order.
///
/// Nobody who tells something waits. The orders are bounded: a person's order beyond the bound is refused, and what
/// players say is bounded by the plays themselves, one at a time.
final class LoudspeakerBell: Sendable {
    /// Far more than people can press; the announcer's own queue is smaller.
    static let maximumOrders = 64

    /// Something with a place in the order of things.
    enum Order: Sendable {
        /// What a player says.
        case input(Announcer.Input)
        /// A person's order, with somebody who waits until it was carried out.
        case order(Announcer.Input, @Sendable () -> Void)
        /// A request that waits for its answer; `concluded`, if there is one, waits for its end as well.
        case say(
            SayRequest,
            answer: @Sendable (SayReply) -> Void,
            concluded: (@Sendable (SayConclusion?) -> Void)?
        )
        /// A person ends what plays, and what waits as well if that is wanted.
        case stop(requester: String, andQueue: Bool, answer: @Sendable (StopReply) -> Void)
        /// The last event of a play.
        case ended(PlayID, PlayEnd)
    }

    /// What was told since the last look.
    struct Told: Sendable {
        var clock: WallClock?
        var zones: Set<String>?
        var isMoving: Bool?
        var isOnDuty: Bool?
        var clips: [ClipName: Clip]?
        var orders: [Order] = []
        var isDue = false
        /// Nobody may wait any longer for the end of a request.
        var endsWaiting = false
        var isStopping = false
    }

    /// One element, however often it rang.
    let rings: AsyncStream<Void>
    private let ringer: AsyncStream<Void>.Continuation
    private let told = Mutex(Told())

    init() {
        (rings, ringer) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Tells a level.
    func tell(_ change: (inout Told) -> Void) {
        told.withLock { change(&$0) }
        ringer.yield()
    }

    /// What the player of a play says.
    func tell(_ event: Order) {
        tell { $0.orders.append(event) }
    }

    /// A person's order.
    /// - Returns: whether there was room for it.
    func order(_ order: Order) -> Bool {
        let isTaken = told.withLock { told in
            guard told.orders.count < Self.maximumOrders, !told.isStopping else { return false }
            told.orders.append(order)
            return true
        }
        if isTaken { ringer.yield() }
        return isTaken
    }

    /// What was told, each thing once; what ends for good stays told.
    func take() -> Told {
        told.withLock { told in
            defer { told = Told(endsWaiting: told.endsWaiting, isStopping: told.isStopping) }
            return told
        }
    }
}
