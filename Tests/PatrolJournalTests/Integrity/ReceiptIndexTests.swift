import PatrolCore
import Testing

@testable import PatrolJournal

@Suite struct ReceiptIndexTests {
    @Test(arguments: 0..<20)
    func `it finds what a walk through all of them finds`(seed: UInt64) {
        var dice = SplitMix64(seed: seed)
        var index = ReceiptIndex()
        var ranges: [ClosedRange<SequenceNumber>] = []
        func range(within last: Int64) -> ClosedRange<SequenceNumber> {
            let first = Int64.random(in: 1...last, using: &dice)
            return SequenceNumber(rawValue: first)...SequenceNumber(rawValue: first + .random(in: 0...30, using: &dice))
        }
        for _ in 0..<200 {
            if !ranges.isEmpty, Int.random(in: 0..<4, using: &dice) == 0 {
                let place = Int.random(in: 0..<ranges.count, using: &dice)
                let (first, last) = (ranges[place].lowerBound, ranges[place].upperBound)
                ranges[place] = first...SequenceNumber(rawValue: last.rawValue + 9)
                index.extend(place, to: ranges[place])
            } else {
                ranges.append(range(within: 500))
                index.insert(ranges.count - 1, ranges[ranges.count - 1])
            }
            let window = range(within: 560)
            #expect(index.places(overlapping: window) == ranges.indices.filter { ranges[$0].overlaps(window) })
        }
    }
}
