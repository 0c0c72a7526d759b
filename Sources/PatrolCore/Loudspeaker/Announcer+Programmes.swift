/// Whose turn it is: conditions, slots and what becomes of them.
extension Announcer {
    // MARK: Conditions

    /// Looks whose schedule holds, if that may have changed, and when it next may.
    mutating func lookAtSchedules(force: Bool) {
        let isTimeToLook = schedulesChangeAt.map { now >= $0 } ?? false
        guard force || isTimeToLook else { return }
        schedulesChangeAt = nil
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
            let instant = now + (change - time)
            schedulesChangeAt = min(schedulesChangeAt ?? instant, instant)
        }
    }

    func conditionsHold(for turn: Turn) -> Bool {
        let programme = turn.programme
        return turn.scheduleHolds && (isMoving || !programme.onlyWhileMoving) && (isOnDuty || !programme.onlyOnDuty)
            && (programme.zones.map { !$0.isDisjoint(with: zones) } ?? true)
    }

    // MARK: Clips

    /// The clip whose turn it is: the next in the rotation that is there and good.
    func clip(of turn: Turn) -> Clip? {
        place(of: turn).flatMap { clips[turn.programme.clips[$0]] }
    }

    private func place(of turn: Turn) -> Int? {
        let count = turn.programme.clips.count
        return (0..<count).lazy.map { (turn.rotation + $0) % count }
            .first { usableClip(turn.programme.clips[$0]) != nil }
    }

    /// A clip that is there and has not kept failing.
    func usableClip(_ name: ClipName) -> Clip? {
        fileFailures[name, default: 0] < settings.largestNumberOfFileFailures ? clips[name] : nil
    }

    /// Goes on to the clip after the one that was played.
    mutating func advanceRotation(of index: Int, past clip: ClipName) {
        let names = turns[index].programme.clips
        // The place is looked for from where the rotation stood: meanwhile the clips may have changed.
        let places = (0..<names.count).map { (turns[index].rotation + $0) % names.count }
        guard let place = places.first(where: { names[$0] == clip }) else { return }
        turns[index].rotation = (place + 1) % names.count
    }

    // MARK: Slots

    /// The time of day has become known.
    mutating func beginAnew(_ actions: inout [Action]) {
        for index in turns.indices {
            if let rest = turns[index].slots.beginAnew(at: now) { record(rest, of: index, &actions) }
        }
    }

    /// Lets slots begin and end with the conditions, and runs of skipped slots with what hindered them.
    mutating func updateTurns(_ actions: inout [Action]) {
        guard !isShutDown else { return }
        for index in turns.indices {
            let hold = conditionsHold(for: turns[index])
            if case .skipping(let run) = turns[index].slots.state {
                let hindrance = hold ? hindrance(to: turns[index]) : nil
                if let hindrance, hindrance.0.continues(run.hindrance) {
                    turns[index].slots.stay(until: hindrance.until)
                } else if let rest = turns[index].slots.endRun(at: now) {
                    record(rest, of: index, &actions)
                }
            }
            if hold {
                turns[index].slots.begin(at: now)
            } else if let slot = turns[index].slots.end(at: now) {
                record(.conditionsEnded, index, at: slot, &actions)
            }
        }
    }

    /// The last word on all slots, before the daemon stops.
    mutating func endTurns(_ actions: inout [Action]) {
        for index in turns.indices {
            if let rest = turns[index].slots.endRun(at: now) { record(rest, of: index, &actions) }
            if let slot = turns[index].slots.end(at: now) { record(.daemonStops, index, at: slot, &actions) }
        }
    }

    /// Gives the free floor to the programme that has waited longest; slots that cannot be played are skipped.
    mutating func giveFloorToProgramme(_ actions: inout [Action]) {
        var waiting = turns.indices.compactMap { index in turns[index].slots.due(at: now).map { (index, $0) } }
        // A stable order: those that are due at the same instant follow the configuration.
        waiting.sort { ($0.1, $0.0) < ($1.1, $1.0) }
        for (index, slot) in waiting {
            if let (hindrance, until) = hindrance(to: turns[index]) {
                if isWorthWaiting(for: hindrance, slot, until) { continue }
                turns[index].slots.skip(slot, hindrance, clip: clip(of: turns[index])?.name, until: until)
                record(hindrance, index, at: slot, &actions)
            } else if let clip = clip(of: turns[index]) {
                let id = nextID()
                turns[index].slots.play(id, dueAt: slot)
                order(clip, id, forProgramme: index, &actions)
                return
            }
        }
    }

    private func isWorthWaiting(for hindrance: Hindrance, _ slot: Instant, _ until: Instant?) -> Bool {
        guard case .quiet = hindrance, let until else { return false }
        return until - slot <= settings.patience
    }

    // MARK: Records

    private func record(_ hindrance: Hindrance, _ index: Int, at slot: Instant, _ actions: inout [Action]) {
        let skipped = SkippedAnnouncement(
            origin: .programme(turns[index].programme.name),
            clip: clip(of: turns[index])?.name,
            hindrance: hindrance,
            firstDueAt: slot,
            slots: 1
        )
        actions.append(.record(.announcementSkipped(skipped)))
    }

    private func record(_ rest: ProgrammeSlots.Rest, of index: Int, _ actions: inout [Action]) {
        let skipped = SkippedAnnouncement(
            origin: .programme(turns[index].programme.name),
            clip: rest.run.clip,
            hindrance: rest.run.hindrance,
            firstDueAt: rest.run.untold,
            slots: rest.slots
        )
        actions.append(.record(.announcementSkipped(skipped)))
    }
}
