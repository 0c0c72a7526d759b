extension Programme {
    /// Whether a programme can be heard at all.
    public enum Audibility: Hashable, Sendable {
        /// There are times and places.
        case sometimes
        /// There are none, for this reason.
        case never(String)
    }

    /// Whether there is a time at which it has its turn and no quiet rule holds, in one of its places.
    ///
    /// Quiet rules and schedules change at midnights and at their hours only, and repeat themselves by the week between
    /// the dates that they name. So it is enough to ask at these times of the day, in the weeks around these dates.
    /// - Parameter first: days before it do not count.
    public func sounds(between quiet: QuietHours, since first: CivilDate = .first) -> Audibility {
        guard schedule.everHolds else { return .never("there is no day on which it holds") }
        if let zones, zones.isEmpty { return .never("none of its zones is in the zone file") }
        let places = zones.map { $0.sorted().map { Set([$0]) } } ?? [[]]
        let schedules = [schedule] + quiet.rules.map(\.schedule)
        var silencers: Set<String> = []
        var hasTurn = false
        for day in Self.telltaleDays(of: schedules, since: first) {
            for time in turns(on: day, among: schedules) {
                let civil = CivilTime(date: day, time: time)
                guard schedule.contains(civil) else { continue }
                hasTurn = true
                for place in places {
                    let rule = quiet.rules.first { $0.applies(inZones: place) && $0.schedule.contains(civil) }
                    guard let rule else { return .sometimes }
                    silencers.insert(rule.name)
                }
            }
        }
        guard hasTurn else { return .never("none of its times lies in its hours") }
        return .never("whenever it has its turn it is quiet (\(silencers.sorted().joined(separator: ", ")))")
    }

    /// The times of a day that stand for all.
    private func turns(on day: CivilDate, among schedules: [CivilSchedule]) -> [TimeOfDay] {
        if case .at(let times) = timing { return times }
        return schedules.edges(on: day).filter { $0 < .endOfDay }
    }

    /// The days that stand for all: the weeks around each date that a schedule names.
    private static func telltaleDays(of schedules: [CivilSchedule], since first: CivilDate) -> [CivilDate] {
        let ends = schedules.compactMap(\.dates).flatMap { [$0.lowerBound, $0.upperBound] }
        let named = ends + schedules.flatMap(\.days.calendar.listed)
        // A week that none of them touches, in case there is none.
        let around = named + [max(first, CivilDate(daysSince1970: 0))]
        return Set(around.flatMap { day in (-9...9).map { day.adding(days: $0) } }).filter { $0 >= first }.sorted()
    }
}
