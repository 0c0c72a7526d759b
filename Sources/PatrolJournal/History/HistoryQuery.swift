public import PatrolCore

/// Which records of a lane are wanted: one page, by time, kind and place in the lane.
public struct HistoryQuery: Hashable, Sendable {
    /// The most records in one answer; with a thousand positions about 150 KB of memory.
    public static let maximumLimit = 1000

    /// In which order records come.
    public enum Order: Hashable, Sendable {
        /// By ascending sequence number.
        case oldestFirst
        /// By descending sequence number.
        case newestFirst
    }

    /// Only records with a known time that is not earlier.
    public var from: WallTime?
    /// Only records with a known time that is earlier.
    public var to: WallTime?
    /// Only events of these kinds, by name; all if empty. Not looked at for positions.
    public var kinds: Set<String>
    /// The last record of the page before, in this query's order; `nil` for the first page.
    public var after: SequenceNumber?
    /// In which order records come.
    public var order: Order
    /// The most records wanted; less than 0 counts as 0, and more than ``maximumLimit`` as that.
    public var limit: Int

    /// See the properties.
    public init(
        from: WallTime? = nil,
        to: WallTime? = nil,
        kinds: Set<String> = [],
        after: SequenceNumber? = nil,
        order: Order = .oldestFirst,
        limit: Int
    ) {
        self.from = from
        self.to = to
        self.kinds = kinds
        self.after = after
        self.order = order
        self.limit = limit
    }

    /// `nil` if every record is wanted, whether its time is known or not; empty if none can match.
    var times: Range<WallTime>? {
        guard from != nil || to != nil else { return nil }
        let first = from ?? WallTime(millisecondsSince1970: .min)
        return first..<max(first, to ?? WallTime(millisecondsSince1970: .max))
    }

    var boundedLimit: Int { min(max(limit, 0), Self.maximumLimit) }
}

/// A record with the time by which it is found and shown.
public struct Dated<Record: Hashable & Sendable>: Hashable, Sendable {
    /// The record, as it lies in the journal.
    public var recorded: Recorded<Record>
    /// When, in UTC; `nil` if nobody knows.
    public var effectiveTime: WallTime?
    /// Whether the time was found later, from the boot clock and what it turned out to be.
    public var isCorrected: Bool

    /// - Parameters:
    ///   - own: UTC as the record itself says it, if that can be believed.
    ///   - at: the record's place on its boot's clock.
    ///   - utcAtBoot: UTC at the instant 0 of that clock, if that is known.
    private init(_ recorded: Recorded<Record>, own: WallTime?, at: Instant, utcAtBoot: WallTime?) {
        self.recorded = recorded
        let known = KnownTime(own: own, at: at, utcAtBoot: utcAtBoot)
        effectiveTime = known?.time
        isCorrected = known?.isCorrected ?? false
    }
}

extension Dated where Record == Position {
    /// By the receiver's time if nothing speaks against it, else by the boot clock.
    init(_ recorded: Recorded<Position>, utcAtBoot: WallTime?) {
        self.init(
            recorded,
            own: recorded.record.believedTime,
            at: recorded.record.receivedAt,
            utcAtBoot: utcAtBoot
        )
    }
}

extension Dated where Record == StoredEvent {
    /// By the time at which it was recorded if the clock was trusted then, else by the boot clock.
    init(_ recorded: Recorded<StoredEvent>, utcAtBoot: WallTime?) {
        self.init(recorded, own: recorded.record.time, at: recorded.record.at, utcAtBoot: utcAtBoot)
    }
}
