import PatrolCore
import PatrolWire

/// Numbers positions and fills blocks with them: which positions lie in which row.
///
/// Which block is open is known only here, in memory: on disk every block is complete at each commit, a block found at
/// start-up is never continued, and closing one costs no write. A block closes when
///
/// - it holds ``PositionBlockCodec/maximumPositions``,
/// - its first position is five minutes older than the next one,
/// - the boot changes (a lane lives within one boot),
/// - an epoch begins (``close()``). An upload does not close it: it takes what there is, and a block of 30 s would cost twice
///   the bytes of a full one.
struct PositionLane {
    /// So that the part of a track that lies in one row, and is decoded for one query, stays short even while parked.
    static let maximumAge = Duration.seconds(300)

    private let boot: BootNumber
    /// The number given last.
    private(set) var last: SequenceNumber
    /// What the open block holds; empty if none is open.
    private(set) var open: [Recorded<Position>] = []

    init(boot: BootNumber, last: SequenceNumber) {
        self.boot = boot
        self.last = last
    }

    /// Numbers positions and says which blocks are to be written, in order: first the open one as it has become, if it
    /// has grown, then new ones. The last of them is the open one from then on.
    mutating func append(_ positions: [Position]) -> [[Recorded<Position>]] {
        var full: [[Recorded<Position>]] = []
        var hasGrown = false
        for position in positions {
            if !accepts(position) {
                if hasGrown { full.append(open) }
                close()
            }
            last = last.next
            open.append(Recorded(sequence: last, boot: boot, record: position))
            hasGrown = true
        }
        return hasGrown ? full + [open] : []
    }

    /// Passes over numbers whose positions are gone.
    mutating func skip(_ count: Int64) {
        guard count > 0 else { return }
        close()
        last = SequenceNumber(rawValue: last.rawValue + count)
    }

    /// The next position starts a new block.
    mutating func close() {
        open = []
    }

    private func accepts(_ position: Position) -> Bool {
        guard let first = open.first else { return true }
        return open.count < PositionBlockCodec.maximumPositions
            && position.receivedAt - first.record.receivedAt < Self.maximumAge
    }
}
