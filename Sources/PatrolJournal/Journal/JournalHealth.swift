public import PatrolCore

/// How the journal is doing, at one moment of this run.
public struct JournalHealth: Hashable, Sendable {
    /// When something was last made durable; `nil` before the first time.
    public var lastCommit: Instant?
    /// Since when a commit has been waiting for the disk; `nil` if none does.
    public var committingSince: Instant?
    /// What the last commit took, whether it succeeded or not; `nil` before the first one.
    public var lastCommitTook: Duration?
    private var lastCommitEnded: Instant?
    /// Positions that wait in memory for the next commit.
    public var pendingPositions: Int
    /// Events that could not be made durable and wait in memory for the next commit.
    public var pendingEvents: Int
    /// Why the last commit failed; `nil` if it succeeded.
    public var failure: JournalError?
    /// Since when every commit has failed; `nil` if the last one succeeded.
    public var failingSince: Instant?
    /// Positions lost because the memory for them was full (the oldest are given up), because a quantity was outside of
    /// what a block can carry, or because the journal was closed.
    public var droppedPositions: Int64
    /// Events lost because the memory for them was full (the newest are refused).
    public var droppedEvents: Int64
    /// The newest durable record of each lane.
    public var durable: PerLane<SequenceNumber>
    /// The identity under which records that are made now are sent.
    public var id: JournalID
    /// What of the file was damaged, lost or begun anew in this run, and what became of it: the first ones.
    public var incidents: [String]
    /// Records that were on disk and turned out, in this run, to be gone: damaged, or rolled back.
    public var lostToDamage: PerLane<Int64>
    /// Why nothing gets onto a disk at all in this run: no folder could be used. `nil` if one could.
    public var inMemoryBecause: JournalError?

    /// Why the journal could not be kept within its bounds when that was tried last; `nil` if it is.
    public var clearingFailure: JournalError?
    /// When the oldest record came that is not on disk yet; `nil` if all are.
    public var uncommittedSince: Instant?
    /// How long a position waits for its commit in good order.
    public var commitInterval: Duration
    /// What was free in the file system when that was looked at last, once a minute at most; `nil` if nobody knows.
    public var freeBytes: Int64?
    /// Records that are gone although not every destination has them, by reason, as far as receipts tell: of all runs.
    public var lost: PerLane<[Receipt.Reason: Int64]>

    /// A commit that takes longer is slow: one on a good card takes some hundredths of a second.
    public static let slowCommit = Duration.seconds(2)
    /// One that takes longer hangs.
    public static let hangingCommit = Duration.seconds(10)
    /// So long after a slow commit the disk is said to be slow: with the next one it may be again.
    static let slowLinger = Duration.seconds(5)

    static let maximumIncidents = 10

    init(durable: PerLane<SequenceNumber>, id: JournalID) {
        self.id = id
        incidents = []
        lostToDamage = PerLane(both: 0)
        commitInterval = .seconds(10)
        lost = PerLane(both: [:])
        pendingPositions = 0
        pendingEvents = 0
        droppedPositions = 0
        droppedEvents = 0
        self.durable = durable
    }

    /// How long the commit that goes on has taken so far, or the last one took, if that is too long.
    public func slowCommit(at now: Instant) -> Duration? {
        if let since = committingSince, now - since > Self.slowCommit { return now - since }
        guard let took = lastCommitTook, took > Self.slowCommit, let ended = lastCommitEnded,
            now - ended < Self.slowLinger
        else { return nil }
        return took
    }

    mutating func commitEnded(at now: Instant) {
        (lastCommitTook, lastCommitEnded) = (committingSince.map { now - $0 }, now)
        committingSince = nil
    }
}
