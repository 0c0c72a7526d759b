/// Requests that wait for the floor: the most important first, equals in the order in which they came.
///
/// Its bound counts each priority by itself, so that no number of manual announcements shuts out an emergency. Beyond it
/// the newcomer is refused.
struct RequestQueue: Hashable, Sendable {
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

        /// It is not played, or not again.
        func skipped(_ reason: InhibitReason) -> [Announcer.Action] {
            let skipped = SkippedAnnouncement(
                origin: .request(id, request),
                clip: request.clip,
                inhibitReason: reason,
                firstDueAt: since,
                slots: 1
            )
            return [.record(.announcementSkipped(skipped)), .concluded(id, .skipped(reason))]
        }
    }

    private let bound: Int
    private(set) var entries: [Entry] = []

    init(bound: Int) {
        self.bound = bound
    }

    /// Whether it finds no room.
    func refusal(of request: SayRequest) -> SayRefusal? {
        entries.count { $0.request.priority == request.priority } >= bound ? .queueFull(bound: bound) : nil
    }

    /// Puts one behind all that are at least as important.
    /// - Returns: how many are before it.
    mutating func insert(_ entry: Entry) -> Int {
        let index = entries.firstIndex { $0.request.priority < entry.request.priority } ?? entries.endIndex
        entries.insert(entry, at: index)
        return index
    }

    /// A play of one that was taken from here has ended. If it is to be heard again it waits before all that are not
    /// more important: it keeps its turn.
    /// - Returns: how the request ended; `nil` if it is to be heard again.
    mutating func playEnded(_ entry: Entry, _ outcome: PlayOutcome, _ end: PlayEnd, at now: Instant) -> SayConclusion? {
        switch outcome {
        case .finished where entry.round < entry.request.repeats:
            var entry = entry
            entry.round += 1
            entry.notBefore = now + Programme.repeatPause
            let index = entries.firstIndex { $0.request.priority <= entry.request.priority } ?? entries.endIndex
            entries.insert(entry, at: index)
            return nil
        case .finished: return .finished
        case .cut(let reason): return .cut(reason)
        case .deviceFailed(let reason): return .failed(reason: reason)
        case .fileFailed: return .failed(reason: end.reason ?? "the file cannot be decoded")
        }
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
