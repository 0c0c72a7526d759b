import PatrolCore
import PatrolWire
import Synchronization

/// What the journal's memory knows beside its file, as of the last change that is durable.
struct JournalState: Sendable {
    /// `nil` for a journal in memory, which only its writer can read; else how often the file was replaced in this run.
    var file: Int?
    var path: String
    var boot: BootNumber
    /// Ascending, at least one.
    var epochs: [Epoch]
    var receipts: ReceiptBook
    var lastEvent: SequenceNumber
    var lastPosition: SequenceNumber
    var clock: ClockOffset?
    var quarantine: [String: PerLane<QuarantineCount>]
}

extension JournalState {
    /// As it is after the start.
    init(_ opened: OpenedJournal, path: String) {
        let content = opened.content
        self.init(
            file: opened.marks == nil ? nil : 0,
            path: path,
            boot: opened.boot.number,
            epochs: content.epochs,
            receipts: content.receipts,
            lastEvent: content.last.events,
            lastPosition: content.last.positions,
            clock: opened.boot.clock,
            quarantine: content.quarantine
        )
    }
}

/// What the writer and the readers of a journal share. The lock is held for a few instructions only, never during a file
/// operation: so nobody who reads waits for a disk that is slow to write.
final class SharedJournalState: Sendable {
    private struct Shared {
        var state: JournalState
        var cursors: [String: PerLane<SequenceNumber>]
        /// Destinations whose cursor has moved since ``takeMoved()``.
        var moved: Set<String> = []
    }

    private let shared: Mutex<Shared>

    init(_ state: JournalState, cursors: [String: PerLane<SequenceNumber>]) {
        shared = Mutex(Shared(state: state, cursors: cursors))
    }

    /// Both as of one moment.
    var now: (state: JournalState, cursors: [String: PerLane<SequenceNumber>]) {
        shared.withLock { ($0.state, $0.cursors) }
    }

    func publish(_ state: JournalState) {
        shared.withLock { $0.state = state }
    }

    /// Up to which record each destination is through with each lane; see ``Journal/cursors``.
    var cursors: [String: PerLane<SequenceNumber>] { shared.withLock { $0.cursors } }

    /// Whether a cursor has moved that is not on its way to the disk.
    var hasMoved: Bool { shared.withLock { !$0.moved.isEmpty } }

    /// Changes the cursor of a destination.
    func move(_ destination: String, _ change: (inout PerLane<SequenceNumber>) -> Void) {
        shared.withLock { shared in
            let before = shared.cursors[destination] ?? PerLane(both: .none)
            var cursor = before
            change(&cursor)
            guard cursor != before else { return }
            shared.cursors[destination] = cursor
            shared.moved.insert(destination)
        }
    }

    /// Changes all cursors.
    func moveAll(_ change: (inout PerLane<SequenceNumber>) -> Void) {
        for destination in cursors.keys { move(destination, change) }
    }

    /// Whose cursors are to be written now.
    func takeMoved() -> Set<String> {
        shared.withLock { shared in
            defer { shared.moved = [] }
            return shared.moved
        }
    }
}
