public import PatrolCore
import PatrolWire

extension Journal {
    /// The next records for a destination. Commits first what waits; if that fails, or the disk is slow, the batch has what is
    /// durable.
    ///
    /// Whole blocks go out as they lie in the file. A part of one is encoded anew only where it must be: if the cursor
    /// stands inside the block, or if the very first block holds more than `maximumPositions`. The open block goes as far as it
    /// has come and grows on, so that blocks on disk become full; the rest of it goes next time.
    /// - Parameters:
    ///   - destination: its name in the configuration; one that never acknowledged starts with the first records.
    ///   - maximumEvents: 0 for none.
    ///   - maximumPositions: 0 for none; 1 and more brings at least one if any waits.
    ///   - told: up to where it has acknowledged the lanes in this run, see ``JournalBatch/absent``.
    /// - Throws: if the file cannot be read or is damaged.
    public nonisolated func nextBatch(
        for destination: String,
        maximumEvents: Int,
        maximumPositions: Int,
        told: PerLane<SequenceNumber> = PerLane(both: .none)
    ) async throws(JournalError) -> JournalBatch {
        if inbox.hasWaiting, !inbox.isDiskSlow {
            do {
                try await commitRecords()
            } catch {
                // The health tells of it; what is durable must get out all the more while the storage fails.
            }
        }
        return try await read { view throws(JournalError) in
            try view.nextBatch(
                for: destination,
                maximumEvents: maximumEvents,
                maximumPositions: maximumPositions,
                told: told
            )
        }
    }

    /// The epoch that records made now belong to.
    var currentEpoch: Epoch { epochs[epochs.count - 1] }

    /// The epoch that a record belongs to.
    func epoch(of sequence: SequenceNumber, in lane: Lane) -> Epoch {
        epochs.last { $0.first[lane] <= sequence } ?? epochs[0]
    }
}

extension JournalView {
    fileprivate func nextBatch(
        for destination: String,
        maximumEvents: Int,
        maximumPositions: Int,
        told: PerLane<SequenceNumber>
    ) throws(JournalError) -> JournalBatch {
        let cursor = cursor(of: destination)
        var batch = JournalBatch(epoch: currentEpoch)
        if maximumEvents > 0, cursor.events < lastEvent {
            try takeEvents(after: cursor.events, maximum: maximumEvents, from: store, into: &batch)
        }
        var boots = Set(batch.events.map(\.boot))
        if maximumPositions > 0, cursor.positions < lastPosition {
            boots.formUnion(try takePositions(after: cursor.positions, maximum: maximumPositions, into: &batch))
        }
        // To an identity that was given up this boot may be another one of the same number.
        if batch.epoch == currentEpoch { boots.insert(boot) }
        for boot in boots.sorted() { batch.boots.append(try store.boot(boot)) }
        try addAccount(to: &batch, for: destination, told: told, from: store)
        return batch
    }

    /// The last position of the epoch that one belongs to, given or not: a block may lie on both sides of it if a receiver was
    /// the first to notice a rollback.
    private func epochEnd(of sequence: SequenceNumber) -> SequenceNumber {
        let next = epochs.map(\.first.positions).filter { $0 > sequence }.min()
        return SequenceNumber(rawValue: next.map { $0.rawValue - 1 } ?? .max)
    }

    private func takeEvents(
        after cursor: SequenceNumber,
        maximum: Int,
        from store: JournalStore,
        into batch: inout JournalBatch
    ) throws(JournalError) {
        let events = try store.events(RowRange(start: cursor), limit: maximum).map(\.recorded)
        var expected = cursor.next
        for event in events {
            try expect(expected, before: event.sequence, in: .events, store)
            expected = event.sequence.next
        }
        guard let first = events.first else {
            return try expect(expected, before: lastEvent.next, in: .events, store)
        }
        let epoch = epoch(of: first.sequence, in: .events)
        batch.epoch = epoch
        batch.events = events.filter { self.epoch(of: $0.sequence, in: .events).number == epoch.number }
        batch.eventRange = first.sequence...(batch.events.last ?? first).sequence
    }

    /// What is not there must have a receipt.
    private func expect(
        _ expected: SequenceNumber,
        before next: SequenceNumber,
        in lane: Lane,
        _ store: JournalStore
    ) throws(JournalError) {
        guard expected < next else { return }
        let gap = expected...SequenceNumber(rawValue: next.rawValue - 1)
        guard receipts.absent[lane].covers(gap) else {
            throw store.damaged(
                "\(lane.rawValue) from \(gap.lowerBound.rawValue) to \(gap.upperBound.rawValue) are missing"
            )
        }
    }

    /// - Returns: the boots that the positions belong to.
    func takePositions(
        after cursor: SequenceNumber,
        maximum: Int,
        into batch: inout JournalBatch
    ) throws(JournalError) -> Set<BootNumber> {
        let first = cursor.next
        var taken: [StoredBlock] = []
        var room = maximum
        var expected = first
        // With events of one epoch there go no positions of another.
        var epoch = batch.events.isEmpty ? nil : batch.epoch
        try store.forEachBlock(RowRange(start: first)) { block throws(JournalError) in
            // Only the first one can lie behind the cursor, if there is nothing where the cursor stands.
            guard block.range.upperBound >= first else { return true }
            let itsEpoch = self.epoch(of: max(first, block.range.lowerBound), in: .positions)
            epoch = epoch ?? itsEpoch
            guard itsEpoch.number == epoch?.number else { return false }
            try expect(expected, before: block.range.lowerBound, in: .positions, store)
            expected = block.range.upperBound.next
            var block = block
            let end = epochEnd(of: max(first, block.range.lowerBound))
            if block.range.lowerBound < first || block.range.upperBound > end || (block.count > room && taken.isEmpty) {
                block = try part(of: block, from: first, through: end, maximum: room)
            }
            guard block.count <= room else { return false }
            taken.append(block)
            room -= block.count
            return room > 0 && block.range.upperBound < end
        }
        guard let firstTaken = taken.first, let lastTaken = taken.last else { return [] }
        batch.epoch = epoch ?? batch.epoch
        batch.positionBlocks = taken.map(\.bytes)
        batch.positionRange = firstTaken.range.lowerBound...lastTaken.range.upperBound
        return Set(taken.map(\.boot))
    }

    private func part(
        of block: StoredBlock,
        from first: SequenceNumber,
        through end: SequenceNumber,
        maximum: Int
    ) throws(JournalError) -> StoredBlock {
        let positions = try store.decode(block).drop { $0.sequence < first }.prefix(maximum)
            .prefix { $0.sequence <= end }
        let encoded: EncodedBlock
        do throws(WireError) {
            encoded = try EncodedBlock(Array(positions))
        } catch {
            throw JournalError(.unencodable, path: path, reason: "positions cannot be encoded: \(error)")
        }
        return StoredBlock(range: encoded.range, boot: block.boot, bytes: encoded.bytes, utcAtBoot: block.utcAtBoot)
    }
}

extension Journal {
    /// Keeps what a destination has stored durably. A number that is not higher than an earlier one changes nothing.
    ///
    /// In force at once, and written with the next records or by ``close()``: a commit of its own would cost the card as
    /// much as ten positions, and a power cut before only means that records are sent twice.
    /// - Parameters:
    ///   - events: up to and including this one; `nil` if nothing was said about them.
    ///   - positions: likewise.
    ///   - destination: as for ``nextBatch(for:maximumEvents:maximumPositions:)``.
    /// - Returns: as ``waiting(for:)``.
    /// - Throws: for a record that does not exist, which changes nothing in either lane; or of a closed journal.
    @discardableResult
    public nonisolated func acknowledge(
        events: SequenceNumber?,
        positions: SequenceNumber?,
        by destination: String
    ) async throws(JournalError) -> Backlog {
        guard !inbox.isClosed else { throw JournalError(.closed, path: path, reason: "is closed") }
        let through = PerLane(events: events ?? .none, positions: positions ?? .none)
        let durable = inbox.health.durable
        for lane in Lane.allCases where through[lane] > durable[lane] {
            throw JournalError(
                .unknownSequence,
                path: path,
                reason:
                    "\(destination) acknowledges \(lane.rawValue) up to \(through[lane].rawValue), but the last "
                    + "one is \(durable[lane].rawValue)"
            )
        }
        shared.move(destination) { cursor in
            for lane in Lane.allCases { cursor[lane] = max(cursor[lane], through[lane]) }
        }
        return waiting(for: destination)
    }

    /// The destinations that are through with any record, by name.
    public func destinations() -> [String] { cursors.keys.sorted() }

    func cursor(of destination: String) -> PerLane<SequenceNumber> {
        cursors[destination] ?? PerLane(events: .none, positions: .none)
    }
}

extension StoredBlock {
    fileprivate var count: Int { Int(range.upperBound.rawValue - range.lowerBound.rawValue) + 1 }
}
