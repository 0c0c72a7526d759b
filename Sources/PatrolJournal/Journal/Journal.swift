public import PatrolCore
import PatrolSQLite
import PatrolSystem
import PatrolWire

/// The durable journal of a cart: an SQLite file with two lanes, events and positions.
///
/// What it promises:
/// - An event is on disk when ``append(_:keeping:)`` returns.
/// - A position is on disk within the commit interval (see ``run()``); a power cut costs at most those since the last
///   commit.
/// - Each lane's numbers start at 1, have no gap, and are never given twice.
/// - While the storage fails nothing is thrown away that memory can hold: it is written, in order, by the first commit
///   that succeeds. ``health`` says so all along.
///
/// An actor on a thread of its own, because SQLite blocks in fsync(2); only the opening in the initialiser works in the
/// caller's thread. All methods are atomic: there is no `await` in them.
public actor Journal {
    /// The identity of this journal, made when its file was.
    public nonisolated let id: JournalID
    /// This boot of the machine, as the journal counts.
    public nonisolated let boot: BootNumber
    /// The file.
    public nonisolated let path: String
    /// Whether the run before this one left no `daemon.stopped` behind: the power was cut, or it was killed.
    public nonisolated let lastRunEndedWithoutStop: Bool
    /// The newest position of earlier runs; `nil` if there is none.
    public nonisolated let lastPositionAtStart: Dated<Position>?
    /// What earlier runs kept, by name; see ``append(_:keeping:)``.
    public nonisolated let statesAtStart: [String: [String: DetailValue]]
    /// Where the odometer goes on; 0 for a new journal.
    public nonisolated var odometerMetresAtStart: Int64 { lastPositionAtStart?.recorded.record.odometerMetres ?? 0 }
    /// How the journal is doing right now. Never waits for a file operation.
    public nonisolated var health: JournalHealth { inbox.health }

    nonisolated let inbox: Inbox
    nonisolated let clocks: Clocks
    nonisolated let commitInterval: Duration
    private let thread: DatabaseThread
    private let store: JournalStore
    private var isClosed = false

    /// The lanes as they lie on disk.
    var positionLane: PositionLane
    var lastEvent: SequenceNumber
    var durable: PerLane<SequenceNumber> { PerLane(events: lastEvent, positions: positionLane.last) }
    /// What this boot's clock turned out to be, as far as it is on disk.
    var clock: ClockOffset?
    /// Up to which record each destination is through with each lane: everything up to there is acknowledged, or
    /// quarantined. Including what ``unwritten`` still has to write.
    var cursors: [String: PerLane<SequenceNumber>]
    /// How much each destination has refused, likewise.
    var quarantine: [String: PerLane<QuarantineCount>]
    /// What waits for the next commit besides the positions in the ``inbox``.
    var unwritten = Unwritten()

    /// The journal's thread, for tasks whose work is with the journal: they need no other one then.
    public nonisolated var executor: any TaskExecutor { thread }

    /// The journal's thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Opens the journal in a folder, or makes both.
    /// - Parameters:
    ///   - folder: made (mode 0750) if it is missing, but not its parents.
    ///   - bootID: the kernel's `/proc/sys/kernel/random/boot_id`; a restart within one boot goes on with its number.
    ///   - clocks: the boot clock; the system's time is never asked.
    ///   - commitInterval: what a power cut may cost of the positions; 1–60 s.
    /// - Throws: one clear message that names the file, for a folder that cannot be used, a file in use, of another program
    ///   or of a newer version, a full or read-only file system.
    public init(folder: String, bootID: String, clocks: Clocks, commitInterval: Duration) throws(JournalError) {
        store = try JournalStore(folder: folder)
        let start = try store.load(bootID: bootID)
        do throws(SystemCallError) {
            thread = try DatabaseThread(name: "journal")
        } catch {
            throw JournalError(
                .storage,
                path: store.database.path,
                reason: "a thread for it cannot be started: \(error)"
            )
        }
        path = store.database.path
        id = start.id
        boot = start.boot.number
        clock = start.boot.clock
        lastRunEndedWithoutStop = start.lastRunEndedWithoutStop
        lastPositionAtStart = start.lastPosition
        statesAtStart = start.states
        lastEvent = start.last.events
        positionLane = PositionLane(boot: start.boot.number, last: start.last.positions)
        cursors = start.cursors
        quarantine = start.quarantine
        inbox = Inbox(durable: start.last)
        self.clocks = clocks
        self.commitInterval = commitInterval
    }

    /// The file, as long as it is open.
    func openStore() throws(JournalError) -> JournalStore {
        guard !isClosed else { throw JournalError(.closed, path: path, reason: "is closed") }
        return store
    }

    /// Writes what waits and closes the file; the journal takes nothing any more. A second call does nothing.
    ///
    /// "When the last connection to a database closes, that connection does one last checkpoint and then deletes the WAL"
    /// (sqlite.org/wal.html).
    /// - Throws: if what waited could not be written; it is lost then. The file is closed all the same.
    public func close() throws(JournalError) {
        guard !isClosed else { return }
        // First, so that a position that comes now is counted as dropped instead of vanishing between commit and close.
        inbox.close()
        defer {
            isClosed = true
            store.database.close()
        }
        try commit()
    }
}

/// What waits for a commit, besides positions.
struct Unwritten {
    /// More than this many events without a successful commit are refused, and counted, the newest ones
    /// (drop-newest): each one's caller is told, and what led to the failure is kept. About 300 KB.
    static let maximumEvents = 1000

    /// In order.
    var events: [StoredEvent] = []
    var clock: ClockOffset?
    /// Destinations whose cursor has moved.
    var cursors: Set<String> = []
    /// The newest of each name.
    var states: [String: KeptState] = [:]
    /// In order. Nobody adds one before those that wait are written, so these are few.
    var quarantine: [QuarantineChange] = []

    var isEmpty: Bool { !isUrgent && cursors.isEmpty && states.isEmpty }

    /// Whether something is worth a commit of its own.
    var isUrgent: Bool { !(events.isEmpty && clock == nil && quarantine.isEmpty) }
}
