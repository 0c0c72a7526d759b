import Glibc
import PatrolCore
import PatrolSystem
import PatrolVehicle

/// The journal's folder, the light, the receiver's device, the system's zone.
extension Configuration {
    func journalProblems() -> [ConfigurationProblem] {
        let folder = journal.folder
        func problem(_ message: String, isWarning: Bool = false) -> [ConfigurationProblem] {
            [ConfigurationProblem(key: "journal.folder", message: "names \(folder), \(message)", isWarning: isWarning)]
        }
        // The nearest one that is there: patrold makes the folder itself, and its unit makes the default.
        let existing = ([folder] + FileAccess.folders(above: folder).reversed()).first { Glibc.access($0, F_OK) == 0 }
        guard let existing else { return problem("which is out of reach") }
        let kind = FileSystemKind(of: existing)
        if let kind, kind.isKernels {
            return problem("which lies in the kernel's own \(kind.name); allowed: a folder on a disk")
        }
        if existing == folder || folder != Self.unitsJournal {
            let words = existing == folder ? "" : "which cannot be made in \(existing), "
            if let fault = FileAccess.problem(of: existing, .fill) { return problem(words + fault) }
            if existing != folder, FileAccess.folders(above: folder).last != existing {
                return problem(
                    "which cannot be made: the folder above it is not there; allowed: one folder that is new"
                )
            }
        }
        guard kind?.isMemory == true else { return roomProblems(existing) }
        return problem("which is memory: nothing in it outlives a power cut", isWarning: true)
    }

    /// A journal that may not grow as large as it is told to thins and drops sooner than its owner thinks.
    private func roomProblems(_ folder: String) -> [ConfigurationProblem] {
        var information = statvfs()
        guard statvfs(folder, &information) == 0 else { return [] }
        let mebibytes = (UInt64(information.f_blocks) * UInt64(information.f_frsize)) >> 20
        let (size, free) = (journal.limits.maximumBytes >> 20, journal.limits.minimumFreeBytes >> 20)
        guard UInt64(size + free) > mebibytes else { return [] }
        let message =
            "is \(size), and with min_free_mib = \(free) more than the \(mebibytes) MiB of the disk that "
            + "\(folder) is on: records will be thinned and dropped before the journal is that large"
        return [ConfigurationProblem(key: "journal.max_size_mib", message: message, isWarning: true)]
    }

    /// StateDirectory= of the unit.
    private static let unitsJournal = "/var/lib/patrold"

    func lightProblems() -> [ConfigurationProblem] {
        guard let light else { return [] }
        func problem(_ message: String) -> [ConfigurationProblem] {
            [ConfigurationProblem(key: "light.led", message: "names \(light.led), \(message)")]
        }
        guard Glibc.access(light.led + "/trigger", F_OK) == 0 else {
            let reason = SystemError.text(errno)
            return problem(
                "which is not the folder of a light, for it has no file trigger: \(reason); "
                    + "allowed: a folder of \(LED.systemRoot)"
            )
        }
        for file in ["trigger", "brightness"] {
            guard let fault = FileAccess.problem(of: "\(light.led)/\(file)", .write) else { continue }
            let rule = "60-patrold-light.rules gives the light called \"warning\" to group patrold"
            return problem("whose \(file) cannot be used, \(fault) (\(rule))")
        }
        return []
    }

    /// A receiver comes and goes; one that is not there is no mistake, but may be a slip.
    func receiverProblems() -> [ConfigurationProblem] {
        guard let device = gps.device, device.hasPrefix("/"), Glibc.access(device, F_OK) != 0, errno == ENOENT else {
            return []
        }
        let message = "names \(device), which is not there now: is the receiver plugged in?"
        return [ConfigurationProblem(key: "gps.device", message: message, isWarning: true)]
    }

    /// Without a loudspeaker UTC is no mistake, but people would read it as their own time.
    func missingZoneProblems() -> [ConfigurationProblem] {
        guard timeZone == nil, loudspeaker == nil, Glibc.access("/etc/localtime", F_OK) != 0, errno == ENOENT else {
            return []
        }
        let message = "is left out, and there is no /etc/localtime: every time will be UTC (timedatectl set-timezone)"
        return [ConfigurationProblem(key: "time_zone", message: message, isWarning: true)]
    }
}
