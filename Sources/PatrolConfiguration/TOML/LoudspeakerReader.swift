import PatrolCore

/// Reads `[loudspeaker]`, `[[quiet]]`, `[[programme]]` and `[[volume]]`, which name zones of the zone file.
struct LoudspeakerReader {
    private let schedules: ScheduleReader
    private let zone: CivilZone

    /// - Parameters:
    ///   - zones: every zone of the zone file; rules and programmes may name these only.
    ///   - calendar: what holidays and workdays are.
    init(zones: [Zone], calendar: HolidayCalendar) {
        schedules = ScheduleReader(zones: zones, calendar: calendar)
        // Whether something can ever sound is asked of the calendar alone.
        zone = .fixed(secondsEastOfUTC: 0)
    }

    /// - Returns: `nil` for a cart without a loudspeaker.
    func read(_ reader: inout TableReader) -> Configuration.LoudspeakerSettings? {
        let quietTables = reader.tables("quiet")
        let programmeTables = reader.tables("programme")
        let volumeTables = reader.tables("volume")
        guard reader.has("loudspeaker") else {
            for (key, tables) in [("quiet", quietTables), ("programme", programmeTables), ("volume", volumeTables)]
            where !tables.isEmpty {
                reader.report(key, "needs a loudspeaker; allowed: [[\(key)]] together with [loudspeaker]")
            }
            return nil
        }
        var table = reader.table("loudspeaker")
        let quiet = quiet(quietTables, &table)
        var programmes: [Programme] = []
        for table in programmeTables {
            programmes.append(programme(table, taken: programmes.map(\.name), quiet: quiet))
        }
        let settings = Configuration.LoudspeakerSettings(
            device: table.text(
                "device",
                default: "default",
                allowed: TableReader.deviceRule,
                where: TableReader.isTrimmed
            ),
            clipsFolder: table.filePath("clips", default: "/etc/patrold/clips"),
            player: table.filePath("player", default: "/usr/bin/patrol-player"),
            targetLoudnessLUFS: table.number("loudness_lufs", default: -16, in: -40...(-8)),
            emergencyInQuietHours: table.flag("emergency_in_quiet_hours", default: false),
            quiet: quiet,
            programmes: programmes,
            calendar: schedules.calendar,
            volumes: volumeTables.map(volume)
        )
        table.finish()
        return settings
    }

    // MARK: Quiet hours

    /// The rules, and behind them the night, unless it is taken away in so many words.
    private func quiet(_ tables: [TableReader], _ loudspeaker: inout TableReader) -> [QuietRule] {
        let night = loudspeaker.flag("default_night", default: true) ? [Configuration.defaultNight] : []
        var rules: [QuietRule] = []
        for table in tables { rules.append(rule(table, taken: (rules + night).map(\.name))) }
        let lasts = rules.contains { $0.schedule.dates.map { $0.upperBound == .last } ?? true }
        if night.isEmpty, !lasts {
            loudspeaker.report(
                "default_night",
                "is false, and no [[quiet]] without a last_date says when it is silent instead; allowed: at least one such"
                    + " rule, or the default night (21:00 to 06:00)"
            )
        }
        return rules + night
    }

    private func rule(_ table: TableReader, taken: [String]) -> QuietRule {
        var table = table
        let name = table.ownName(taken: taken)
        let rule = QuietRule(name: name, schedule: schedules.schedule(&table), zones: schedules.places(&table))
        table.finish()
        return rule
    }

    // MARK: Programmes

    private func programme(_ table: TableReader, taken: [String], quiet: [QuietRule]) -> Programme {
        var table = table
        let programme = Programme(
            name: table.ownName(taken: taken),
            clips: table.texts(
                "clips",
                needsOne: true,
                allowed: "the names of files in the clips folder, at least one"
            ) { text in
                !text.isEmpty && !text.contains("/") && !text.hasPrefix(".")
            }.map { ClipName($0) },
            timing: timing(&table),
            repeats: table.integer("repeat", default: 1, in: 1...20),
            schedule: schedules.schedule(&table),
            zones: schedules.places(&table),
            onlyWhileMoving: table.flag("only_moving", default: false),
            onlyOnDuty: table.flag("only_on_duty", default: true),
            stopsAtEndOf: stops(&table),
            volumeDecibels: table.number("volume_db", default: 0, in: Self.volumes)
        )
        table.finish()
        // A timetable without times was said already.
        if programme.timing != .at([]),
            case .never(let reason) = programme.sounds(between: QuietHours(rules: quiet, zone: zone))
        {
            table.report("name", "is \"\(programme.name)\", which could never sound: \(reason)")
        }
        return programme
    }

    private func timing(_ table: inout TableReader) -> Programme.Timing {
        let times = table.texts("at", allowed: "times of the day, such as [\"08:00\", \"12:00\"]") {
            TimeOfDay($0).map { $0 < .endOfDay } ?? false
        }
        let gap = table.duration("gap", default: .seconds(120), in: .seconds(1) ... .seconds(86_400))
        guard table.has("at") else { return .every(gap: gap) }
        if table.has("gap") { table.report("at", "and gap are both there; allowed: one of them") }
        return .at(Set(times.compactMap { TimeOfDay($0) }).sorted())
    }

    private func stops(_ table: inout TableReader) -> Set<ProgrammeCondition> {
        let names = ProgrammeCondition.allCases.map(\.rawValue)
        let texts = table.texts(
            "stop_at_end_of",
            mayBeEmpty: true,
            allowed: "conditions: \(names.joined(separator: ", "))",
            where: names.contains
        )
        return table.has("stop_at_end_of") ? Set(texts.compactMap(ProgrammeCondition.init(rawValue:))) : [.duty]
    }

    // MARK: Volume

    private static let volumes: ClosedRange<Double> = -40...12

    private func volume(_ table: TableReader) -> VolumeRule {
        var table = table
        let rule = VolumeRule(
            schedule: schedules.schedule(&table),
            zones: schedules.places(&table),
            decibels: table.number("volume_db", default: 0, in: Self.volumes)
        )
        if !table.has("volume_db") {
            table.report("volume_db", "is missing; allowed: a number from -40 to 12, on top of everything else")
        }
        table.finish()
        return rule
    }
}

extension TableReader {
    /// A name that no other table of the same kind has.
    fileprivate mutating func ownName(taken: [String]) -> String {
        let name = label("name")
        if taken.contains(name) { report("name", "is \"\(name)\", which another one has; allowed: a name of its own") }
        return name
    }
}
