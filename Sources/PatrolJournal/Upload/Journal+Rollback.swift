public import PatrolCore

extension Journal {
    /// A destination says that it holds records which there are not: the journal is older than what it once sent, and nothing on
    /// the cart could tell. What was recorded in this run, under numbers that the destination takes for repeats, goes to
    /// an epoch of its own and is sent again.
    ///
    /// Once in a run: a receiver that says so again does not count as ours do.
    /// - Parameters:
    ///   - through: what it says to hold, of the lanes that it was sent; what is not beyond the newest record is no matter.
    ///   - journalID: under which identity the batch went.
    /// - Returns: whether a new epoch began.
    @discardableResult
    public func heldBeyond(
        _ through: PerLane<SequenceNumber?>,
        under journalID: JournalID,
        by destination: String
    ) throws(JournalError) -> Bool {
        let newest = inbox.waitingPositions(boot: boot, clock: clock).last?.recorded.sequence ?? positionLane.last
        let last = PerLane(events: max(lastEvent, lastAppended), positions: newest)
        let lanes = Lane.allCases.filter { lane in through[lane].map { $0 > last[lane] } ?? false }
        guard let lane = lanes.first, !hasBegunAnew, journalID == currentEpoch.id else { return false }
        hasBegunAnew = true
        positionLane.close()
        let reason =
            "\(destination) holds \(lane.rawValue) up to \(through[lane]?.rawValue ?? 0), but the last one is "
            + "\(last[lane].rawValue): the journal was rolled back"
        var first = currentEpoch.first
        for lane in Lane.allCases { first[lane] = max(first[lane], lastOfEarlierRuns[lane].next) }
        try beginEpoch(first, reason)
        return true
    }

    /// A destination holds other records than these under their numbers, or says that the journal came back older than it was
    /// and does not know them: they, and what follows, go to an epoch of their own and are sent again. What lies before
    /// keeps its identity, and so does a lane of which nothing is said: should it contradict as well, the next answer says so.
    ///
    /// Nobody can hold anything else under an identity that began in this run.
    /// - Parameters:
    ///   - first: from which record on; `nil` for a lane of which nothing is said.
    ///   - journalID: under which identity the batch went.
    /// - Returns: whether the records have an identity now that the destination did not speak of.
    public func contradicted(
        from first: PerLane<SequenceNumber?>,
        under journalID: JournalID,
        by destination: String,
        because reason: String
    ) throws(JournalError) -> Bool {
        guard let doubted = epochs.first(where: { $0.id == journalID }), doubted.number < firstOwnEpoch else {
            return false
        }
        // So that what is numbered later belongs to the new epoch.
        try commitBefore()
        let cursor = cursor(of: destination)
        var begin = durable.map(\.next)
        var isDoubted = false
        for lane in Lane.allCases {
            guard let number = first[lane], number <= durable[lane], epoch(of: number, in: lane).id == journalID else {
                continue
            }
            begin[lane] = max(number, cursor[lane].next)
            isDoubted = true
        }
        // Another destination has said so before.
        guard isDoubted else { return true }
        positionLane.close()
        try beginEpoch(begin, "\(destination) holds other records: the journal was rolled back or copied (\(reason))")
        return true
    }
}
