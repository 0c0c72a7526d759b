import PatrolCore
import PatrolSQLite
import PatrolSystem

/// A second connection to the file of a journal, which only reads, on a thread of its own: a write-ahead log lets it see what
/// is durable while the writer waits for the disk.
///
/// It repairs nothing, and knows no journal in memory: then the writer is asked.
actor JournalReader {
    private let thread: DatabaseThread
    private let inbox: Inbox
    private let shared: SharedJournalState
    private var opened: (store: JournalStore, file: Int)?
    private var isClosed = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(_ inbox: Inbox, _ shared: SharedJournalState) throws(SystemCallError) {
        thread = try DatabaseThread(name: "journal-reader")
        (self.inbox, self.shared) = (inbox, shared)
    }

    /// - Parameter body: sees one state of the file, however long it takes.
    /// - Returns: `nil` if only the writer can read.
    func read<Value: Sendable>(
        _ body: @Sendable (JournalView) throws(JournalError) -> Value
    ) throws(JournalError) -> Value? {
        let state = shared.now.state
        guard !isClosed else { throw JournalError(.closed, path: state.path, reason: "is closed") }
        guard let file = state.file else { return nil }
        if opened?.file != file {
            opened = nil
            opened = (try JournalStore(reading: state.path), file)
        }
        guard let store = opened?.store else { return nil }
        // Before the first look at the file: the state must not be newer than what is seen there.
        let view = JournalView(store, inbox, shared)
        try JournalStore.translating { () throws(SQLiteError) in try store.database.execute("BEGIN") }
        // Nothing was written, so that there is nothing to keep.
        defer { store.database.rollBack() }
        return try body(view)
    }

    /// Before the writer closes the file.
    func close() {
        isClosed = true
        opened = nil
    }
}
