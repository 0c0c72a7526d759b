import PatrolCore

/// Reads `[loudspeaker]`, `[[quiet]]` and `[[programme]]`, which name zones of the zone file.
struct LoudspeakerReader {
    /// Every zone of the zone file; rules and programmes may name these only.
    let zones: [Zone]

    /// - Returns: `nil` for a cart without a loudspeaker.
    func read(_ reader: inout TableReader) -> Configuration.LoudspeakerSettings? {
        let quietTables = reader.tables("quiet")
        let programmeTables = reader.tables("programme")
        guard reader.has("loudspeaker") else {
            for (key, tables) in [("quiet", quietTables), ("programme", programmeTables)] where !tables.isEmpty {
                reader.report(key, "needs a loudspeaker; allowed: [[\(key)]] together with [loudspeaker]")
            }
            return nil
        }
        var quiet: [QuietRule] = []
        for table in quietTables { quiet.append(rule(table, taken: quiet.map(\.name))) }
        if quiet.isEmpty { quiet = [QuietRule(name: "night", schedule: Configuration.defaultNight)] }
        var programmes: [Programme] = []
        for table in programmeTables { programmes.append(programme(table, taken: programmes.map(\.name))) }
        var table = reader.table("loudspeaker")
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
            programmes: programmes
        )
        table.finish()
        return settings
    }

    private func rule(_ table: TableReader, taken: [String]) -> QuietRule {
        var table = table
        let name = table.ownName(taken: taken)
        let rule = QuietRule(name: name, schedule: schedule(&table), zones: places(&table))
        table.finish()
        return rule
    }

    private func programme(_ table: TableReader, taken: [String]) -> Programme {
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
            gap: table.duration("gap", default: .seconds(120), in: .seconds(1) ... .seconds(86_400)),
            schedule: schedule(&table),
            zones: places(&table),
            onlyWhileMoving: table.flag("only_moving", default: false),
            onlyOnDuty: table.flag("only_on_duty", default: true),
            volumeDecibels: table.number("volume_db", default: 0, in: -40...12)
        )
        table.finish()
        return programme
    }

    private func schedule(_ table: inout TableReader) -> CivilSchedule {
        CivilSchedule(days: days(&table), hours: hours(&table), dates: dates(&table))
    }

    private func days(_ table: inout TableReader) -> Set<Weekday> {
        let names = Weekday.allCases.map(\.name)
        let days = table.texts(
            "days",
            allowed: "days of the week: \(names.joined(separator: ", "))",
            where: names.contains
        )
        return days.isEmpty ? Set(Weekday.allCases) : Set(days.compactMap(Weekday.init(name:)))
    }

    private func hours(_ table: inout TableReader) -> DailyWindow? {
        let allowed = "a time of day from \"00:00\" to \"24:00\""
        let begin = table.optionalText("from", allowed: allowed) { TimeOfDay($0) != nil }.flatMap { TimeOfDay($0) }
        let end = table.optionalText("to", allowed: allowed) { TimeOfDay($0) != nil }.flatMap { TimeOfDay($0) }
        guard begin != nil || end != nil else { return nil }
        let window = DailyWindow(begin: begin ?? .startOfDay, end: end ?? .endOfDay)
        if window == nil {
            table.report(
                "from",
                "and to leave no time between them; allowed: two times, over midnight if to is earlier"
            )
        }
        return window
    }

    private func dates(_ table: inout TableReader) -> ClosedRange<CivilDate>? {
        let allowed = "a date, such as \"2027-06-07\""
        let first = table.optionalText("first_date", allowed: allowed) { CivilDate(iso8601: $0) != nil }
        let last = table.optionalText("last_date", allowed: allowed) { CivilDate(iso8601: $0) != nil }
        guard first != nil || last != nil else { return nil }
        guard let first = (first ?? last).flatMap({ CivilDate(iso8601: $0) }),
            let last = last.flatMap({ CivilDate(iso8601: $0) }) ?? CivilDate(year: 9999, month: 12, day: 31)
        else { return nil }
        guard first <= last else {
            table.report("first_date", "is \(first), after last_date \(last); allowed: that day or an earlier one")
            return nil
        }
        return first...last
    }

    /// Zones by their ids and by their kinds; `nil` for everywhere.
    private func places(_ table: inout TableReader) -> Set<String>? {
        let ids = zones.map(\.id)
        let idNames = ids.isEmpty ? "none, for there is no zone file" : ids.joined(separator: ", ")
        let byID = table.texts("zones", allowed: "zones of the zone file: \(idNames)", among: ids, where: ids.contains)
        let kinds = ZoneKind.allCases.map(\.rawValue)
        let byKind = table.texts(
            "zone_kinds",
            allowed: "kinds of zones: \(kinds.joined(separator: ", "))",
            where: kinds.contains
        )
        guard !byID.isEmpty || !byKind.isEmpty else { return nil }
        return Set(byID).union(zones.filter { byKind.contains($0.kind.rawValue) }.map(\.id))
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
