import PatrolCore
import PatrolWire
import Testing

/// Records as a cart makes them, and batches of them.
enum Samples {
    static let journal = JournalID("6f9619ff-8b86-4011-b42d-00cf4fc964ff")
    static let otherJournal = JournalID("0e4f0a3c-5d1c-4d43-9f21-7a2f0f0c9a11")

    /// 2026-11-24T13:00:00Z
    static let start = WallTime(millisecondsSince1970: 1_795_525_200_000)

    /// A position on a straight road to the north, one second after the other.
    /// - Parameters:
    ///   - sequence: also the seconds since ``start``, and since boot.
    ///   - hasTime: whether the receiver told a time that can be true.
    static func position(_ sequence: Int64, boot: Int64 = 1, hasTime: Bool = true) throws -> Recorded<Position> {
        let coordinate = try #require(
            Coordinate(latitudeE7: 293_000_000 + Int32(sequence) * 100, longitudeE7: 1_063_000_000)
        )
        var position = Position(
            receivedAt: Instant(millisecondsSinceBoot: sequence * 1000),
            coordinate: coordinate,
            mode: .threeDimensional,
            odometerMetres: sequence
        )
        position.altitudeDecimetres = 2513
        position.speedCentimetresPerSecond = 420
        position.courseDecidegrees = 0
        position.horizontalErrorDecimetres = 31
        position.satellitesUsed = 9
        if hasTime {
            position.time = start + .seconds(sequence)
            position.timeMark = .plausible
        }
        return Recorded(
            sequence: SequenceNumber(rawValue: sequence),
            boot: BootNumber(rawValue: boot),
            record: position
        )
    }

    static func positions(_ range: ClosedRange<Int64>, boot: Int64 = 1, hasTime: Bool = true) throws
        -> [Recorded<Position>]
    {
        try range.map { try position($0, boot: boot, hasTime: hasTime) }
    }

    /// An event, one second after the other.
    static func event(
        _ sequence: Int64,
        boot: Int64 = 1,
        hasTime: Bool = true,
        name: String = "gps.lost",
        details: [String: DetailValue] = ["reason": .string("no-fix")]
    ) -> Recorded<StoredEvent> {
        Recorded(
            sequence: SequenceNumber(rawValue: sequence),
            boot: BootNumber(rawValue: boot),
            record: StoredEvent(
                at: Instant(millisecondsSinceBoot: sequence * 1000),
                time: hasTime ? start + .seconds(sequence) : nil,
                coordinate: Coordinate(latitudeE7: -10, longitudeE7: -20),
                name: name,
                details: details
            )
        )
    }

    static func events(_ range: ClosedRange<Int64>, boot: Int64 = 1, hasTime: Bool = true) -> [Recorded<StoredEvent>] {
        range.map { event($0, boot: boot, hasTime: hasTime) }
    }

    /// A boot whose clock showed ``start`` at the instant 0, or is not known yet.
    static func boot(_ number: Int64 = 1, isClockKnown: Bool = true) -> BootRecord {
        BootRecord(
            number: BootNumber(rawValue: number),
            bootID: "2f1a7c1e-0d6b-4c55-8a55-1d9f2b6f0a0\(number)",
            clock: isClockKnown
                ? ClockOffset(
                    utcAtBootMilliseconds: start.millisecondsSince1970,
                    source: .gps,
                    uncertaintyMilliseconds: 300
                )
                : nil
        )
    }
}

extension Samples {
    /// A batch of records that follow the rules of the others here.
    /// - Parameter latest: the sequence of the position in the header.
    static func batch(
        vehicle: String = "cart-01",
        journal id: JournalID? = journal,
        latest: Int64? = nil,
        boots: [BootRecord] = [boot()],
        positions: ClosedRange<Int64>? = nil,
        events: ClosedRange<Int64>? = nil,
        absent: [AbsentRange] = [],
        given: PerLane<Int64>? = nil
    ) throws -> DecodedBatch {
        DecodedBatch(
            vehicle: vehicle,
            journalID: try #require(id),
            latest: try latest.map { Samples.latest(try position($0)) },
            boots: boots,
            positions: try positions.map { try Samples.positions($0) } ?? [],
            events: events.map { Samples.events($0) } ?? [],
            absent: absent,
            given: given.map {
                PerLane(
                    events: SequenceNumber(rawValue: $0.events),
                    positions: SequenceNumber(rawValue: $0.positions)
                )
            }
        )
    }

    /// Numbers that never come.
    static func absent(
        _ lane: Lane,
        _ range: ClosedRange<Int64>,
        count: Int64? = nil,
        _ reason: AbsenceReason = .dropped
    ) -> AbsentRange {
        AbsentRange(
            lane: lane,
            range: SequenceNumber(rawValue: range.lowerBound)...SequenceNumber(rawValue: range.upperBound),
            count: count ?? Int64(range.count),
            reason: reason
        )
    }
}

extension Samples {
    /// The batch as it travels, not compressed.
    static func encode(_ batch: DecodedBatch, as encoding: WireEncoding) throws -> [UInt8] {
        var blocks: [[Recorded<Position>]] = []
        for position in batch.positions {
            if let last = blocks.last, last[0].boot == position.boot, last.count < PositionBlockCodec.maximumPositions {
                blocks[blocks.count - 1].append(position)
            } else {
                blocks.append([position])
            }
        }
        return try BatchEncoder.encode(
            BatchContent(
                vehicle: batch.vehicle,
                journalID: batch.journalID,
                latest: batch.latest,
                boots: batch.boots,
                positionBlocks: try blocks.map { try PositionBlockCodec.encode($0) },
                positionRange: nil,
                events: batch.events,
                epoch: batch.epoch,
                absent: batch.absent,
                given: batch.given
            ),
            as: encoding
        )
    }

    /// A recorded position as the newest one in a header.
    static func latest(_ recorded: Recorded<Position>) -> Latest {
        Latest(boot: recorded.boot, position: recorded.record)
    }
}
