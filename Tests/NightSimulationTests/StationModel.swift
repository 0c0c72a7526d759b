import PatrolCore

/// One destination's station, the road to it and the machine that serves it. It stores each record once and answers when it
/// has, unless it is in a mood.
struct StationModel {
    /// What the station makes of batches.
    enum Mood: String, CaseIterable {
        case takesAll
        /// It refuses each batch with one of ``isRefused(_:)`` in it (400).
        case refusesSome
        /// It takes no batch with more than ``largestBatch`` records (413).
        case wantsLittle
        /// It does not know the cart (401).
        case wantsToken
        /// It has no time (503).
        case isBusy
    }

    static let largestBatch = 3

    let name: String
    /// Which records it refuses is its own matter.
    let salt: Int
    var machine: UploadMachine
    var wakeAt: Instant?
    /// What the machine has still to be told.
    var inputs: [UploadMachine.Input] = []
    var isBusy = false
    /// Records that were set aside with nothing of their lane acknowledged between them.
    var setAsideInARow: [Lane: Int] = [:]
    var isReachable = true
    var mood = Mood.takesAll

    private(set) var events: [Int: Event] = [:]
    private(set) var positions: [Int: Position] = [:]
    /// Records for which it refused a batch.
    private(set) var refused: Set<RecordNumber> = []

    func count(_ lane: Lane) -> Int { lane == .events ? events.count : positions.count }

    func holds(_ record: RecordNumber) -> Bool {
        record.lane == .events ? events[record.number] != nil : positions[record.number] != nil
    }

    /// One in twenty, four neighbours at a time: more than a destination may refuse in a row.
    private func isRefused(_ record: RecordNumber) -> Bool {
        (record.number / 4 * 7 + salt) % 20 == 0
    }

    /// So many in a row were too large; each should be half of the one before.
    private(set) var tooLargeInARow = 0

    /// Its cart has forgotten what it knew of it.
    mutating func cartRestarted(_ machine: UploadMachine) {
        self.machine = machine
        tooLargeInARow = 0
    }

    /// What it makes of a batch.
    /// - Returns: `nil` if it takes it.
    mutating func refusal(of events: ArraySlice<Event>, _ positions: ArraySlice<Position>) -> UploadOutcome? {
        let numbers =
            events.indices.map { RecordNumber(lane: .events, number: $0 + 1) }
            + positions.indices.map { RecordNumber(lane: .positions, number: $0 + 1) }
        switch mood {
        case .takesAll: return nil
        case .refusesSome:
            let some = numbers.filter(isRefused)
            refused.formUnion(some)
            return some.isEmpty ? nil : .rejected(reason: "400: it does not like \(some.count) of them")
        case .wantsLittle:
            let isTooLarge = numbers.count > Self.largestBatch
            tooLargeInARow = isTooLarge ? tooLargeInARow + 1 : 0
            return isTooLarge ? .tooLarge(reason: "413: too many") : nil
        case .wantsToken: return .heldUntilPersonActs(reason: "401: it does not know the cart")
        case .isBusy: return .retryLater(reason: "503: busy", retryAfter: .seconds(2))
        }
    }

    /// - Returns: what is wrong; `nil` if all is well.
    mutating func take(events new: ArraySlice<Event>, positions more: ArraySlice<Position>) -> String? {
        for (index, event) in zip(new.indices, new) {
            if let wrong = check(.events, index, events[index + 1].map { $0 == event }) { return wrong }
            events[index + 1] = event
        }
        for (index, position) in zip(more.indices, more) {
            if let wrong = check(.positions, index, positions[index + 1].map { $0 == position }) { return wrong }
            positions[index + 1] = position
        }
        return nil
    }

    /// - Parameter isSame: whether the record that it holds already is the same; `nil` if it holds none.
    private func check(_ lane: Lane, _ index: Int, _ isSame: Bool?) -> String? {
        if let isSame { return isSame ? nil : "\(lane) \(index + 1) came again with another content" }
        // Those before it came before it, but for what was refused.
        let before = RecordNumber(lane: lane, number: index)
        guard index == 0 || holds(before) || refused.contains(before) else {
            return "\(lane) \(index + 1) came before \(index)"
        }
        return nil
    }
}
