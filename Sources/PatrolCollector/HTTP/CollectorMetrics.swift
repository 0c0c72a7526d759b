import HTTPTypes
import HummingbirdCore
import NIOCore
import PatrolCore
import PatrolHTTPServer
import PatrolSystem

extension StoreQueries {
    /// `GET /v1/metrics`: what a monitoring system graphs and alerts on.
    func metrics(_ request: Request) async throws -> Response {
        _ = try QueryParameters(request.uri, allowed: [])
        let metrics = CollectorMetrics(
            vehicles: try await reader.vehicles(),
            checks: await healthChecks(),
            process: .current()
        )
        return Response(
            status: .ok,
            headers: [.contentType: MetricsText.contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.text))
        )
    }
}

/// The account of the store in the format of ``MetricsText``.
struct CollectorMetrics {
    let vehicles: [VehicleSummary]
    let checks: [StoreQueries.HealthCheck]
    let process: ProcessUsage

    var text: String {
        var metrics = MetricsText(prefix: "patrol_collector")
        metrics.add(
            "build_info",
            .gauge,
            "Always 1; the label says what runs.",
            [.init(true, ["version": Release.version])]
        )
        metrics.add(
            "health_check_ok",
            .gauge,
            "Whether a check of the health report is fine.",
            checks.map { .init($0.problem == nil, ["check": $0.name]) }
        )
        metrics.add(
            "vehicle_last_heard_timestamp_seconds",
            .gauge,
            "When a batch of a vehicle was stored last.",
            vehicles.map { .init(Double($0.heard.millisecondsSince1970) / 1000, ["vehicle": $0.name]) }
        )
        metrics.add(
            "vehicle_position_timestamp_seconds",
            .gauge,
            "The time of a vehicle's newest position.",
            vehicles.compactMap { vehicle in
                vehicle.latest.map {
                    .init(Double($0.time.time.millisecondsSince1970) / 1000, ["vehicle": vehicle.name])
                }
            }
        )
        metrics.add("held_records", .gauge, "Records held, by lane.", byLane(\.held))
        metrics.add(
            "missing_records",
            .gauge,
            "Numbers that are neither held nor explained, by lane.",
            byLane(\.missing)
        )
        metrics.add("absent_records", .gauge, "Numbers that the cart says it never sends, by lane.", byLane(\.absent))
        metrics.add("expired_records_total", .counter, "Records removed for their age, by lane.", byLane(\.expired))
        metrics.add("repeated_records_total", .counter, "Records that came more than once.", byJournals(\.repeated))
        metrics.add(
            "conflicting_records_total",
            .counter,
            "Records that came under a number that another one has.",
            byJournals(\.conflicting)
        )
        return metrics.text + process.metrics
    }

    private func byLane(_ value: (JournalSummary.LaneSummary) -> Int64) -> [MetricsText.Sample] {
        vehicles.flatMap { vehicle in
            [
                (Lane.events, vehicle.journals.map { value($0.events) }),
                (Lane.positions, vehicle.journals.map { value($0.positions) }),
            ].map { .init($1.reduce(0, +), ["vehicle": vehicle.name, "lane": $0.rawValue]) }
        }
    }

    private func byJournals(_ value: (JournalSummary) -> Int64) -> [MetricsText.Sample] {
        vehicles.map { .init($0.journals.map(value).reduce(0, +), ["vehicle": $0.name]) }
    }
}
