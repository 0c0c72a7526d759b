extension PlanReport {
    /// As people read it in a terminal, line by line; `patrolctl plan` and `patrold check --plan` say the same.
    public var lines: [String] {
        ["plan for \(date), \(weekday), \(kind); \(timeZone), \(utcOffset)"]
            + segments.map { "  \(padded($0.from))-\(padded($0.to))  \(words(for: $0))" }
            + (programmes.isEmpty ? ["no programme is configured"] : ["programmes"])
            + programmes.map { "  \($0.name): \(words(for: $0))" }
            + (volumes.isEmpty ? [] : ["volume"])
            + volumes.map { volume in
                let places = volume.zones.map { " in \($0.joined(separator: ", "))" } ?? ""
                return "  \(volume.from)-\(volume.to)  \(volume.decibels) dB\(places)"
            }
            + (idle.isEmpty ? [] : ["not on this day"])
            + idle.map { "  \($0.name) (\($0.kind == "quiet" ? "quiet rule" : "programme")): \($0.reason)" }
            + [
                "Quiet begins earlier and ends later by the clock's uncertainty; programmes also wait for their conditions."
            ]
    }

    /// Seconds are there only where the configuration has some.
    private func padded(_ time: String) -> String {
        let needsSeconds = segments.contains { $0.from.utf8.count > 5 || $0.to.utf8.count > 5 }
        return needsSeconds && time.utf8.count == 5 ? time + ":00" : time
    }

    private func words(for segment: Segment) -> String {
        let everywhere = segment.quiet.filter { $0.zones == nil }.map(\.rule)
        if !everywhere.isEmpty { return "quiet (\(everywhere.joined(separator: ", ")))" }
        let turns = segment.turns.map { "\($0.programme) at \($0.time)" }
        let heard = segment.programmes + turns
        let places = segment.quiet.map { "quiet in \(($0.zones ?? []).joined(separator: ", ")) (\($0.rule))" }
        return ([heard.isEmpty ? "nothing is planned" : heard.joined(separator: ", ")] + places).joined(separator: "; ")
    }

    private func words(for programme: Programme) -> String {
        let timing =
            programme.at.map { "at \($0.joined(separator: ", "))" }
            ?? "\(Self.span(programme.gapSeconds ?? 0)) after each end"
        let parts: [String?] = [
            programme.clips.joined(separator: ", "),
            timing,
            programme.repeats > 1 ? "each \(programme.repeats) times" : nil,
            programme.zones.map { "only in \($0.joined(separator: ", "))" },
            programme.onlyMoving ? "only while moving" : nil,
            programme.onlyOnDuty ? "only on duty" : nil,
            programme.volumeDecibels == 0 ? nil : "\(programme.volumeDecibels) dB",
        ]
        return parts.compactMap { $0 }.joined(separator: "; ")
    }

    private static func span(_ seconds: Double) -> String {
        let whole = Int(seconds)
        if whole >= 60, whole % 60 == 0 { return "\(whole / 60) min" }
        return Double(whole) == seconds ? "\(whole) s" : "\(seconds) s"
    }
}
