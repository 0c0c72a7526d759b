import PatrolAPI
import PatrolConfiguration
import PatrolCore

/// The vehicle's time zone and the time of day by it.
struct LocalTimeStatus: Sendable {
    var zone: VehicleZone
    /// UTC now; `nil` while it is not trusted.
    var trusted: WallTime?
    /// The system's idea of it.
    var systemTime: WallTime

    /// What calendar and clock show.
    var text: String {
        zone.zone.text(of: trusted ?? systemTime)
            + (trusted == nil ? " by the system's clock, which is not trusted" : "")
    }
}

extension HealthChecks {
    /// Whether it is known by which clock on the wall the cart goes.
    static func timeZone(_ status: LocalTimeStatus) -> HealthReport.Check {
        let name = "time-zone"
        if let problem = status.zone.problem {
            let reason = WallClock.UntrustedReason.timeZoneUnknown.rawValue
            return HealthReport.Check(
                name: name,
                state: .degraded,
                message: "\(reason): \(problem); nothing sounds until patrold is started with one, and times are in UTC"
            )
        }
        return HealthReport.Check(name: name, state: .ok, message: "\(status.zone.zone.name), \(status.text)")
    }
}
