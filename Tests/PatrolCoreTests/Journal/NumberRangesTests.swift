import Testing

@testable import PatrolCore

@Suite("Numbers as ranges")
struct NumberRangesTests {
    private func range(_ first: Int64, _ last: Int64) -> ClosedRange<SequenceNumber> {
        SequenceNumber(rawValue: first)...SequenceNumber(rawValue: last)
    }

    @Test("Whatever is inserted in whatever order, it answers as a set of single numbers would")
    func model() {
        var random = SplitMix64(seed: 11)
        for _ in 0..<300 {
            var ranges = NumberRanges()
            var model: Set<Int64> = []
            for _ in 0..<Int.random(in: 0...8, using: &random) {
                let first = Int64.random(in: 1...40, using: &random)
                let last = Int64.random(in: first...min(40, first + 6), using: &random)
                ranges.insert(range(first, last))
                model.formUnion(first...last)
            }
            #expect(ranges == NumberRanges(ranges.ranges.reversed()))
            #expect(ranges.last?.rawValue == model.max())
            for (left, right) in zip(ranges.ranges, ranges.ranges.dropFirst()) {
                #expect(left.upperBound.rawValue + 1 < right.lowerBound.rawValue, "neighbours are one")
            }
            for number in Int64(0)...41 {
                let above = ranges.count(above: SequenceNumber(rawValue: number))
                #expect(above == Int64(model.filter { $0 > number }.count))
            }
            let first = Int64.random(in: 1...40, using: &random)
            let last = Int64.random(in: first...41, using: &random)
            #expect(ranges.covers(range(first, last)) == model.isSuperset(of: first...last))
            let gaps = ranges.gaps(in: range(first, last)).flatMap { $0.lowerBound.rawValue...$0.upperBound.rawValue }
            #expect(gaps == (first...last).filter { !model.contains($0) })
        }
    }
}
