import PatrolCore
import PatrolWire

/// A position on its way into a block.
struct LoosePosition: Hashable, Sendable {
    var recorded: Recorded<Position>
    /// When it arrived; dates it only if nobody else does.
    var arrival: WallTime
    var time: EffectiveTime
}

/// Makes blocks of positions in the order of their numbers.
///
/// | between two of them | cut |
/// | --- | --- |
/// | another boot | yes: a block has one |
/// | another arrival, and one of them has no time but that | yes: a block has one |
/// | earliest and latest time would be further apart than ``longestSpan`` | yes: an index finds blocks by their begin |
/// | the block is full, or the step to the next number is beyond 32 bits | yes |
enum BlockCut {
    /// The most that a block may span, so that whoever looks for a time looks back no further.
    static let longestSpan = Duration.seconds(6 * 3600)

    /// - Parameter most: so many positions in a block at most.
    static func blocks(
        of positions: [LoosePosition],
        atMost most: Int = PositionBlockCodec.maximumPositions
    ) -> [[LoosePosition]] {
        var blocks: [[LoosePosition]] = []
        var open: [LoosePosition] = []
        var times: ClosedRange<WallTime>?
        for position in positions {
            let time = position.time.time
            let grown = times.map { min($0.lowerBound, time)...max($0.upperBound, time) } ?? time...time
            if let last = open.last, !isConnected(last, position) || !fits(grown) || open.count >= most {
                blocks.append(open)
                open = []
                times = time...time
            } else {
                times = grown
            }
            open.append(position)
        }
        return open.isEmpty ? blocks : blocks + [open]
    }

    static func fits(_ times: ClosedRange<WallTime>) -> Bool { times.upperBound - times.lowerBound <= longestSpan }

    /// How many positions make blocks of which four fill a page of 4 kB: of larger ones only three fit.
    static func packing(_ positions: [LoosePosition]) -> Int {
        let sample = positions.prefix(PositionBlockCodec.maximumPositions).map(\.recorded)
        // What cannot be in a block is found when it is to be written; here it only means that nothing is known of its size.
        guard let bytes = try? PositionBlockCodec.blocks(of: sample).map(\.bytes.count).reduce(0, +), bytes > 0 else {
            return PositionBlockCodec.maximumPositions
        }
        return min(max(packedBytes * sample.count / bytes, 60), PositionBlockCodec.maximumPositions)
    }

    /// A row has some 60 B beside these, and blocks are not all alike.
    private static let packedBytes = 910

    private static func isConnected(_ left: LoosePosition, _ right: LoosePosition) -> Bool {
        let step = right.recorded.sequence.rawValue - left.recorded.sequence.rawValue
        let isDated = left.time.source != .arrival && right.time.source != .arrival
        return left.recorded.boot == right.recorded.boot && step <= UInt32.max
            && (isDated || left.arrival == right.arrival)
    }
}
