import PatrolAPI
import PatrolConfiguration
import PatrolCore

extension StatusReporter {
    /// What may sound on a day; `nil` for a cart without a loudspeaker.
    /// - Parameter text: the day; `nil` for today by the vehicle's clock.
    /// - Throws: for a text that is no date, or if nobody knows what day it is.
    func plan(on text: String?) async throws(RequestError) -> PlanReport? {
        guard let loudspeaker = configuration.loudspeaker else { return nil }
        if let problem = zone.problem {
            let message = "the vehicle's time zone is not known, so nothing sounds: \(problem)"
            throw RequestError(.conflict, message, hint: "patrold check says what to do")
        }
        let allowed = "a date, such as 2027-06-07"
        let date: CivilDate
        if let text {
            guard let day = CivilDate(iso8601: text) else {
                throw .value("date", text, allowed: allowed)
            }
            date = day
        } else {
            guard let now = try await look().wallTime else {
                throw RequestError(.conflict, "nobody knows yet what day it is", hint: "allowed: \(allowed)")
            }
            date = zone.zone.civilTime(at: now).date
        }
        return loudspeaker.plan(on: date, in: zone.zone, zones: configuration.zones)
    }
}
