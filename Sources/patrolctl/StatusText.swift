import PatrolAPI
import PatrolWire

/// The reports of the socket as lines of text, each with a label of one width.
enum StatusText {
    static func lines(_ status: StatusReport, _ clock: CartClock) -> [String] {
        var lines = [
            row("vehicle", "\(status.vehicle), patrold \(status.version), up \(Words.span(status.uptimeSeconds))"),
            row("health", status.health.rawValue),
            row("time", time(status.clock, clock)),
        ]
        lines += clock.problemLines
        lines += ReceiverText.sources(status.clock.sources).map { row("", $0) }
        lines.append(row("gps", gps(status.gps)))
        lines += ReceiverText.devices(status.gps).map { row("", $0) }
        lines += position(status.position)
        lines.append(row("zones", CartText.zones(status.zones)))
        lines.append(row("duty", CartText.duty(status.duty, clock)))
        if let announcements = status.announcements { lines += LoudspeakerText.summary(announcements, clock) }
        lines.append(row("journal", journal(status.journal)))
        return lines
    }

    static func lines(_ queue: QueueReport, _ clock: CartClock) -> [String] {
        guard !queue.destinations.isEmpty else { return [row("upload", "no destination is configured")] }
        return queue.destinations.flatMap { destination in
            [row("upload", "\(destination.name) at \(destination.url): \(clock.localised(state(destination)))")]
                + [
                    row("", lane("event", destination.events, clock)),
                    row("", lane("position", destination.positions, clock)),
                ] + (destination.quarantined ?? []).map { row("", refused($0, clock)) }
        }
    }

    static func lines(_ health: HealthReport, _ clock: CartClock) -> [String] {
        [row("health", health.state.rawValue)]
            + health.checks.map { row($0.name, "\($0.state.rawValue): \(clock.localised($0.message))") }
    }

    static func line(_ event: EventJSON, _ clock: CartClock) -> String {
        let time = time(event.time, isCorrected: event.corrected == true, clock) ?? "(time unknown)"
        return "\(time)  \(event.kind)  \(clock.localised(event.detailsText))"
    }

    static func line(_ position: PositionJSON, _ clock: CartClock) -> String {
        let isCorrected = position.corrected == true
        let unknown = "(time unknown\(position.timeMark.map { ": \($0)" } ?? ""))"
        let time = time(position.time, isCorrected: isCorrected, clock) ?? unknown
        let speed = position.speedMetresPerSecond.map { "  \(Words.fixed($0, 1)) m/s" } ?? ""
        let place = Words.coordinate(latitude: position.latitude, longitude: position.longitude)
        return "\(time)  \(place)\(speed)  \(position.odometerMetres) m"
    }

    static func row(_ label: String, _ text: String) -> String {
        label + String(repeating: " ", count: max(1, 18 - label.count)) + text
    }

    private static func time(_ utc: String?, isCorrected: Bool, _ clock: CartClock) -> String? {
        utc.map { clock.text($0) + (isCorrected ? " (corrected)" : "") }
    }

    private static func time(_ report: StatusReport.Clock, _ clock: CartClock) -> String {
        let time = clock.text(report.time) + clock.zoneMark
        guard report.trusted else { return "not trusted (\(report.reason ?? "unknown")); the system says \(time)" }
        let uncertainty = report.uncertaintyMilliseconds.map { " ±\(Words.fixed(Double($0) / 1000, 1)) s" } ?? ""
        return "\(time) by \(report.source ?? "?")\(uncertainty)"
    }

    private static func gps(_ gps: StatusReport.GPS) -> String {
        let rejected = gps.rejected.values.reduce(0, +)
        let reasons = gps.rejected.filter { $0.value > 0 }.sorted { $0.key < $1.key }
            .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return "\(gps.state); \(gps.accepted) fixes accepted, \(rejected) rejected"
            + (reasons.isEmpty ? "" : " (\(reasons))")
    }

    private static func position(_ current: CurrentPosition?) -> [String] {
        guard let current else { return [row("position", "not known yet")] }
        let position = current.position
        var details: [String] = []
        if let error = position.horizontalErrorMetres { details.append("±\(Words.fixed(error, 1)) m") }
        if let altitude = position.altitudeMetres { details.append("altitude \(Words.fixed(altitude, 0)) m") }
        if let satellites = position.satellites { details.append("\(satellites) satellites") }
        details.append("\(Words.span(current.ageSeconds)) old")
        var motion = [current.motion]
        if let speed = position.speedMetresPerSecond {
            motion.append("\(Words.fixed(speed, 1)) m/s (\(Words.fixed(speed * 3.6, 0)) km/h)")
        }
        if let course = position.courseDegrees { motion.append("course \(Words.fixed(course, 0))°") }
        motion.append("odometer \(Words.fixed(Double(position.odometerMetres) / 1000, 3)) km")
        let place = Words.coordinate(latitude: position.latitude, longitude: position.longitude)
        return [
            row("position", "\(place)  \(details.joined(separator: ", "))"),
            row("motion", motion.joined(separator: ", ")),
        ]
    }

    private static func journal(_ journal: StatusReport.Journal) -> String {
        let counts = "\(Words.count(journal.positions, "position")), \(Words.count(journal.events, "event")) on disk"
        let pending = journal.uncommitted == 0 ? "" : ", \(journal.uncommitted) not yet"
        return counts + pending + (journal.error.map { "; ERROR: \($0)" } ?? "")
    }

    private static func state(_ destination: QueueReport.Destination) -> String {
        var words = [destination.state]
        if let reason = destination.reason { words.append(reason) }
        if destination.failedAttempts > 0 {
            words.append("\(Words.count(Int64(destination.failedAttempts), "attempt")) failed")
        }
        if let next = destination.nextAttemptInSeconds { words.append("next in \(Words.span(next))") }
        return words.joined(separator: ", ")
    }

    private static func lane(_ noun: String, _ lane: QueueReport.LaneQueue, _ clock: CartClock) -> String {
        let oldest = lane.oldest.map { ", the oldest of \(clock.text($0))" } ?? ""
        return "\(Words.count(lane.waiting, noun)) waiting\(lane.waiting == 0 ? "" : oldest); "
            + "\(lane.acknowledged) of \(lane.recorded) acknowledged"
            + ((lane.quarantined ?? 0) == 0 ? "" : ", \(lane.quarantined ?? 0) refused and kept")
            + (lane.heldReason.map { "; held: \($0)\(next(lane)); patrolctl upload now | retry | skip" } ?? "")
    }

    private static func next(_ lane: QueueReport.LaneQueue) -> String {
        lane.heldNextAttemptInSeconds.map { ", the next one is tried in \(Words.span($0))" } ?? ""
    }

    private static func refused(_ records: QueueReport.Quarantined, _ clock: CartClock) -> String {
        let numbers = records.first == records.last ? "\(records.first)" : "\(records.first) to \(records.last)"
        let time = records.time.map { " at \(clock.text($0))" } ?? ""
        return "refused\(time): \(records.lane) \(numbers): \(records.reason)"
            + (records.retrying ? "; on the way again" : "; patrolctl upload retry sends it again")
    }
}
