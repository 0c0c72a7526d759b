import PatrolAPI
import PatrolCore
import PatrolSystem

/// `GET /v1/metrics`: the reports' numbers for a monitoring system. Words stay in the reports: a text that changes would
/// begin a new series each time.
struct CartMetrics {
    let status: StatusReport
    let health: HealthReport
    let queue: QueueReport
    let process: ProcessUsage

    /// In the format of ``MetricsText``.
    var text: String {
        var metrics = MetricsText(prefix: "patrold")
        addDaemon(to: &metrics)
        addPosition(to: &metrics)
        addJournal(to: &metrics)
        addUploads(to: &metrics)
        addLoudspeaker(to: &metrics)
        return metrics.text + process.metrics
    }

    private func addDaemon(to metrics: inout MetricsText) {
        metrics.add(
            "build_info",
            .gauge,
            "Always 1; the labels say what runs.",
            [.init(Int64(1), ["version": status.version, "vehicle": status.vehicle])]
        )
        metrics.add("uptime_seconds", .gauge, "Time since the daemon started.", status.uptimeSeconds)
        metrics.add(
            "health_check_ok",
            .gauge,
            "Whether a check of the health report is fine.",
            health.checks.map { .init($0.state == .ok, ["check": $0.name]) }
        )
    }

    private func addPosition(to metrics: inout MetricsText) {
        metrics.add("gps_fix", .gauge, "Whether there is a usable fix.", [.init(status.gps.hasFix)])
        metrics.add(
            "gps_position_age_seconds",
            .gauge,
            "Age of the newest accepted position.",
            status.position?.ageSeconds
        )
        metrics.add(
            "gps_fixes_accepted_total",
            .counter,
            "Fixes accepted since the start.",
            Double(status.gps.accepted)
        )
        metrics.add(
            "gps_fixes_rejected_total",
            .counter,
            "Fixes refused since the start, by reason.",
            status.gps.rejected.sorted { $0.key < $1.key }.map { .init($0.value, ["reason": $0.key]) }
        )
        metrics.add("clock_trusted", .gauge, "Whether UTC is known.", [.init(status.clock.trusted)])
        metrics.add(
            "clock_uncertainty_seconds",
            .gauge,
            "Half the width of the interval in which the true time lies.",
            status.clock.uncertaintyMilliseconds.map { Double($0) / 1000 }
        )
        metrics.add("duty_active", .gauge, "Whether there is duty.", [.init(status.duty.kind != nil)])
    }

    private func addJournal(to metrics: inout MetricsText) {
        metrics.add(
            "journal_records_total",
            .counter,
            "The newest durable record's number, by lane.",
            [
                .init(status.journal.events, ["lane": Lane.events.rawValue]),
                .init(status.journal.positions, ["lane": Lane.positions.rawValue]),
            ]
        )
        metrics.add(
            "journal_uncommitted_records",
            .gauge,
            "Records that are in memory only.",
            [.init(Int64(status.journal.uncommitted))]
        )
    }

    private func addLoudspeaker(to metrics: inout MetricsText) {
        guard let announcements = status.announcements else { return }
        metrics.add("loudspeaker_playing", .gauge, "Whether a clip plays.", [.init(announcements.playing != nil)])
        metrics.add("loudspeaker_quiet", .gauge, "Whether a quiet rule is in force.", [.init(announcements.quiet.now)])
        metrics.add("loudspeaker_muted", .gauge, "Whether a mute is in force.", [.init(announcements.muted != nil)])
        metrics.add(
            "loudspeaker_device_ok",
            .gauge,
            "Whether the sound device works.",
            [.init(announcements.device == "fine")]
        )
    }
}

// MARK: Uploads

extension CartMetrics {
    private func addUploads(to metrics: inout MetricsText) {
        metrics.add(
            "upload_state",
            .gauge,
            "1 for the state that a destination is in.",
            queue.destinations.map { .init(true, ["destination": $0.name, "state": $0.state]) }
        )
        metrics.add(
            "upload_failed_attempts",
            .gauge,
            "Attempts that failed since the last that did not.",
            each { Double($0.failedAttempts) }
        )
        metrics.add(
            "upload_last_acknowledged_age_seconds",
            .gauge,
            "Time since the last acknowledgement.",
            each(\.lastAcknowledgedSecondsAgo)
        )
        metrics.add("upload_waiting_records", .gauge, "Records that wait, by lane.", byLane(\.waiting))
        metrics.add(
            "upload_acknowledged_records_total",
            .counter,
            "Records that the destination acknowledged, by lane.",
            byLane(\.acknowledged)
        )
        metrics.add(
            "upload_quarantined_records",
            .gauge,
            "Records that the destination refuses, by lane.",
            byLane { $0.quarantined ?? 0 }
        )
        metrics.add(
            "upload_sent_bytes_total",
            .counter,
            "Bytes of bodies sent since the start.",
            each { Double($0.bytesSent) }
        )
        metrics.add(
            "upload_batches_total",
            .counter,
            "Batches acknowledged since the start.",
            each { Double($0.batchesSent) }
        )
    }

    /// - Parameter value: `nil` for one of which it is not known.
    private func each(_ value: (QueueReport.Destination) -> Double?) -> [MetricsText.Sample] {
        queue.destinations.compactMap { destination in
            value(destination).map { .init($0, ["destination": destination.name]) }
        }
    }

    private func byLane(_ value: (QueueReport.LaneQueue) -> Int64) -> [MetricsText.Sample] {
        queue.destinations.flatMap { destination in
            [(Lane.events, destination.events), (Lane.positions, destination.positions)]
                .map { .init(value($0.1), ["destination": destination.name, "lane": $0.0.rawValue]) }
        }
    }
}
