import Logging
import PatrolAPI
import PatrolCore
import PatrolJournal
import PatrolVehicle
import PatrolWire
import Synchronization

/// What happens to each report of the receiver, on the GPS thread: the pipeline judges it, the status board shows it,
/// the journal's inbox takes it. Nothing here waits for the disk or the network.
///
/// The kernel's clock is read on another thread. What follows from either is told with the pipeline's lock held, so that
/// everybody is told in the order in which it was decided: nobody's older clock comes after a newer one. Nobody who is told
/// waits, and nobody calls back.
final class PositionRecorder: Sendable {
    /// What follows from a report, outside the thread's own business.
    struct Consequences: Sendable {
        /// Makes an event durable, later and in order.
        var record: @Sendable (Event) -> Void
        /// A position went to the journal.
        var recorded: @Sendable () -> Void
        /// The cart began to move, or was parked.
        var motionChanged: @Sendable (_ isMoving: Bool) -> Void
        /// The boot's clock is known, or known better.
        var clockLearned: @Sendable (ClockOffset) -> Void
        /// The clock was looked at; whether it is trusted otherwise than before.
        var clockChanged: @Sendable (WallClock, _ isNews: Bool) -> Void
        /// The cart is in these zones now.
        var zonesChanged: @Sendable (Set<String>) -> Void
        /// Nobody knows where it is; these were its zones.
        var zonesLost: @Sendable (Set<String>) -> Void
    }

    private let pipeline: Mutex<PositionPipeline>
    private let journal: Journal
    private let board: StatusBoard
    private let stream: StreamHub
    private let clocks: Clocks
    private let logger: Logger
    private let consequences: Consequences
    /// Whether the position was lost since the last fix that was believed.
    private let areZonesLost = Mutex(false)

    init(
        pipeline: PositionPipeline,
        journal: Journal,
        board: StatusBoard,
        stream: StreamHub,
        clocks: Clocks,
        logger: Logger,
        consequences: Consequences
    ) {
        self.pipeline = Mutex(pipeline)
        self.journal = journal
        self.board = board
        self.stream = stream
        self.clocks = clocks
        self.logger = logger
        self.consequences = consequences
    }

    /// Called by the receiver on its thread.
    func handle(_ event: GPSEvent) {
        switch event {
        case .fix(let fix):
            handle(fix)
        case .lost(let reason):
            loseZones()
            record(.gpsLost(reason: reason))
        case .restored(let after):
            board.update { $0.hasFix = true }
            record(.gpsRestored(afterSeconds: after.milliseconds / 1000))
        case .receivers(let receivers):
            board.update { $0.receivers = receivers }
            logger.info(
                "receivers",
                metadata: [
                    "used": "\(receivers.used ?? "none")", "others": "\(receivers.others.joined(separator: ", "))",
                ]
            )
        case .state(let state):
            board.update { $0.gpsState = "\(state)" }
            logger.info("gps", metadata: ["state": "\(state)"])
        }
    }

    private func handle(_ fix: Fix) {
        pipeline.withLock { pipeline in
            let before = pipeline.state
            let outcome = pipeline.handle(fix)
            publish(outcome, of: fix, before: before, after: pipeline.state, pipeline.clock)
        }
    }

    /// A cart that drives on without a fix may be in any zone; the tracker's word counts again with its next fix.
    private func loseZones() {
        pipeline.withLock { pipeline in
            areZonesLost.withLock { $0 = true }
            board.update { content in
                content.hasFix = false
                content.zones = nil
            }
            consequences.zonesLost(pipeline.state.zones ?? [])
        }
    }

    /// With the pipeline's lock held.
    private func publish(
        _ outcome: PositionPipeline.Outcome,
        of fix: Fix,
        before: PositionState,
        after state: PositionState,
        _ clock: WallClock
    ) {
        let isMoving = state.motion == .moving
        board.update { content in
            content.accepted = state.counters.accepted
            content.rejected = state.counters.rejectedByName
            if let latest = state.latest { content.current = (latest, isMoving) }
            content.clock = clock
        }
        publishZones(of: outcome, before: before, after: state)
        consequences.clockChanged(clock, outcome.clockOffset != nil)
        if let offset = outcome.clockOffset { consequences.clockLearned(offset) }
        if let rejection = outcome.verdict.rejection { log(fix, rejection) }
        outcome.events.forEach(consequences.record)
        if let position = outcome.record {
            journal.append(position)
            consequences.recorded()
        }
        if isMoving != (before.motion == .moving) { consequences.motionChanged(isMoving) }
        if outcome.verdict.coordinate != nil, stream.hasReaders, let latest = state.latest {
            publish(latest, isMoving)
        }
    }

    /// First what the loudspeaker must know: a school begins here.
    private func publishZones(of outcome: PositionPipeline.Outcome, before: PositionState, after state: PositionState) {
        let wereLost = areZonesLost.withLock { areLost in
            // Only a fix that was believed says where the cart is.
            guard areLost, outcome.verdict.coordinate != nil else { return areLost }
            areLost = false
            return true
        }
        guard !areZonesLost.withLock({ $0 }), let zones = state.zones else { return }
        board.update { $0.zones = zones }
        if wereLost || zones != before.zones { consequences.zonesChanged(zones) }
    }

    /// Called by the watcher of the kernel's clock on its thread.
    func handle(_ kernel: KernelTime) {
        pipeline.withLock { pipeline in
            let outcome = pipeline.handle(kernel)
            let clock = pipeline.clock
            board.update { $0.clock = clock }
            consequences.clockChanged(clock, outcome.clockOffset != nil)
            if let offset = outcome.clockOffset { consequences.clockLearned(offset) }
            outcome.events.forEach(consequences.record)
        }
    }

    private func record(_ kind: EventKind) {
        let now = clocks.now()
        consequences.record(Event(kind, at: now, time: board.wallTime(at: now), coordinate: board.coordinate))
    }

    private func publish(_ position: Position, _ isMoving: Bool) {
        let age = (clocks.now() - position.receivedAt).inSeconds
        stream.publish(
            StreamItem(
                position: CurrentPosition(
                    ageSeconds: (age * 1000).rounded() / 1000,
                    motion: isMoving ? "moving" : "parked",
                    position: PositionJSON(current: position, clock: board.snapshot.clock)
                )
            )
        )
    }

    /// One line for each refused fix, at "debug": the counters in the status say how many, this says which.
    private func log(_ fix: Fix, _ rejection: FixRejection) {
        logger.debug(
            "fix refused",
            metadata: [
                "reason": "\(rejection.rawValue)", "latitude": "\(fix.latitude.map(String.init(describing:)) ?? "-")",
                "longitude": "\(fix.longitude.map(String.init(describing:)) ?? "-")",
                "time": "\(fix.time.map(String.init(describing:)) ?? "-")",
            ]
        )
    }
}
