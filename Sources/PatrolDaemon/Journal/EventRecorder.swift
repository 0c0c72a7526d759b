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

    private enum Work: Sendable {
        case event(Event, keeping: KeptState?)
        case clock(ClockOffset)
        /// Everything before it is durable.
        case reached(@Sendable () -> Void)
    }

    private let work: AsyncStream<Work>
    private let continuation: AsyncStream<Work>.Continuation
    private let journal: Journal
    private let board: StatusBoard
    private let stream: StreamHub
    private let clocks: Clocks
    private let logger: Logger
    /// Called after each event that became durable.
    private let listener = Mutex<@Sendable () -> Void>({})

    init(
        journal: Journal,
        board: StatusBoard,
        stream: StreamHub,
        clocks: Clocks,
        logger: Logger
    ) {
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
        if case .dropped = continuation.yield(.event(event, keeping: state)) {
            logger.error("event lost: too many wait for the journal", metadata: ["kind": "\(event.kind.name)"])
        }
    }

    /// Notes what happens now, where the cart is, with UTC if it is trusted.
    func record(_ kind: EventKind, keeping state: KeptState? = nil) {
        record(event(kind), keeping: state)
    }

    /// What the boot's clock turned out to be, on its way into the journal.
    func learn(_ offset: ClockOffset) {
        // Dropped behind thousands of events, it is told again with the next reading that differs.
        continuation.yield(.clock(offset))
    }

    /// Notes what happens now and returns when it is durable: for a receipt, which must be there before its record is gone.
    /// Events that wait meanwhile come after it.
    func recordDurably(_ kind: EventKind) async {
        await keep(event(kind))
    }

    /// Returns when everything that was recorded before is durable: for an answer to a person, who relies on it.
    ///
    /// What cannot be written is kept in memory and tried again, as health says; that holds up nobody.
    func settle() async {
        await withCheckedContinuation { continuation in
            switch self.continuation.yield(.reached { continuation.resume() }) {
            case .enqueued: break
            // The daemon stops, or thousands of events wait for a journal that hangs.
            default: continuation.resume()
            }
        }
    }

    private func event(_ kind: EventKind) -> Event {
        let now = clocks.now()
        return Event(kind, at: now, time: board.wallTime(at: now), coordinate: board.coordinate)
    }

    func run() async throws {
        await withGracefulShutdownHandler {
            for await item in work {
                switch item {
                case .event(let event, let state): await keep(event, state)
                case .clock(let offset): await keep(offset)
                case .reached(let tell): tell()
                }
            }
        } onGracefulShutdown: {
            self.continuation.finish()
        }
        await keep(event(.daemonStopped(reason: "stopped in order")))
    }

    private func keep(_ offset: ClockOffset) async {
        do {
            try await journal.learnClock(offset)
        } catch {
            // Told again with the next reading that differs; until then the records of this boot stay uncorrected.
            logger.error("the boot's clock is not on disk yet", metadata: ["error": "\(error)"])
        }
    }

    private func keep(_ event: Event, _ state: KeptState? = nil) async {
        let stored = StoredEvent(event)
        var metadata: Logger.Metadata = ["kind": "\(stored.name)"]
        for (key, value) in stored.details { metadata[key] = "\(value.text)" }
        do {
            let sequence = try await journal.append(event, keeping: state)
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
        } catch {
            // The journal keeps it in memory and tries again with its next commit; health says so meanwhile.
            metadata["error"] = "\(error)"
            logger.error("event not on disk yet", metadata: metadata)
        }
        listener.withLock { $0 }()
    }
}
