import PatrolCore
import PatrolSQLite

/// Damage is met where it is read: taken out, kept aside, receipted, and the reading goes on.
extension Journal {
    /// A file that has to be rebuilt again and again lies on a disk that no rebuilding helps.
    static let maximumRebuilds = 3

    /// Reads, and if something turns out to be damaged once more after its repair.
    func reading<Value>(_ body: (JournalStore) throws(JournalError) -> Value) throws(JournalError) -> Value {
        do {
            return try body(try openStore())
        } catch  where error.isDamage {
            try repair(because: error)
            return try body(try openStore())
        }
    }

    /// Takes out what is damaged; if that is the structure of the file, the file is put together anew.
    func repair(because error: JournalError) throws(JournalError) {
        stopRelocating()
        do {
            let report = try settle(nil)
            guard report.summary.isEmpty, report.receipts.isEmpty else { return }
            // Something is wrong, and no row is: it is what leads to the rows.
            try rebuild(because: error)
        } catch  where error.isDamage {
            try rebuild(because: error)
        }
    }

    private func rebuild(because error: JournalError) throws(JournalError) {
        guard rebuilds < Self.maximumRebuilds, marks != nil else { throw error }
        rebuilds += 1
        try openStore().database.abandon()
        let name: String?
        do {
            name = try Salvage.rebuild(files)
        } catch {
            // Without room for another file the damaged one has to do.
            replaceStore(try JournalStore(path: files.database))
            throw error
        }
        replaceStore(try JournalStore(path: files.database))
        // A block never spans two epochs.
        positionLane.close()
        try beginEpoch(durable.map(\.next), error.reason, setAside: name)
    }

    /// From these numbers on records belong to a new epoch. Whatever a destination said to have of them is not believed.
    func beginEpoch(
        _ first: PerLane<SequenceNumber>,
        _ reason: String,
        setAside: String? = nil
    ) throws(JournalError) {
        let number = (epochs.last?.number ?? 0) + 1
        let epoch = Epoch(number: number, id: Epoch.newID(), first: first, reason: reason)
        epochs.append(epoch)
        firstOwnEpoch = min(firstOwnEpoch, number)
        shared.moveAll { cursor in
            for lane in Lane.allCases where cursor[lane] >= first[lane] {
                cursor[lane] = SequenceNumber(rawValue: first[lane].rawValue - 1)
            }
        }
        _ = try settle(.journalEpoch(id: epoch.id, reason: reason, setAside: setAside))
    }

    /// Removes what is damaged and writes what is known besides: receipts and events for what is missing, and everything
    /// that lies in memory too. One transaction.
    /// - Parameter event: what else is to be told.
    private func settle(_ event: EventKind?) throws(JournalError) -> RepairReport {
        let store = try openStore()
        try JournalStore.translating { () throws(SQLiteError) in try store.database.execute("BEGIN IMMEDIATE") }
        do throws(JournalError) {
            let report = try store.removeDamage(through: durable, knowing: receipts)
            var told = event.map { [$0] } ?? []
            if !report.summary.isEmpty {
                told.append(.journalDamaged(what: report.summary, keptAs: files.keepDamaged(report.rows)))
            }
            if report.counts[.quarantine] != nil { sendAllAgain() }
            var book = receipts
            for receipt in report.receipts {
                _ = book.add(receipt)
                told.append(receipt.event)
            }
            try writeKnown(to: store, book, isNewEpoch: event != nil)
            let last = try write(told, to: store)
            try JournalStore.translating { () throws(SQLiteError) in try store.database.execute("COMMIT") }
            (receipts, lastEvent) = (book, last)
            quarantine = try store.quarantineCounts()
            note(told)
            inbox.lostToDamage(report.receipts)
            return report
        } catch {
            store.database.rollBack()
            throw error
        }
    }

    /// Nobody knows any more what was refused: the destinations are asked again, and keep what they have once.
    private func sendAllAgain() {
        shared.moveAll { $0 = PerLane(both: .none) }
        quarantine = [:]
    }

    private func writeKnown(
        to store: JournalStore,
        _ book: ReceiptBook,
        isNewEpoch: Bool
    ) throws(JournalError) {
        let isBootThere = try store.boot(named: bootID) != nil
        try JournalStore.translating { () throws(SQLiteError) in
            if !isBootThere { try store.insert(BootRecord(number: boot, bootID: bootID, clock: clock)) }
            try store.database.execute("DELETE FROM epochs; DELETE FROM receipts")
            for epoch in epochs { try store.insert(epoch) }
            for receipt in book.rows { try store.write(receipt) }
            for (destination, cursor) in cursors {
                for lane in Lane.allCases { try store.write(cursor[lane], lane: lane, of: destination) }
            }
            if quarantine.isEmpty { try store.database.execute("DELETE FROM quarantine") }
            // What was refused under another identity is judged anew.
            for lane in Lane.allCases where isNewEpoch {
                let statement = try store.statement(.removeRefused)
                try statement.bind(lane.rawValue, at: 1)
                try statement.bind(currentEpoch.first[lane].rawValue, at: 2)
                try statement.bind(Int64.max, at: 3)
                try statement.run()
            }
            for state in states.values { try store.write(state) }
        }
    }

    /// Within a transaction.
    /// - Returns: the number of the last event then.
    func write(_ kinds: [EventKind], to store: JournalStore) throws(JournalError) -> SequenceNumber {
        var last = lastEvent
        let end = SequenceNumber(rawValue: last.rawValue + Int64(kinds.count))
        try marks?.reserve(PerLane(events: end, positions: positionLane.last))
        let now = clocks.now()
        let time = (unwritten.clock ?? clock)?.wallTime(at: now)
        try JournalStore.translating { () throws(SQLiteError) in
            for kind in kinds {
                last = last.next
                try store.insert(StoredEvent(Event(kind, at: now, time: time)), as: last, boot: boot)
            }
        }
        return last
    }

    /// What was told is in health too.
    private func note(_ kinds: [EventKind]) {
        guard let epoch = epochs.last else { return }
        for kind in kinds {
            let details = kind.details.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.text)" }
            inbox.note("\(kind.name): \(details.joined(separator: ", "))", id: epoch.id, durable: durable)
        }
        marks?.note { marks in
            marks.epochs = epochs
            marks.durable = durable
            marks.file = fileNumber(path)
        }
    }
}

extension JournalError {
    /// Whether the file's content is at fault, on a file that was once opened.
    var isDamage: Bool { cause == .damaged || cause == .notAJournal }
}

extension Epoch {
    static func newID() -> JournalID {
        var generator = SystemRandomNumberGenerator()
        return JournalID.random(using: &generator)
    }
}
