public import PatrolCore

/// `GET /v1/timezone`: the vehicle's time zone, by which schedules go and people read times.
///
/// Every other report has its times in UTC; this is what turns them into local ones, also those from before summer time
/// began or ended.
public struct TimeZoneReport: Codable, Hashable, Sendable {
    /// From a time on the offset is another one.
    public struct Change: Codable, Hashable, Sendable {
        /// UTC (RFC 3339).
        public var at: String
        /// What to add to UTC from then on, in seconds.
        public var offsetSeconds: Int

        enum CodingKeys: String, CodingKey {
            case at
            case offsetSeconds = "offset_s"
        }

        /// See the properties.
        public init(at: String, offsetSeconds: Int) {
            self.at = at
            self.offsetSeconds = offsetSeconds
        }
    }

    /// As the zone database calls it; `nil` if nobody knows the zone, and local times are those of UTC.
    public var timeZone: String?
    /// Why nobody knows it.
    public var problem: String?
    /// UTC now; `nil` while it is not trusted.
    public var time: String?
    /// What calendar and clock show, `2026-11-25 21:00:03 +08:00`; without trust by the system's clock.
    public var localTime: String
    /// What is added to UTC now, in seconds.
    public var offsetSeconds: Int
    /// What was added to UTC before the first of the changes, in seconds.
    public var firstOffsetSeconds: Int
    /// Two years back and one ahead, in order.
    public var changes: [Change]

    enum CodingKeys: String, CodingKey {
        case problem, time, changes
        case timeZone = "time_zone"
        case localTime = "local_time"
        case offsetSeconds = "offset_s"
        case firstOffsetSeconds = "first_offset_s"
    }

    private static let year = Duration.seconds(366 * 86_400)

    /// - Parameters:
    ///   - problem: why nobody knows the zone.
    ///   - trusted: UTC now, if that is known.
    ///   - systemTime: what stands in for it.
    public init(_ zone: CivilZone, problem: String?, trusted: WallTime?, systemTime: WallTime) {
        let now = trusted ?? systemTime
        let offsets = CivilOffsets(of: zone, from: now + Self.year * -2, through: now + Self.year)
        timeZone = zone.isKnown ? zone.name : nil
        self.problem = problem
        time = trusted?.description
        localTime = zone.text(of: now)
        offsetSeconds = zone.secondsEastOfUTC(at: now)
        firstOffsetSeconds = offsets.secondsEastOfUTC
        changes = offsets.changes.map { Change(at: $0.at.description, offsetSeconds: $0.secondsEastOfUTC) }
    }

    /// The zone as far as the report tells it. What it says of itself is not relied on: an offset of a day or more, and a
    /// change at no time, are passed over.
    public var zone: CivilZone {
        guard let timeZone else { return .unknown }
        let isOffset = { (seconds: Int) in abs(seconds) < 86_400 }
        return CivilOffsets(
            name: timeZone,
            secondsEastOfUTC: isOffset(firstOffsetSeconds) ? firstOffsetSeconds : 0,
            changes: changes.filter { isOffset($0.offsetSeconds) }.compactMap { change in
                WallTime(iso8601: change.at).map { .init(at: $0, secondsEastOfUTC: change.offsetSeconds) }
            }
        ).zone
    }
}
