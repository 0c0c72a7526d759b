import PatrolAPI
public import PatrolCore
import PatrolSystem
import PatrolWire
import Synchronization

/// Hands each line of the stream to every reader.
public final class StreamHub: Sendable {
    private struct Readers {
        var all: [StreamReader] = []
        var isFinished = false
    }

    private let readers = Mutex(Readers())

    /// Nobody reads yet.
    public init() {}

    /// Whether anybody reads; a line that nobody reads need not be made.
    public var hasReaders: Bool { readers.withLock { !$0.all.isEmpty } }

    /// A reader of the lines from now on; one that comes after the end finds the end.
    func subscribe() -> StreamReader {
        let reader = StreamReader()
        let isFinished = readers.withLock { readers in
            if !readers.isFinished { readers.all.append(reader) }
            return readers.isFinished
        }
        if isFinished { reader.finish() }
        return reader
    }

    /// The reader went away.
    func unsubscribe(_ reader: StreamReader) {
        readers.withLock { $0.all.removeAll { $0 === reader } }
    }

    /// Tells every reader where the cart is, if anybody knows; never waits.
    public func publish(positionOf cart: CartSnapshot) {
        if hasReaders, let item = StreamItem(positionOf: cart) { publish(item) }
    }

    /// Tells every reader of an event that is durable; never waits.
    public func publish(_ event: Recorded<StoredEvent>) {
        guard hasReaders else { return }
        publish(StreamItem(event: EventJSON(event, time: event.record.time, isCorrected: false)))
    }

    /// Hands a line to every reader; never waits.
    func publish(_ item: StreamItem) {
        for reader in readers.withLock({ $0.all }) { reader.offer(item) }
    }

    /// Ends every reader's lines, and those of readers that come later.
    public func finish() {
        let all = readers.withLock { readers in
            readers.isFinished = true
            return readers.all
        }
        for reader in all { reader.finish() }
    }
}

/// The lines that wait for one reader.
///
/// A reader that is too slow loses the oldest lines (they are "now", and now has passed) and is told how many.
final class StreamReader: Sendable {
    /// What may wait: a minute of a moving cart, or the events of a start.
    static let maximumWaiting = 64

    private let lines = Mailbox<StreamItem>(bound: maximumWaiting, whenFull: .dropsOldest)

    /// The lines that came since the last call, waiting for one if there is none; `nil` at the end. One task at a time.
    func next() async -> [StreamItem]? {
        while true {
            let (items, missed) = lines.take()
            if !items.isEmpty { return (missed > 0 ? [StreamItem(missed: missed)] : []) + items }
            var arrivals = lines.arrivals.makeAsyncIterator()
            guard await arrivals.next() != nil else { return nil }
        }
    }

    func offer(_ item: StreamItem) {
        lines.post(item)
    }

    /// No more lines; those that wait are still read.
    func finish() {
        lines.close()
    }
}
