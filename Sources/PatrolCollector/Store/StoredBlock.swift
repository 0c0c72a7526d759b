import PatrolCore
import PatrolWire

/// A block of positions as the store holds it: the wire's bytes, and beside them what they are found by.
struct StoredBlock: Hashable, Sendable {
    /// The store's number of the row; 0 before it has one.
    var id: Int64 = 0
    /// The store's number of the journal.
    var journal: Int64
    /// The store's number of the vehicle.
    var vehicle: Int64
    var first: Int64
    var last: Int64
    var count: Int64
    var boot: Int64
    /// The earliest and the latest of the effective times, in milliseconds since 1970.
    var firstMilliseconds: Int64
    var lastMilliseconds: Int64
    /// When the positions arrived, which dates those that nobody else dates.
    var arrivalMilliseconds: Int64
    /// Whether a position has no time of its own.
    var isUndated: Bool
    var bytes: [UInt8]

    /// Over everything but the row's number.
    var checksum: Int64 {
        var crc = CRC32C()
        for number in [
            journal, vehicle, first, last, count, boot, firstMilliseconds, lastMilliseconds, arrivalMilliseconds,
            isUndated ? 1 : 0,
        ] {
            crc.update(number)
        }
        bytes.withUnsafeBytes { crc.update($0) }
        return Int64(crc.value)
    }
}

/// Positions of one block with what dates them.
struct DatedBlock: Sendable {
    var block: OpenBlock
    /// UTC at the instant 0 of the block's boot, if that is known.
    var utcAtBoot: WallTime?
    var arrival: WallTime

    /// The time of one of them.
    func time(at index: Int) -> EffectiveTime {
        EffectiveTime(
            own: block.believedMilliseconds(at: index).map(WallTime.init(millisecondsSince1970:)),
            instant: Instant(millisecondsSinceBoot: block.bootMilliseconds(at: index)),
            utcAtBoot: utcAtBoot,
            arrival: arrival
        )
    }

    func held(at index: Int) -> HeldPosition {
        HeldPosition(position: block.position(at: index), boot: block.boot, time: time(at: index))
    }

    /// What the block is found by.
    func stored(vehicle: Int64, journal: Int64) -> StoredBlock {
        var earliest = Int64.max
        var latest = Int64.min
        var isUndated = false
        for index in 0..<block.count {
            let time = time(at: index)
            earliest = min(earliest, time.time.millisecondsSince1970)
            latest = max(latest, time.time.millisecondsSince1970)
            if time.source != .record { isUndated = true }
        }
        return StoredBlock(
            journal: journal,
            vehicle: vehicle,
            first: block.first.rawValue,
            last: block.last.rawValue,
            count: Int64(block.count),
            boot: block.boot.rawValue,
            firstMilliseconds: earliest,
            lastMilliseconds: latest,
            arrivalMilliseconds: arrival.millisecondsSince1970,
            isUndated: isUndated,
            bytes: block.bytes
        )
    }
}
