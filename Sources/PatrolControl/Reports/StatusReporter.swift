import PatrolAPI
import PatrolConfiguration
import PatrolCore
import PatrolJournal
import PatrolWire

/// Puts the reports together from the cart, the journal and the uploads.
struct StatusReporter: Sendable {
    /// More than a person reads; the counts say how many there are.
    private static let maximumQuarantinedShown = 100

    let configuration: Configuration
    let cart: any CartAccess
    let uploads: any UploadAccess
    let journal: Journal
    let clocks: Clocks
    let startedAt: Instant
    /// `nil` for a cart without one.
    let loudspeaker: (any LoudspeakerAccess)?
    let zone: VehicleZone
    /// What came of the last reload.
    let reload: ReloadOutcome

    /// The cart as it is; whoever asks is also a reason to look whether light and player are as they should be.
    /// - Throws: while the daemon starts or stops.
    func look() async throws(RequestError) -> CartSnapshot {
        guard let snapshot = await cart.snapshot(looksAround: true) else {
            throw RequestError(.unavailable, "the daemon starts, or stops")
        }
        return snapshot
    }

    func status() async throws(RequestError) -> StatusReport {
        let snapshot = try await look()
        let health = journal.health
        let now = snapshot.at
        let peripherals = peripherals(snapshot)
        return StatusReport(
            vehicle: configuration.vehicle,
            version: Release.version,
            uptimeSeconds: rounded((now - startedAt).inSeconds),
            health: HealthChecks.report(snapshot, health, uploads.destinations, peripherals, at: now).state,
            clock: clock(snapshot),
            gps: StatusReport.GPS(
                hasFix: snapshot.hasFix,
                state: snapshot.gpsState.description,
                gpsd: configuration.gps.address,
                device: snapshot.receivers.used,
                otherDevices: snapshot.receivers.others,
                accepted: snapshot.position.counters.accepted,
                rejected: snapshot.position.counters.rejectedByName
            ),
            position: position(snapshot),
            journal: StatusReport.Journal(
                id: journal.id.description,
                events: health.durable.events.rawValue,
                positions: health.durable.positions.rawValue,
                uncommitted: health.pendingEvents + health.pendingPositions,
                error: health.failure?.description
            ),
            zones: snapshot.zones.map(names),
            duty: duty(snapshot),
            announcements: peripherals.announcer.map { announcements($0, snapshot) }
        )
    }

    func health() async throws(RequestError) -> HealthReport {
        let snapshot = try await look()
        let peripherals = peripherals(snapshot, withForecast: false)
        var report = HealthChecks.report(snapshot, journal.health, uploads.destinations, peripherals, at: snapshot.at)
        report.timeZone = zone.name
        return report
    }

    func timeZone() async throws(RequestError) -> TimeZoneReport {
        let status = localTime(try await look())
        return TimeZoneReport(
            zone.zone,
            problem: zone.problem.map { "\($0)" },
            trusted: status.trusted,
            systemTime: status.systemTime
        )
    }

    private func localTime(_ snapshot: CartSnapshot) -> LocalTimeStatus {
        LocalTimeStatus(zone: zone, trusted: snapshot.wallTime, systemTime: clocks.systemTime())
    }

    func position(_ snapshot: CartSnapshot) -> CurrentPosition? {
        CurrentPosition(snapshot)
    }

    func queue() async throws -> QueueReport {
        let now = clocks.now()
        var destinations: [QueueReport.Destination] = []
        for upload in uploads.destinations {
            let backlog = try await journal.backlog(of: upload.name)
            let quarantined = try await journal.quarantined(by: upload.name, limit: Self.maximumQuarantinedShown)
            destinations.append(
                QueueReport.Destination(
                    name: upload.name,
                    url: upload.url,
                    state: (upload.status?.state ?? .idle).rawValue,
                    reason: upload.status?.reason,
                    failedAttempts: upload.status?.failedAttempts ?? 0,
                    nextAttemptInSeconds: upload.status?.nextAttemptAt.map {
                        rounded(max(.zero, $0 - now).inSeconds)
                    },
                    lastAcknowledgedSecondsAgo: upload.status?.lastAcknowledgedAt.map { rounded((now - $0).inSeconds) },
                    events: lane(backlog.events, upload.status?.heldLanes.events, at: now),
                    positions: lane(backlog.positions, upload.status?.heldLanes.positions, at: now),
                    bytesSent: upload.totals.bytes,
                    positionsSent: upload.totals.positions,
                    batchesSent: upload.totals.batches,
                    quarantined: quarantined.map(refused)
                )
            )
        }
        var report = QueueReport(destinations: destinations)
        report.timeZone = zone.name
        return report
    }

    private func clock(_ snapshot: CartSnapshot) -> StatusReport.Clock {
        var report = utc(snapshot.clock, at: snapshot.at)
        report.timeZone = zone.name
        return report
    }

    private func utc(_ clock: WallClock, at now: Instant) -> StatusReport.Clock {
        switch clock.state(at: now) {
        case .trusted(let offset):
            StatusReport.Clock(
                trusted: true,
                time: offset.wallTime(at: now).description,
                source: offset.source.rawValue,
                uncertaintyMilliseconds: offset.uncertaintyMilliseconds,
                reason: nil,
                sources: ClockSources(clock, at: now)
            )
        case .untrusted(let reason):
            StatusReport.Clock(
                trusted: false,
                time: clocks.systemTime().description,
                source: nil,
                uncertaintyMilliseconds: nil,
                reason: reason.rawValue,
                sources: ClockSources(clock, at: now)
            )
        }
    }

    /// - Parameter withForecast: whether it matters what the loudspeaker plays next.
    private func peripherals(_ snapshot: CartSnapshot, withForecast: Bool = true) -> PeripheralStatus {
        PeripheralStatus(
            announcer: withForecast ? snapshot.announcer?.status : snapshot.announcer?.statusWithoutForecast,
            clips: loudspeaker?.clips,
            missingClips: snapshot.missingClips,
            hasLight: snapshot.light != nil,
            lightWanted: snapshot.light?.wanted,
            lightFault: snapshot.light?.fault,
            localTime: localTime(snapshot),
            refusedConfiguration: reload.refusal
        )
    }

    private func lane(
        _ backlog: Backlog.LaneBacklog,
        _ held: UploadStatus.HeldLane?,
        at now: Instant
    ) -> QueueReport.LaneQueue {
        var lane = QueueReport.LaneQueue(
            recorded: backlog.lastSequence.rawValue,
            acknowledged: backlog.acknowledged,
            waiting: backlog.count,
            oldest: backlog.oldest?.description,
            quarantined: backlog.quarantined.held
        )
        lane.heldReason = held?.reason
        lane.heldNextAttemptInSeconds = held.map { rounded(max(.zero, $0.nextAttemptAt - now).inSeconds) }
        return lane
    }

    private func refused(_ quarantined: Quarantined) -> QueueReport.Quarantined {
        QueueReport.Quarantined(
            lane: quarantined.lane.rawValue,
            first: quarantined.range.lowerBound.rawValue,
            last: quarantined.range.upperBound.rawValue,
            reason: quarantined.reason,
            time: quarantined.time?.description,
            retrying: quarantined.isRetrying
        )
    }

    /// Milliseconds are as exact as a person or a script needs.
    func rounded(_ seconds: Double) -> Double {
        (seconds * 1000).rounded() / 1000
    }
}
