/// Whose turn it is: conditions, slots and what becomes of them.
extension Announcer {
    // MARK: Conditions

    /// Looks whose schedule holds, if that may have changed, and when it next may.
    mutating func lookAtSchedules(force: Bool) {
        let isTimeToLook = schedulesChangeAt.map { now >= $0 } ?? false
        guard force || isTimeToLook else { return }
        schedulesChangeAt = nil
        for index in turns.indices { lookAtTimetable(of: index) }
        guard case .trusted(let offset) = clock.state(at: now) else {
            for index in turns.indices { turns[index].scheduleHolds = true }
            return
        }
        let time = offset.wallTime(at: now)
        let civil = settings.zone.civilTime(at: time)
        for index in turns.indices {
            let schedule = turns[index].programme.schedule
            turns[index].scheduleHolds = schedule.contains(civil)
            guard let change = settings.zone.nextChange(after: time, of: [schedule]) else { continue }
            // Civil time goes by whole milliseconds of the boot clock: the change comes with one, not a part of one later.
            let instant = Instant(millisecondsSinceBoot: now.millisecondsSinceBoot) + (change - time)
            schedulesChangeAt = min(schedulesChangeAt ?? instant, instant)
        }
    }

    /// The conditions of a programme that do not hold.
    func lacks(of turn: ProgrammeTurn) -> [ProgrammeCondition] {
        turn.programme.lacks(
            scheduleHolds: turn.scheduleHolds,
            zones: zones,
            isMoving: isMoving,
            isOnDuty: isOnDuty
        )
    }

    // MARK: Clips

    /// The clips that can be played, the one whose turn it is first; only the one that is to be heard again, if one is.
    func candidates(of turn: ProgrammeTurn) -> [Clip] {
        let names = turn.repetition.map { [$0.clip] } ?? turn.rotation.inTurn
        return names.compactMap(usableClip)
    }

    /// The clip that would be played now: the next one that would end before quiet begins, or if none would, the next.
    func clip(of turn: ProgrammeTurn) -> Clip? {
        let candidates = candidates(of: turn)
        return candidates.first { wouldEndInTime($0, isExempt: false) } ?? candidates.first
    }

    /// A clip that is there and has not kept failing.
    func usableClip(_ name: ClipName) -> Clip? {
        fileFailures[name, default: 0] < settings.largestNumberOfFileFailures ? clips?[name] : nil
    }

    // MARK: Slots

    /// Looks when the next time of a timetable comes.
    mutating func lookAtTimetable(of index: Int) {
        var offset: ClockOffset?
        if case .trusted(let trusted) = clock.state(at: now) { offset = trusted }
        turns[index].look(at: now, offset, in: settings.zone)
    }

    /// The time of day has become known.
    mutating func beginAnew(_ actions: inout [Action]) {
        for index in turns.indices {
            let rest = turns[index].periodically { $0.beginAnew(at: now) }
            // A repetition that was to come is a slot of its own now.
            if let next = turns[index].wakeAt(after: now), next > now { turns[index].abandonSlot() }
            if let rest { record(rest, of: index, &actions) }
        }
    }

    /// Lets slots begin and end with the conditions, and runs of skipped slots with what inhibited them.
    mutating func updateTurns(_ actions: inout [Action]) {
        guard !isShutDown else { return }
        for index in turns.indices {
            let hold = lacks(of: turns[index]).isEmpty
            if let run = turns[index].run {
                let inhibitReason = hold ? inhibitReason(to: turns[index]) : nil
                if let (inhibitReason, until) = inhibitReason, inhibitReason.continues(run.inhibitReason) {
                    turns[index].periodically { $0.stay(until: until) }
                } else if let rest = turns[index].periodically({ $0.endRun(at: now) }) {
                    record(rest, of: index, &actions)
                }
            }
            if hold {
                turns[index].periodically { $0.begin(at: now) }
            } else {
                endSlots(of: index, .conditionsEnded, &actions)
            }
        }
    }

    /// The conditions of a programme hold no longer, or the daemon stops.
    private mutating func endSlots(of index: Int, _ inhibitReason: InhibitReason, _ actions: inout [Action]) {
        let slot = turns[index].periodically { $0.end(at: now) }
        if let slot { record(inhibitReason, index, at: slot, &actions) }
        if case .periodic(let slots) = turns[index].slots, slots.state == .dormant { turns[index].abandonSlot() }
    }

    /// The last word on all slots, before the daemon stops.
    mutating func endTurns(_ actions: inout [Action]) {
        for index in turns.indices {
            if let rest = turns[index].periodically({ $0.endRun(at: now) }) { record(rest, of: index, &actions) }
            endSlots(of: index, .daemonStops, &actions)
            guard case .timetable = turns[index].slots, let slot = turns[index].due(at: now) else { continue }
            skip(slot, of: index, .daemonStops, until: nil, &actions)
        }
    }

    /// Gives the free floor to the programme that has waited longest; slots that cannot be played are skipped.
    mutating func giveFloorToProgramme(_ actions: inout [Action]) {
        abandonRepetitionsOfMissingClips()
        // Nothing comes between a clip and its repetition.
        let repeating = turns.indices.filter { turns[$0].repetition != nil }
        guard repeating.allSatisfy({ turns[$0].due(at: now) != nil }) else { return }
        var waiting = turns.indices.compactMap { index in turns[index].due(at: now).map { (index, $0) } }
        // A stable order: those that are due at the same instant follow the configuration.
        waiting.sort { left, right in
            (turns[left.0].repetition == nil ? 1 : 0, left.1, left.0)
                < (turns[right.0].repetition == nil ? 1 : 0, right.1, right.0)
        }
        for (index, slot) in waiting {
            if let (inhibitReason, until) = inhibitReason(to: turns[index], at: slot) {
                if isWorthWaiting(for: inhibitReason, slot, until) { continue }
                skip(slot, of: index, inhibitReason, until: until, &actions)
            } else if let clip = clip(of: turns[index]) {
                let id = nextID()
                turns[index].play(id, dueAt: slot, at: now)
                order(clip, id, forProgramme: index, &actions)
                return
            }
        }
    }

    /// A clip that was to be heard again, and has gone meanwhile, gives its slot to the next one.
    private mutating func abandonRepetitionsOfMissingClips() {
        guard clips != nil else { return }
        for index in turns.indices {
            guard let repetition = turns[index].repetition, usableClip(repetition.clip) == nil else { continue }
            turns[index].abandonSlot()
        }
    }

    private mutating func skip(
        _ slot: Instant,
        of index: Int,
        _ inhibitReason: InhibitReason,
        until: Instant?,
        _ actions: inout [Action]
    ) {
        let clip = clip(of: turns[index])?.name
        record(inhibitReason, index, at: slot, &actions)
        turns[index].skip(slot, inhibitReason, clip: clip, until: until, at: now)
        lookAtTimetable(of: index)
    }

    /// What keeps a turn from being taken: of a timetable, that it is too late or that a condition is missing; of any,
    /// what hinders all.
    private func inhibitReason(to turn: ProgrammeTurn, at slot: Instant) -> (InhibitReason, until: Instant?)? {
        guard case .timetable = turn.slots else { return inhibitReason(to: turn) }
        let lacks = lacks(of: turn).filter { $0 != .schedule }
        if now - slot > settings.timetablePatience { return (.waitedTooLong, nil) }
        return inhibitReason(to: turn) ?? (lacks.isEmpty ? nil : (.conditionsMissing(lacks), nil))
    }

    /// Somebody stopped what played: no programme that waits for its turn begins in its place.
    mutating func putOffTurns(_ actions: inout [Action]) {
        for index in turns.indices {
            guard let slot = turns[index].due(at: now) else { continue }
            record(.stoppedByPerson, index, at: slot, &actions)
            turns[index].putOff(at: now)
            lookAtTimetable(of: index)
        }
    }

    private func isWorthWaiting(for inhibitReason: InhibitReason, _ slot: Instant, _ until: Instant?) -> Bool {
        // They will have been looked at in a moment, and then one knows more.
        if inhibitReason == .clipsUnchecked { return true }
        guard case .quiet = inhibitReason, let until else { return false }
        return until - slot <= settings.patience
    }

    // MARK: Records

    private func record(_ inhibitReason: InhibitReason, _ index: Int, at slot: Instant, _ actions: inout [Action]) {
        let skipped = SkippedAnnouncement(
            origin: .programme(turns[index].programme.name),
            clip: clip(of: turns[index])?.name,
            inhibitReason: inhibitReason,
            firstDueAt: slot,
            slots: 1
        )
        actions.append(.record(.announcementSkipped(skipped)))
    }

    private func record(_ rest: PeriodicSlots.Rest, of index: Int, _ actions: inout [Action]) {
        let skipped = SkippedAnnouncement(
            origin: .programme(turns[index].programme.name),
            clip: rest.run.clip,
            inhibitReason: rest.run.inhibitReason,
            firstDueAt: rest.run.untold,
            slots: rest.slots
        )
        actions.append(.record(.announcementSkipped(skipped)))
    }
}
