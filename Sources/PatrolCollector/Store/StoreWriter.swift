import PatrolCore
import PatrolSQLite
import PatrolWire
import Synchronization

/// The one writer of the store, on a thread of its own.
actor StoreWriter {
    /// So many batches share a commit at most.
    private static let groupSize = 64

    private let folder: StoreFolder
    private var database: Database
    /// What of the file's structure turned out to be damaged and is not mended yet, in words.
    private nonisolated let damage = Mutex<String?>(nil)
    private var mends = 0
    private let thread: DatabaseThread
    /// What is stored with the next commit.
    private var waiting: [Waiting] = []
    private let upkeepSignal: AsyncStream<Void>.Continuation

    /// Says when there may be something to do for ``upkeep(keep:now:)``.
    nonisolated let upkeepIsDue: AsyncStream<Void>

    /// What had to be done so that the store could be opened; `nil` for nothing.
    nonisolated let openingNote: String?

    /// A batch on its way through a commit.
    private final class Waiting {
        let batch: ReceivedBatch
        let arrival: WallTime
        private(set) var result: Result<StoreOutcome, SQLiteError>?
        private var continuation: CheckedContinuation<Void, Never>?

        init(_ batch: ReceivedBatch, arrival: WallTime) {
            self.batch = batch
            self.arrival = arrival
        }

        func answer(_ result: Result<StoreOutcome, SQLiteError>) {
            self.result = result
            continuation?.resume()
            continuation = nil
        }

        /// The commit may have ended before anybody waits for it.
        func wait(_ continuation: CheckedContinuation<Void, Never>) {
            if result == nil { self.continuation = continuation } else { continuation.resume() }
        }
    }

    /// Whether somebody commits whatever waits.
    private var isCommitting = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Opens the store, or makes it, and brings its tables up to date.
    /// - Parameter maximumPages: a bound on the file's size for a test bench, which meets it as a full disk.
    init(folder: StoreFolder, maximumPages: Int? = nil) throws(CollectorError) {
        self.folder = folder
        (upkeepIsDue, upkeepSignal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        do {
            thread = try DatabaseThread(name: "store-write")
            (database, openingNote) = try StoreOpening.open(folder.databasePath)
            if let maximumPages { try database.execute("PRAGMA max_page_count = \(maximumPages)") }
        } catch {
            throw CollectorError(store: folder.databasePath, error)
        }
        upkeepSignal.yield()
    }

    // MARK: Batches

    /// Stores what is new of a batch in one transaction, together with the batches that wait beside it.
    ///
    /// When it returns, the batch is on disk: the commit has synced the log. When it throws, nothing of it is stored.
    func store(_ batch: ReceivedBatch, heardAt arrival: WallTime) async throws(SQLiteError) -> StoreOutcome {
        let own = Waiting(batch, arrival: arrival)
        waiting.append(own)
        if !isCommitting {
            isCommitting = true
            // Lets the calls that wait for this thread already come in: they share the commit.
            await Task.yield()
            while !waiting.isEmpty { commit() }
            isCommitting = false
        }
        while true {
            if let result = own.result { return try result.get() }
            await withCheckedContinuation { own.wait($0) }
        }
    }

    private func commit() {
        let group = Array(waiting.prefix(Self.groupSize))
        waiting.removeFirst(group.count)
        let database = database
        do throws(SQLiteError) {
            let outcomes = try database.transaction { () throws(SQLiteError) in
                var outcomes: [StoreOutcome] = []
                for one in group { outcomes.append(try Self.store(one, database)) }
                return outcomes
            }
            for (one, outcome) in zip(group, outcomes) { one.answer(.success(outcome)) }
        } catch {
            met(error)
            guard group.count > 1 else {
                for one in group { one.answer(.failure(error)) }
                return
            }
            // One of them may be too large for what room is left: each for itself then.
            for one in group {
                let result = Result { () throws(SQLiteError) in
                    try database.transaction { () throws(SQLiteError) in try Self.store(one, database) }
                }
                one.answer(result)
            }
        }
        upkeepSignal.yield()
    }

    private static func store(_ one: Waiting, _ database: Database) throws(SQLiteError) -> StoreOutcome {
        var transaction = try BatchTransaction(database, one.batch, arrival: one.arrival)
        return try transaction.run()
    }

    // MARK: Upkeep

    /// Asks whether there is something to do.
    nonisolated func wakeUpkeep() { upkeepSignal.yield() }

    /// One step of what has to be done beside; see ``StoreUpkeep``.
    /// - Parameter now: the station's time, asked for when the step is made.
    func upkeep(
        keep: Duration?,
        now: @autoclosure @Sendable () -> WallTime
    ) throws(SQLiteError) -> StoreUpkeep.Step {
        let (database, now) = (database, now())
        let upkeep = StoreUpkeep(database: database)
        // Nothing of this was promised to anybody: the next batch's commit syncs it along.
        try database.execute("PRAGMA synchronous = NORMAL")
        let step = Result { () throws(SQLiteError) in
            try database.transaction { () throws(SQLiteError) in try upkeep.step(keep: keep, now: now) }
        }
        try StoreFile.demandFullSynchronisation(database)
        if case .success(.moved(left: 0)) = step { try upkeep.rewriteIfWorthIt() }
        if case .failure(let error) = step { met(error) }
        return try step.get()
    }

    // MARK: Damage

    /// A file that has to be mended again and again lies on a disk that no mending helps.
    private static let maximumMends = 3

    /// What is not about damage in the file's structure is none of its matter.
    nonisolated func met(_ error: SQLiteError) {
        guard error.isDamageOfFile else { return }
        damage.withLock { $0 = error.reason }
        upkeepSignal.yield()
    }

    /// Sets a file aside whose structure turned out to be damaged, and goes on with what can be read of it. Batches wait
    /// meanwhile; what is gone is missing in the next acknowledgement, and the carts send it again.
    /// - Returns: what was done, in words for health and log; `nil` if nothing was to be done.
    /// - Throws: if it could not be done. The file is as it was then.
    func mend() throws -> String? {
        guard let reason = damage.withLock({ $0.take() }), mends < Self.maximumMends else { return nil }
        mends += 1
        database.close()
        do {
            let opened = try StoreOpening.mend(folder.databasePath, reason: reason)
            database = opened.database
            return opened.note
        } catch {
            database = try StoreFile.reopen(folder.databasePath)
            throw error
        }
    }

    /// Puts blocks that turned out to be damaged aside.
    /// - Returns: which numbers they had, with the vehicle.
    func setAside(_ blocks: [Int64], now: WallTime) throws(SQLiteError) -> [DamagedRange] {
        let database = database
        return try database.transaction { () throws(SQLiteError) in
            var ranges: [DamagedRange] = []
            for id in blocks {
                if let range = try DamageControl(database: database).setAside(id, now: now) { ranges.append(range) }
            }
            return ranges
        }
    }

    /// Writes the log back into the file and lets go of both. Nothing may be asked afterwards.
    func close() {
        upkeepSignal.finish()
        // What cannot be done now is done when the store is opened the next time.
        StoreFile.close(database)
    }
}
