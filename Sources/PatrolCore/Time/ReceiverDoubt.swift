/// A contradiction between the receiver's readings that is not over yet.
///
/// It begins with the first reading that cannot be true together with those before it, and from then on everything that
/// is read may be true. It ends when nothing but one offset has been read for a minute, in ten reports at least, whichever
/// that is: a single odd report costs a minute, a receiver that goes to and fro is never believed, and one whose time
/// creeps says another thing each half minute. A receiver that falls silent ends nothing by that.
struct ReceiverDoubt: Hashable, Sendable {
    /// When it began.
    let since: Instant
    /// When the receiver was heard last.
    private(set) var heardAt: Instant
    /// All that was read since.
    private(set) var heard: OffsetSpan

    private let settings: WallClock.Settings
    /// What has been read without a contradiction up to now.
    private var run: OffsetEstimate
    private var runBegan: ClockReading
    private var runReports = 1

    init(_ reading: ClockReading, settings: WallClock.Settings) {
        since = reading.at
        heardAt = reading.at
        heard = OffsetSpan(low: reading.utcAtBoot, high: reading.utcAtBoot)
        run = OffsetEstimate(reading)
        runBegan = reading
        self.settings = settings
    }

    /// One more reading, of whatever offset.
    /// - Returns: the offset that has been read alone for long enough; `nil` while the doubt goes on.
    mutating func take(_ reading: ClockReading) -> OffsetEstimate? {
        let offset = reading.utcAtBoot
        heardAt = reading.at
        heard = heard.reaching(OffsetSpan(low: offset, high: offset))
        guard !run.isContradicted(by: offset, at: reading.at, allowance: settings.contradictionThreshold) else {
            run = OffsetEstimate(reading)
            runBegan = reading
            runReports = 1
            return nil
        }
        run.take(reading)
        runReports = min(runReports + 1, settings.doubtReports)
        // By both clocks: a log that is replayed, and a report that is repeated, are no witnesses for a minute.
        let lasted = min(reading.time - runBegan.time, reading.at - runBegan.at)
        guard lasted >= settings.doubtDuration, runReports >= settings.doubtReports,
            run.isSteady(within: settings.tolerance)
        else { return nil }
        return run
    }
}
