import PatrolCore

/// A receipt with the number of its row.
struct StoredReceipt: Hashable, Sendable {
    var number: Int64
    var receipt: Receipt
}

/// All receipts of a journal, as far as it keeps them in memory.
struct ReceiptBook: Sendable {
    private(set) var rows: [StoredReceipt]
    private var index = PerLane(both: ReceiptIndex())
    /// The numbers of each lane that no record has.
    private(set) var absent: PerLane<NumberRanges>
    /// Those of them that are not gone because every destination has them.
    private var lostNumbers: PerLane<NumberRanges>

    init(_ rows: [StoredReceipt] = []) {
        self.rows = rows
        absent = PerLane(both: NumberRanges())
        lostNumbers = PerLane(both: NumberRanges())
        for lane in Lane.allCases {
            absent[lane] = NumberRanges(
                rows.filter { $0.receipt.lane == lane && $0.receipt.isComplete }.map(\.receipt.range)
            )
            lostNumbers[lane] = NumberRanges(
                rows.filter { $0.receipt.lane == lane && $0.receipt.isComplete && $0.receipt.reason != .acknowledged }
                    .map(\.receipt.range)
            )
        }
        for (place, row) in rows.enumerated() { index[row.receipt.lane].insert(place, row.receipt.range) }
    }

    /// The receipts of a lane that tell of any of these numbers, in the order in which they were given.
    func receipts(_ lane: Lane, overlapping window: ClosedRange<SequenceNumber>) -> [Receipt] {
        index[lane].places(overlapping: window).map { rows[$0].receipt }
    }

    /// The highest number of a lane that a receipt tells of.
    func last(_ lane: Lane) -> SequenceNumber { absent[lane].last ?? .none }

    /// Up to which position thinning has come.
    var thinnedThrough: SequenceNumber {
        rows.last { $0.receipt.reason == .thinned }?.receipt.range.upperBound ?? .none
    }

    /// Whether thinned positions are left above a number.
    func hasThinned(_ lane: Lane, above number: SequenceNumber) -> Bool {
        guard lane == .positions, thinnedThrough > number else { return false }
        return !absent.positions.covers(thinnedThrough...thinnedThrough)
    }

    /// Whether nine of ten of these positions went.
    func isThinned(_ range: ClosedRange<SequenceNumber>) -> Bool {
        receipts(.positions, overlapping: range).contains { $0.reason == .thinned }
    }

    /// How many of the numbers above one have no record. In the middle of thinned positions about; at their ends exactly.
    func missing(_ lane: Lane, above number: SequenceNumber) -> Int64 {
        absent[lane].count(above: number) + thinned(lane, above: number) { _ in true }
    }

    /// How many of the numbers up to one have no record, and are not gone because everybody has them.
    func lost(_ lane: Lane, through number: SequenceNumber) -> Int64 {
        func isLost(_ receipt: Receipt) -> Bool { receipt.reason != .acknowledged }
        let thinned = thinned(lane, above: .none, isLost) - thinned(lane, above: number, isLost)
        return lostNumbers[lane].count(above: .none) - lostNumbers[lane].count(above: number) + thinned
    }

    /// How many of the numbers above one were thinned out and belong to no complete receipt that counts.
    private func thinned(
        _ lane: Lane,
        above number: SequenceNumber,
        _ counts: (Receipt) -> Bool
    ) -> Int64 {
        var gone: Int64 = 0
        for receipt in rows.map(\.receipt) where receipt.lane == lane {
            let (first, last) = (receipt.range.lowerBound.rawValue, receipt.range.upperBound.rawValue)
            guard last > number.rawValue else { continue }
            // Within a row the records that are gone lie evenly.
            let width = last - first + 1
            let part = last - max(first - 1, number.rawValue)
            if receipt.reason == .thinned {
                gone += (receipt.count * part + width / 2) / width
            } else if receipt.reason != .skipped, counts(receipt) {
                gone -= ((width - receipt.count) * part + width / 2) / width
            }
        }
        return max(0, gone)
    }

    /// How many records of a lane are gone, and how many numbers were passed over.
    func counts(_ lane: Lane) -> (records: [Receipt.Reason: Int64], skipped: Int64) {
        var records: [Receipt.Reason: Int64] = [:]
        var skipped: Int64 = 0
        for receipt in rows.map(\.receipt) where receipt.lane == lane {
            if receipt.reason == .skipped {
                skipped += receipt.range.upperBound.rawValue - receipt.range.lowerBound.rawValue + 1
            } else {
                records[receipt.reason, default: 0] += receipt.count
            }
        }
        return (records, skipped)
    }

    /// Records that are gone although not every destination has them, by reason.
    var lost: PerLane<[Receipt.Reason: Int64]> {
        func lost(_ lane: Lane) -> [Receipt.Reason: Int64] {
            counts(lane).records.filter { $0.key != .acknowledged && $0.value > 0 }
        }
        return PerLane(events: lost(.events), positions: lost(.positions))
    }

    /// Adds a receipt. One that goes on where the newest of its lane and reason ends becomes one with it, so that months of
    /// clearing up are one row.
    /// - Returns: the row to be written.
    mutating func add(_ receipt: Receipt) -> StoredReceipt {
        if receipt.isComplete {
            absent[receipt.lane].insert(receipt.range)
            if receipt.reason != .acknowledged { lostNumbers[receipt.lane].insert(receipt.range) }
        }
        if let index = rows.lastIndex(where: { $0.receipt.lane == receipt.lane && $0.receipt.reason == receipt.reason }
        ),
            rows[index].receipt.range.upperBound.next == receipt.range.lowerBound
        {
            var merged = rows[index].receipt
            merged.range = merged.range.lowerBound...receipt.range.upperBound
            merged.count += receipt.count
            merged.from = merged.from ?? receipt.from
            merged.to = receipt.to ?? merged.to
            rows[index].receipt = merged
            self.index[receipt.lane].extend(index, to: merged.range)
            return rows[index]
        }
        let row = StoredReceipt(number: (rows.last?.number ?? 0) + 1, receipt: receipt)
        index[receipt.lane].insert(rows.count, receipt.range)
        rows.append(row)
        return row
    }
}
