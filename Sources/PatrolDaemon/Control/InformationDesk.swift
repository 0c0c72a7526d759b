import PatrolAPI
import PatrolCore
import PatrolJournal
import PatrolWire

/// Puts the reports together from the status board and the journal.
struct InformationDesk: Sendable {
    /// More than a person reads; the counts say how many there are.
    private static let maximumQuarantinedShown = 100

    let configuration: Configuration
    let board: StatusBoard
    let journal: Journal
    let clocks: Clocks
    let startedAt: Instant
    let duty: DutyOffice
    let loudspeaker: Loudspeaker?
    let clips: ClipShelf?
    let light: LightKeeper?
    let zone: VehicleZone

    func status() -> StatusReport {
        let content = board.snapshot
        let health = journal.health
        let now = clocks.now()
        let fittings = lookAtFittings()
        return StatusReport(
            vehicle: configuration.vehicle,
            version: Daemon.version,
            uptimeSeconds: rounded((now - startedAt).inSeconds),
            health: HealthChecks.report(content, health, fittings, at: now).state,
            clock: clock(content, at: now),
            gps: StatusReport.GPS(
                hasFix: content.hasFix,
                state: content.gpsState,
                gpsd: configuration.gps.address,
                device: content.receivers.used,
                otherDevices: content.receivers.others,
                accepted: content.accepted,
                rejected: content.rejected
            ),
            position: current(content, at: now),
            journal: StatusReport.Journal(
                id: journal.id.description,
                events: health.durable.events.rawValue,
                positions: health.durable.positions.rawValue,
                uncommitted: health.pendingEvents + health.pendingPositions,
                error: health.failure?.description
            ),
            zones: content.zones.map(names),
            duty: dutyReport(),
            announcements: fittings.announcer.map { announcements($0, at: now) }
        )
    }

    func health() -> HealthReport {
        var report = HealthChecks.report(board.snapshot, journal.health, lookAtFittings(), at: clocks.now())
        report.timeZone = zone.name
        return report
    }

    func timeZone() -> TimeZoneReport {
        let status = localTime
        return TimeZoneReport(
            zone.zone,
            problem: zone.problem.map { "\($0)" },
            trusted: status.trusted,
            systemTime: status.systemTime
        )
    }

    private var localTime: LocalTimeStatus {
        LocalTimeStatus(zone: zone, trusted: board.wallTime(at: clocks.now()), systemTime: clocks.systemTime())
    }

    func position() -> CurrentPosition? {
        current(board.snapshot, at: clocks.now())
    }

    func queue() async throws -> QueueReport {
        let content = board.snapshot
        let now = clocks.now()
        var destinations: [QueueReport.Destination] = []
        for upload in content.uploads {
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
                    events: lane(backlog.events),
                    positions: lane(backlog.positions),
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

    private func current(_ content: StatusBoard.Content, at now: Instant) -> CurrentPosition? {
        content.current.map { current in
            CurrentPosition(
                ageSeconds: rounded((now - current.position.receivedAt).inSeconds),
                motion: current.isMoving ? "moving" : "parked",
                position: PositionJSON(current: current.position, clock: content.clock)
            )
        }
    }

    private func clock(_ content: StatusBoard.Content, at now: Instant) -> StatusReport.Clock {
        var report = utc(content, at: now)
        report.timeZone = zone.name
        return report
    }

    private func utc(_ content: StatusBoard.Content, at now: Instant) -> StatusReport.Clock {
        switch content.clock.state(at: now) {
        case .trusted(let offset):
            StatusReport.Clock(
                trusted: true,
                time: offset.wallTime(at: now).description,
                source: offset.source.rawValue,
                uncertaintyMilliseconds: offset.uncertaintyMilliseconds,
                reason: nil,
                sources: ClockSources(content.clock, at: now)
            )
        case .untrusted(let reason):
            StatusReport.Clock(
                trusted: false,
                time: clocks.systemTime().description,
                source: nil,
                uncertaintyMilliseconds: nil,
                reason: reason.rawValue,
                sources: ClockSources(content.clock, at: now)
            )
        }
    }

    /// What the cart has besides, at this moment; whoever asks is also a reason to look at the light.
    private func lookAtFittings() -> Fittings {
        light?.passBy()
        loudspeaker?.lookAtPlayer()
        return Fittings(
            announcer: loudspeaker?.status,
            clips: clips?.state,
            hasLight: light != nil,
            lightWanted: light?.wanted,
            lightFault: light?.fault,
            localTime: localTime
        )
    }

    private func lane(_ backlog: Backlog.LaneBacklog) -> QueueReport.LaneQueue {
        QueueReport.LaneQueue(
            recorded: backlog.lastSequence.rawValue,
            acknowledged: backlog.acknowledged,
            waiting: backlog.count,
            oldest: backlog.oldest?.description,
            quarantined: backlog.quarantined.held
        )
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
