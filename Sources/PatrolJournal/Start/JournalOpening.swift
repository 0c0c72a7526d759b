import Glibc
import PatrolCore
import PatrolSQLite

/// A journal as it was opened, whatever it took.
struct OpenedJournal {
    var store: JournalStore
    var content: JournalContent
    var boot: BootRecord
    /// `nil` in memory.
    var marks: MarksFile?
    /// The newest records when it was opened.
    var lastOfEarlierRuns = PerLane(both: SequenceNumber.none)
    /// The number of the first epoch that began now; above all others if none did.
    var firstOwnEpoch = Int64.max
    /// What happened, in the order in which it is told: on record, and in health.
    var incidents: [String] = []
    /// Records that were on disk once and are not there any more.
    var lost = PerLane<Int64>(both: 0)
    /// Why it is in memory only.
    var inMemoryBecause: JournalError?
}

/// Opens a journal without a person: what cannot be used is set aside, what can be salvaged of it is, and if no folder can
/// be used the journal is in memory.
struct JournalOpening {
    let files: JournalFiles
    let bootID: String
    /// 16 bytes; empty if the machine has no identity.
    let machine: [UInt8]
    let now: Instant
    /// The number of a file in its file system; 0 where those do not last.
    let fileNumber: (String) -> UInt64

    /// What came before the file that is opened now.
    private struct Before {
        var reason: String
        var setAside: String?
    }

    /// - Throws: only if another process has the journal, or the machine has no memory.
    func open() throws(JournalError) -> OpenedJournal {
        do {
            return try openOnDisk()
        } catch  where error.cause == .inUse {
            throw error
        } catch {
            return try openInMemory(because: error)
        }
    }

    private func openInMemory(because error: JournalError) throws(JournalError) -> OpenedJournal {
        let store = try JournalStore(inMemoryInsteadOf: files.database)
        return try begin(
            OpenedJournal(
                store: store,
                content: try store.content(),
                boot: BootRecord(number: .first, bootID: bootID, clock: nil),
                inMemoryBecause: error
            ),
            nil
        )
    }

    private func openOnDisk() throws(JournalError) -> OpenedJournal {
        try JournalFolder.prepare(files.folder)
        let marks = try MarksFile(folder: files.folder)
        files.removeRebuilt()
        var before: Before?
        if files.isLogOrphaned {
            before = try rebuild("the log was there without its database")
        } else if try isLogDamaged() {
            before = try rebuild("the write-ahead log was damaged")
        }
        do {
            return try open(marks, before)
        } catch  where error.isAboutContent {
            if before == nil { before = try rebuild(error.reason) }
        }
        do {
            return try open(marks, before)
        } catch  where error.isAboutContent {
            // Nothing of it can be used, and it is kept: an empty journal is better than none.
            before?.setAside = try files.setAside()
            return try open(marks, before)
        }
    }

    private func isLogDamaged() throws(JournalError) -> Bool {
        try JournalStore.translating { () throws(SQLiteError) in
            try WriteAheadLog(path: files.database + "-wal")?.end == .damaged
        }
    }

    private func rebuild(_ reason: String) throws(JournalError) -> Before {
        Before(reason: reason, setAside: try Salvage.rebuild(files))
    }

    // MARK: - What is there

    private func open(_ marks: MarksFile, _ before: Before?) throws(JournalError) -> OpenedJournal {
        let hadLog = files.hasLog
        let store = try JournalStore(path: files.database)
        do throws(JournalError) {
            let (content, repair) = try contentOrRepair(of: store, mustRepair: before != nil)
            let verdict = judge(store, content, before, marks)
            if case .begins(_, let lost, let reason) = verdict, lost != PerLane(both: 0), hadLog, before == nil {
                // What is missing may lie in the log, behind a frame that SQLite took for the end.
                throw JournalError(.damaged, path: files.database, reason: reason)
            }
            let boot = try boot(store, content, marks)
            let opened = OpenedJournal(store: store, content: content, boot: boot, marks: marks)
            return try begin(opened, repair, verdict, before)
        } catch {
            // The log may be needed for what can be saved.
            store.database.abandon()
            throw error
        }
    }

    /// - Parameter mustRepair: for a file that was put together anew: what is missing in it is not known yet.
    private func contentOrRepair(
        of store: JournalStore,
        mustRepair: Bool
    ) throws(JournalError) -> (JournalContent, RepairReport?) {
        if !mustRepair {
            do {
                return (try store.content(), nil)
            } catch  where error.cause == .damaged {
                // Taken out below.
            }
        }
        let report = try store.repair()
        return (try store.content(), report)
    }

    // MARK: - What follows

    private func judge(
        _ store: JournalStore,
        _ content: JournalContent,
        _ before: Before?,
        _ marks: MarksFile
    ) -> EpochRule.Verdict {
        EpochRule.judge(
            EpochRule.Found(
                last: content.last,
                id: content.epochs.last?.id,
                isBeforeMarks: (1..<JournalSchema.firstChecked).contains(store.foundVersion),
                machine: machine,
                file: fileNumber(files.database),
                rebuilt: before?.reason
            ),
            marks.marks
        )
    }

    private func boot(
        _ store: JournalStore,
        _ content: JournalContent,
        _ marks: MarksFile
    ) throws(JournalError) -> BootRecord {
        if let known = try store.boot(named: bootID) { return known }
        // Boots that a rolled-back file does not know of may be at the station.
        let last = max(content.lastBoot, marks.marks?.boot ?? content.lastBoot)
        return BootRecord(number: BootNumber(rawValue: last.rawValue + 1), bootID: bootID, clock: nil)
    }

    private func begin(
        _ opened: OpenedJournal,
        _ repair: RepairReport?,
        _ verdict: EpochRule.Verdict = .goesOn,
        _ before: Before? = nil
    ) throws(JournalError) -> OpenedJournal {
        var opened = opened
        var beginning = JournalBeginning(opened.content, opened.boot, at: now)
        if let repair {
            let name = opened.inMemoryBecause == nil ? files.keepDamaged(repair.rows) : nil
            beginning.repaired(repair, keptAs: name)
        }
        beginning.restoreEpochs(known: opened.marks?.marks?.epochs ?? [], isOneLost: repair?.counts[.epochs] != nil)
        switch verdict {
        case .goesOn: beginning.firstEpoch()
        case .begins(let first, let lost, let reason): beginning.epoch(first, lost, reason, before?.setAside)
        }
        let known = (opened.content.epochs + (opened.marks?.marks?.epochs ?? [])).map(\.number)
        // Before any number is given, and before the file has one that these do not know of.
        try opened.marks?.write(
            JournalMarks(
                machine: machine,
                file: fileNumber(files.database),
                reserved: beginning.content.last.map { SequenceNumber(rawValue: $0.rawValue + MarksFile.reservation) },
                durable: opened.content.last,
                boot: beginning.content.lastBoot,
                isClean: false,
                dropped: opened.marks?.marks?.dropped ?? PerLane(both: 0),
                epochs: beginning.content.epochs
            )
        )
        try beginning.write(to: opened.store)
        opened.lastOfEarlierRuns = opened.content.last
        opened.firstOwnEpoch = beginning.content.epochs.map(\.number).filter { !known.contains($0) }.min() ?? .max
        opened.content = beginning.content
        (opened.incidents, opened.lost) = (beginning.incidents, beginning.lost)
        opened.marks?.note { $0.durable = beginning.content.last }
        return opened
    }
}

extension JournalStore {
    /// Takes what is damaged out of the file; what is missing then is in the report, and not written yet.
    func repair() throws(JournalError) -> RepairReport {
        try JournalStore.translating { () throws(SQLiteError) in try database.execute("BEGIN IMMEDIATE") }
        do {
            let report = try removeDamage(through: PerLane(both: .none))
            try JournalStore.translating { () throws(SQLiteError) in try database.execute("COMMIT") }
            return report
        } catch {
            database.rollBack()
            throw error
        }
    }
}

extension JournalError {
    /// Whether it is the content of the file that is at fault, and not the disk, the folder or another process.
    var isAboutContent: Bool {
        switch cause {
        case .notAJournal, .newerVersion, .unsafeSettings, .damaged: true
        case .folder, .inUse, .storageFull, .readOnly, .storage, .unencodable, .unknownSequence, .closed: false
        }
    }
}

extension BootNumber {
    /// Of a new journal.
    static let first = BootNumber(rawValue: 1)
}
