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
}
