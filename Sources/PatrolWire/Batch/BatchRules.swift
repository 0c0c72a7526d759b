import PatrolCore

/// What a batch may hold, whichever way it was written. The bounds keep a hostile one from costing more than an honest
/// one. A cart sends 200 events and 1200 positions at most; after as many crashes each of these has a block and a boot of its
/// own.
enum BatchRules {
    static let maximumEvents = 2000
    static let maximumPositions = 12_000
    static let maximumBlocks = 2400
    static let maximumBoots = 2400
    static let maximumDetailsBytes = 16 * 1024
    /// A full block whose every number takes ten bytes has 22 kB.
    static let maximumBlockBytes = 32 * 1024
    static let maximumEventBytes = maximumDetailsBytes + 1024
    static let maximumBootBytes = 1024
    /// A cart sends 100 at most.
    static let maximumAbsentRanges = 1000
    static let maximumAbsentRangeBytes = 256
    /// Of a batch's top level, those of later versions included.
    static let maximumFields = maximumEvents + maximumBlocks + maximumBoots + maximumAbsentRanges + 100
    /// Of all blocks, tags and lengths included: a position has 26 at most, a block's frame 60; the rest is for columns that
    /// later versions add.
    static let maximumBlockNumbers = 32 * maximumPositions + 64 * maximumBlocks
    /// Of all events: 5 kB for each of a cart's 200.
    static let maximumEventsBytes = 1024 * 1024
    /// Of all events together.
    static let maximumDetails = 10_000
    /// Of one object of JSON, an event's details among them; a position has 18.
    static let maximumMembersOfObject = 64
    /// Of a batch of JSON, which costs more than protobuf: a cart's largest has 480 kB of positions, 25,000 members and
    /// 3000 objects, each record, boot and event's details being one.
    static let maximumJSONBytes = 2 * 1024 * 1024
    static let maximumMembers = 40_000
    static let maximumObjects = 5000
    private static let maximumNameBytes = 64
    /// Half of ±2^53 ms, so that boot time and offset together stay within what JSON's numbers hold exactly.
    static let millisecondRange: ClosedRange<Int64> = -(1 << 52)...(1 << 52)

    static func count(_ field: String, _ count: Int, maximum: Int) throws(WireError) {
        guard count <= maximum else { throw .tooMany(field, "elements", count, maximum: maximum) }
    }

    static func name(_ text: String, _ field: String) throws(WireError) {
        let isName = text.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x2E
        }
        guard (1...maximumNameBytes).contains(text.utf8.count), isName else {
            throw WireError(
                field: field,
                reason: "is \"\(text.prefix(maximumNameBytes))\"; allowed: 1 to 64 of a-z, 0-9, \"-\" and \".\""
            )
        }
    }

    static func boot(
        number: UInt64,
        bootID: String,
        clock: (utcAtBootMilliseconds: Int64, source: String, uncertainty: Int64)?
    ) throws(WireError) -> BootRecord {
        guard (1...maximumNameBytes).contains(bootID.utf8.count), bootID.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw WireError(
                field: "boot_id",
                reason: "is \"\(bootID.prefix(maximumNameBytes))\"; allowed: 1 to 64 visible ASCII characters"
            )
        }
        var record = BootRecord(number: try PositionRules.boot(number), bootID: bootID, clock: nil)
        if let clock {
            // No offset ever comes from the system's clock as somebody set it.
            guard let source = ClockSource(rawValue: clock.source), source != .system else {
                let known = ClockSource.allCases.filter { $0 != .system }.map(\.rawValue).joined(separator: ", ")
                throw WireError(field: "clock.source", reason: "is \"\(clock.source.prefix(64))\"; allowed: \(known)")
            }
            record.clock = ClockOffset(
                utcAtBootMilliseconds: try PositionRules.checked(
                    clock.utcAtBootMilliseconds,
                    millisecondRange,
                    "clock.utc_at_boot_ms"
                ),
                source: source,
                uncertaintyMilliseconds: try PositionRules.checked(
                    clock.uncertainty,
                    0...millisecondRange.upperBound,
                    "clock.uncertainty_ms"
                )
            )
        }
        return record
    }

    static func event(
        sequence: UInt64,
        boot: UInt64,
        atMilliseconds: Int64,
        timeMilliseconds: Int64?,
        coordinate: Coordinate?,
        kind: String,
        details: [String: DetailValue]
    ) throws(WireError) -> Recorded<StoredEvent> {
        try name(kind, "kind")
        let event = StoredEvent(
            at: Instant(
                millisecondsSinceBoot: try PositionRules.checked(
                    atMilliseconds,
                    0...millisecondRange.upperBound,
                    "at_ms"
                )
            ),
            time: try PositionRules.checked(timeMilliseconds, millisecondRange, "time_ms")
                .map(WallTime.init(millisecondsSince1970:)),
            coordinate: coordinate,
            name: kind,
            details: details
        )
        return Recorded(
            sequence: try PositionRules.sequence(sequence, "sequence"),
            boot: try PositionRules.boot(boot),
            record: event
        )
    }

    /// What holds between the parts of a batch.
    static func checked(_ batch: ReceivedBatch) throws(WireError) -> ReceivedBatch {
        let head = batch.head
        guard (1...maximumNameBytes).contains(head.vehicle.utf8.count) else {
            throw WireError(field: "vehicle", reason: "has \(head.vehicle.utf8.count) bytes; allowed: 1 to 64")
        }
        let boots = Set(head.boots.map(\.number))
        guard boots.count == head.boots.count else {
            throw WireError(field: "boots", reason: "name a number twice; allowed: each boot once")
        }
        try ascending(head.events.map { ($0.sequence, $0.sequence) }, "events")
        try ascending(batch.blocks.map { ($0.first, $0.last) }, "positions")
        try AccountRules.check(batch)
        let used = Set(head.events.map(\.boot)).union(batch.blocks.map(\.boot)).union(
            head.latest.map { [$0.boot] } ?? []
        )
        if let missing = used.subtracting(boots).min() {
            throw WireError(field: "boots", reason: "lack number \(missing.rawValue), to which a record belongs")
        }
        return batch
    }

    private static func ascending(
        _ ranges: [(first: SequenceNumber, last: SequenceNumber)],
        _ field: String
    ) throws(WireError) {
        for (left, right) in zip(ranges, ranges.dropFirst()) where left.last >= right.first {
            throw .outOfRange(
                "\(field).sequence",
                right.first.rawValue,
                allowed: "more than the one before, \(left.last.rawValue)"
            )
        }
    }
}
