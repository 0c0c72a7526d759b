/// The records on their way to the disk, and the commands whose replies wait for them.
struct RecordLedger: Sendable {
    /// With so many events on their way no order is taken any more: the rest of the room is for what happens by itself.
    static let maximumForOrders = 900

    private(set) var last = RecordID(rawValue: 0)
    /// Records whose end was not told yet.
    private var underWay = 0
    /// Events that the journal keeps in memory because the disk does not take them.
    var journalBacklog = 0
    private var replies: PendingReplies

    /// - Parameter replyLimit: the longest that a reply waits for a disk that hangs.
    init(replyLimit: Duration) {
        replies = PendingReplies(limit: replyLimit)
    }

    var wakeAt: Instant? { replies.wakeAt }

    /// Whether every record has come to its end.
    var isSettled: Bool { underWay == 0 }

    /// Whether memory has room for an order that the disk does not take.
    var hasRoomForOrder: Bool { journalBacklog + underWay < Self.maximumForOrders }

    /// - Returns: the order to the journal.
    mutating func record(_ event: Event, keeping state: KeptState?) -> Cart.Action {
        last = RecordID(rawValue: last.rawValue + 1)
        underWay += 1
        return .record(last, event, keeping: state)
    }

    /// Answers a command when all that was recorded after `before` is on disk; there is something.
    /// - Parameter isInForce: whether the command has an effect whatever becomes of its records.
    mutating func answer(
        _ id: CommandID,
        _ reply: CommandReply,
        isInForce: Bool,
        since before: RecordID,
        at now: Instant
    ) {
        let first = RecordID(rawValue: before.rawValue + 1)
        replies.add(reply, to: id, isInForce: isInForce, after: first...last, at: now)
    }

    mutating func recorded(_ id: RecordID, _ durability: Durability) -> [Cart.Action] {
        underWay -= 1
        return replies.recorded(id, durability).map(Cart.Action.reply)
    }

    /// - Returns: the replies whose time is up.
    mutating func pass(at now: Instant) -> [Cart.Action] {
        guard let due = wakeAt, due <= now else { return [] }
        return replies.pass(at: now).map(Cart.Action.reply)
    }
}
