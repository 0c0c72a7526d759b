import Logging
import PatrolAPI
import PatrolCore
import PatrolJournal
import PatrolWire
import ServiceLifecycle
import Synchronization

/// Takes events from every thread, in order, and makes each durable.
///
/// Whoever records never waits. An event is never replaced by a newer one; the bound is there for a journal that hangs
/// for hours, and what lies beyond it is counted and said in the log.
final class EventRecorder: Service {
    /// Far more than a cart's day.
    static let maximumWaiting = 10_000
    /// With so many events in memory no order is taken any more: the rest of the room is for what happens by itself.
    static let maximumWaitingForOrders = 900
    /// The longest that an answer waits for a disk that hangs.
    static let answerLimit = Duration.seconds(5)

    private enum Work: Sendable {
        case event(Event, keeping: KeptState?)
        case clock(ClockOffset)
        /// Something with the journal that comes after everything before it.
        case task(@Sendable () async -> Void)
    }

    /// Why something with the journal was not done.
    enum NotDone: Error {
        /// Too much waits, or the daemon stops.
        case noRoom
        /// It will be, but not within ``answerLimit``.
        case tooSlow
    }

    private let work: AsyncStream<Work>
    private let continuation: AsyncStream<Work>.Continuation
    private let journal: Journal
    private let board: StatusBoard
    private let stream: StreamHub
    private let clocks: Clocks
    private let logger: Logger
    private let answerLimit: Duration
    /// What is in ``work``, and what found no room there.
    private let counts = Mutex((waiting: 0, lost: Int64(0)))
    /// What became of the last event of the queue.
    private let last = Mutex(Durability.durable)
    /// Called after each event that became durable.
    private let listener = Mutex<@Sendable () -> Void>({})

    init(
        journal: Journal,
        board: StatusBoard,
        stream: StreamHub,
        clocks: Clocks,
        logger: Logger,
        answerLimit: Duration = EventRecorder.answerLimit
    ) {
        self.answerLimit = answerLimit
        (work, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.maximumWaiting))
        self.journal = journal
        self.board = board
        self.stream = stream
        self.clocks = clocks
        self.logger = logger
    }

    /// From here on `listener` is called after each event that became durable. One listener.
    func onRecorded(_ listener: @escaping @Sendable () -> Void) {
        self.listener.withLock { $0 = listener }
    }

    /// Takes an event; it is durable soon, and before any that comes later.
    /// - Parameter state: becomes durable together with it.
    func record(_ event: Event, keeping state: KeptState? = nil) {
        if case .dropped = enqueue(.event(event, keeping: state)) {
            counts.withLock { $0.lost += 1 }
            logger.error("event lost: too many wait for the journal", metadata: ["kind": "\(event.kind.name)"])
        }
    }

    private func enqueue(_ item: Work) -> AsyncStream<Work>.Continuation.YieldResult {
        let result = continuation.yield(item)
        if case .enqueued = result { counts.withLock { $0.waiting += 1 } }
        return result
    }

    /// Notes what happens now, where the cart is, with UTC if it is trusted.
    func record(_ kind: EventKind, keeping state: KeptState? = nil) {
        record(event(kind), keeping: state)
    }

    /// What the boot's clock turned out to be, on its way into the journal.
    func learn(_ offset: ClockOffset) {
        // Dropped behind thousands of events, it is told again with the next reading that differs.
        _ = enqueue(.clock(offset))
    }

    /// Notes what happens now and returns when it is durable: for a receipt, which must be there before its record is gone.
    /// Events that wait meanwhile come after it.
    /// - Parameter write: how, if more than the event changes with it.
    /// - Returns: what became of it.
    @discardableResult
    func recordDurably(
        _ kind: EventKind,
        by write: (@Sendable (Journal, Event) async throws -> SequenceNumber)? = nil
    ) async -> Durability {
        await keep(event(kind)) { journal, event in
            guard let write else { return try await journal.append(event) }
            return try await write(journal, event)
        }
    }

    // MARK: For answers to people, who rely on them

    /// Whether memory has room for an order that the disk does not take.
    var hasRoomForOrder: Bool {
        journal.health.pendingEvents < Self.maximumWaitingForOrders
            && counts.withLock { $0.waiting } < Self.maximumWaiting - Self.maximumWaitingForOrders
    }

    /// How many events have found no room anywhere; the difference tells whether one did since.
    var lostCount: Int64 { counts.withLock { $0.lost } + journal.health.droppedEvents }

    /// What became of everything that was recorded before; known within ``answerLimit``.
    /// - Parameter lostBefore: ``lostCount`` before the first of it.
    func settle(lostBefore: Int64) async -> Durability {
        let durability: Durability
        do throws(NotDone) {
            durability = try await inTurn { $0.lastDurability }
        } catch {
            switch error {
            case .noRoom: return .lost(reason: "too much waits for the journal, or the daemon stops")
            case .tooSlow: durability = .waiting(reason: "the disk has not answered for \(answerLimit.milliseconds) ms")
            }
        }
        return lostCount > lostBefore ? .lost(reason: "no room is left for it in memory") : durability
    }

    /// Does something with the journal after everything that was recorded before, and returns what it gives.
    func inTurn<Value: Sendable>(
        _ body: @escaping @Sendable (EventRecorder) async -> Value
    ) async throws(NotDone) -> Value {
        let (answers, answer) = AsyncStream.makeStream(of: Value.self, bufferingPolicy: .bufferingNewest(1))
        let task = Work.task {
            answer.yield(await body(self))
            answer.finish()
        }
        guard case .enqueued = enqueue(task) else { throw .noRoom }
        let value = await withTaskGroup(of: Value?.self) { group in
            group.addTask { await answers.first { _ in true } }
            group.addTask { [answerLimit] in
                do {
                    try await Task.sleep(for: answerLimit)
                } catch {
                    // Cancelled: the answer came first.
                }
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        guard let value else { throw .tooSlow }
        return value
    }

    private var lastDurability: Durability {
        let last = last.withLock { $0 }
        // What waited when it was asked last may have been written by the journal's own next attempt.
        if case .waiting = last, journal.health.pendingEvents == 0 { return .durable }
        return last
    }

    /// How many records a destination has refused.
    func quarantinedCount(of destination: String) async -> Int64 {
        let counts = await journal.quarantineCounts(of: destination)
        return counts.events.held + counts.positions.held
    }

    private func event(_ kind: EventKind) -> Event {
        let now = clocks.now()
        return Event(kind, at: now, time: board.wallTime(at: now), coordinate: board.coordinate)
    }

    func run() async throws {
        await withGracefulShutdownHandler {
            for await item in work {
                switch item {
                case .event(let event, let state):
                    let durability = await keep(event) { try await $0.append($1, keeping: state) }
                    last.withLock { $0 = durability }
                case .clock(let offset): await keep(offset)
                case .task(let body): await body()
                }
                counts.withLock { $0.waiting -= 1 }
            }
        } onGracefulShutdown: {
            self.continuation.finish()
        }
        await recordDurably(.daemonStopped(reason: "stopped in order"))
    }

    private func keep(_ offset: ClockOffset) async {
        do {
            try await journal.learnClock(offset)
        } catch {
            // Told again with the next reading that differs; until then the records of this boot stay uncorrected.
            logger.error("the boot's clock is not on disk yet", metadata: ["error": "\(error)"])
        }
    }

    private func keep(
        _ event: Event,
        by write: @Sendable (Journal, Event) async throws -> SequenceNumber
    ) async -> Durability {
        defer { listener.withLock { $0 }() }
        let stored = StoredEvent(event)
        var metadata: Logger.Metadata = ["kind": "\(stored.name)"]
        // A zone's kind is not the event's.
        for (key, value) in stored.details { metadata[metadata[key] == nil ? key : "its_" + key] = "\(value.text)" }
        do {
            let sequence = try await write(journal, event)
            metadata["sequence"] = "\(sequence.rawValue)"
            logger.notice("event", metadata: metadata)
            if stream.hasReaders {
                let recorded = Recorded(sequence: sequence, boot: journal.boot, record: stored)
                stream.publish(
                    StreamItem(
                        event: EventJSON(recorded, time: stored.time, isCorrected: false)
                    )
                )
            }
            return .durable
        } catch let error as JournalError where error.isEventLost || error.cause == .closed {
            metadata["error"] = "\(error)"
            logger.error("event lost", metadata: metadata)
            return .lost(reason: "\(error)")
        } catch {
            // The journal keeps it in memory and tries again with its next commit; health says so meanwhile.
            metadata["error"] = "\(error)"
            logger.error("event not on disk yet", metadata: metadata)
            // The journal's own words: what becomes of the event is said by whoever answers.
            return .waiting(reason: "\(journal.health.failure ?? error)")
        }
    }
}
