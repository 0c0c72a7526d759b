import PatrolCore

/// Where the receipts of a lane are, by their numbers: each batch asks for those of its own, and a journal may have thousands.
struct ReceiptIndex: Sendable {
    private struct Entry: Sendable {
        /// In the list of all receipts.
        var place: Int
        var range: ClosedRange<SequenceNumber>
        /// The highest number of this one and of all before it.
        var reach: SequenceNumber
    }

    /// By their lowest numbers. They may overlap: thinned positions are dropped later on.
    private var entries: [Entry] = []

    /// Adds a receipt; at the end in all but rare cases.
    mutating func insert(_ place: Int, _ range: ClosedRange<SequenceNumber>) {
        let index = count(startingAtMost: range.lowerBound)
        entries.insert(Entry(place: place, range: range, reach: range.upperBound), at: index)
        updateReach(from: index)
    }

    /// A receipt tells of more numbers now.
    mutating func extend(_ place: Int, to range: ClosedRange<SequenceNumber>) {
        guard let index = entries.lastIndex(where: { $0.place == place }) else { return }
        entries[index].range = range
        updateReach(from: index)
    }

    /// The places of those that have any of these numbers, ascending.
    func places(overlapping window: ClosedRange<SequenceNumber>) -> [Int] {
        var places: [Int] = []
        for entry in entries[..<count(startingAtMost: window.upperBound)].reversed() {
            guard entry.reach >= window.lowerBound else { break }
            if entry.range.upperBound >= window.lowerBound { places.append(entry.place) }
        }
        return places.sorted()
    }

    private func count(startingAtMost number: SequenceNumber) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].range.lowerBound <= number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func updateReach(from index: Int) {
        for index in index..<entries.count {
            let before = index > 0 ? entries[index - 1].reach : .none
            entries[index].reach = max(before, entries[index].range.upperBound)
        }
    }
}
