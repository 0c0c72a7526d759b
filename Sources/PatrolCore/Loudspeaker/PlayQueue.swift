/// Requests that wait for the floor: the most important first, equals in the order in which they came.
///
/// Its bound counts each priority by itself, so that no number of manual announcements shuts out an emergency. Beyond it
/// the newcomer is refused.
struct PlayQueue: Hashable, Sendable {
    /// One that waits.
    struct Entry: Hashable, Sendable {
        var id: PlayID
        var request: SayRequest
        var since: Instant
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

    /// The next one.
    mutating func popFirst() -> Entry? {
        entries.isEmpty ? nil : entries.removeFirst()
    }
}
