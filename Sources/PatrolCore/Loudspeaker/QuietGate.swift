/// Why the loudspeaker may not sound.
public enum SilenceReason: Hashable, Sendable {
    /// Nobody knows what time it is.
    case clockUntrusted(WallClock.UntrustedReason)
    /// It is quiet hours, or may be within the clock's uncertainty; `rule` is the name of the rule.
    case quiet(rule: String)
}

/// Says whether the loudspeaker may sound, and until when that is sure.
///
/// It uses the safe edge. All that is known of UTC is an interval, the clock's reading plus and minus its uncertainty;
/// it is silent while any moment of that interval is quiet. So quiet begins earlier and ends later by the uncertainty
/// as it will be *then* (in holdover it grows by 100 ppm), and two quiet windows that are nearer to each other than
/// twice the uncertainty are one.
///
/// ```
///                    quiet begins            quiet ends
///                         |                      |
/// ---- open ----|←  u1  → #### #### #### #### #### ←   u2   →|---- open
///             until                                        until
/// ```
///
/// It counts in whole milliseconds of the boot clock, the beginning rounded down and the end up.
public struct QuietGate: Sendable {
    /// The answer; until when it holds if neither the clock's offset nor the zones change.
    public enum Verdict: Hashable, Sendable {
        /// Not a sound. From `until` on it may be otherwise: ask again then. `nil`: nothing known will change it.
        case silent(SilenceReason, until: Instant?)
        /// It may sound up to and including `until`, the last instant that is surely before quiet begins. `nil`: nothing
        /// known will change it.
        case open(until: Instant?)
    }

    /// What it guards.
    public let hours: QuietHours

    /// - Parameter hours: when to be silent.
    public init(hours: QuietHours) {
        self.hours = hours
    }

    /// Whether the loudspeaker may sound.
    /// - Parameters:
    ///   - now: the present instant.
    ///   - clock: as it is now; an answer does not outlive a step of it.
    ///   - zones: the ids of the zones that the cart is in.
    public func verdict(at now: Instant, clock: WallClock, zones: Set<String>) -> Verdict {
        // Without a zone nobody can say whether it is night, however well UTC is known.
        guard hours.zone.isKnown else { return .silent(.clockUntrusted(.timeZoneUnknown), until: nil) }
        switch clock.state(at: now) {
        case .untrusted(let reason):
            return .silent(.clockUntrusted(reason), until: nil)
        case .trusted(let offset):
            let window = UncertainTime(clock: clock, offset: offset)
            let earliest = window.earliest(at: now)
            let next = hours.nextBoundary(after: earliest, inZones: zones)
            if let rule = hours.rule(at: earliest, inZones: zones) {
                return silent(rule, end: next, from: now, window, zones)
            }
            guard let next else { return .open(until: nil) }
            if let rule = hours.rule(at: next, inZones: zones), window.latest(at: now) >= next {
                let end = hours.nextBoundary(after: next, inZones: zones)
                return silent(rule, end: end, from: now, window, zones)
            }
            return .open(until: window.lastInstant(surelyBefore: next, from: now))
        }
    }

    /// When another quiet rule than now may be the one that holds, while it stays quiet: the answer names the rule.
    /// - Returns: `nil` if none will, or the time of day is unknown.
    public func ruleMayChange(after now: Instant, clock: WallClock, zones: Set<String>) -> Instant? {
        guard case .trusted(let offset) = clock.state(at: now) else { return nil }
        let window = UncertainTime(clock: clock, offset: offset)
        return hours.nextEdge(after: window.earliest(at: now), inZones: zones)
            .map { window.firstInstant(surelyAfter: $0, from: now) }
    }

    /// Windows that are merged in one answer; where it gives up one asks again.
    private static let largestNumberOfMergedWindows = 100

    private func silent(
        _ rule: QuietRule,
        end: WallTime?,
        from now: Instant,
        _ window: UncertainTime,
        _ zones: Set<String>
    ) -> Verdict {
        let reason = SilenceReason.quiet(rule: rule.name)
        var end = end
        var until: Instant?
        for _ in 0..<Self.largestNumberOfMergedWindows {
            guard let quietEnds = end else { return .silent(reason, until: nil) }
            let opens = window.firstInstant(surelyAfter: quietEnds, from: now)
            until = opens
            guard let begins = hours.nextBoundary(after: quietEnds, inZones: zones), window.latest(at: opens) >= begins
            else { break }
            end = hours.nextBoundary(after: begins, inZones: zones)
        }
        return .silent(reason, until: until)
    }
}

/// The interval in which UTC lies, at the present and at instants to come.
private struct UncertainTime {
    private static let century: Int64 = 36_525 * CivilDate.millisecondsPerDay

    let clock: WallClock
    let offset: ClockOffset

    private func uncertainty(at milliseconds: Int64) -> Duration {
        switch clock.state(at: Instant(millisecondsSinceBoot: milliseconds)) {
        case .trusted(let then): then.uncertaintyAtMost
        case .untrusted: offset.uncertaintyAtMost
        }
    }

    private func wallTime(at milliseconds: Int64) -> WallTime {
        offset.wallTime(at: Instant(millisecondsSinceBoot: milliseconds))
    }

    private func earliest(at milliseconds: Int64) -> WallTime {
        wallTime(at: milliseconds) + (.zero - uncertainty(at: milliseconds))
    }

    private func latest(at milliseconds: Int64) -> WallTime {
        wallTime(at: milliseconds) + uncertainty(at: milliseconds)
    }

    /// Rounded down to the millisecond. The uncertainty grows by one millisecond in ten seconds; taken at whole
    /// milliseconds only, this never goes backwards.
    func earliest(at instant: Instant) -> WallTime {
        earliest(at: instant.millisecondsSinceBoot)
    }

    /// Rounded up to the millisecond.
    func latest(at instant: Instant) -> WallTime {
        latest(at: roundedUp(instant))
    }

    private func roundedUp(_ instant: Instant) -> Int64 {
        let milliseconds = instant.millisecondsSinceBoot
        return Instant(millisecondsSinceBoot: milliseconds) < instant ? milliseconds + 1 : milliseconds
    }

    /// The last instant at which UTC is surely before `boundary`; at `now` it is.
    ///
    /// It begins where an uncertainty that grows by 100 ppm surely has not reached the boundary yet, and goes on in
    /// growing steps: as a rule two or three. Halving the whole time from now on would miss a first encounter: where
    /// two sources disagreed, their growing intervals come to touch one day, and then the uncertainty shrinks.
    func lastInstant(surelyBefore boundary: WallTime, from now: Instant) -> Instant {
        let low = roundedUp(now)
        let room = bootMilliseconds(of: boundary) - low - uncertainty(at: low).milliseconds
        var before = max(low, low + room - room / 10_000 - 3)
        if latest(at: before) >= boundary { before = low }
        var step: Int64 = 1
        while latest(at: before + step) < boundary, step < Self.century {
            before += step
            step *= 2
        }
        let first = firstMillisecond(from: before + 1, to: before + step) { latest(at: $0) >= boundary }
        return Instant(millisecondsSinceBoot: first - 1)
    }

    /// The first instant at which UTC is surely not before `boundary`, `now` at the earliest.
    func firstInstant(surelyAfter boundary: WallTime, from now: Instant) -> Instant {
        let low = now.millisecondsSinceBoot
        let edge = max(low, bootMilliseconds(of: boundary))
        // Twice the uncertainty and ten seconds are more than it can have grown to by then.
        let high = edge + 2 * uncertainty(at: edge).milliseconds + 10_000
        return Instant(millisecondsSinceBoot: firstMillisecond(from: low, to: high) { earliest(at: $0) >= boundary })
    }

    /// The boot clock at a time; clamped to a hundred years on either side, beyond which nothing is planned.
    private func bootMilliseconds(of time: WallTime) -> Int64 {
        let distance = (time - WallTime(millisecondsSince1970: offset.utcAtBootMilliseconds)).milliseconds
        return min(max(distance, -Self.century), Self.century)
    }

    /// Where a condition begins to hold that never ceases again; `high` if it does not hold before.
    private func firstMillisecond(from low: Int64, to high: Int64, where holds: (Int64) -> Bool) -> Int64 {
        var (low, high) = (low, high)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
