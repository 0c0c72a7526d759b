import PatrolCore
import PatrolSQLite

/// What a start has to write before anything else: the boot, a new epoch, receipts for what is gone, and the events that tell
/// of it. One transaction.
struct JournalBeginning {
    private(set) var content: JournalContent
    private(set) var incidents: [String] = []
    /// Records that were on disk once and are not there any more.
    private(set) var lost = PerLane<Int64>(both: 0)
    private let boot: BootRecord
    private let now: Instant
    private let isBootNew: Bool
    private var epochs: [Epoch] = []
    private var receipts: [StoredReceipt] = []
    private var events: [EventKind] = []

    init(_ content: JournalContent, _ boot: BootRecord, at now: Instant) {
        (self.content, self.boot, self.now) = (content, boot, now)
        isBootNew = boot.number > content.lastBoot
        self.content.lastBoot = max(boot.number, content.lastBoot)
    }

    /// Epochs that the file does not know of any more come back from the marks; for one that nobody knows, what may have
    /// belonged to it gets an identity that is new: at worst the station has such a record under two.
    mutating func restoreEpochs(known: [Epoch], isOneLost: Bool) {
        var isOneLost = isOneLost
        for epoch in known where !content.epochs.contains(where: { $0.number == epoch.number }) {
            add(epoch)
            isOneLost = false
        }
        let numbers = content.epochs.map(\.number)
        isOneLost = isOneLost || numbers != Array(1..<(Int64(numbers.count) + 1))
        guard isOneLost, let last = content.epochs.last else { return }
        add(Epoch(number: last.number + 1, id: Epoch.newID(), first: last.first, reason: "an epoch was damaged"))
    }

    /// A new journal gets its identity; one that has one keeps it.
    mutating func firstEpoch() {
        guard content.epochs.isEmpty else { return }
        add(Epoch(number: 1, id: Epoch.newID(), first: PerLane(both: SequenceNumber.none.next), reason: "made"))
    }

    /// What a repair found is told and receipted.
    mutating func repaired(_ report: RepairReport, keptAs name: String?) {
        if !report.summary.isEmpty {
            events.append(.journalDamaged(what: report.summary, keptAs: name))
            incidents.append(
                "rows were damaged and taken out: \(report.summary)" + (name.map { "; kept as \($0)" } ?? "")
            )
        }
        if report.counts[.quarantine] != nil { forgotten = Set(content.cursors.keys) }
        for (destination, refused) in content.quarantine {
            let cursor = content.cursors[destination] ?? PerLane(both: .none)
            if Lane.allCases.contains(where: { refused[$0].held > cursor[$0].rawValue }) {
                forgotten.insert(destination)
            }
        }
        for destination in forgotten {
            content.cursors[destination] = PerLane(both: .none)
            content.quarantine[destination] = nil
        }
        report.receipts.forEach { add($0) }
    }

    /// A new epoch begins.
    /// - Parameters:
    ///   - lost: so many records of each lane behind the last one were on disk and are gone.
    mutating func epoch(
        _ first: PerLane<SequenceNumber>,
        _ lost: PerLane<Int64>,
        _ reason: String,
        _ setAside: String?
    ) {
        let id = Epoch.newID()
        add(Epoch(number: (content.epochs.last?.number ?? 0) + 1, id: id, first: first, reason: reason))
        for lane in Lane.allCases {
            let last = content.last[lane].rawValue
            if lost[lane] > 0 { add(lane, last + 1, last + lost[lane], lost[lane], .rolledBack) }
            if last + lost[lane] + 1 < first[lane].rawValue {
                add(lane, last + lost[lane] + 1, first[lane].rawValue - 1, 0, .skipped)
            }
        }
        events.append(.journalEpoch(id: id, reason: reason, setAside: setAside))
        incidents.append(
            "a new epoch began: \(reason)" + (setAside.map { "; the file before it is kept as \($0)" } ?? "")
        )
    }

    /// Of these destinations nobody knows any more what they refused: they are sent everything again, and keep what they have
    /// once.
    private var forgotten: Set<String> = []

    private mutating func add(_ lane: Lane, _ first: Int64, _ last: Int64, _ count: Int64, _ reason: Receipt.Reason) {
        let range = SequenceNumber(rawValue: first)...SequenceNumber(rawValue: last)
        add(Receipt(lane: lane, range: range, count: count, reason: reason))
    }

    private mutating func add(_ receipt: Receipt) {
        receipts.append(content.receipts.add(receipt))
        content.last[receipt.lane] = max(content.last[receipt.lane], receipt.range.upperBound)
        guard receipt.isLoss else { return }
        events.append(receipt.event)
        lost[receipt.lane] += receipt.count
    }

    private mutating func add(_ epoch: Epoch) {
        epochs.append(epoch)
        content.epochs.append(epoch)
        content.epochs.sort { $0.number < $1.number }
    }

    /// Writes all of it.
    mutating func write(to store: JournalStore) throws(JournalError) {
        let this = self
        let time = boot.clock?.wallTime(at: now)
        var last = content.last.events
        try JournalStore.translating { () throws(SQLiteError) in
            try store.database.transaction { () throws(SQLiteError) in
                if this.isBootNew { try store.insert(this.boot) }
                for epoch in this.epochs { try store.insert(epoch) }
                for receipt in this.receipts { try store.write(receipt) }
                for destination in this.forgotten {
                    let statement = try store.statement(.forgetRefused)
                    try statement.bind(destination, at: 1)
                    try statement.run()
                    for lane in Lane.allCases { try store.write(.none, lane: lane, of: destination) }
                }
                for kind in this.events {
                    last = last.next
                    let event = StoredEvent(Event(kind, at: this.now, time: time))
                    try store.insert(event, as: last, boot: this.boot.number)
                }
            }
        }
        content.last.events = last
    }
}
