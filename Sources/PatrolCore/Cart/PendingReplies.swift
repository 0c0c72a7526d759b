/// Commands whose records are on their way to the disk: each is answered when its last record is there, or is said not to
/// be.
struct PendingReplies: Sendable {
    private struct Pending {
        var command: CommandID
        var reply: CommandReply
        var isInForce: Bool
        var records: ClosedRange<RecordID>
        var lost: Durability?
        var deadline: Instant
    }

    private let limit: Duration
    private var pending: [Pending] = []

    /// - Parameter limit: the longest that a reply waits for a disk that hangs.
    init(limit: Duration) {
        self.limit = limit
    }

    /// When the next one has waited long enough.
    var wakeAt: Instant? { pending.first?.deadline }

    /// A reply waits for its records.
    /// - Parameter isInForce: whether the command has an effect whatever becomes of them.
    mutating func add(
        _ reply: CommandReply,
        to command: CommandID,
        isInForce: Bool,
        after records: ClosedRange<RecordID>,
        at now: Instant
    ) {
        pending.append(
            Pending(command: command, reply: reply, isInForce: isInForce, records: records, deadline: now + limit)
        )
    }

    /// A record has come to its end. One that is durable takes those along that waited before it; one that is lost stays so.
    /// - Returns: the replies that waited for it.
    mutating func recorded(_ id: RecordID, _ durability: Durability) -> [(CommandID, CommandReply)] {
        if case .lost = durability {
            for index in pending.indices where pending[index].records.contains(id) { pending[index].lost = durability }
        }
        return take(as: durability) { $0.records.upperBound <= id }
    }

    /// - Returns: the replies whose time is up.
    mutating func pass(at now: Instant) -> [(CommandID, CommandReply)] {
        take(as: .waiting(reason: "the disk has not answered for \(limit.milliseconds) ms")) { $0.deadline <= now }
    }

    private mutating func take(as durability: Durability, _ isTaken: (Pending) -> Bool) -> [(CommandID, CommandReply)] {
        let taken = pending.filter(isTaken)
        guard !taken.isEmpty else { return [] }
        pending.removeAll(where: isTaken)
        return taken.map { pending in
            let durability = pending.lost ?? durability
            guard durability != .durable else { return (pending.command, pending.reply) }
            return (pending.command, .notDurable(durability, isInForce: pending.isInForce))
        }
    }
}
