import PatrolAPI
import PatrolCore
import PatrolJournal

/// Judges the cart as it is: one check for each thing that somebody could put right.
enum HealthChecks {
    /// A short loss of the network is a cart's daily life; after this long somebody should look.
    static let uploadPatience = Duration.seconds(600)

    static func report(
        _ cart: CartSnapshot,
        _ journal: JournalHealth,
        _ uploads: [UploadDestination] = [],
        _ peripherals: PeripheralStatus = .none,
        at now: Instant
    ) -> HealthReport {
        HealthReport(
            checks: [gps(cart), clock(cart.clock, at: now), self.journal(journal, at: now)]
                + self.peripherals(peripherals, at: now) + uploads.map { upload($0, at: now) }
        )
    }

    private static func upload(_ upload: UploadDestination, at now: Instant) -> HealthReport.Check {
        let name = "upload.\(upload.name)"
        let quarantined =
            upload.quarantined > 0
            ? "\(upload.quarantined) records refused, kept here: see patrolctl queue" : nil
        guard let status = upload.status, let reason = status.reason else {
            return HealthReport.Check(
                name: name,
                state: quarantined == nil ? .ok : .degraded,
                message: quarantined ?? "nothing is wrong"
            )
        }
        let rest = quarantined.map { "; \($0)" } ?? ""
        let heldLanes = Lane.allCases.compactMap { lane in
            status.heldLanes[lane].map { "\(lane.rawValue) held until a person acts: \($0.reason)" }
        }
        if !heldLanes.isEmpty {
            return HealthReport.Check(
                name: name,
                state: .degraded,
                message: heldLanes.joined(separator: "; ") + rest
            )
        }
        if status.state == .held {
            return HealthReport.Check(
                name: name,
                state: .degraded,
                message: "held until a person acts: \(reason)\(rest)"
            )
        }
        let lasts = now - status.since
        // Before the first acknowledgement nobody knows whether the destination is right at all.
        let isNew = status.lastAcknowledgedAt == nil
        let isBad = isNew || lasts > uploadPatience || status.needsPerson || quarantined != nil
        return HealthReport.Check(
            name: name,
            state: isBad ? .degraded : .ok,
            message: "not delivered for \(lasts.milliseconds / 1000) s: \(reason)\(rest)"
        )
    }
}
