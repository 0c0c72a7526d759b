/// The vehicle's time zone as a function of UTC.
///
/// Core has no zone rules of its own: the daemon passes what glibc knows (`CivilZone.system` of PatrolVehicle), tests
/// pass rules that they spell out.
public struct CivilZone: Sendable {
    /// How far apart offsets are looked at. Two changes of the offset within this time could hide each other; zones
    /// change some times a year at most.
    static let sampleSpacing: Duration = .seconds(6 * 3600)

    /// As the zone database calls it, `Asia/Shanghai`.
    public let name: String
    /// Whether it is the vehicle's zone; `false` for ``unknown``.
    public let isKnown: Bool
    private let secondsEastOfUTC: @Sendable (WallTime) -> Int

    /// What stands in where nobody knows the vehicle's zone: UTC, to have something to show. Nothing may sound by it, and
    /// ``QuietGate`` sees to that.
    public static let unknown = CivilZone(name: "UTC", isKnown: false) { _ in 0 }

    /// - Parameters:
    ///   - name: for people.
    ///   - secondsEastOfUTC: what to add to UTC at a time to get civil time. Between −24 h and +24 h, the same at every
    ///     call, and changing once within six hours at most.
    public init(name: String, secondsEastOfUTC: @escaping @Sendable (WallTime) -> Int) {
        self.init(name: name, isKnown: true, secondsEastOfUTC: secondsEastOfUTC)
    }

    private init(name: String, isKnown: Bool, secondsEastOfUTC: @escaping @Sendable (WallTime) -> Int) {
        self.name = name
        self.isKnown = isKnown
        self.secondsEastOfUTC = secondsEastOfUTC
    }

    /// A zone whose offset never changes, named `UTC+08:00`.
    public static func fixed(secondsEastOfUTC seconds: Int) -> CivilZone {
        CivilZone(name: seconds == 0 ? "UTC" : "UTC" + LocalTimeText.offset(seconds - seconds % 60)) { _ in seconds }
    }

    /// What calendar and clock show at a time.
    public func civilTime(at time: WallTime) -> CivilTime {
        CivilTime(milliseconds: (time + offset(at: time)).millisecondsSince1970)
    }

    /// When calendar and clock show a civil time, in order: once as a rule, never if the clocks skip it, twice if they
    /// are put back over it.
    public func wallTimes(showing civil: CivilTime) -> [WallTime] {
        // An offset lies within a day of zero, so every offset that can matter is in force within a day of the civil
        // time taken as UTC.
        let asUTC = WallTime(millisecondsSince1970: civil.milliseconds)
        var offsets: Set<Duration> = []
        for sample in -5...5 {
            offsets.insert(offset(at: asUTC + Self.sampleSpacing * sample))
        }
        return offsets.map { asUTC + (.zero - $0) }.filter { civilTime(at: $0) == civil }.sorted()
    }

    /// Asks for years that a calendar can name only; before and after them it is as at their ends.
    func offset(at time: WallTime) -> Duration {
        let allowed = CivilTime.allowedMilliseconds
        let milliseconds = min(max(time.millisecondsSince1970, allowed.lowerBound), allowed.upperBound)
        return .seconds(secondsEastOfUTC(WallTime(millisecondsSince1970: milliseconds)))
    }

    /// The first time after `start`, up to and including `end`, from which on the offset is another one than at
    /// `start`.
    func firstJump(after start: WallTime, through end: WallTime) -> WallTime? {
        let offset = offset(at: start)
        var low = start
        while low < end {
            let high = min(low + Self.sampleSpacing, end)
            if self.offset(at: high) != offset {
                return firstTime(after: low, through: high) { self.offset(at: $0) != offset }
            }
            low = high
        }
        return nil
    }

    /// The first time at which a condition holds that does not hold at `low`, holds at `high` and changes once between.
    private func firstTime(after low: WallTime, through high: WallTime, where holds: (WallTime) -> Bool) -> WallTime {
        var (low, high) = (low.millisecondsSince1970, high.millisecondsSince1970)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if holds(WallTime(millisecondsSince1970: middle)) { high = middle } else { low = middle }
        }
        return WallTime(millisecondsSince1970: high)
    }
}
