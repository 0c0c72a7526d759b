import Glibc
import PatrolConfiguration
import PatrolSystem
import PatrolVehicle

/// What the daemon has to know of the host before it starts.
struct HostInfo: Sendable {
    /// The kernel's name for this boot.
    let bootID: String
    /// Of `/etc/machine-id`; empty if there is none.
    let machineID: String
    /// The time zone of the schedules, or why there is none.
    let zone: VehicleZone
    /// Where the service manager put this service's secrets; `nil` without one.
    let credentialsFolder: String?

    /// To be made before any thread is started: the zone is set for the whole process.
    /// - Throws: ``Daemon/StartError`` that names what is at fault.
    init(_ configuration: Configuration) throws(Daemon.StartError) {
        zone = configuration.vehicleZone()
        machineID = MachineIdentity.read()
        credentialsFolder = getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) }
        do {
            bootID = try BootIdentity.read()
        } catch {
            throw Daemon.StartError(description: "\(error)")
        }
    }
}
