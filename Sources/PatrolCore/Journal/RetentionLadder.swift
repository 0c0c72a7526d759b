/// How much a journal may keep.
public struct JournalLimits: Hashable, Sendable {
    /// Of the file; 1 MiB and more.
    public var maximumBytes: Int64
    /// What of it positions may not fill, 1–99.
    public var eventsPercent: Int
    /// How long records are kept, by trusted time.
    public var maximumAge: Duration
    /// What must stay free in the file system for everybody else.
    public var minimumFreeBytes: Int64

    /// 64 MiB (about five million positions) with a quarter for events, 30 days, 32 MiB free.
    public static let standard = JournalLimits(
        maximumBytes: 64 << 20,
        maximumAge: .seconds(30 * 86_400),
        minimumFreeBytes: 32 << 20
    )

    /// 6 MiB, for a journal that has no disk.
    public static let inMemory = JournalLimits(
        maximumBytes: 6 << 20,
        maximumAge: .seconds(30 * 86_400),
        minimumFreeBytes: 0
    )

    /// See the properties.
    public init(maximumBytes: Int64, eventsPercent: Int = 25, maximumAge: Duration, minimumFreeBytes: Int64) {
        self.maximumBytes = maximumBytes
        self.eventsPercent = eventsPercent
        self.maximumAge = maximumAge
        self.minimumFreeBytes = minimumFreeBytes
    }

    /// Positions may fill what is not the events'.
    public var maximumPositionBytes: Int64 {
        let percent = Int64(100 - eventsPercent)
        return maximumBytes / 100 * percent + maximumBytes % 100 * percent / 100
    }

    /// What one step frees at least, so that receipts stay few.
    public var stepBytes: Int64 { max(64 << 10, maximumBytes / 64) }
}

/// What has to go when there is too much: the rule of the journal's bounds.
///
/// | what is wrong | what goes, the first that there is |
/// | --- | --- |
/// | records are too old | the oldest of that lane |
/// | positions fill more than their share | 1, 2, 3 |
/// | the file is too large, or too little is free | 1, 2, 3, 4, 5 |
///
/// 1. The oldest positions that every destination has.
/// 2. Nine of ten of the oldest positions that not all have and that are still whole.
/// 3. The oldest positions.
/// 4. The oldest events that every destination has.
/// 5. The oldest events.
public enum RetentionLadder {
    /// What a lane holds.
    public struct LaneUsage: Hashable, Sendable {
        /// Of its rows, about.
        public var bytes: Int64
        /// The time of the oldest record; `nil` if nobody knows, or there is none.
        public var oldest: WallTime?
        /// Whether its oldest part may go because every destination has it.
        public var hasAcknowledged: Bool
        /// Whether some of it can be thinned.
        public var hasWhole: Bool
        /// Whether there is anything that may go: the newest records never do.
        public var hasAny: Bool

        /// See the properties.
        public init(bytes: Int64, oldest: WallTime?, hasAcknowledged: Bool, hasWhole: Bool, hasAny: Bool) {
            self.bytes = bytes
            self.oldest = oldest
            self.hasAcknowledged = hasAcknowledged
            self.hasWhole = hasWhole
            self.hasAny = hasAny
        }
    }

    /// What the journal and its file system hold.
    public struct Usage: Hashable, Sendable {
        /// Of the lanes.
        public var lanes: PerLane<LaneUsage>
        /// Of the file that is in use; what was freed inside it does not count.
        public var usedBytes: Int64
        /// Of the file that is not, and could be given back.
        public var spareBytes: Int64
        /// In the file system; `nil` if it cannot be asked.
        public var freeBytes: Int64?
        /// UTC, if it is trusted.
        public var now: WallTime?

        /// See the properties.
        public init(
            lanes: PerLane<LaneUsage>,
            usedBytes: Int64,
            spareBytes: Int64,
            freeBytes: Int64?,
            now: WallTime?
        ) {
            self.lanes = lanes
            self.usedBytes = usedBytes
            self.spareBytes = spareBytes
            self.freeBytes = freeBytes
            self.now = now
        }
    }

    /// What is to be done next.
    public enum Step: Hashable, Sendable {
        /// The oldest records that every destination has go, about so many bytes of them.
        case dropAcknowledged(Lane, bytes: Int64)
        /// Nine of ten of the oldest whole positions go.
        case thin(bytes: Int64)
        /// The oldest records go.
        case drop(Lane, bytes: Int64)
        /// Records that are older go, whether somebody has them or not.
        case dropOlder(Lane, than: WallTime)
        /// The file gives so many bytes back that it does not use.
        case shrink(bytes: Int64)
    }

    /// The next step; `nil` if everything is within its bounds, or nothing is left that may go.
    public static func next(_ usage: Usage, _ limits: JournalLimits) -> Step? {
        if let now = usage.now {
            let limit = now + (.zero - limits.maximumAge)
            for lane in [Lane.positions, .events] where usage.lanes[lane].hasAny {
                if let oldest = usage.lanes[lane].oldest, oldest < limit { return .dropOlder(lane, than: limit) }
            }
        }
        let lacking = usage.freeBytes.map { max(0, limits.minimumFreeBytes - $0) } ?? 0
        // What lies unused in the file is given back first: it costs nobody anything.
        if lacking > 0, usage.spareBytes > 0 { return .shrink(bytes: min(lacking, usage.spareBytes)) }
        if usage.spareBytes > limits.maximumBytes / 4 { return .shrink(bytes: usage.spareBytes / 2) }
        let positions = usage.lanes.positions
        let tooMany = positions.bytes - limits.maximumPositionBytes
        let tooLarge = max(usage.usedBytes - limits.maximumBytes, lacking)
        guard max(tooMany, tooLarge) > 0 else { return nil }
        let bytes = max(tooMany, tooLarge, limits.stepBytes)
        if positions.hasAcknowledged { return .dropAcknowledged(.positions, bytes: bytes) }
        if positions.hasWhole { return .thin(bytes: bytes) }
        if positions.hasAny { return .drop(.positions, bytes: bytes) }
        guard tooLarge > 0 else { return nil }
        if usage.lanes.events.hasAcknowledged { return .dropAcknowledged(.events, bytes: bytes) }
        if usage.lanes.events.hasAny { return .drop(.events, bytes: bytes) }
        return nil
    }
}
