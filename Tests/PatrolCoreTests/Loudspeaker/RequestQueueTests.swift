import Testing

@testable import PatrolCore

@Suite("Requests that wait for the floor")
struct RequestQueueTests {
    private let now = AnnouncerRig.instant("20:00")
    private let finished = PlayEnd(.finished, framesPlayed: 80_000, framesTotal: 80_000)

    private func queue(_ entries: [RequestQueue.Entry], bound: Int = 8) -> RequestQueue {
        var queue = RequestQueue(bound: bound)
        for entry in entries { _ = queue.insert(entry) }
        return queue
    }

    private func popped(at instant: Instant, _ queue: inout RequestQueue) throws -> RequestQueue.Entry {
        let entry = queue.popFirst(at: instant)
        return try #require(entry)
    }

    private func ids(_ queue: RequestQueue) -> [UInt64] { queue.entries.map(\.id.rawValue) }

    @Test("The most important first, equals as they came; each is told how many are before it")
    func order() {
        var queue = RequestQueue(bound: 8)
        let arrivals: [(UInt64, PlayPriority)] = [
            (1, .manual), (2, .manual), (3, .emergency), (4, .live), (5, .emergency), (6, .manual), (7, .live),
        ]
        let ahead = arrivals.map { queue.insert(AnnouncerParts.entry($0.0, $0.1)) }
        #expect(ahead == [0, 1, 0, 1, 1, 5, 3])
        #expect(ids(queue) == [3, 5, 4, 7, 1, 2, 6])
        var popped: [UInt64] = []
        while let entry = queue.popFirst(at: now) { popped.append(entry.id.rawValue) }
        #expect(popped == [3, 5, 4, 7, 1, 2, 6] && queue.popFirst(at: now) == nil)
    }

    @Test(
        "The bound counts each priority by itself: at it the newcomer is refused, one below it is not",
        arguments: 0...3
    )
    func bound(bound: Int) {
        let priorities: [PlayPriority] = [.manual, .live, .emergency]
        for priority in priorities {
            for count in 0...bound {
                var queue = queue((0..<count).map { AnnouncerParts.entry(UInt64($0), priority) }, bound: bound)
                for other in priorities {
                    let isFull = bound == 0 || (other == priority && count == bound)
                    #expect(
                        queue.refusal(of: AnnouncerParts.entry(9, other).request)
                            == (isFull ? .queueFull(bound: bound) : nil)
                    )
                }
                _ = queue.removeAll()
                #expect((queue.refusal(of: AnnouncerParts.entry(9, priority).request) == nil) == (bound > 0))
            }
        }
    }

    @Test("A repetition keeps its turn before its equals and behind what is more important, and waits for its pause")
    func repetition() throws {
        var queue = queue([
            AnnouncerParts.entry(1, repeats: 3), AnnouncerParts.entry(2), AnnouncerParts.entry(3, .live),
        ])
        #expect(queue.popFirst(at: now)?.id.rawValue == 3)
        let first = try popped(at: now, &queue)
        #expect(queue.playEnded(first, .finished, finished, at: now) == nil)
        _ = queue.insert(AnnouncerParts.entry(4, .emergency))
        #expect(ids(queue) == [4, 1, 2])
        #expect(queue.wakeAt == nil, "the first does not wait for a pause")
        #expect(queue.popFirst(at: now)?.id.rawValue == 4)
        let due = now + Programme.repeatPause
        #expect(queue.wakeAt == due)
        #expect(queue.popFirst(at: due - .nanoseconds(1)) == nil, "nothing comes between a clip and its repetition")
        let second = try popped(at: due, &queue)
        #expect(second.id.rawValue == 1 && second.round == 2)
        #expect(queue.playEnded(second, .finished, finished, at: due) == nil)
        let third = try popped(at: due + Programme.repeatPause, &queue)
        #expect(third.round == 3)
        #expect(queue.playEnded(third, .finished, finished, at: now) == .finished)
        #expect(ids(queue) == [2])
    }

    @Test("Only what was heard to its end is heard again; all else ends the request, with its reason")
    func ends() {
        let endings: [(PlayOutcome, PlayEnd, SayConclusion)] = [
            (.cut(.outranked(by: .live)), finished, .cut(.outranked(by: .live))),
            (.cut(.deadline), finished, .cut(.deadline)),
            (.deviceFailed(reason: "no sound"), finished, .failed(reason: "no sound")),
            (
                .fileFailed, .init(.fileFailed, framesPlayed: 0, framesTotal: nil, reason: "torn"),
                .failed(reason: "torn")
            ),
            (
                .fileFailed, .init(.fileFailed, framesPlayed: 0, framesTotal: nil),
                .failed(reason: "the file cannot be decoded")
            ),
        ]
        for (outcome, end, conclusion) in endings {
            var queue = RequestQueue(bound: 8)
            let entry = AnnouncerParts.entry(1, repeats: 5)
            #expect(queue.playEnded(entry, outcome, end, at: now) == conclusion && queue.entries.isEmpty)
        }
    }

    @Test("All of them are taken at once, in their order, and each is told once why it is not played")
    func removal() {
        var queue = queue([AnnouncerParts.entry(1), AnnouncerParts.entry(2, .live)])
        let all = queue.removeAll()
        #expect(all.map(\.id.rawValue) == [2, 1] && queue.removeAll().isEmpty && queue.wakeAt == nil)
        let actions = all[0].skipped(.muted)
        #expect(actions.count == 2 && actions.last == .concluded(PlayID(rawValue: 2), .skipped(.muted)))
        guard case .record(.announcementSkipped(let skip))? = actions.first else {
            Issue.record("\(actions)")
            return
        }
        #expect(skip.slots == 1 && skip.firstDueAt == all[0].since && skip.inhibitReason == .muted)
    }
}
