import Logging
import PatrolControl
import PatrolCore
import PatrolJournal
import PatrolSystem
import PatrolVehicle
import ServiceLifecycle
import Synchronization

/// Makes events durable, in order, and tells the cart what became of each.
///
/// Whoever records never waits. An event is never replaced by a newer one; the bound is there for a journal that hangs
/// for hours, and what lies beyond it is said to be lost.
final class JournalWriter: Service {
    /// Far more than a cart's day.
    static let maximumWaiting = 10_000
    /// The longest that somebody waits for a disk that hangs.
    static let answerLimit = Duration.seconds(5)

    private enum Work: Sendable {
        case event(RecordID, Event, keeping: KeptState?)
        case clock(ClockOffset)
        /// Something with the journal that comes after everything before it.
        case task(@Sendable () async -> Void)
    }

    /// An event that waits for its commit.
    private struct Waiting {
        let id: RecordID
        let event: Event
        let state: KeptState?
    }

    /// Why something with the journal was not done.
    enum NotDone: Error {
        /// Too much waits, or the daemon stops.
        case noRoom
        /// It will be, but not within ``answerLimit``.
        case tooSlow
    }

    let journal: Journal
    /// Counts what the journal has done.
    let progress = ProgressCounter()
    private let mailbox = Mailbox<Work>(bound: maximumWaiting, whenFull: .refusesNewest)
    private let cart: CartLoop
    private let uploads: [UploadMailbox]
    private let stream: StreamHub
    private let logger: Logger
    private let answerLimit: Duration
    /// Of how many events nobody knows yet what becomes of them.
    private let undecided = Atomic(0)
    var undecidedEvents: Int { undecided.load(ordering: .relaxed) }

    /// - Parameter uploads: told of each event that became durable.
    init(
        journal: Journal,
        cart: CartLoop,
        uploads: [UploadMailbox],
        stream: StreamHub,
        logger: Logger,
        answerLimit: Duration = JournalWriter.answerLimit
    ) {
        self.journal = journal
        self.cart = cart
        self.uploads = uploads
        self.stream = stream
        self.logger = logger
        self.answerLimit = answerLimit
    }

    /// See ``PatrolCore/Cart/Action/record(_:_:keeping:)``.
    func record(_ event: Event, as id: RecordID, keeping state: KeptState?) {
        undecided.add(1, ordering: .relaxed)
        guard !mailbox.post(.event(id, event, keeping: state)) else { return }
        undecided.subtract(1, ordering: .relaxed)
        logger.error("event lost: too many wait for the journal", metadata: ["kind": "\(event.kind.name)"])
        cart.post(.recorded(id, .lost(reason: "too much waits for the journal, or the daemon stops")))
    }

    /// What the boot's clock turned out to be, on its way into the journal.
    func learn(_ offset: ClockOffset) {
        // Dropped behind thousands of events, it is told again with the next reading that differs.
        mailbox.post(.clock(offset))
    }

    /// Lets ``progress`` count one step, after everything that waits. Where there is no room it counts by itself.
    func ask() {
        mailbox.post(.task {})
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
        guard let event = await cart.snapshot()?.event(kind) else {
            return .lost(reason: "the daemon has not begun")
        }
        return await keep(event) { journal, event in
            guard let write else { return try await journal.append(event) }
            return try await write(journal, event)
        }
    }

    /// Does something with the journal after everything that was recorded before, and returns what it gives.
    func inTurn<Value: Sendable>(
        _ body: @escaping @Sendable (JournalWriter) async -> Value
    ) async throws(NotDone) -> Value {
        let (answers, answer) = AsyncStream.makeStream(of: Value.self, bufferingPolicy: .bufferingNewest(1))
        let task = Work.task {
            answer.yield(await body(self))
            answer.finish()
        }
        guard mailbox.post(task) else { throw .noRoom }
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

    /// Until the stop, and then until all that was recorded before is written.
    func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskExecutorPreference(journal.executor) {
                for await _ in mailbox.arrivals { await work() }
                await work()
            }
        } onGracefulShutdown: {
            self.mailbox.close()
        }
    }

    private func work() async {
        var events: [Waiting] = []
        for item in mailbox.take().elements {
            switch item {
            case .event(let id, let event, let state):
                events.append(Waiting(id: id, event: event, state: state))
                continue
            case .clock(let offset):
                await keep(&events)
                await keep(offset)
            case .task(let body):
                await keep(&events)
                await body()
            }
            progress.advance()
        }
        await keep(&events)
    }

    /// Writes events that wait together, so that a slow disk has one sync for all of them.
    private func keep(_ events: inout [Waiting]) async {
        guard !events.isEmpty else { return }
        let results = await journal.append(events.map { NewEvent($0.event, keeping: $0.state) })
        for (waiting, result) in zip(events, results) {
            cart.post(.recorded(waiting.id, tell(waiting.event, result)))
        }
        undecided.subtract(events.count, ordering: .relaxed)
        events = []
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
        do {
            return tell(event, .success(try await write(journal, event)))
        } catch let error as JournalError {
            return tell(event, .failure(error))
        } catch {
            return tell(event, .failure(JournalError(.storage, path: journal.path, reason: "\(error)")))
        }
    }

    /// Tells everybody but the cart what became of an event.
    private func tell(_ event: Event, _ result: Result<SequenceNumber, JournalError>) -> Durability {
        defer { uploads.forEach { $0.recorded(.events) } }
        let stored = StoredEvent(event)
        var metadata: Logger.Metadata = ["kind": "\(stored.name)"]
        // A zone's kind is not the event's.
        for (key, value) in stored.details { metadata[metadata[key] == nil ? key : "its_" + key] = "\(value.text)" }
        switch result {
        case .success(let sequence):
            metadata["sequence"] = "\(sequence.rawValue)"
            logger.notice("event", metadata: metadata)
            stream.publish(Recorded(sequence: sequence, boot: journal.boot, record: stored))
            return .durable
        case .failure(let error) where error.isEventLost || error.cause == .closed:
            metadata["error"] = "\(error)"
            logger.error("event lost", metadata: metadata)
            return .lost(reason: "\(error)")
        case .failure(let error):
            // The journal keeps it in memory and tries again with its next commit; health says so meanwhile.
            metadata["error"] = "\(error)"
            logger.error("event not on disk yet", metadata: metadata)
            // The journal's own words: what becomes of the event is said by whoever answers.
            return .waiting(reason: "\(journal.health.failure ?? error)")
        }
    }
}
