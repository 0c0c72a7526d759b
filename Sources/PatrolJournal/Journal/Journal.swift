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
/// - Each lane's numbers rise for ever and are never given twice under one identity. Where one has no record there is a
///   receipt, see ``PatrolCore/Receipt``.
/// - Nothing is read that is not as it was written: every row carries a checksum. What is damaged is taken out, kept aside
///   and receipted.
/// - While the storage fails nothing is thrown away that memory can hold: it is written, in order, by the first commit
///   that succeeds. ``health`` says so all along.
///
/// An actor on a thread of its own, because SQLite blocks in fsync(2); only the opening in the initialiser works in the
/// caller's thread. All its methods are atomic: there is no `await` in them. Whoever only reads does so on another thread,
/// see ``JournalReader``, and what is durable can be read, and acknowledged, however long the disk takes to write.
public actor Journal {
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
    /// The identity under which records that are made now are sent; see ``PatrolCore/Epoch``.
    public nonisolated var id: JournalID { health.id }

    nonisolated let inbox: Inbox
    nonisolated let clocks: Clocks
    nonisolated let commitInterval: Duration
    private let thread: DatabaseThread
    private var store: JournalStore
    let reader: JournalReader
    let shared: SharedJournalState
    private var isClosed = false
    private var filesOpened = 0
    let bootID: String
    /// See ``FileIdentity/number(_:)``.
    let fileNumber: (String) -> UInt64
    /// How much is kept.
    let limits: JournalLimits
    /// Everybody who is sent the records; none for a cart that only keeps them.
    let destinationNames: [String]
    /// When it was last looked whether something has to go.
    var clearedAt: Instant?
    /// The newest records of the runs before this one.
    let lastOfEarlierRuns: PerLane<SequenceNumber>
    /// Whether a destination has proved in this run that the journal was rolled back.
    var hasBegunAnew = false
    /// The number of the first epoch that began in this run; above all others if none did.
    var firstOwnEpoch: Int64
    /// The last event that somebody recorded; behind it may lie those by which the journal tells of itself.
    var lastAppended = SequenceNumber.none
    /// When the marks were written last.
    var notedAt: Instant?
    /// How often the file was put together anew in this run.
    var rebuilds = 0
    /// The way into another file, while it lasts.
    var relocation: Relocation?
    let files: JournalFiles
    /// `nil` in memory.
    let marks: MarksFile?

    /// The lanes as they lie on disk.
    var positionLane: PositionLane { didSet { publish() } }
    var lastEvent: SequenceNumber { didSet { publish() } }
    var durable: PerLane<SequenceNumber> { PerLane(events: lastEvent, positions: positionLane.last) }
    /// Ascending, at least one.
    var epochs: [Epoch] { didSet { publish() } }
    /// What is not there any more.
    var receipts: ReceiptBook {
        didSet {
            inbox.lost(receipts.lost)
            publish()
        }
    }
    /// What this boot's clock turned out to be, as far as it is on disk.
    var clock: ClockOffset? { didSet { publish() } }
    /// Up to which record each destination is through with each lane: everything up to there is acknowledged, or
    /// quarantined. Including what ``unwritten`` still has to write.
    nonisolated var cursors: [String: PerLane<SequenceNumber>] { shared.cursors }
    /// How much each destination has refused, likewise.
    var quarantine: [String: PerLane<QuarantineCount>] { didSet { publish() } }
    /// What was kept last, likewise: should its row be damaged, it is written again.
    var states: [String: KeptState]
    /// What waits for the next commit besides the positions in the ``inbox``.
    var unwritten = Unwritten()

    /// The journal's thread, for tasks whose work is with the journal: they need no other one then.
    public nonisolated var executor: any TaskExecutor { thread }

    /// The journal's thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Opens the journal in a folder, or makes both. What cannot be used is set aside, and what can be read of it is
    /// brought over; if nothing can be used the journal is in memory. ``health`` tells what happened.
    /// - Parameters:
    ///   - folder: made (mode 0750) if it is missing, but not its parents.
    ///   - bootID: the kernel's `/proc/sys/kernel/random/boot_id`; a restart within one boot goes on with its number.
    ///   - machineID: of `/etc/machine-id`, so that a copy on another machine is noticed; empty if there is none.
    ///   - clocks: the boot clock; the system's time is never asked.
    ///   - commitInterval: what a power cut may cost of the positions; 1–60 s.
    ///   - limits: how much is kept.
    ///   - destinations: the names of all who are sent the records: what all of them have goes first.
    /// - Throws: if another process has the journal, or no thread can be started: one clear message.
    public init(
        folder: String,
        bootID: String,
        machineID: String,
        clocks: Clocks,
        commitInterval: Duration,
        limits: JournalLimits,
        destinations: [String]
    ) throws(JournalError) {
        try self.init(
            folder: folder,
            bootID: bootID,
            machineID: machineID,
            clocks: clocks,
            commitInterval: commitInterval,
            limits: limits,
            destinations: destinations,
            fileNumber: FileIdentity.number
        )
    }

    init(
        folder: String,
        bootID: String,
        machineID: String,
        clocks: Clocks,
        commitInterval: Duration,
        limits: JournalLimits,
        destinations: [String],
        fileNumber: @escaping (String) -> UInt64
    ) throws(JournalError) {
        (self.bootID, self.fileNumber) = (bootID, fileNumber)
        files = JournalFiles(folder: folder)
        path = files.database
        do throws(SystemCallError) {
            thread = try DatabaseThread(name: "journal")
        } catch {
            throw JournalError(.storage, path: path, reason: "a thread for it cannot be started: \(error)")
        }
        let opened = try JournalOpening(
            files: files,
            bootID: bootID,
            machine: FileIdentity.machine(machineID),
            now: clocks.now(),
            fileNumber: fileNumber
        ).open()
        store = opened.store
        marks = opened.marks
        boot = opened.boot.number
        clock = opened.boot.clock
        let content = opened.content
        lastRunEndedWithoutStop = content.lastRunEndedWithoutStop
        lastPositionAtStart = content.lastPosition
        statesAtStart = content.states
        states = Dictionary(
            uniqueKeysWithValues: content.states.map { ($0.key, KeptState(name: $0.key, details: $0.value)) }
        )
        lastEvent = content.last.events
        positionLane = PositionLane(boot: opened.boot.number, last: content.last.positions)
        lastOfEarlierRuns = opened.lastOfEarlierRuns
        epochs = content.epochs
        firstOwnEpoch = opened.firstOwnEpoch
        receipts = content.receipts
        quarantine = content.quarantine
        var health = JournalHealth(durable: content.last, id: content.epochs[content.epochs.count - 1].id)
        (health.incidents, health.lostToDamage) = (opened.incidents, opened.lost)
        health.inMemoryBecause = opened.inMemoryBecause
        health.commitInterval = commitInterval
        health.lost = content.receipts.lost
        inbox = Inbox(health)
        shared = SharedJournalState(JournalState(opened, path: files.database), cursors: content.cursors)
        do throws(SystemCallError) {
            reader = try JournalReader(inbox, shared)
        } catch {
            throw JournalError(.storage, path: path, reason: "a thread for it cannot be started: \(error)")
        }
        if let dropped = opened.marks?.marks?.dropped { inbox.goneBefore(dropped) }
        self.clocks = clocks
        self.commitInterval = commitInterval
        self.limits = opened.marks == nil ? .inMemory : limits
        destinationNames = destinations
    }

    /// The file, as long as it is open.
    func openStore() throws(JournalError) -> JournalStore {
        guard !isClosed else { throw JournalError(.closed, path: path, reason: "is closed") }
        return store
    }

    /// Another file takes the place of the present one.
    func replaceStore(_ store: JournalStore) {
        self.store = store
        filesOpened += 1
        publish()
    }

    /// Lets those who read know what is so from now on.
    private func publish() {
        shared.publish(
            JournalState(
                file: marks == nil ? nil : filesOpened,
                path: path,
                boot: boot,
                epochs: epochs,
                receipts: receipts,
                lastEvent: lastEvent,
                lastPosition: positionLane.last,
                clock: clock,
                quarantine: quarantine
            )
        )
    }

    /// Writes what waits and closes the file; the journal takes nothing any more. A second call does nothing.
    /// - Throws: if what waited could not be written; it is lost then. The file is closed all the same.
    public nonisolated func close() async throws(JournalError) {
        // First, so that the writer is the last one who has the file open.
        await reader.close()
        try await closeFile()
    }

    private func closeFile() throws(JournalError) {
        guard !isClosed else { return }
        // First, so that a position that comes now is counted as dropped instead of vanishing between commit and close.
        inbox.close()
        defer {
            isClosed = true
            stopRelocating()
            store.database.closeKeepingLog()
            marks?.unlock()
        }
        do {
            try commit()
        } catch {
            // What waited is lost with the memory; the marks have room for the count on the fullest disk.
            noteLost()
            throw error
        }
        try marks?.close(at: durable)
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
