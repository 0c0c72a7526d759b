/// What is wrong with the sources, for people.
extension WallClock {
    /// The receiver contradicts itself.
    public struct Contradiction: Hashable, Sendable {
        /// How far the farthest of its times is from the one that counts; positive if it is later.
        public var by: Duration
        /// When it began.
        public var since: Instant
    }

    /// What of the receiver's times cannot be true together; `nil` while they can.
    public var contradiction: Contradiction? {
        guard let doubt = receiver.doubt, let utcAtBoot = receiver.estimate?.utcAtBoot ?? kernelUTCAtBoot else {
            return nil
        }
        let (later, earlier) = (doubt.heard.high - utcAtBoot, utcAtBoot - doubt.heard.low)
        return Contradiction(by: later >= earlier ? later : .zero - earlier, since: doubt.since)
    }

    /// Whether a time that the receiver has said is another one than that which counts, so that nothing may be dated by it:
    /// it contradicts what was read before, or lies beyond NTP's while that counts, or is one of several before any is
    /// trusted.
    /// - Parameters:
    ///   - time: the receiver's, taken by ``handle(_:marked:at:)`` before.
    ///   - now: when it was read.
    public func contradicts(_ time: WallTime, at now: Instant) -> Bool {
        let reading = ClockReading(time: time, at: now)
        if let kernel = kernelClaimThatCounts(at: now) {
            let allowance = kernel.uncertainty + settings.disagreementThreshold + settings.reportDelay
            return reading.deviation(from: kernel.utcAtBoot) > allowance
        }
        guard let estimate = receiver.estimate else { return receiver.doubt != nil }
        return estimate.isContradicted(by: reading.utcAtBoot, at: now, allowance: settings.contradictionThreshold)
    }

    /// How late the receiver's reports surely are at least, if that is more than ``Settings/reportDelay``: NTP shows it, or
    /// the reports themselves, which have come so much earlier before.
    public var excessiveDelay: Duration? {
        let shown = [measuredDelay?.atLeast, receiver.estimate?.leastDelay].compactMap { $0 }.max()
        return shown.flatMap { $0 > settings.reportDelay ? $0 : nil }
    }

    /// The bound of the reports' delay.
    public var reportDelay: Duration { settings.reportDelay }

    /// Whether UTC may be what an earlier state of this clock says it cannot be, by more than 50 ms: who acts on the earlier
    /// one has to be told. It is more than the kernel's maximum error grows in a minute, and than readings differ.
    public func reachesBeyond(_ earlier: WallClock, at now: Instant) -> Bool {
        guard case .trusted(let offset) = state(at: now), case .trusted(let old) = earlier.state(at: now) else {
            return state(at: now) != earlier.state(at: now)
        }
        // The offsets are those of one boot.
        let apart =
            WallTime(millisecondsSince1970: offset.utcAtBootMilliseconds)
            - WallTime(millisecondsSince1970: old.utcAtBootMilliseconds)
        let wider = Duration.milliseconds(offset.uncertaintyMilliseconds) - .milliseconds(old.uncertaintyMilliseconds)
        return max(apart, .zero - apart) + wider > .milliseconds(50)
    }
}
