import PatrolAPI
import PatrolConfiguration
import PatrolCore
import PatrolVehicle

/// What can be wrong with the loudspeaker, its clips and the light.
extension HealthChecks {
    static func peripherals(_ peripherals: PeripheralStatus, at now: Instant) -> [HealthReport.Check] {
        var checks: [HealthReport.Check] = []
        if let localTime = peripherals.localTime { checks.append(timeZone(localTime)) }
        if let announcer = peripherals.announcer { checks.append(loudspeaker(announcer, at: now)) }
        if let state = peripherals.clips { checks.append(clips(state, missing: peripherals.missingClips)) }
        if let reason = peripherals.refusedConfiguration {
            let message = "the one before stays in force: \(reason.split(separator: "\n").joined(separator: "; "))"
            checks.append(HealthReport.Check(name: "configuration", state: .degraded, message: message))
        }
        if peripherals.hasLight { checks.append(light(peripherals)) }
        return checks
    }

    private static func loudspeaker(_ status: AnnouncerStatus, at now: Instant) -> HealthReport.Check {
        let name = "loudspeaker"
        if let problem = status.playerProblem {
            return HealthReport.Check(name: name, state: .degraded, message: "the player cannot be started: \(problem)")
        }
        switch status.device {
        case .fine:
            let words = status.playing.map { "plays \($0.announcement.clip)" } ?? status.silence?.words
            return HealthReport.Check(name: name, state: .ok, message: words ?? "silent")
        case .recovering(_, let reason):
            return HealthReport.Check(name: name, state: .ok, message: "sounds again after: \(reason)")
        case .failed(let since, let reason, let retryAt):
            let pause = max(.zero, retryAt - now).milliseconds / 1000
            return HealthReport.Check(
                name: name,
                state: .degraded,
                message: "has failed for \((now - since).milliseconds / 1000) s: \(reason); programmes try it again "
                    + (pause == 0 ? "with their next turn" : "in \(pause) s")
            )
        }
    }

    private static func clips(_ state: ClipFolderState, missing: [MissingClip]) -> HealthReport.Check {
        let name = "clips"
        switch state {
        case .checking:
            return HealthReport.Check(name: name, state: .ok, message: "are being checked")
        case .failed(let reason):
            return HealthReport.Check(name: name, state: .degraded, message: reason)
        case .ready(let listing):
            let bad = listing.entries.compactMap { entry -> String? in
                if case .bad(let reason) = entry.verdict { "\(entry.name): \(reason)" } else { nil }
            }
            let names = listing.entries.map(\.name)
            // A bad one that a programme names is among the bad ones.
            let absent = missing.filter { $0.cause == .absent }.map {
                "programme \($0.programme) names \($0.clip), which is not there\(NearestClip.hint(for: $0.clip, among: names))"
            }
            var faults: [String] = []
            if !absent.isEmpty { faults.append(few(absent)) }
            if !bad.isEmpty {
                faults.append("\(bad.count) of \(listing.entries.count) cannot be played: \(few(bad))")
            }
            if let leftOut = listing.leftOut { faults.append("\(leftOut)") }
            guard !faults.isEmpty else {
                return HealthReport.Check(name: name, state: .ok, message: "\(listing.clips.count) can be played")
            }
            return HealthReport.Check(name: name, state: .degraded, message: faults.joined(separator: "; "))
        }
    }

    /// The first five; `patrolctl clips` lists all.
    private static func few(_ faults: [String]) -> String {
        let rest = faults.count > 5 ? "; and \(faults.count - 5) more, see patrolctl clips" : ""
        return faults.prefix(5).joined(separator: "; ") + rest
    }

    private static func light(_ peripherals: PeripheralStatus) -> HealthReport.Check {
        if let fault = peripherals.lightFault {
            return HealthReport.Check(name: "light", state: .degraded, message: fault)
        }
        let wanted = peripherals.lightWanted.map { "\($0)" } ?? "left as it is: nobody has signed on duty yet"
        return HealthReport.Check(name: "light", state: .ok, message: wanted)
    }
}
