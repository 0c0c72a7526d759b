public import PatrolCore

extension PlanReport {
    /// - Parameters:
    ///   - date: the day.
    ///   - quiet: when it is silent, with the vehicle's time zone.
    ///   - programmes: what is played, in the order of the configuration.
    ///   - volumes: what changes the volume.
    ///   - calendar: what holidays and workdays are.
    ///   - zoneNames: the zones' names by their ids.
    public init(
        on date: CivilDate,
        quiet: QuietHours,
        programmes: [PatrolCore.Programme],
        volumes: [VolumeRule],
        calendar: HolidayCalendar,
        zoneNames: [String: String]
    ) {
        let plan = DayPlan(date: date, quiet: quiet, programmes: programmes)
        func names(_ ids: some Sequence<String>) -> [String] { ids.map { zoneNames[$0] ?? $0 } }
        self.date = date.description
        weekday = date.weekday.name
        // The most that is said of the day: a holiday is a day off as well.
        kind =
            [DayKind.holiday, .dayOff, .workday]
            .first { DaySelection(weekdays: [], kinds: [$0], calendar: calendar).contains(date) }?.rawValue ?? ""
        timeZone = quiet.zone.name
        // Where the clocks change in the night, noon has the day's offset.
        let noon = TimeOfDay(secondsSinceMidnight: 12 * 3600).map { CivilTime(date: date, time: $0) }
        utcOffset = noon.flatMap { quiet.zone.wallTimes(showing: $0).first }.map(quiet.zone.offsetText) ?? ""
        segments = plan.segments.map { segment in
            Segment(
                from: segment.begin.description,
                to: segment.end.description,
                quiet: segment.quiet.map { Quiet(rule: $0.rule, zones: $0.zones.map { names($0) }) },
                programmes: segment.programmes,
                turns: segment.turns.map { Turn(time: $0.time.description, programme: $0.programme) }
            )
        }
        self.programmes = programmes.map { programme in
            Programme(programme, zones: programme.zones.map { names($0.sorted()) })
        }
        self.volumes = volumes.filter { $0.schedule.begins(on: date) }.map { rule in
            Volume(
                from: (rule.schedule.hours?.begin ?? .startOfDay).description,
                to: (rule.schedule.hours?.end ?? .endOfDay).description,
                zones: rule.zones.map { names($0.sorted()) },
                decibels: rule.decibels
            )
        }
        idle = plan.idle.map { Idle(name: $0.name, kind: $0.isProgramme ? "programme" : "quiet", reason: $0.reason) }
    }
}

extension PlanReport.Programme {
    fileprivate init(_ programme: PatrolCore.Programme, zones: [String]?) {
        name = programme.name
        clips = programme.clips.map(\.description)
        switch programme.timing {
        case .every(let gap): (gapSeconds, at) = (gap.inSeconds, nil)
        case .at(let times): (gapSeconds, at) = (nil, times.map(\.description))
        }
        repeats = programme.repeats
        self.zones = zones
        onlyMoving = programme.onlyWhileMoving
        onlyOnDuty = programme.onlyOnDuty
        volumeDecibels = programme.volumeDecibels
    }
}
