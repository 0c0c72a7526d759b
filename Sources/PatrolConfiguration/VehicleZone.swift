public import PatrolCore
import PatrolSystem
public import PatrolVehicle

/// The vehicle's time zone, or why nobody knows it.
///
/// A zone that cannot be had does not keep the daemon from starting, for the record goes on in UTC. But then nothing
/// sounds, health is degraded, and `patrold check` fails: see ``QuietGate``.
public struct VehicleZone: Sendable {
    /// By which schedules go and people read times; `CivilZone.unknown` if there is none.
    public let zone: CivilZone
    /// Why there is none.
    public let problem: CivilZoneError?

    /// See the properties.
    public init(zone: CivilZone, problem: CivilZoneError?) {
        self.zone = zone
        self.problem = problem
    }

    /// The name; `nil` if nobody knows the zone.
    public var name: String? { zone.isKnown ? zone.name : nil }

    /// For `patrold check` and the log: `time zone Asia/Shanghai, +08:00, where it is 2026-11-25 21:00:03`.
    public func summary(at time: WallTime) -> String {
        let local = zone.text(of: time).prefix(19)
        return "time zone \(zone.name), \(zone.offsetText(at: time)), where it is \(local)"
    }
}

extension Configuration {
    /// Finds the zone, and sets it for the whole process: to be called before there is a second thread.
    public func vehicleZone() -> VehicleZone {
        do throws(CivilZoneError) {
            // UTC is what a machine has that nobody has told where it is; a loudspeaker must not go by that.
            let zone = try CivilZone.system(named: timeZone, mustSayUTC: loudspeaker != nil)
            return VehicleZone(zone: zone, problem: nil)
        } catch {
            return VehicleZone(zone: .unknown, problem: error)
        }
    }

    /// For `patrold check`: the zone, its offset and its time by the system's clock.
    public func timeZoneSummary() -> String {
        "\(vehicleZone().summary(at: Clocks.system.systemTime())) by the system's clock"
    }

    func timeZoneProblems() -> [ConfigurationProblem] {
        vehicleZone().problem.map { [ConfigurationProblem(key: "time_zone", message: $0.description)] } ?? []
    }
}
