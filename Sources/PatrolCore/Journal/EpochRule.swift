/// A stretch of a journal's numbers that goes out under one identity.
///
/// Numbers rise in the file for ever; a record belongs to the newest epoch that begins at or below its number. So one number
/// for each lane still says what a destination has, and numbers that may have been given before a rollback are never given
/// again under the same identity.
public struct Epoch: Hashable, Sendable {
    /// From 1.
    public var number: Int64
    /// The identity.
    public var id: JournalID
    /// The first record of each lane.
    public var first: PerLane<SequenceNumber>
    /// Why it began.
    public var reason: String

    /// See the properties.
    public init(number: Int64, id: JournalID, first: PerLane<SequenceNumber>, reason: String) {
        self.number = number
        self.id = id
        self.first = first
        self.reason = reason
    }
}

/// What a journal has ever promised, kept beside its file: so a file that is older than its promises is noticed.
public struct JournalMarks: Hashable, Sendable {
    /// Of the machine; empty if it has none.
    public var machine: [UInt8]
    /// The number of the journal's file in its file system (its inode); 0 where those do not last.
    public var file: UInt64
    /// The highest number of each lane that may have been given.
    public var reserved: PerLane<SequenceNumber>
    /// Records up to here were on disk.
    public var durable: PerLane<SequenceNumber>
    /// The highest number of a boot.
    public var boot: BootNumber
    /// Whether the last run ended in order: then ``durable`` is exact.
    public var isClean: Bool
    /// Positions that memory had to drop, since the marks were made.
    public var dropped: PerLane<Int64>
    /// All of them, ascending.
    public var epochs: [Epoch]

    /// See the properties.
    public init(
        machine: [UInt8],
        file: UInt64,
        reserved: PerLane<SequenceNumber>,
        durable: PerLane<SequenceNumber>,
        boot: BootNumber,
        isClean: Bool,
        dropped: PerLane<Int64>,
        epochs: [Epoch]
    ) {
        self.machine = machine
        self.file = file
        self.reserved = reserved
        self.durable = durable
        self.boot = boot
        self.isClean = isClean
        self.dropped = dropped
        self.epochs = epochs
    }
}

/// Decides at a start whether the numbers of a file go on, or a new epoch begins.
///
/// | the file | its marks | so |
/// | --- | --- | --- |
/// | is of a version without marks | are missing | goes on |
/// | is there | are missing, or cannot be read | new epoch: nobody knows what was promised |
/// | is new | are there | new epoch: the file before it is gone |
/// | has another identity | are there | new epoch: one of them was put here |
/// | is there | are of another machine | new epoch: it was copied |
/// | has another inode | are there | new epoch: it was copied |
/// | ends before what was on disk | are there | new epoch: it was rolled back, or its log lost its tail |
/// | ends behind what may have been given | are there | new epoch: the marks were rolled back |
/// | ends elsewhere than it was left in order | are there | new epoch, likewise |
/// | ends between, as a power cut leaves it | are there | goes on |
public enum EpochRule {
    /// What is found.
    public struct Found: Sendable {
        /// The newest record of each lane.
        public var last: PerLane<SequenceNumber>
        /// The newest identity; `nil` for a new file.
        public var id: JournalID?
        /// Whether the file was written by a version that kept no marks.
        public var isBeforeMarks: Bool
        /// Of this machine; empty if it has none.
        public var machine: [UInt8]
        /// The number of the file; 0 where those do not last.
        public var file: UInt64
        /// Why the file is not the one that it was: what it holds had to be put together anew.
        public var rebuilt: String?

        /// See the properties.
        public init(
            last: PerLane<SequenceNumber>,
            id: JournalID?,
            isBeforeMarks: Bool,
            machine: [UInt8],
            file: UInt64,
            rebuilt: String?
        ) {
            self.last = last
            self.id = id
            self.isBeforeMarks = isBeforeMarks
            self.machine = machine
            self.file = file
            self.rebuilt = rebuilt
        }
    }

    /// What follows.
    public enum Verdict: Hashable, Sendable {
        /// The next number is the one after the last.
        case goesOn
        /// A new epoch begins with these numbers, and so many records of each lane, the next ones after the last, are lost.
        case begins(first: PerLane<SequenceNumber>, lost: PerLane<Int64>, reason: String)
    }

    /// See the table.
    public static func judge(_ found: Found, _ marks: JournalMarks?) -> Verdict {
        guard let marks else {
            if found.rebuilt == nil, found.id == nil || found.isBeforeMarks { return .goesOn }
            return .begins(
                first: found.last.map(\.next),
                lost: PerLane(both: 0),
                reason: found.rebuilt ?? "what was promised is not known: the marks are missing or cannot be read"
            )
        }
        guard let reason = found.rebuilt ?? doubt(found, marks) else { return .goesOn }
        var first = PerLane(both: SequenceNumber.none)
        var lost = PerLane(both: Int64(0))
        for lane in Lane.allCases {
            first[lane] = max(found.last[lane], marks.reserved[lane], marks.durable[lane]).next
            lost[lane] = max(0, marks.durable[lane].rawValue - found.last[lane].rawValue)
        }
        return .begins(first: first, lost: lost, reason: reason)
    }

    private static func doubt(_ found: Found, _ marks: JournalMarks) -> String? {
        guard let id = found.id else { return "the file is gone" }
        guard id == marks.epochs.last?.id else { return "the file or its marks were put here" }
        guard found.machine == marks.machine || found.machine.isEmpty || marks.machine.isEmpty else {
            return "the file was copied from another machine"
        }
        guard found.file == marks.file || found.file == 0 || marks.file == 0 else { return "the file was copied" }
        for lane in Lane.allCases {
            if found.last[lane] < marks.durable[lane] { return "the file is older than what was on disk" }
            if found.last[lane] > (marks.isClean ? marks.durable : marks.reserved)[lane] {
                return "the marks are older than the file"
            }
        }
        return nil
    }
}
