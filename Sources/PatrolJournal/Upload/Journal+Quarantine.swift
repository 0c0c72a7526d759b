public import PatrolCore

/// What destinations refused.
///
/// The records stay where they are; the destination's cursor goes on behind them. So for each destination and lane
/// recorded = acknowledged + quarantined + waiting, see ``Backlog/LaneBacklog``.
extension Journal {
    /// Keeps that a destination refuses a record, with the receipt for it, in one transaction.
    ///
    /// A record that was quarantined before, and sent again, is so anew, for the new reason.
    /// - Parameters:
    ///   - state: kept in the same transaction.
    /// - Throws: for a record that does not exist; if what waited before could not be written, which changes nothing; if this
    ///   could not be written: then it is in force all the same and written with the next commit, and a power cut
    ///   before only means that the record is sent and refused once more.
    @discardableResult
    public func quarantine(
        _ lane: Lane,
        _ sequence: SequenceNumber,
        by destination: String,
        reason: String,
        receipt: Event,
        keeping state: KeptState
    ) throws(JournalError) -> SequenceNumber {
        try commitBefore()
        try check(lane, sequence, destination)
        var cursor = cursor(of: destination)
        if sequence > cursor[lane] {
            cursor[lane] = sequence
            shared.move(destination) { $0 = cursor }
            count(destination, lane) { $0.held += 1 }
        } else {
            count(destination, lane) { $0.retrying = max(0, $0.retrying - 1) }
        }
        unwritten.quarantine.append(
            QuarantineChange(
                destination: destination,
                lane: lane,
                sequence: sequence,
                kind: .quarantined(reason: reason, at: receipt.at, time: receipt.time)
            )
        )
        return try append(receipt, keeping: state)
    }

    /// Keeps that a destination took a quarantined record after all; from now on it counts as acknowledged.
    /// - Throws: as for ``quarantine(_:_:by:reason:receipt:keeping:)``.
    @discardableResult
    public func release(
        _ lane: Lane,
        _ sequence: SequenceNumber,
        by destination: String,
        receipt: Event
    ) throws(JournalError) -> SequenceNumber {
        try commitBefore()
        try check(lane, sequence, destination)
        count(destination, lane) { count in
            count.held = max(0, count.held - 1)
            count.retrying = max(0, count.retrying - 1)
        }
        unwritten.quarantine.append(
            QuarantineChange(destination: destination, lane: lane, sequence: sequence, kind: .released)
        )
        return try append(receipt)
    }

    /// Has everything that a destination refused sent again, and keeps that together with the event that tells of it.
    /// - Throws: as for ``quarantine(_:_:by:reason:receipt:keeping:)``.
    @discardableResult
    public func retryQuarantined(of destination: String, order: Event) throws(JournalError) -> SequenceNumber {
        try commitBefore()
        for lane in Lane.allCases { count(destination, lane) { $0.retrying = $0.held } }
        unwritten.quarantine.append(
            QuarantineChange(destination: destination, lane: .events, sequence: .none, kind: .retried)
        )
        return try append(order)
    }

    /// Gives up everything that a destination refused: it is through with it, as with what it acknowledged, and the event that
    /// tells of it, in one transaction, is the receipt.
    /// - Throws: as for ``quarantine(_:_:by:reason:receipt:keeping:)``.
    @discardableResult
    public func skipQuarantined(of destination: String, receipt: Event) throws(JournalError) -> SequenceNumber {
        try commitBefore()
        for lane in Lane.allCases { count(destination, lane) { $0 = .none } }
        unwritten.quarantine.append(
            QuarantineChange(destination: destination, lane: .events, sequence: .none, kind: .skipped)
        )
        return try append(receipt)
    }

    /// The next quarantined record that a person wants sent again, by itself; an empty batch if there is none.
    /// - Throws: if the file cannot be read or is damaged.
    public nonisolated func nextRetry(for destination: String) async throws(JournalError) -> JournalBatch {
        try await read { view throws(JournalError) in try view.nextRetry(for: destination) }
    }
}

extension JournalView {
    fileprivate func nextRetry(for destination: String) throws(JournalError) -> JournalBatch {
        var batch = JournalBatch(epoch: currentEpoch)
        guard let (lane, sequence) = try store.nextRetry(of: destination) else { return batch }
        var boots: Set<BootNumber> = []
        switch lane {
        case .events:
            let behind = RowRange(start: SequenceNumber(rawValue: sequence.rawValue - 1))
            batch.events = try store.events(behind, limit: 1).map(\.recorded)
            guard batch.events.first?.sequence == sequence else { throw store.damaged("no event \(sequence.rawValue)") }
            batch.eventRange = sequence...sequence
            batch.epoch = epoch(of: sequence, in: .events)
            boots.formUnion(batch.events.map(\.boot))
        case .positions:
            boots.formUnion(
                try takePositions(after: SequenceNumber(rawValue: sequence.rawValue - 1), maximum: 1, into: &batch)
            )
            guard batch.positionRange == sequence...sequence else {
                throw store.damaged("no position \(sequence.rawValue)")
            }
        }
        if batch.epoch == currentEpoch { boots.insert(boot) }
        for boot in boots.sorted() { batch.boots.append(try store.boot(boot)) }
        // Whatever lies before this record was told when it was passed over.
        try addAccount(to: &batch, for: destination, told: PerLane(both: sequence), from: store)
        return batch
    }
}

extension Journal {
    /// How much a destination has refused.
    public func quarantineCounts(of destination: String) -> PerLane<QuarantineCount> {
        quarantine[destination] ?? PerLane(events: .none, positions: .none)
    }

    /// What a destination has refused: the first records, neighbours with the same reason as one.
    /// - Parameter limit: the most records that are looked at, 1 to 1000.
    /// - Throws: if the file cannot be read or is damaged.
    public nonisolated func quarantined(
        by destination: String,
        limit: Int
    ) async throws(JournalError) -> [Quarantined] {
        guard shared.now.state.quarantine[destination] != nil else { return [] }
        return try await read { view throws(JournalError) in
            try view.store.quarantined(by: destination, limit: min(max(limit, 1), HistoryQuery.maximumLimit))
        }
    }

    /// Keeps a state with what is written next.
    public func keep(_ state: KeptState) {
        unwritten.states[state.name] = state
    }

    /// So that at most one such change waits in memory while the disk refuses.
    func commitBefore() throws(JournalError) {
        do {
            try commit()
        } catch {
            throw error.adding("nothing was changed", isEventLost: true)
        }
    }

    private func check(_ lane: Lane, _ sequence: SequenceNumber, _ destination: String) throws(JournalError) {
        let last = durable[lane]
        guard sequence > .none, sequence <= last else {
            throw JournalError(
                .unknownSequence,
                path: path,
                reason:
                    "\(destination) judges \(lane.rawValue) \(sequence.rawValue), but the last one is \(last.rawValue)"
            )
        }
    }

    private func count(_ destination: String, _ lane: Lane, _ change: (inout QuarantineCount) -> Void) {
        var counts = quarantineCounts(of: destination)
        change(&counts[lane])
        quarantine[destination] = counts
    }
}
