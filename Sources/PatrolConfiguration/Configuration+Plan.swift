public import PatrolAPI
public import PatrolCore
import PatrolSystem

extension Configuration {
    /// What may sound on a day, line by line.
    /// - Parameter text: the day, such as `2027-06-07`; `nil` for today by the system's clock.
    /// - Throws: ``ConfigurationError`` for a text that is no date.
    public func planLines(on text: String?) throws(ConfigurationError) -> [String] {
        guard let loudspeaker else { return ["no [loudspeaker]: nothing sounds"] }
        let zone = vehicleZone().zone
        guard let date = text.map({ CivilDate(iso8601: $0) }) ?? zone.civilTime(at: Clocks.system.systemTime()).date
        else {
            let message = "is \"\(text ?? "")\"; allowed: a date, such as 2027-06-07"
            throw ConfigurationError(path: "--date", problems: [ConfigurationProblem(key: "", message: message)])
        }
        return loudspeaker.plan(on: date, in: zone, zones: zones).lines
    }
}

extension Configuration.LoudspeakerSettings {
    /// What may sound on a day.
    /// - Parameters:
    ///   - date: the day.
    ///   - zone: the vehicle's time zone, by which the schedules go.
    ///   - zones: the places with a name, for the report.
    public func plan(on date: CivilDate, in zone: CivilZone, zones: [Zone]) -> PlanReport {
        PlanReport(
            on: date,
            quiet: QuietHours(rules: quiet, zone: zone),
            programmes: programmes,
            volumes: volumes,
            calendar: calendar,
            zoneNames: Dictionary(zones.map { ($0.id, $0.name) }) { first, _ in first }
        )
    }
}
