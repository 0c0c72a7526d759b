/// Requests that wait for the floor: the most important first, equals in the order in which they came.
///
/// Its bound counts each priority by itself, so that no number of manual announcements shuts out an emergency. Beyond it
/// the newcomer is refused.
struct PlayQueue: Hashable, Sendable {
    /// One that waits.
    struct Entry: Hashable, Sendable {
        /// Names the request; the first of its plays has the same name.
        var id: PlayID
        var request: SayRequest
        var since: Instant
        /// 1 until it was heard once.
        var round = 1
        /// Not before this instant: the pause of a repetition.
        var notBefore: Instant?
    }

    private let bound: Int
    private(set) var entries: [Entry] = []

    init(bound: Int) {
        self.bound = bound
    }

    /// Whether another one of a priority finds no room.
    func isFull(for priority: PlayPriority) -> Bool {
        entries.count { $0.request.priority == priority } >= bound
    }

    /// Puts one behind all that are at least as important.
    /// - Returns: how many are before it.
    mutating func insert(_ entry: Entry) -> Int {
        let index = entries.firstIndex { $0.request.priority < entry.request.priority } ?? entries.endIndex
        entries.insert(entry, at: index)
        return index
    }

    /// Puts one that is to be heard again before all that are not more important: it keeps its turn.
    mutating func putBack(_ entry: Entry) {
        let index = entries.firstIndex { $0.request.priority <= entry.request.priority } ?? entries.endIndex
        entries.insert(entry, at: index)
    }

    /// The next one; `nil` if there is none, or it is a repetition whose pause is not over.
    mutating func popFirst(at now: Instant) -> Entry? {
        guard let first = entries.first, first.notBefore.map({ $0 <= now }) ?? true else { return nil }
        return entries.removeFirst()
    }

    /// When the next one may be played, if it has to wait for that.
    var wakeAt: Instant? { entries.first?.notBefore }

    /// Takes all of them.
    mutating func removeAll() -> [Entry] {
        defer { entries = [] }
        return entries
    }
}
