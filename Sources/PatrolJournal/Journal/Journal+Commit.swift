public import PatrolCore
import PatrolSQLite
import PatrolWire

extension Journal {
    /// Records a position. Returns at once, from any thread: the position waits in memory for the next commit.
    ///
    /// The memory is bounded; see ``JournalHealth/droppedPositions``.
    public nonisolated func append(_ position: Position) {
        inbox.append(position, at: clocks.now())
    }

    /// Records an event. It is on disk, with everything that waited, when this returns.
    /// - Parameter state: kept in the same transaction, for ``statesAtStart`` of the next run.
    /// - Returns: its number.
    /// - Throws: if the commit failed. The event is then kept in memory and written by the next commit that succeeds,
    ///   unless 1000 events wait already: then it is lost, and the error says so.
    @discardableResult
    public func append(_ event: Event, keeping state: KeptState? = nil) throws(JournalError) -> SequenceNumber {
        try append([NewEvent(event, keeping: state)])[0].get()
    }

    /// Records events, all with one commit: a disk whose syncs last for seconds is not asked for one for each.
    /// - Returns: for each its number, or why it has none; see ``append(_:keeping:)``.
    public func append(_ events: [NewEvent]) -> [Result<SequenceNumber, JournalError>] {
        var results: [Result<SequenceNumber, JournalError>] = []
        var failure: JournalError?
        for event in events {
            do throws(JournalError) {
                _ = try openStore()
            } catch {
                results.append(.failure(error))
                continue
            }
            // There is room for the newest value of each name, whatever becomes of the event.
            if let state = event.state { unwritten.states[state.name] = state }
            if unwritten.events.count == Unwritten.maximumEvents, failure == nil {
                failure = commitAppended(&results)
            }
            if unwritten.events.count == Unwritten.maximumEvents, let failure {
                inbox.eventDropped(event.event.time)
                let reason = "\(Unwritten.maximumEvents) events wait already, so that this one is lost"
                results.append(.failure(failure.adding(reason, isEventLost: true)))
                continue
            }
            inbox.eventWaits(at: clocks.now())
            unwritten.events.append(StoredEvent(event.event))
            // Until the commit says its number.
            results.append(.success(.none))
        }
        if failure == nil { failure = commitAppended(&results) }
        if let failure {
            let kept = failure.adding("the event is kept in memory until it can be written")
            results = results.map { $0 == .success(.none) ? .failure(kept) : $0 }
        }
        return results
    }

    /// Commits, and gives those that wait their numbers.
    private func commitAppended(_ results: inout [Result<SequenceNumber, JournalError>]) -> JournalError? {
        do throws(JournalError) {
            try commit()
        } catch {
            return error
        }
        var number = lastAppended
        for index in results.indices.reversed() where results[index] == .success(.none) {
            results[index] = .success(number)
            number = SequenceNumber(rawValue: number.rawValue - 1)
        }
        return nil
    }

    /// Keeps what this boot's clock turned out to be; records without a time are dated by it from now on.
    /// - Throws: if the commit failed. The offset is then written, and used, with the next commit that succeeds.
    public func learnClock(_ offset: ClockOffset) throws(JournalError) {
        _ = try openStore()
        guard offset != unwritten.clock ?? clock else { return }
        unwritten.clock = offset
        try commit()
    }

    /// Makes everything that waits durable, in one transaction.
    ///
    /// A position with a quantity that no block can carry is given up; see ``JournalHealth/droppedPositions``.
    /// - Throws: if it failed. Everything goes on waiting, and ``run()`` tries again an interval later.
    public func commit() throws(JournalError) {
        let waiting = inbox.waiting
        let isNothing = waiting.positions.isEmpty && unwritten.isEmpty && waiting.gone == PerLane(both: [:])
        guard !isNothing || shared.hasMoved else { return }
        try write()
    }

    /// As ``commit()``, but not for cursors and states alone, which only ride on what is written anyway.
    func commitRecords() throws(JournalError) {
        guard !inbox.waiting.positions.isEmpty || unwritten.isUrgent else { return }
        try write()
    }

    private func write() throws(JournalError) {
        do {
            try commitWaiting()
        } catch  where error.cause == .unencodable {
            let waiting = inbox.waiting
            inbox.discard(waiting.positions.indices.filter { !waiting.positions[$0].isEncodable }, of: waiting)
            try commitWaiting()
        } catch  where error.isDamage {
            try repair(because: error)
            try commitWaiting()
        }
    }

    private func commitWaiting() throws(JournalError) {
        let store = try openStore()
        let waiting = inbox.waiting
        var lane = positionLane
        unwritten.cursors.formUnion(shared.takeMoved())
        inbox.commitBegan(at: clocks.now())
        do throws(JournalError) {
            let gone = gone(waiting.gone, &lane)
            let blocks = try encode(lane.append(waiting.positions))
            let last = SequenceNumber(rawValue: lastEvent.rawValue + Int64(unwritten.events.count) + gone.events)
            try marks?.reserve(PerLane(events: last, positions: lane.last))
            try JournalStore.translating { () throws(SQLiteError) in
                try store.database.transaction { () throws(SQLiteError) in
                    try writeUnwritten(to: store)
                    for block in blocks { try store.write(block) }
                    for receipt in gone.rows { try store.write(receipt) }
                    for (offset, event) in gone.told.enumerated() {
                        let number = last.rawValue - Int64(gone.told.count - 1 - offset)
                        try store.insert(event, as: SequenceNumber(rawValue: number), boot: boot)
                    }
                }
            }
            lastAppended = SequenceNumber(rawValue: lastEvent.rawValue + Int64(unwritten.events.count))
            (receipts, positionLane, lastEvent) = (gone.book, lane, last)
        } catch {
            inbox.commitFailed(error, pendingEvents: unwritten.events.count, at: clocks.now())
            noteDropped(waiting.gone)
            throw error
        }
        clock = unwritten.clock ?? clock
        for state in unwritten.states.values { states[state.name] = state }
        noteDurable(hadEvents: !unwritten.events.isEmpty || waiting.gone != PerLane(both: [:]))
        unwritten = Unwritten()
        inbox.committed(waiting, durable: durable, at: clocks.now())
        keepWithinBounds()
    }

    /// Events are promised one by one, positions only in passing: for them the marks are written once a minute, so that the
    /// card does not pay for them as well.
    private func noteDurable(hadEvents: Bool) {
        let now = clocks.now()
        guard hadEvents || notedAt.map({ now - $0 >= .seconds(60) }) ?? true else { return }
        notedAt = now
        marks?.note { marks in
            marks.durable = durable
            marks.dropped = PerLane(both: 0)
        }
    }

    private func encode(_ blocks: [[Recorded<Position>]]) throws(JournalError) -> [EncodedBlock] {
        var encoded: [EncodedBlock] = []
        for block in blocks {
            do throws(WireError) {
                encoded.append(try EncodedBlock(block))
            } catch {
                throw JournalError(.unencodable, path: path, reason: "positions cannot be encoded: \(error)")
            }
        }
        return encoded
    }

    private func writeUnwritten(to store: JournalStore) throws(SQLiteError) {
        var sequence = lastEvent
        for event in unwritten.events {
            sequence = sequence.next
            try store.insert(event, as: sequence, boot: boot)
        }
        if let clock = unwritten.clock { try store.write(clock, of: boot) }
        for destination in unwritten.cursors {
            guard let cursor = cursors[destination] else { continue }
            for lane in Lane.allCases { try store.write(cursor[lane], lane: lane, of: destination) }
        }
        for state in unwritten.states.values { try store.write(state) }
        for change in unwritten.quarantine { try store.write(change, boot: boot) }
    }

    /// Commits positions one commit interval after the first that waits, until the task is cancelled or the journal
    /// closed; then once more. For the composition root, once.
    ///
    /// Without a waiting position it sleeps without a timer. A commit that fails is tried again an interval later;
    /// ``health`` tells of it.
    /// - Throws: if the last commit, at the end, failed.
    public nonisolated func run() async throws(JournalError) {
        await fillLog()
        // Ends when the task is cancelled or the inbox closed.
        for await _ in inbox.arrivals { await commitWhenDue() }
        do {
            try await commit()
        } catch  where error.cause == .closed {
            // Whoever closed the journal has made that commit.
        }
    }

    private func fillLog() {
        guard marks != nil else { return }
        do {
            try openStore().fillLog()
        } catch {
            // Closed already: there is nothing to come.
        }
    }

    /// Returns when nothing waits any more, or on cancellation.
    private nonisolated func commitWhenDue() async {
        // Looked at again after each sleep: an event's commit takes the positions with it, and the next is due later.
        while let due = inbox.commitDue(after: commitInterval), !Task.isCancelled {
            let rest = due - clocks.now()
            do {
                if rest > .zero {
                    try await Task.sleep(for: rest)
                } else {
                    try await commit()
                }
            } catch {
                // Cancelled: the loop's condition sees it. Failed: the inbox knows, and the next attempt is due later.
            }
        }
    }
}

/// An event that is to be recorded.
public struct NewEvent: Sendable {
    /// What happened.
    public var event: Event
    /// Kept in the same transaction, for ``Journal/statesAtStart`` of the next run.
    public var state: KeptState?

    /// See the properties.
    public init(_ event: Event, keeping state: KeptState?) {
        (self.event, self.state) = (event, state)
    }
}

extension JournalError {
    func adding(_ consequence: String, isEventLost: Bool = false) -> JournalError {
        var error = JournalError(cause, path: path, reason: reason + "; " + consequence)
        error.isEventLost = isEventLost
        return error
    }
}
