/// What may sound on one day, hour by hour, by the configuration alone: for a person who wants to know before it happens.
///
/// Times are those of the calendar and clock on the wall; quiet begins earlier and ends later by the clock's uncertainty.
public struct DayPlan: Hashable, Sendable {
    /// A quiet rule.
    public struct Quiet: Hashable, Sendable {
        /// The rule's name.
        public var rule: String
        /// The ids of the zones in which it holds; `nil` for everywhere.
        public var zones: [String]?
    }

    /// A turn of a timetable.
    public struct Turn: Hashable, Sendable {
        /// When.
        public var time: TimeOfDay
        /// Whose.
        public var programme: String
    }

    /// A part of the day in which nothing changes.
    public struct Segment: Hashable, Sendable {
        /// From this time on.
        public var begin: TimeOfDay
        /// Up to, and not including, this one.
        public var end: TimeOfDay
        /// The rules that hold, in the order of the configuration; with one that holds everywhere nothing sounds.
        public var quiet: [Quiet]
        /// The programmes that may sound again and again, if their other conditions hold.
        public var programmes: [String]
        /// The turns of timetables that may sound.
        public var turns: [Turn]
    }

    /// A rule or programme that does nothing on this day.
    public struct Idle: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// Whether it is a programme, else a quiet rule.
        public var isProgramme: Bool
        /// Why.
        public var reason: String
    }

    /// The day.
    public let date: CivilDate
    /// The parts of the day, from 00:00 to 24:00 without a gap.
    public let segments: [Segment]
    /// What does nothing on it.
    public let idle: [Idle]

    /// - Parameters:
    ///   - date: the day.
    ///   - quiet: when it is silent.
    ///   - programmes: what is played, in the order of the configuration.
    public init(date: CivilDate, quiet: QuietHours, programmes: [Programme]) {
        self.date = date
        let day = Day(date: date)
        let schedules = quiet.rules.map(\.schedule) + programmes.map(\.schedule)
        let edges = schedules.edges(on: date)
        segments = Self.merged(
            zip(edges, edges.dropFirst()).map { begin, end in
                Self.segment(day, begin, end, quiet, programmes)
            }
        )
        var idle: [Idle] = []
        for rule in quiet.rules where rule.schedule.edges(on: date).isEmpty {
            idle.append(Idle(name: rule.name, isProgramme: false, reason: Self.absence(of: rule.schedule, on: date)))
        }
        for programme in programmes {
            let isHeard = segments.contains { segment in
                segment.programmes.contains(programme.name) || segment.turns.contains { $0.programme == programme.name }
            }
            guard !isHeard else {
                idle += Self.lostTurns(of: programme, day, quiet, segments)
                continue
            }
            idle.append(Idle(name: programme.name, isProgramme: true, reason: Self.silence(of: programme, day, quiet)))
        }
        self.idle = idle
    }

    private static func segment(
        _ day: Day,
        _ begin: TimeOfDay,
        _ end: TimeOfDay,
        _ quiet: QuietHours,
        _ programmes: [Programme]
    ) -> Segment {
        let now = day.time(begin)
        let rules = quiet.rules.filter { $0.schedule.contains(now) }
        let heard = programmes.filter { programme in
            programme.schedule.contains(now) && !rules.contains { $0.silences(programme) }
        }
        var turns: [Turn] = []
        for programme in heard {
            guard case .at(let times) = programme.timing else { continue }
            turns += times.filter { begin <= $0 && $0 < end }.map { Turn(time: $0, programme: programme.name) }
        }
        return Segment(
            begin: begin,
            end: end,
            quiet: rules.map { Quiet(rule: $0.name, zones: $0.zones?.sorted()) },
            programmes: heard.filter { if case .every = $0.timing { true } else { false } }.map(\.name),
            turns: turns.sorted { $0.time < $1.time }
        )
    }

    /// Neighbours that say the same are one.
    private static func merged(_ segments: [Segment]) -> [Segment] {
        segments.reduce(into: []) { merged, segment in
            if var last = merged.last, last.quiet == segment.quiet, last.programmes == segment.programmes {
                last.end = segment.end
                last.turns += segment.turns
                merged[merged.count - 1] = last
            } else {
                merged.append(segment)
            }
        }
    }

    /// The times of a timetable that fall into quiet.
    private static func lostTurns(
        of programme: Programme,
        _ day: Day,
        _ quiet: QuietHours,
        _ segments: [Segment]
    ) -> [Idle] {
        guard case .at(let times) = programme.timing else { return [] }
        let heard = segments.flatMap(\.turns).filter { $0.programme == programme.name }.map(\.time)
        return times.filter { !heard.contains($0) && programme.schedule.contains(day.time($0)) }.map { time in
            let rule = quiet.rules.first { $0.schedule.contains(day.time(time)) && $0.silences(programme) }
            let reason = "quiet (\(rule?.name ?? "?"))"
            return Idle(name: "\(programme.name) at \(time)", isProgramme: true, reason: reason)
        }
    }

    private static func absence(of schedule: CivilSchedule, on date: CivilDate) -> String {
        if let dates = schedule.dates {
            if date < dates.lowerBound { return "it begins on \(dates.lowerBound)" }
            if date > dates.upperBound { return "it is over since \(dates.upperBound)" }
        }
        return "it does not hold on this day"
    }

    private static func silence(of programme: Programme, _ day: Day, _ quiet: QuietHours) -> String {
        if case .never(let reason) = programme.sounds(between: quiet) { return "never: \(reason)" }
        if programme.schedule.edges(on: day.date).isEmpty { return absence(of: programme.schedule, on: day.date) }
        return "its hours of this day are quiet"
    }
}

extension QuietRule {
    /// Whether no place is left to a programme while this rule holds.
    fileprivate func silences(_ programme: Programme) -> Bool {
        guard let zones else { return true }
        return programme.zones.map { $0.isSubset(of: zones) } ?? false
    }
}

/// One day as numbers.
private struct Day {
    let date: CivilDate

    func time(_ time: TimeOfDay) -> CivilTime {
        CivilTime(date: date, time: time)
    }
}
