import PatrolCore
import PatrolWire

/// The journal as somebody sees it who reads: a connection to the file, and what memory knows beside it.
///
/// The file may be newer than the state by a commit that has ended and is not published yet, never older.
struct JournalView {
    let store: JournalStore
    let memory: JournalMemory
    let shared: SharedJournalState

    init(_ store: JournalStore, _ inbox: Inbox, _ shared: SharedJournalState) {
        (self.store, self.shared) = (store, shared)
        memory = JournalMemory(inbox, shared)
    }

    private var state: JournalState { memory.state }
    var path: String { state.path }
    var boot: BootNumber { state.boot }
    var epochs: [Epoch] { state.epochs }
    var receipts: ReceiptBook { state.receipts }
    var lastEvent: SequenceNumber { state.lastEvent }
    var lastPosition: SequenceNumber { state.lastPosition }

    /// The epoch that records made now belong to.
    var currentEpoch: Epoch { epochs[epochs.count - 1] }

    /// The epoch that a record belongs to.
    func epoch(of sequence: SequenceNumber, in lane: Lane) -> Epoch {
        epochs.last { $0.first[lane] <= sequence } ?? epochs[0]
    }

    func cursor(of destination: String) -> PerLane<SequenceNumber> { memory.cursor(of: destination) }

    func quarantineCounts(of destination: String) -> PerLane<QuarantineCount> {
        memory.quarantineCounts(of: destination)
    }

    func waitingPositions() -> [Dated<Position>] {
        memory.inbox.waitingPositions(boot: boot, clock: state.clock)
    }
}

/// What memory knows of the journal, as of one moment.
struct JournalMemory {
    let state: JournalState
    let cursors: [String: PerLane<SequenceNumber>]
    let inbox: Inbox

    init(_ inbox: Inbox, _ shared: SharedJournalState) {
        self.inbox = inbox
        (state, cursors) = shared.now
    }

    func cursor(of destination: String) -> PerLane<SequenceNumber> {
        cursors[destination] ?? PerLane(both: .none)
    }

    func quarantineCounts(of destination: String) -> PerLane<QuarantineCount> {
        state.quarantine[destination] ?? PerLane(both: .none)
    }
}

extension Inbox {
    /// The positions that wait for their commit, with the numbers that it will give them unless a power cut comes first.
    func waitingPositions(boot: BootNumber, clock: ClockOffset?) -> [Dated<Position>] {
        let waiting = waiting
        // Those that were given up before them get their numbers first.
        let gone = waiting.gone.positions.values.reduce(0) { $0 + $1.count }
        var sequence = SequenceNumber(rawValue: waiting.durable.positions.rawValue + gone)
        return waiting.positions.map { position in
            sequence = sequence.next
            return Dated(
                Recorded(sequence: sequence, boot: boot, record: position),
                utcAtBoot: clock?.utcAtBoot
            )
        }
    }
}

extension Journal {
    /// Reads beside the writer, so that nobody who reads waits for a disk that is slow to write. What goes wrong there is
    /// judged, and if need be repaired, by the writer.
    nonisolated func read<Value: Sendable>(
        _ body: @Sendable (JournalView) throws(JournalError) -> Value
    ) async throws(JournalError) -> Value {
        do throws(JournalError) {
            if let value = try await reader.read(body) { return value }
        } catch {
            guard error.cause != .closed else { throw error }
        }
        return try await readByWriter(body)
    }

    private func readByWriter<Value: Sendable>(
        _ body: @Sendable (JournalView) throws(JournalError) -> Value
    ) throws(JournalError) -> Value {
        try reading { store throws(JournalError) in try body(JournalView(store, inbox, shared)) }
    }
}
