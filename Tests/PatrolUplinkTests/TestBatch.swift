import PatrolCore
import PatrolWire

/// Small batches of one cart.
enum TestBatch {
    /// Where the cart is.
    static var latest: Latest? { position(1).map { Latest(boot: boot.number, position: $0) } }

    private static let boot = BootRecord(
        number: BootNumber(rawValue: 1),
        bootID: "0f8fad5b-d9cb-469f-a165-70867728950e",
        clock: nil
    )

    /// Events with these numbers and nothing else.
    static func events(_ numbers: ClosedRange<Int64>) throws -> BatchContent {
        var batch = try empty()
        batch.events = numbers.map { number in
            let event = Event(.daemonStopped(reason: "test"), at: Instant(millisecondsSinceBoot: number * 1000))
            return Recorded(sequence: .number(number), boot: boot.number, record: StoredEvent(event))
        }
        return batch
    }

    /// Positions with these numbers and nothing else.
    static func positions(_ numbers: ClosedRange<Int64>) throws -> BatchContent {
        var batch = try empty()
        let positions = numbers.compactMap { number in
            position(number).map { Recorded(sequence: .number(number), boot: boot.number, record: $0) }
        }
        batch.positionBlocks = [try PositionBlockCodec.encode(positions)]
        batch.positionRange = .number(numbers.lowerBound) ... .number(numbers.upperBound)
        return batch
    }

    /// The batch that a request's body holds.
    static func decode(_ body: [UInt8], _ encoding: WireEncoding) throws -> DecodedBatch {
        // Neither encoding begins like a gzip member.
        let isCompressed = body.starts(with: [0x1F, 0x8B])
        return try BatchDecoder.decode(isCompressed ? try Gzip.decompress(body, limit: 1 << 20) : body, as: encoding)
    }

    private static func empty() throws -> BatchContent {
        guard let id = JournalID("0b1c2d3e-4f50-4162-b738-495a6b7c8d9e") else {
            throw WireError(field: "journal_id", reason: "is no UUID")
        }
        return BatchContent(
            vehicle: "cart-01",
            journalID: id,
            latest: nil,
            boots: [boot],
            positionBlocks: [],
            positionRange: nil,
            events: []
        )
    }

    private static func position(_ number: Int64) -> Position? {
        Coordinate(latitude: 29.3, longitude: 106.3).map { coordinate in
            Position(
                receivedAt: Instant(millisecondsSinceBoot: number * 1000),
                coordinate: coordinate,
                mode: .twoDimensional,
                odometerMetres: number * 3
            )
        }
    }
}

extension SequenceNumber {
    /// The record with this number.
    static func number(_ value: Int64) -> SequenceNumber { SequenceNumber(rawValue: value) }
}
