import PatrolAPI
import PatrolCore

/// What can be wrong with the receiver and the time of day.
extension HealthChecks {
    static func gps(_ cart: CartSnapshot) -> HealthReport.Check {
        HealthReport.Check(
            name: "gps",
            state: cart.hasFix ? .ok : .degraded,
            message: ([cart.gpsState.description] + [receivers(cart.receivers)].compactMap { $0 }).joined(
                separator: "; "
            )
        )
    }

    private static func receivers(_ report: ReceiverChoice.Report) -> String? {
        if let missing = report.missing {
            let available = missing.available.isEmpty ? "none" : missing.available.joined(separator: ", ")
            return "gpsd does not have [gps] device \(missing.device); it has \(available)"
        }
        guard !report.others.isEmpty else { return nil }
        let others = report.others.joined(separator: ", ")
        guard let used = report.used else { return "not used: \(others)" }
        return "uses \(used), not \(others); [gps] device chooses"
    }

    static func clock(_ clock: WallClock, at now: Instant) -> HealthReport.Check {
        switch clock.state(at: now) {
        case .untrusted(let reason):
            return HealthReport.Check(name: "clock", state: .degraded, message: "not trusted: \(reason.rawValue)")
        case .trusted(let offset):
            let sources = ClockSources(clock, at: now)
            let troubles = troubles(sources)
            let uncertainty = "±\(offset.uncertaintyMilliseconds) ms"
            guard troubles.isEmpty else {
                return HealthReport.Check(
                    name: "clock",
                    state: .degraded,
                    message: troubles.joined(separator: "; ") + "; quiet hours are widened to cover it, \(uncertainty)"
                )
            }
            let measured = sources.measuredDelay.map {
                "; the receiver's reports come \($0.delaySeconds) s late by NTP, ±\($0.uncertaintySeconds) s"
            }
            return HealthReport.Check(
                name: "clock",
                state: .ok,
                message: "by \(offset.source.rawValue), \(uncertainty)" + (measured ?? "")
            )
        }
    }

    private static func troubles(_ sources: ClockSources) -> [String] {
        var troubles: [String] = []
        if let disagreement = sources.disagreementSeconds {
            troubles.append("GPS and NTP contradict each other by \(disagreement) s")
        }
        if let contradiction = sources.contradiction {
            troubles.append(
                "the receiver contradicts itself by \(contradiction.bySeconds) s for \(contradiction.forSeconds) s"
            )
        }
        if let delay = sources.excessiveDelaySeconds {
            troubles.append(
                "the receiver's reports come at least \(delay) s late; [gps] report_delay is \(sources.reportDelaySeconds) s, "
                    + "which is too short"
            )
        }
        return troubles
    }
}
