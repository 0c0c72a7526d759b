public import PatrolCore
import PatrolSQLite

/// What a destination is told of the numbers that have no record for it.
extension JournalView {
    /// More absent ranges than this are not told at a time; the wire's bound. A receiver that still lacks an explanation says
    /// so, and gets the next ones.
    static let maximumAbsentRanges = 1000

    /// Adds to a batch what its receiver needs to know that nothing is missing.
    /// - Parameter told: up to where the destination has acknowledged the lanes in this run; it needs no word on what lies
    ///   before.
    func addAccount(
        to batch: inout JournalBatch,
        for destination: String,
        told: PerLane<SequenceNumber>,
        from store: JournalStore
    ) throws(JournalError) {
        let epoch = batch.epoch
        batch.previousID = epochs.last { $0.number < epoch.number }?.id
        let later = epochs.filter { $0.number > epoch.number }
        let last = PerLane(events: lastEvent, positions: lastPosition)
        for lane in Lane.allCases {
            // The file may be newer than the state.
            var given = max(last[lane], (lane == .events ? batch.eventRange : batch.positionRange)?.upperBound ?? .none)
            for next in later { given = min(given, SequenceNumber(rawValue: next.first[lane].rawValue - 1)) }
            batch.given[lane] = given < epoch.first[lane] ? .none : given
            guard let end = (lane == .events ? batch.eventRange : batch.positionRange)?.upperBound else { continue }
            let begin = max(told[lane].next, epoch.first[lane])
            guard begin <= end else { continue }
            batch.absent += try absent(lane, begin...end, for: destination, from: store)
        }
        batch.absent = Array(batch.absent.prefix(Self.maximumAbsentRanges))
    }

    private func absent(
        _ lane: Lane,
        _ window: ClosedRange<SequenceNumber>,
        for destination: String,
        from store: JournalStore
    ) throws(JournalError) -> [AbsentRange] {
        var account = LaneAccount(lane: lane, window: window)
        let known = receipts.receipts(lane, overlapping: window)
        for receipt in known where receipt.isComplete { account.add(receipt) }
        if quarantineCounts(of: destination)[lane].held > 0 {
            for range in try store.quarantined(by: destination, lane, after: window.lowerBound) {
                account.add(range, reason: .quarantined)
            }
        }
        for receipt in known where !receipt.isComplete { account.add(receipt) }
        return account.ranges.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }
}

extension Journal {
    /// A destination has lost what it acknowledged once: from here on everything is sent again, what it refused included. What
    /// is not held any more goes as absent.
    /// - Parameter through: what it still has; `nil` for a lane that is as it was. Never moves a lane forward.
    /// - Throws: if it could not be written; what was so far is in force then.
    public func rewind(_ destination: String, to through: PerLane<SequenceNumber?>) throws(JournalError) {
        try commitBefore()
        var cursor = cursor(of: destination)
        for lane in Lane.allCases {
            guard let through = through[lane], through < cursor[lane] else { continue }
            cursor[lane] = through
            unwritten.quarantine.append(
                QuarantineChange(destination: destination, lane: lane, sequence: through, kind: .forgotten)
            )
        }
        guard cursor != self.cursor(of: destination) else { return }
        shared.move(destination) { $0 = cursor }
        try commit()
        quarantine[destination] = try openStore().quarantineCounts()[destination]
    }
}

/// The absent ranges of one lane, without overlaps: what is said first of a number counts.
private struct LaneAccount {
    let lane: Lane
    let window: ClosedRange<SequenceNumber>
    private(set) var ranges: [AbsentRange] = []
    private var covered = NumberRanges()

    init(lane: Lane, window: ClosedRange<SequenceNumber>) {
        self.lane = lane
        self.window = window
    }

    mutating func add(_ receipt: Receipt) {
        let times = receipt.from.flatMap { from in receipt.to.flatMap { from <= $0 ? from...$0 : nil } }
        let reason: AbsenceReason =
            receipt.reason == .skipped ? .neverWritten : AbsenceReason(rawValue: receipt.reason.rawValue)
        let share = receipt.isComplete ? nil : (part: receipt.count, of: receipt.range.length)
        add(receipt.range, reason: reason, times: times, share: share)
    }

    /// - Parameter share: of a range with records among its numbers, how many have none; so much of a part of it is told, as
    ///   nobody keeps which ones.
    mutating func add(
        _ range: ClosedRange<SequenceNumber>,
        reason: AbsenceReason,
        times: ClosedRange<WallTime>? = nil,
        share: (part: Int64, of: Int64)? = nil
    ) {
        guard range.overlaps(window) else { return }
        for piece in covered.gaps(in: range.clamped(to: window)) {
            var count = piece.length
            if let share {
                let exact = Double(count) * Double(share.part) / Double(share.of)
                count = min(count, max(1, Int64(exact.rounded())))
            }
            ranges.append(AbsentRange(lane: lane, range: piece, count: count, reason: reason, times: times))
        }
        covered.insert(range.clamped(to: window))
    }
}

extension ClosedRange<SequenceNumber> {
    fileprivate var length: Int64 { upperBound.rawValue - lowerBound.rawValue + 1 }
}
