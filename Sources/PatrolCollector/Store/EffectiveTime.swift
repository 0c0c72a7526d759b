import PatrolCore

/// The time by which a record is found and shown, and where it comes from.
struct EffectiveTime: Hashable, Sendable {
    /// Where the time comes from. The numbers are those of the store.
    enum Source: Int64, Sendable {
        /// The cart knew it when it made the record.
        case record = 0
        /// The boot clock, with the offset that became known later.
        case bootClock = 1
        /// Nobody knows it: this is when the record arrived here, which is later than it was made.
        case arrival = 2
    }

    var time: WallTime
    var source: Source

    /// UTC if anybody knows it.
    var known: WallTime? { source == .arrival ? nil : time }

    /// - Parameters:
    ///   - own: UTC as the record says it, if it can be true.
    ///   - instant: the record's place on its boot's clock.
    ///   - utcAtBoot: UTC at the instant 0 of that clock, if that is known.
    ///   - arrival: when the record arrived here.
    init(own: WallTime?, instant: Instant, utcAtBoot: WallTime?, arrival: WallTime) {
        if let known = KnownTime(own: own, at: instant, utcAtBoot: utcAtBoot) {
            self.init(time: known.time, source: known.isCorrected ? .bootClock : .record)
        } else {
            self.init(time: arrival, source: .arrival)
        }
    }

    init(time: WallTime, source: Source) {
        self.time = time
        self.source = source
    }
}

/// A vehicle's newest position, as far as it decides which of two is the newer one.
struct LatestPlace: Hashable, Sendable {
    /// The store's number of the journal: a journal that was first heard of later has a higher one.
    var journal: Int64
    var boot: BootNumber
    var instant: Instant
    var time: EffectiveTime

    /// Within a journal boots are counted and their clocks never run backwards, so that no wrong UTC can hold back
    /// the truth. Between two journals of a vehicle (a new SD card) UTC decides if both know it; else the journal that
    /// was heard of last.
    func isNewer(than other: LatestPlace) -> Bool {
        if journal == other.journal { return (boot, instant) > (other.boot, other.instant) }
        if let time = time.known, let otherTime = other.time.known { return time > otherTime }
        return journal > other.journal
    }
}
