import Logging
import NIOCore
import PatrolCore
import PatrolJournal
import PatrolSystem
import PatrolUplink
import PatrolWire
import ServiceLifecycle

/// Serves one destination: tells its ``UploadMachine`` what happens and does what the machine says.
struct Uploader: Sendable {
    /// What the last upload may take when the daemon stops: what is left of the 5 s of a stop is for the services that stop
    /// before it, and for the connections.
    static let flushLimit = Duration.seconds(4)
    /// How often a destination that waits for a person looks at its files; nothing else wakes it up then.
    static let credentialsInterval = TimeAmount.seconds(2)

    let name: String
    let vehicle: String
    let settings: UploadSettings
    let mailbox: UploadMailbox
    let uplink: HTTPUplink
    let board: UploadBoard
    let cart: CartLoop
    let clocks: Clocks
    /// For the one timer.
    let eventLoop: any EventLoop
    let logger: Logger
    let writer: JournalWriter
    /// Counts what it has done.
    let progress = ProgressCounter()

    var journal: Journal { writer.journal }

    /// Until the graceful shutdown, and then for the limit at most.
    func run(flushLimit: @escaping @Sendable () -> Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await serve() }
            group.addTask {
                do {
                    try await gracefulShutdown()
                    mailbox.post(.stop)
                    try await Task.sleep(for: flushLimit())
                } catch {
                    // Cancelled: the flush was done before its limit.
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    /// What the loop owns.
    private struct Progress {
        var machine: UploadMachine
        var timer: Scheduled<Void>?
        var watch: Scheduled<Void>?
        var totals = UploadTotals()
        /// Up to where the destination has acknowledged the lanes since the start.
        var told = PerLane(both: SequenceNumber.none)
        /// Under which identity the last batch went.
        var sentUnder: JournalID?

        /// What it lacks again has to be accounted for again; what it says to hold beyond the batch means nothing.
        mutating func note(_ outcome: UploadOutcome, _ batch: JournalBatch) {
            guard case .acknowledged(let events, let positions, _) = outcome else { return }
            if let range = batch.eventRange { told.events = min(events, range.upperBound) }
            if let range = batch.positionRange { told.positions = min(positions, range.upperBound) }
        }
    }

    private func serve() async {
        var progress = Progress(
            machine: UploadMachine(
                destination: name,
                settings: settings,
                memory: UploadMemory(kept: journal.statesAtStart[UploadMemory.stateName(of: name)]),
                seed: UInt64.random(in: .min ... .max),
                at: clocks.now()
            )
        )
        defer {
            progress.timer?.cancel()
            progress.watch?.cancel()
        }
        await refreshBacklog(&progress)
        for await _ in mailbox.arrivals {
            let news = Set(mailbox.take())
            self.progress.advance()
            if news == [.question] { continue }
            // Levels first: what is asked for meets the world as it is.
            for case .motion(let isMoving) in news { await handle(.motionChanged(isMoving: isMoving), &progress) }
            await refreshBacklog(&progress)
            if news.contains(.skipRequested) { await handle(.refusedSkipped, &progress) }
            if news.contains(.retryRequested) { await handle(.retryRequested, &progress) }
            if news.contains(.nowRequested) { await handle(.flushRequested, &progress) }
            if news.contains(.due) { await handle(.wakeUp, &progress) }
            if news.contains(.stop) {
                // Sends batch after batch; returns when all is sent or one failed.
                await handle(.flushRequested, &progress)
                await handle(.shutdown, &progress)
                return
            }
            await watchCredentials(&progress, isTime: news.contains(.lookAtCredentials))
        }
    }

    /// A token that a person has mended is found when its file has changed, not with the next attempt minutes later.
    private func watchCredentials(_ progress: inout Progress, isTime: Bool) async {
        if isTime {
            progress.watch = nil
            if progress.machine.isHeldForPerson, await uplink.haveCredentialsChanged() {
                await handle(.retryRequested, &progress)
            }
        }
        guard progress.machine.isHeldForPerson, progress.watch == nil else { return }
        progress.watch = eventLoop.scheduleTask(in: Self.credentialsInterval) { [mailbox] in
            mailbox.post(.lookAtCredentials)
        }
    }

    /// Tells the machine, does what it says, and tells it what became of that, until it says nothing more.
    private func handle(_ input: UploadMachine.Input, _ progress: inout Progress) async {
        var inputs = [input]
        while !inputs.isEmpty {
            for action in progress.machine.handle(inputs.removeFirst(), at: clocks.now()) {
                if let consequence = await perform(action, &progress) { inputs.append(consequence) }
                self.progress.advance()
            }
            publish(progress)
        }
    }

    private func publish(_ progress: Progress) {
        board.update(name) { destination in
            destination.status = progress.machine.status
            destination.totals = progress.totals
        }
    }

    private func perform(_ action: UploadMachine.Action, _ progress: inout Progress) async -> UploadMachine.Input? {
        switch action {
        case .send(let plan):
            publish(progress)
            return await send(plan, &progress)
        case .wakeAt(let instant):
            progress.timer?.cancel()
            let delay = max(.zero, instant - clocks.now())
            progress.timer = eventLoop.scheduleTask(in: .nanoseconds(delay.nanoseconds)) { [mailbox] in
                mailbox.post(.due)
            }
        case .cancelWakeUp:
            progress.timer?.cancel()
            progress.timer = nil
        case .acknowledge(let through):
            return await acknowledge(through)
        case .rewind(let through):
            return await rewind(through)
        case .beginEpoch(let first, let reason):
            return await beginEpoch(first, reason, progress)
        case .quarantine(let lane, let sequence, let reason, let memory):
            return await quarantine(lane, sequence, reason, memory)
        case .release(let lane, let sequence):
            return await release(lane, sequence)
        case .remember(let memory):
            await journal.keep(memory.kept(of: name))
        case .record(let kind):
            await writer.recordDurably(kind)
        }
        return nil
    }

    private func quarantine(
        _ lane: Lane,
        _ sequence: SequenceNumber,
        _ reason: String,
        _ memory: UploadMemory
    ) async -> UploadMachine.Input? {
        let kind = EventKind.recordQuarantined(destination: name, lane: lane, sequence, reason: reason)
        await writer.recordDurably(kind) { [name] journal, receipt in
            try await journal.quarantine(
                lane,
                sequence,
                by: name,
                reason: reason,
                receipt: receipt,
                keeping: memory.kept(of: name)
            )
        }
        // Where that failed the record waits as before, and the machine learns it from the backlog.
        return toldBacklog()
    }

    private func release(_ lane: Lane, _ sequence: SequenceNumber) async -> UploadMachine.Input? {
        let kind = EventKind.recordReleased(destination: name, lane: lane, sequence)
        await writer.recordDurably(kind) { [name] journal, receipt in
            try await journal.release(lane, sequence, by: name, receipt: receipt)
        }
        return toldBacklog()
    }

    private func send(_ plan: BatchPlan, _ progress: inout Progress) async -> UploadMachine.Input {
        let batch: JournalBatch
        do {
            batch =
                plan.purpose == .retry
                ? try await journal.nextRetry(for: name)
                : try await journal.nextBatch(
                    for: name,
                    maximumEvents: plan.maximumEvents,
                    maximumPositions: plan.maximumPositions,
                    told: progress.told
                )
        } catch {
            logger.error("the journal gave no batch", metadata: ["error": "\(error)"])
            return .attemptEnded(
                UploadAttempt(
                    events: nil,
                    positions: nil,
                    bytesOnWire: 0,
                    outcome: .retryLater(reason: "the journal cannot be read: \(error)", retryAfter: nil)
                )
            )
        }
        guard !batch.isEmpty else { return .nothingToSend }
        let isOfEarlierEpoch = batch.journalID != journal.id
        progress.sentUnder = batch.journalID
        let receipt = await uplink.send(
            BatchContent(
                vehicle: vehicle,
                journalID: batch.journalID,
                latest: await latest(beside: batch),
                boots: batch.boots,
                positionBlocks: batch.positionBlocks,
                positionRange: batch.positionRange,
                events: batch.events,
                epoch: JournalEpoch(batch),
                absent: batch.absent,
                given: batch.given
            )
        )
        progress.note(receipt.outcome, batch)
        await notice(receipt.outcome, batch)
        progress.totals.add(receipt, batch)
        log(receipt, plan, batch)
        return .attemptEnded(
            UploadAttempt(
                events: batch.eventRange,
                positions: batch.positionRange,
                bytesOnWire: receipt.bytesOnWire,
                outcome: receipt.outcome,
                isOfEarlierEpoch: isOfEarlierEpoch
            )
        )
    }

    /// A receiver that holds more of this journal than there is proves that the journal was rolled back.
    private func notice(_ outcome: UploadOutcome, _ batch: JournalBatch) async {
        guard case .acknowledged(let events, let positions, _) = outcome else { return }
        let through = PerLane(
            events: batch.eventRange == nil ? nil : events,
            positions: batch.positionRange == nil ? nil : positions
        )
        // Nearly always: the journal's thread, which may wait for the disk, is not asked.
        let durable = journal.health.durable
        guard Lane.allCases.contains(where: { lane in through[lane].map { $0 > durable[lane] } ?? false }) else {
            return
        }
        do {
            guard try await journal.heldBeyond(through, under: batch.journalID, by: name) else { return }
            logger.warning("the receiver holds more than there is: a new epoch began")
        } catch {
            logger.error("a new epoch could not begin", metadata: ["error": "\(error)"])
        }
    }

    /// What the receiver holds other records for goes under a new identity, and is sent again.
    private func beginEpoch(
        _ first: PerLane<SequenceNumber?>,
        _ reason: String,
        _ progress: Progress
    ) async -> UploadMachine.Input? {
        guard let journalID = progress.sentUnder else { return nil }
        do {
            guard try await journal.contradicted(from: first, under: journalID, by: name, because: reason) else {
                return .epochNotBegun(
                    reason: "the receiver cannot hold anything else under an identity that is new: \(reason)"
                )
            }
            logger.warning("the receiver holds other records: a new epoch began", metadata: ["reason": "\(reason)"])
        } catch {
            logger.error("a new epoch could not begin", metadata: ["error": "\(error)"])
            return .epochNotBegun(reason: "a new epoch could not begin: \(error)")
        }
        return toldBacklog()
    }

    private func acknowledge(_ through: PerLane<SequenceNumber?>) async -> UploadMachine.Input? {
        do {
            return told(try await journal.acknowledge(events: through.events, positions: through.positions, by: name))
        } catch {
            // The records are sent again; the receiver keeps them once.
            logger.error("an acknowledgement could not be kept", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func rewind(_ through: PerLane<SequenceNumber?>) async -> UploadMachine.Input? {
        logger.warning("the receiver has lost records and gets them again", metadata: ["after": "\(through)"])
        do {
            try await journal.rewind(name, to: through)
        } catch {
            logger.error("what the receiver lacks cannot be sent again", metadata: ["error": "\(error)"])
        }
        return toldBacklog()
    }

    private func refreshBacklog(_ progress: inout Progress) async {
        await handle(toldBacklog(), &progress)
    }

    private func toldBacklog() -> UploadMachine.Input { told(journal.waiting(for: name)) }

    private func told(_ backlog: Backlog) -> UploadMachine.Input {
        mailbox.setPositionNews(backlog.positions.count == 0)
        let held = backlog.events.quarantined.held + backlog.positions.quarantined.held
        board.update(name) { $0.quarantined = held }
        return .backlogChanged(
            UploadBacklog(
                events: .init(waiting: Int(backlog.events.count), newest: backlog.events.lastSequence),
                positions: .init(waiting: Int(backlog.positions.count), newest: backlog.positions.lastSequence),
                retrying: Int(backlog.events.quarantined.retrying + backlog.positions.quarantined.retrying)
            )
        )
    }

    private func log(_ receipt: UploadReceipt, _ plan: BatchPlan, _ batch: JournalBatch) {
        var metadata: Logger.Metadata = [
            "events": "\(batch.events.count)", "bytes": "\(receipt.bytesOnWire)", "purpose": "\(plan.purpose.rawValue)",
        ]
        if let positions = batch.positionRange {
            metadata["positions"] = "\(positions.lowerBound.rawValue)-\(positions.upperBound.rawValue)"
        }
        switch receipt.outcome {
        case .acknowledged:
            logger.debug("batch acknowledged", metadata: metadata)
        case .retryLater(let reason, _):
            metadata["reason"] = "\(reason)"
            logger.info("batch not delivered, trying again later", metadata: metadata)
        case .foreignAnswer(let reason, _):
            metadata["reason"] = "\(reason)"
            logger.warning("batch not delivered, trying again later", metadata: metadata)
        case .heldUntilPersonActs(let reason), .contradicted(_, let reason), .tooLarge(let reason, _),
            .rejected(let reason, _):
            metadata["reason"] = "\(reason)"
            logger.warning("batch refused", metadata: metadata)
        }
    }
}

extension UploadTotals {
    fileprivate mutating func add(_ receipt: UploadReceipt, _ batch: JournalBatch) {
        bytes += Int64(receipt.bytesOnWire)
        guard case .acknowledged(_, let through, _) = receipt.outcome else { return }
        batches += 1
        if let range = batch.positionRange {
            let last = min(through, range.upperBound)
            positions += max(0, last.rawValue - range.lowerBound.rawValue + 1)
        }
    }
}

extension JournalEpoch {
    fileprivate init(_ batch: JournalBatch) {
        self.init(
            number: batch.epoch.number,
            previousID: batch.previousID,
            first: batch.epoch.first,
            reason: batch.epoch.reason
        )
    }
}
