import PatrolAPI
import PatrolCore
import PatrolSystem
import PatrolVehicle

extension StatusReporter {
    /// What may sound on a day; `nil` for a cart without a loudspeaker.
    /// - Parameter text: the day; `nil` for today by the vehicle's clock.
    /// - Throws: for a text that is no date, or if nobody knows what day it is.
    func plan(on text: String?) async throws(APIError) -> PlanReport? {
        guard let loudspeaker = configuration.loudspeaker else { return nil }
        if let problem = zone.problem {
            let message = "the vehicle's time zone is not known, so nothing sounds: \(problem)"
            throw APIError(code: "conflict", message: message, hint: "patrold check says what to do")
        }
        let allowed = "allowed: a date, such as 2027-06-07"
        let date: CivilDate
        if let text {
            guard let day = CivilDate(iso8601: text) else {
                throw APIError(code: "bad_request", message: "date is \"\(text.prefix(20))\"", hint: allowed)
            }
            date = day
        } else {
            guard let now = try await look().wallTime else {
                throw APIError(code: "conflict", message: "nobody knows yet what day it is", hint: allowed)
            }
            date = zone.zone.civilTime(at: now).date
        }
        return loudspeaker.plan(on: date, in: zone.zone, zones: configuration.zones)
    }
}

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
    func plan(on date: CivilDate, in zone: CivilZone, zones: [Zone]) -> PlanReport {
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
