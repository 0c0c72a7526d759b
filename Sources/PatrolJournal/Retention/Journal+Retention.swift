import PatrolCore
import PatrolSQLite
import PatrolWire

/// Keeps the journal within its bounds, as ``PatrolCore/RetentionLadder`` says.
extension Journal {
    /// How often it is looked whether something has to go.
    static let clearingInterval = Duration.seconds(60)
    /// The newest events stay, whatever happens: among them are the receipts of this very step.
    static let protectedEvents: Int64 = 200
    private static let maximumStepsAtOnce = 8
    /// With its part of the pages' overhead.
    private static let bytesOfEvent: Int64 = 200

    /// Looks whether something has to go, at most once a minute, and does a bounded part of it. What fails is tried again a
    /// minute later.
    func keepWithinBounds() {
        let now = clocks.now()
        guard clearedAt.map({ now - $0 >= Self.clearingInterval }) ?? true else { return }
        clearedAt = now
        do {
            defer { inbox.lookedAt(freeBytes: marks == nil ? nil : files.freeBytes) }
            for _ in 0..<Self.maximumStepsAtOnce {
                guard let step = RetentionLadder.next(try usage(), limits) else { return }
                guard try perform(step) else { return }
            }
            // There is more to do; it goes on with the next commit.
            clearedAt = nil
        } catch {
            inbox.clearingFailed(error)
        }
    }

    // MARK: - What there is

    private func usage() throws(JournalError) -> RetentionLadder.Usage {
        let store = try openStore()
        let (used, spare) = try store.size()
        let now = clocks.now()
        var lanes = PerLane(events: try usage(.events, store), positions: try usage(.positions, store))
        lanes.positions.bytes = max(0, used - lanes.events.bytes)
        return RetentionLadder.Usage(
            lanes: lanes,
            usedBytes: used,
            spareBytes: marks == nil ? 0 : spare,
            freeBytes: marks == nil ? nil : files.freeBytes,
            now: clock?.wallTime(at: now)
        )
    }

    private func usage(_ lane: Lane, _ store: JournalStore) throws(JournalError) -> RetentionLadder.LaneUsage {
        let end = removable(lane)
        let oldest = try store.oldestRows(lane, through: end, bytes: 1).first
        let first = oldest?.range.lowerBound.rawValue ?? end.rawValue + 1
        let acknowledged = try store.oldestRows(
            lane,
            through: min(end, settled(lane)),
            bytes: 1,
            isSparingRefused: true
        )
        return RetentionLadder.LaneUsage(
            bytes: lane == .events ? (durable.events.rawValue - first + 1) * Self.bytesOfEvent : 0,
            oldest: oldest?.to,
            hasAcknowledged: !acknowledged.isEmpty,
            hasWhole: try !wholeRows(lane, store, bytes: 1).isEmpty,
            hasAny: oldest != nil
        )
    }

    /// Up to which record the lane may be cleared: the newest block, which may be open, and the newest events stay.
    private func removable(_ lane: Lane) -> SequenceNumber {
        let kept = lane == .events ? Self.protectedEvents : 1
        return SequenceNumber(rawValue: max(0, durable[lane].rawValue - kept))
    }

    /// Up to which record every destination is through with a lane.
    private func settled(_ lane: Lane) -> SequenceNumber {
        destinationNames.map { cursor(of: $0)[lane] }.min() ?? durable[lane]
    }

    private func wholeRows(_ lane: Lane, _ store: JournalStore, bytes: Int64) throws(JournalError) -> [OldRow] {
        guard lane == .positions else { return [] }
        let after = max(settled(lane), receipts.thinnedThrough)
        return try store.oldestRows(lane, after: after, through: removable(lane), bytes: bytes)
    }

    // MARK: - What goes

    /// - Returns: whether anything went.
    private func perform(_ step: RetentionLadder.Step) throws(JournalError) -> Bool {
        let store = try openStore()
        switch step {
        case .dropAcknowledged(let lane, let bytes):
            let end = min(removable(lane), settled(lane))
            return try drop(store.oldestRows(lane, through: end, bytes: bytes, isSparingRefused: true), lane, store)
        case .drop(let lane, let bytes):
            return try drop(store.oldestRows(lane, through: removable(lane), bytes: bytes), lane, store)
        case .dropOlder(let lane, let limit):
            let rows = try store.oldestRows(lane, through: removable(lane), bytes: limits.stepBytes)
            return try drop(Array(rows.prefix { $0.to.map { $0 < limit } ?? false }), lane, store)
        case .thin(let bytes):
            return try thin(wholeRows(.positions, store, bytes: bytes), store)
        case .shrink(let bytes):
            // One piece a commit.
            if try shrink(bytes, store) { clearedAt = nil }
            return false
        }
    }

    private func drop(_ rows: [OldRow], _ lane: Lane, _ store: JournalStore) throws(JournalError) -> Bool {
        var gone: [Receipt] = []
        for row in rows {
            let isSettled = row.range.upperBound <= settled(lane) && quarantineCount(lane) == 0
            let reason = isSettled ? Receipt.Reason.acknowledged : .dropped
            let count = try held(row, lane, store)
            let receipt = Receipt(
                lane: lane,
                range: row.range,
                count: count,
                reason: reason,
                from: row.from,
                to: row.to
            )
            gone.append(receipt)
        }
        let receipts = Self.joined(gone)
        let relocation = relocation
        try settle(receipts, store) { () throws(SQLiteError) in
            for receipt in receipts {
                try store.remove(receipt.range, lane)
                try relocation?.remove(receipt.range, lane)
            }
        }
        quarantine = try store.quarantineCounts()
        return !receipts.isEmpty
    }

    private func quarantineCount(_ lane: Lane) -> Int64 { quarantine.values.reduce(0) { $0 + $1[lane].held } }

    /// How many records a row has: fewer than its numbers if it was thinned.
    private func held(_ row: OldRow, _ lane: Lane, _ store: JournalStore) throws(JournalError) -> Int64 {
        let width = row.range.upperBound.rawValue - row.range.lowerBound.rawValue + 1
        guard lane == .positions, receipts.isThinned(row.range) else { return width }
        return Int64(try positions(of: row, store).count)
    }

    private func positions(of row: OldRow, _ store: JournalStore) throws(JournalError) -> [Recorded<Position>] {
        var positions: [Recorded<Position>] = []
        try store.forEachBlock(RowRange(start: row.range.lowerBound)) { block throws(JournalError) in
            positions = try store.decode(block)
            return false
        }
        return positions
    }

    /// The first and the last of a block stay, and every tenth between them: so the track stays a track.
    private func thin(_ rows: [OldRow], _ store: JournalStore) throws(JournalError) -> Bool {
        stopRelocating()
        var gone: [Receipt] = []
        var blocks: [EncodedBlock] = []
        for row in rows {
            let positions = try positions(of: row, store)
            let kept = positions.indices.filter { $0 % 10 == 0 || $0 == positions.count - 1 }.map { positions[$0] }
            do throws(WireError) {
                blocks.append(try EncodedBlock(kept))
            } catch {
                throw JournalError(.unencodable, path: path, reason: "positions cannot be encoded: \(error)")
            }
            let count = Int64(positions.count - kept.count)
            gone.append(
                Receipt(lane: .positions, range: row.range, count: count, reason: .thinned, from: row.from, to: row.to)
            )
        }
        let receipts = Self.joined(gone)
        try settle(receipts, store) { () throws(SQLiteError) in
            for block in blocks { try store.write(block) }
        }
        return !receipts.isEmpty
    }

    /// Neighbours that went for the same reason are one receipt.
    private static func joined(_ receipts: [Receipt]) -> [Receipt] {
        var joined: [Receipt] = []
        for receipt in receipts {
            guard var last = joined.last, last.reason == receipt.reason,
                last.range.upperBound.next == receipt.range.lowerBound
            else {
                joined.append(receipt)
                continue
            }
            last.range = last.range.lowerBound...receipt.range.upperBound
            last.count += receipt.count
            last.to = receipt.to ?? last.to
            joined[joined.count - 1] = last
        }
        return joined
    }

    /// Writes a step with its receipts, and the events for those that tell of a loss. One transaction.
    private func settle(
        _ gone: [Receipt],
        _ store: JournalStore,
        _ body: () throws(SQLiteError) -> Void
    ) throws(JournalError) {
        guard !gone.isEmpty else { return }
        var book = receipts
        var rows: [StoredReceipt] = []
        for receipt in gone { rows.append(book.add(receipt)) }
        try JournalStore.translating { () throws(SQLiteError) in try store.database.execute("BEGIN IMMEDIATE") }
        do throws(JournalError) {
            try JournalStore.translating { () throws(SQLiteError) in
                try body()
                for row in rows { try store.write(row) }
            }
            let last = try write(gone.filter(\.isLoss).map(\.event), to: store)
            try JournalStore.translating { () throws(SQLiteError) in try store.database.execute("COMMIT") }
            (receipts, lastEvent) = (book, last)
        } catch {
            store.database.rollBack()
            throw error
        }
        inbox.cleared(durable: durable)
    }
}
