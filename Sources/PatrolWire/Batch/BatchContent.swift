public import PatrolCore

/// How a batch is written.
public enum WireEncoding: String, CaseIterable, Hashable, Sendable {
    /// `patrol.proto`: small.
    case protobuf
    /// For receivers without protobuf: each record an object.
    case json

    /// The media type of the body.
    public var contentType: String {
        switch self {
        case .protobuf: "application/x-protobuf"
        case .json: "application/json"
        }
    }
}

/// Where the cart is now; shown by the receiver, not stored as a record.
public struct Latest: Hashable, Sendable {
    /// The boot that the position's instant belongs to.
    public var boot: BootNumber
    /// The newest accepted position.
    public var position: Position

    /// See the properties.
    public init(boot: BootNumber, position: Position) {
        self.boot = boot
        self.position = position
    }
}

/// What goes into one batch.
public struct BatchContent: Hashable, Sendable {
    /// The vehicle's name.
    public var vehicle: String
    /// The journal that the sequence numbers belong to.
    public var journalID: JournalID
    /// Where the cart is now.
    public var latest: Latest?
    /// The boots that the records and ``latest`` belong to.
    public var boots: [BootRecord]
    /// Serialised blocks, exactly as ``PositionBlockCodec`` wrote them, in the order of their sequence.
    public var positionBlocks: [[UInt8]]
    /// The first and the last position in the blocks; `nil` without blocks.
    public var positionRange: ClosedRange<SequenceNumber>?
    /// In the order of their sequence.
    public var events: [Recorded<StoredEvent>]
    /// The journal's epoch; all records are of it.
    public var epoch: JournalEpoch
    /// What up to the batch's last records the receiver never gets.
    public var absent: [AbsentRange]
    /// The highest numbers given so far in this epoch.
    public var given: PerLane<SequenceNumber>?

    /// The first and the last event; `nil` without events.
    public var eventRange: ClosedRange<SequenceNumber>? {
        guard let first = events.first, let last = events.last, first.sequence <= last.sequence else { return nil }
        return first.sequence...last.sequence
    }

    /// See the properties.
    public init(
        vehicle: String,
        journalID: JournalID,
        latest: Latest?,
        boots: [BootRecord],
        positionBlocks: [[UInt8]],
        positionRange: ClosedRange<SequenceNumber>?,
        events: [Recorded<StoredEvent>],
        epoch: JournalEpoch = .first,
        absent: [AbsentRange] = [],
        given: PerLane<SequenceNumber>? = nil
    ) {
        self.vehicle = vehicle
        self.journalID = journalID
        self.latest = latest
        self.boots = boots
        self.positionBlocks = positionBlocks
        self.positionRange = positionRange
        self.events = events
        self.epoch = epoch
        self.absent = absent
        self.given = given
    }
}

/// A batch as the receiver reads it: checked, with the blocks opened.
public struct DecodedBatch: Hashable, Sendable {
    /// The vehicle's name.
    public var vehicle: String
    /// The journal that the sequence numbers belong to.
    public var journalID: JournalID
    /// Where the cart is now.
    public var latest: Latest?
    /// Each boot once; every record's boot is among them.
    public var boots: [BootRecord]
    /// Strictly ascending.
    public var positions: [Recorded<Position>]
    /// Strictly ascending.
    public var events: [Recorded<StoredEvent>]
    /// The journal's epoch; all records are of it.
    public var epoch: JournalEpoch
    /// What up to the batch's last records the sender will never send: events first, each lane's ascending and apart.
    public var absent: [AbsentRange]
    /// The highest numbers given so far in this epoch; `nil` from a sender that does not tell of absent ranges.
    public var given: PerLane<SequenceNumber>?

    /// See the properties.
    public init(
        vehicle: String,
        journalID: JournalID,
        latest: Latest?,
        boots: [BootRecord],
        positions: [Recorded<Position>],
        events: [Recorded<StoredEvent>],
        epoch: JournalEpoch = .first,
        absent: [AbsentRange] = [],
        given: PerLane<SequenceNumber>? = nil
    ) {
        self.vehicle = vehicle
        self.journalID = journalID
        self.latest = latest
        self.boots = boots
        self.positions = positions
        self.events = events
        self.epoch = epoch
        self.absent = absent
        self.given = given
    }
}

/// A batch as the receiver stores it: checked, with its positions in blocks as they came.
public struct ReceivedBatch: Hashable, Sendable {
    /// Everything but the positions, of which it has none.
    public var head: DecodedBatch
    /// Their numbers ascend strictly, within each block and from one to the next.
    public var blocks: [OpenBlock]

    init(head: DecodedBatch, blocks: [OpenBlock]) {
        self.head = head
        self.blocks = blocks
    }

    /// A batch whose positions came one by one.
    /// - Throws: if one of them cannot be in a block.
    public init(_ batch: DecodedBatch) throws(WireError) {
        head = batch
        head.positions = []
        blocks = try PositionBlockCodec.blocks(of: batch.positions)
    }

    /// With the positions one by one.
    public var decoded: DecodedBatch {
        var batch = head
        batch.positions = blocks.flatMap(\.positions)
        return batch
    }
}
