import PatrolCore

/// What the upload machines say, carried out, and what the stations make of it.
extension SimulatedNight {
    /// One input after the other, as an uploader takes them: what comes of an action waits for the actions before it.
    mutating func tell(_ station: Int, _ input: UploadMachine.Input) {
        stations[station].inputs.append(input)
        guard !stations[station].isBusy else { return }
        stations[station].isBusy = true
        while !stations[station].inputs.isEmpty {
            let next = stations[station].inputs.removeFirst()
            for action in stations[station].machine.handle(next, at: instant) {
                if let consequence = perform(action, station) { stations[station].inputs.append(consequence) }
            }
        }
        stations[station].isBusy = false
    }

    private mutating func perform(_ action: UploadMachine.Action, _ station: Int) -> UploadMachine.Input? {
        switch action {
        case .send(let plan): return send(plan, station)
        case .wakeAt(let instant): stations[station].wakeAt = instant
        case .cancelWakeUp: stations[station].wakeAt = nil
        case .acknowledge(let through):
            for lane in Lane.allCases {
                if let through = through[lane] { acknowledge(lane, Int(through.rawValue), station) }
            }
            return .backlogChanged(journal.backlog(of: station))
        case .beginEpoch: violate("an epoch began that no station asked for")
        case .rewind: violate("a lane went back that no station has lost anything of")
        case .quarantine(let lane, let sequence, let reason, let memory):
            let record = RecordNumber(lane: lane, number: Int(sequence.rawValue))
            let name = stations[station].name
            note("\(name) gets no \(lane.rawValue) \(record.number)")
            if !stations[station].refused.contains(record) {
                violate("\(lane.rawValue) \(record.number) was set aside, which nobody refused")
            }
            let receipt = EventKind.recordQuarantined(
                destination: stations[station].name,
                lane: lane,
                sequence,
                reason: reason
            )
            let isAgain = journal.destinations[station].quarantined.contains(record)
            let backlog = write(receipt, station) { $0.quarantine(record, memory) }
            if !isAgain, journal.destinations[station].quarantined.contains(record) { noteSetAside(lane, station) }
            return backlog
        case .release(let lane, let sequence):
            let record = RecordNumber(lane: lane, number: Int(sequence.rawValue))
            if !stations[station].holds(record) { violate("\(record) was released, which nobody holds") }
            let receipt = EventKind.recordReleased(destination: stations[station].name, lane: lane, sequence)
            ledger.tally["released", default: 0] += 1
            // One that is taken after all is accepted between those before and those to come.
            stations[station].setAsideInARow[lane] = 0
            return write(receipt, station) { $0.release(record) }
        case .remember(let memory): journal.destinations[station].memory = memory
        case .record(let kind):
            ledger.tally[kind.name, default: 0] += 1
            tell(.happened(kind))
        }
        return nil
    }

    private mutating func noteSetAside(_ lane: Lane, _ station: Int) {
        ledger.tally["set aside", default: 0] += 1
        stations[station].setAsideInARow[lane, default: 0] += 1
        if stations[station].setAsideInARow[lane] ?? 0 > UploadSettings().maximumQuarantinesInARow {
            violate("\(lane.rawValue) are set aside one after the other")
        }
    }

    /// A cursor may pass what the station holds, and what it refused and has a receipt for.
    private mutating func acknowledge(_ lane: Lane, _ through: Int, _ station: Int) {
        let kept = journal.destinations[station]
        for number in kept.cursor(lane) + 1..<max(kept.cursor(lane), through) + 1 {
            let record = RecordNumber(lane: lane, number: number)
            if !stations[station].holds(record), !kept.quarantined.contains(record) {
                violate("the cursor of \(lane.rawValue) passes \(number), which the station does not have")
            }
        }
        journal.destinations[station].acknowledge(lane, through: through)
        stations[station].setAsideInARow[lane] = 0
    }

    /// A change of what is kept, with its event: both or neither.
    @discardableResult
    mutating func write(
        _ kind: EventKind,
        _ station: Int,
        _ change: (inout DestinationModel) -> Void
    ) -> UploadMachine.Input {
        // What was recorded before is on disk before.
        workJournal()
        if journal.write(cart.snapshot(at: instant).event(kind), for: station, change) {
            for index in stations.indices where index != station {
                tell(index, .backlogChanged(journal.backlog(of: index)))
            }
        }
        return .backlogChanged(journal.backlog(of: station))
    }

    /// A person wants what was refused sent again.
    mutating func retry() {
        for station in stations.indices where !journal.destinations[station].quarantined.isEmpty {
            let count = Int64(journal.destinations[station].quarantined.count)
            let name = stations[station].name
            note("what \(name) refused goes again")
            let order = EventKind.recordsRetried(destination: stations[station].name, count: count, by: "wang")
            tell(station, write(order, station) { $0.retryAll() })
            tell(station, .retryRequested)
        }
    }

    private mutating func send(_ plan: BatchPlan, _ station: Int) -> UploadMachine.Input? {
        let (events, positions) = journal.batch(plan, for: station)
        guard !events.isEmpty || !positions.isEmpty else { return .nothingToSend }
        var attempt = UploadAttempt(
            events: Self.range(events.indices),
            positions: Self.range(positions.indices),
            bytesOnWire: 100,
            outcome: .acknowledged(throughEvent: events.endIndex, position: positions.endIndex)
        )
        let latency = Int64.random(in: 5...3000, using: &dice) * 1_000_000
        if stations[station].isReachable {
            let isLost = !isFinishing && Int.random(in: 0..<10, using: &dice) == 0
            schedule(
                .arrives(
                    attempt,
                    events: events,
                    positions: positions,
                    station: station,
                    boot: boot,
                    isAnswerLost: isLost
                ),
                in: latency
            )
        } else {
            attempt.outcome = .retryLater(reason: "no network", retryAfter: nil)
            schedule(.answered(attempt, station: station, boot: boot), in: latency)
        }
        return nil
    }

    private static func range(_ indices: Range<Int>) -> ClosedRange<SequenceNumber>? {
        guard !indices.isEmpty else { return nil }
        let first = SequenceNumber(rawValue: Int64(indices.lowerBound + 1))
        return first...SequenceNumber(rawValue: Int64(indices.upperBound))
    }

    /// A batch has come to the station.
    mutating func arrive(
        _ attempt: UploadAttempt,
        _ events: ArraySlice<Event>,
        _ positions: ArraySlice<Position>,
        _ station: Int,
        boot: Int,
        isAnswerLost: Bool
    ) {
        var answer = attempt
        if let refusal = stations[station].refusal(of: events, positions) {
            answer.outcome = refusal
            ledger.tally[stations[station].mood.rawValue, default: 0] += 1
            if stations[station].tooLargeInARow > 10 { violate("batches that are too large do not become smaller") }
        } else {
            // Now and then it stores, and acknowledges, a part only.
            let isPart = !isFinishing && Int.random(in: 0..<10, using: &dice) == 0
            let some = isPart ? events.prefix(events.count / 2) : events
            stations[station].take(events: some, positions: positions).map { violate("the station: \($0)") }
            if isPart { answer.outcome = .acknowledged(throughEvent: some.endIndex, position: positions.endIndex) }
        }
        if isAnswerLost { answer.outcome = .retryLater(reason: "the answer was lost", retryAfter: nil) }
        schedule(
            .answered(answer, station: station, boot: boot),
            in: Int64.random(in: 10...2000, using: &dice) * 1_000_000
        )
    }
}

extension UploadOutcome {
    /// - Parameters: the last numbers, from 1, that are stored.
    static func acknowledged(throughEvent event: Int, position: Int) -> UploadOutcome {
        .acknowledged(
            events: SequenceNumber(rawValue: Int64(event)),
            positions: SequenceNumber(rawValue: Int64(position))
        )
    }
}
