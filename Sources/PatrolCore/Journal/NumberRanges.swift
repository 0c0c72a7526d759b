/// Sequence numbers as few sorted ranges that neither overlap nor touch.
public struct NumberRanges: Hashable, Sendable {
    /// Ascending.
    public private(set) var ranges: [ClosedRange<SequenceNumber>] = []

    /// No numbers.
    public init() {}

    /// The numbers of some ranges, which may overlap and come in any order.
    public init(_ ranges: some Sequence<ClosedRange<SequenceNumber>>) {
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) { insert(range) }
    }

    /// The highest of them; `nil` if there are none.
    public var last: SequenceNumber? { ranges.last?.upperBound }

    /// Adds a range.
    public mutating func insert(_ range: ClosedRange<SequenceNumber>) {
        // Most come at the end.
        var first = ranges.count
        while first > 0, ranges[first - 1].upperBound.next >= range.lowerBound { first -= 1 }
        var merged = range
        var end = first
        while end < ranges.count, ranges[end].lowerBound <= merged.upperBound.next {
            merged =
                min(merged.lowerBound, ranges[end].lowerBound)...max(merged.upperBound, ranges[end].upperBound)
            end += 1
        }
        ranges.replaceSubrange(first..<end, with: [merged])
    }

    /// Whether all numbers of a range are among them.
    public func covers(_ range: ClosedRange<SequenceNumber>) -> Bool {
        let place = index(of: range.lowerBound)
        return place < ranges.count && ranges[place].lowerBound <= range.lowerBound
            && range.upperBound <= ranges[place].upperBound
    }

    /// How many of them are higher than a number.
    public func count(above number: SequenceNumber) -> Int64 {
        ranges[index(of: number)...].reduce(0) { count, range in
            count + range.upperBound.rawValue - max(range.lowerBound.rawValue - 1, number.rawValue)
        }
    }

    /// Those of a range that are not among them.
    public func gaps(in range: ClosedRange<SequenceNumber>) -> [ClosedRange<SequenceNumber>] {
        var gaps: [ClosedRange<SequenceNumber>] = []
        var next = range.lowerBound
        for known in ranges[index(of: range.lowerBound)...] {
            guard known.lowerBound <= range.upperBound else { break }
            if next < known.lowerBound { gaps.append(next...SequenceNumber(rawValue: known.lowerBound.rawValue - 1)) }
            next = max(next, known.upperBound.next)
        }
        if next <= range.upperBound { gaps.append(next...range.upperBound) }
        return gaps
    }

    /// The first range that does not lie below a number.
    private func index(of number: SequenceNumber) -> Int {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
