import PatrolCore
import PatrolWire

/// A block on its way into its row.
struct EncodedBlock: Hashable, Sendable {
    let range: ClosedRange<SequenceNumber>
    let boot: BootNumber
    /// From the earliest to the latest plausible time in it; `nil` without one.
    let times: ClosedRange<WallTime>?
    /// From the earliest to the latest boot time of the positions without a plausible time; `nil` without one.
    let untimed: ClosedRange<Instant>?
    let bytes: [UInt8]

    /// - Parameter positions: at least one, of one boot, in sequence.
    init(_ positions: [Recorded<Position>]) throws(WireError) {
        bytes = try PositionBlockCodec.encode(positions)
        range = positions[0].sequence...positions[positions.count - 1].sequence
        boot = positions[0].boot
        times = Self.span(positions.compactMap(\.record.believedTime))
        untimed = Self.span(
            positions.filter { $0.record.believedTime == nil }.map(\.record.receivedAt)
        )
    }

    private static func span<Value: Comparable>(_ values: [Value]) -> ClosedRange<Value>? {
        guard let first = values.min(), let last = values.max() else { return nil }
        return first...last
    }
}

extension Position {
    /// Whether every quantity is within what a block can carry.
    var isEncodable: Bool {
        do throws(WireError) {
            let first = Recorded(sequence: SequenceNumber.none.next, boot: BootNumber(rawValue: 1), record: self)
            _ = try PositionBlockCodec.encode([first])
            return true
        } catch {
            return false
        }
    }
}

/// A block as it lies in its row.
struct StoredBlock: Hashable, Sendable {
    let range: ClosedRange<SequenceNumber>
    let boot: BootNumber
    let bytes: [UInt8]
    /// UTC at the instant 0 of its boot, if that is known.
    let utcAtBoot: WallTime?
}
