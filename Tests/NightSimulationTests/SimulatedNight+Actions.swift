import PatrolCore

/// What the cart and the upload say, carried out.
extension SimulatedNight {
    mutating func tell(_ input: Cart.Input) {
        for action in cart.handle(input, at: instant) { perform(action) }
        workJournal()
    }

    mutating func perform(_ action: Cart.Action) {
        switch action {
        case .connectGPS: tell(.gps(.opened))
        case .disconnectGPS, .learnClock, .positionChanged, .note: break
        case .record(let id, let event, let state):
            note("record \(id.rawValue): \(event.kind.name)")
            ledger.recorded(id, event, boot).map { violate($0) }
            journal.record(id, event, state)
        case .append(let position):
            journal.append(position, at: instant)
        case .play(let order):
            if player.play != nil { violate("two plays at once") }
            ledger.plays.insert(order.id)
            player.start(order, at: instant + .milliseconds(Int64.random(in: 20...300, using: &dice)))
            note("play \(order.id.rawValue)")
        case .changeDeadline(let id, let deadline): player.changeDeadline(id, to: deadline)
        case .stopPlay(let id):
            player.stop(id, silentAt: instant + .milliseconds(Int64.random(in: 1...60, using: &dice)))
        case .checkPlayer: tell(.playerChecked(problem: nil))
        case .writeLight(let setting): tell(.lightWritten(setting, failure: nil))
        case .readLight: if let wanted = cart.snapshot(at: instant).light?.wanted { tell(.lightRead(.setting(wanted))) }
        case .reply(let id, let reply):
            note("reply to \(id.rawValue): \(reply)")
            ledger.replied(id, reply, journal, at: now).map { violate($0) }
        case .conclude(let id, _): ledger.concluded(id).map { violate($0) }
        case .motionChanged(let isMoving): tell(upload: .motionChanged(isMoving: isMoving))
        }
    }

    mutating func workJournal() {
        let before = journal.backlog
        let outcomes = journal.work(at: instant)
        for (id, durability) in outcomes {
            for action in cart.handle(.recorded(id, durability), at: instant) { perform(action) }
        }
        if journal.backlog != before { tell(upload: .backlogChanged(journal.backlog)) }
        if !outcomes.isEmpty { workJournal() }
    }

    // MARK: Upload

    mutating func tell(upload input: UploadMachine.Input) {
        var inputs = [input]
        while !inputs.isEmpty {
            for action in upload.handle(inputs.removeFirst(), at: instant) {
                switch action {
                case .send(let plan): if let consequence = send(plan) { inputs.append(consequence) }
                case .wakeAt(let instant): uploadWakeAt = instant
                case .cancelWakeUp: uploadWakeAt = nil
                case .acknowledge(let through):
                    for lane in Lane.allCases {
                        if let through = through[lane] { journal.acknowledge(lane, through: Int(through.rawValue)) }
                    }
                    inputs.append(.backlogChanged(journal.backlog))
                case .remember(let memory): journal.remember(memory)
                case .record(let kind): for action in cart.handle(.happened(kind), at: instant) { perform(action) }
                case .quarantine, .release: violate("a record was set aside that nobody refused")
                }
            }
        }
    }

    private mutating func send(_ plan: BatchPlan) -> UploadMachine.Input? {
        let events = journal.events.dropFirst(journal.cursors[.events] ?? 0).prefix(plan.maximumEvents)
        let positions = journal.positions.dropFirst(journal.cursors[.positions] ?? 0).prefix(plan.maximumPositions)
        guard !events.isEmpty || !positions.isEmpty else { return .nothingToSend }
        func range(_ indices: Range<Int>) -> ClosedRange<SequenceNumber>? {
            indices.isEmpty
                ? nil
                : SequenceNumber(
                    rawValue: Int64(indices.lowerBound + 1)
                )...SequenceNumber(rawValue: Int64(indices.upperBound))
        }
        var attempt = UploadAttempt(
            events: range(events.indices),
            positions: range(positions.indices),
            bytesOnWire: 100,
            outcome: .acknowledged(throughEvent: events.endIndex, position: positions.endIndex)
        )
        let latency = Int64.random(in: 5...3000, using: &dice) * 1_000_000
        if isNetworkUp {
            let isLost = !isFinishing && Int.random(in: 0..<10, using: &dice) == 0
            schedule(
                .arrives(attempt, events: events, positions: positions, boot: boot, isAnswerLost: isLost),
                in: latency
            )
        } else {
            attempt.outcome = .retryLater(reason: "no network", retryAfter: nil)
            schedule(.answered(attempt, boot: boot), in: latency)
        }
        return nil
    }
}
