import PatrolCore
import Synchronization

/// Where positions wait for their commit, together with what everybody may know of the journal without waiting for it.
///
/// The lock is held for a few instructions only and never during a file operation, so that whoever records a position
/// goes on at once.
///
/// Bounded by `capacity`; when it is full the *oldest* position is given up and counted (drop-oldest): after hours with
/// a full disk the last hour is worth more than the first.
final class Inbox: Sendable {
    /// An hour at one position a second, about 350 KB: what a full or failing disk can cost in memory.
    static let defaultCapacity = 3600

    /// What waited at one moment.
    struct Waiting: Sendable {
        let positions: [Position]
        /// What was given up since the last commit, and has no receipt yet.
        let gone: PerLane<[Receipt.Reason: GoneRecords]>
        /// Behind which records these will come.
        let durable: PerLane<SequenceNumber>
        /// How many positions had left the inbox before the first of these.
        fileprivate let offset: Int64
    }

    private struct State {
        var positions: [Position] = []
        var gone = PerLane<[Receipt.Reason: GoneRecords]>(both: [:])
        var offset: Int64 = 0
        /// Since when something has been waiting for a commit, or since the last attempt that failed.
        var waitingSince: Instant?
        /// Of the oldest event that is not on disk yet.
        var eventSince: Instant?
        var isClosed = false
        var health: JournalHealth

        /// - Returns: whether nothing waited before.
        mutating func startWaiting(at now: Instant) -> Bool {
            guard waitingSince == nil, !isClosed else { return false }
            waitingSince = now
            return true
        }
    }

    private let capacity: Int
    private let state: Mutex<State>
    /// One element whenever something waits after nothing did. For one reader, once.
    let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation

    init(_ health: JournalHealth, capacity: Int = Inbox.defaultCapacity) {
        self.capacity = capacity
        state = Mutex(State(health: health))
        (arrivals, arrival) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Takes a position; its instant is cut to 0.1 s as the block will keep it, so that a query gives the same
    /// position before and after the commit.
    func append(_ position: Position, at now: Instant) {
        var position = position
        let milliseconds = position.receivedAt.millisecondsSinceBoot
        position.receivedAt = Instant(millisecondsSinceBoot: milliseconds - milliseconds % 100)
        let isFirst = state.withLock { state in
            guard !state.isClosed else {
                state.health.droppedPositions += 1
                return false
            }
            if state.positions.count == capacity {
                let oldest = state.positions.removeFirst()
                state.offset += 1
                state.health.droppedPositions += 1
                state.gone.positions[.memoryFull, default: GoneRecords()].add(oldest.believedTime)
            }
            state.positions.append(position)
            return state.startWaiting(at: now)
        }
        if isFirst { arrival.yield() }
    }

    /// A commit begins to write.
    func commitBegan(at now: Instant) {
        state.withLock { $0.health.committingSince = now }
    }

    /// Whether the disk is busy with a commit, or was slow with the last one: then nobody should wait for another.
    var isDiskSlow: Bool {
        state.withLock { state in
            state.health.committingSince != nil || state.health.lastCommitTook ?? .zero > JournalHealth.slowCommit
        }
    }

    /// Whether a commit would write any record: positions that wait, or what the last commit could not write.
    var hasWaiting: Bool {
        state.withLock { !$0.positions.isEmpty || $0.health.failure != nil }
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// When the commit is due: `interval` after the first thing that waits; `nil` if nothing waits.
    func commitDue(after interval: Duration) -> Instant? {
        state.withLock { $0.waitingSince.map { $0 + interval } }
    }

    /// What waits, oldest first; it goes on waiting until ``committed(_:durable:at:)``.
    var waiting: Waiting {
        state.withLock {
            Waiting(positions: $0.positions, gone: $0.gone, durable: $0.health.durable, offset: $0.offset)
        }
    }

    var health: JournalHealth {
        state.withLock { state in
            var health = state.health
            health.pendingPositions = state.positions.count
            health.uncommittedSince = [state.eventSince, state.positions.first?.receivedAt].compactMap(\.self).min()
            return health
        }
    }

    /// Everything up to `waiting` is durable.
    func committed(_ waiting: Waiting, durable: PerLane<SequenceNumber>, at now: Instant) {
        state.withLock { state in
            // Positions that were given up while they were being written are not lost after all.
            let givenUp = min(state.offset - waiting.offset, Int64(waiting.positions.count))
            state.health.droppedPositions -= givenUp
            for lane in Lane.allCases {
                for (reason, gone) in waiting.gone[lane] { state.gone[lane][reason]?.subtract(gone) }
                state.gone[lane] = state.gone[lane].filter { $0.value.count > 0 }
            }
            if givenUp > 0 { state.gone.positions[.memoryFull]?.subtract(GoneRecords(count: givenUp)) }
            let written = waiting.positions.count - Int(givenUp)
            state.positions.removeFirst(written)
            state.offset += Int64(written)
            state.waitingSince = state.positions.isEmpty || state.isClosed ? nil : now
            state.health.commitEnded(at: now)
            state.eventSince = nil
            state.health.lastCommit = now
            state.health.failure = nil
            state.health.failingSince = nil
            state.health.pendingEvents = 0
            state.health.durable = durable
        }
    }

    /// Gives up positions that no block can carry, and counts them: the others must not wait for them for ever.
    /// - Parameter indices: places in `waiting`.
    func discard(_ indices: [Int], of waiting: Waiting) {
        state.withLock { state in
            let gone = Int(state.offset - waiting.offset)
            for index in indices.sorted(by: >) where index >= gone {
                let position = state.positions.remove(at: index - gone)
                state.health.droppedPositions += 1
                state.gone.positions[.unencodable, default: GoneRecords()].add(position.believedTime)
            }
        }
    }

    /// A commit failed: everything goes on waiting, and the next attempt is due one interval from now.
    func commitFailed(_ error: JournalError, pendingEvents: Int, at now: Instant) {
        let isFirst = state.withLock { state in
            state.health.commitEnded(at: now)
            state.health.failure = error
            state.health.failingSince = state.health.failingSince ?? now
            state.health.pendingEvents = pendingEvents
            let isFirst = state.startWaiting(at: now)
            if !state.isClosed { state.waitingSince = now }
            return isFirst
        }
        if isFirst { arrival.yield() }
    }

    /// An event is about to be written.
    func eventWaits(at now: Instant) {
        state.withLock { $0.eventSince = $0.eventSince ?? now }
    }

    /// What receipts tell of.
    func lost(_ lost: PerLane<[Receipt.Reason: Int64]>) {
        state.withLock { $0.health.lost = lost }
    }

    /// What turned out to be gone.
    func lostToDamage(_ receipts: [Receipt]) {
        state.withLock { state in
            for receipt in receipts { state.health.lostToDamage[receipt.lane] += receipt.count }
        }
    }

    /// What was found when it was looked whether something has to go; until that goes wrong, it is well.
    func lookedAt(freeBytes: Int64?) {
        state.withLock { state in
            state.health.freeBytes = freeBytes
            state.health.clearingFailure = nil
        }
    }

    /// Something befell the file.
    func note(_ incident: String, id: JournalID, durable: PerLane<SequenceNumber>) {
        state.withLock { state in
            (state.health.id, state.health.durable) = (id, durable)
            if state.health.incidents.count < JournalHealth.maximumIncidents { state.health.incidents.append(incident) }
        }
    }

    /// An event found no room in memory.
    func eventDropped(_ time: WallTime?) {
        state.withLock { state in
            state.health.droppedEvents += 1
            state.gone.events[.memoryFull, default: GoneRecords()].add(time)
        }
    }

    /// What an earlier run gave up and had no receipt for.
    func goneBefore(_ counts: PerLane<Int64>) {
        state.withLock { state in
            for lane in Lane.allCases where counts[lane] > 0 {
                state.gone[lane][.memoryFull, default: GoneRecords()].count += counts[lane]
            }
        }
    }

    /// Something went, or was told, besides what waits.
    func cleared(durable: PerLane<SequenceNumber>) {
        state.withLock { $0.health.durable = durable }
    }

    /// What is too much could not be removed.
    func clearingFailed(_ error: JournalError) {
        state.withLock { $0.health.clearingFailure = error }
    }

    /// Takes nothing any more and wakes nobody.
    func close() {
        state.withLock { state in
            state.isClosed = true
            state.waitingSince = nil
        }
        arrival.finish()
    }
}
