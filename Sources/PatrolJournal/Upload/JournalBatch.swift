public import PatrolCore

/// The next records for one destination, each lane from its cursor on without a gap.
public struct JournalBatch: Hashable, Sendable {
    /// In sequence.
    public var events: [Recorded<StoredEvent>]
    /// In sequence, each as ``PositionBlockCodec`` of PatrolWire reads it; the bytes of the file wherever a whole block fits.
    public var positionBlocks: [[UInt8]]
    /// From the first to the last event; `nil` without one.
    public var eventRange: ClosedRange<SequenceNumber>?
    /// From the first to the last position; `nil` without one.
    public var positionRange: ClosedRange<SequenceNumber>?
    /// The epoch that all of these records belong to: under its identity they are sent.
    public var epoch: Epoch
    /// The boots that these records belong to, and the present one, in their order.
    public var boots: [BootRecord]

    /// The identity of the epoch before; `nil` in the first one.
    public var previousID: JournalID?
    /// What the destination never gets of the numbers after what it has acknowledged and up to these records.
    public var absent: [AbsentRange] = []
    /// The highest number of each lane given so far in this epoch; 0 for none.
    public var given = PerLane(both: SequenceNumber.none)

    /// Nothing.
    init(epoch: Epoch) {
        (events, positionBlocks, boots) = ([], [], [])
        self.epoch = epoch
    }

    /// The identity of the journal for these records.
    public var journalID: JournalID { epoch.id }

    /// Whether there is nothing to send.
    public var isEmpty: Bool { events.isEmpty && positionBlocks.isEmpty }
}

/// What waits for one destination.
public struct Backlog: Hashable, Sendable {
    /// What waits in one lane, including positions whose commit is still to come.
    public struct LaneBacklog: Hashable, Sendable {
        /// How many records.
        public var count: Int64
        /// The time of the first of them, see ``Dated``; `nil` if nothing waits or nobody knows it.
        public var oldest: WallTime?
        /// The newest record of the lane.
        public var lastSequence: SequenceNumber
        /// Up to which record the destination is through with the lane: all up to it are acknowledged, or quarantined.
        public var settled: SequenceNumber
        /// How many records the destination has acknowledged; quarantined ones are none of them.
        public var acknowledged: Int64
        /// How many it has refused.
        public var quarantined: QuarantineCount
    }

    /// Of both lanes.
    public var lanes: PerLane<LaneBacklog>

    /// Of the events.
    public var events: LaneBacklog { lanes.events }
    /// Of the positions.
    public var positions: LaneBacklog { lanes.positions }
}
