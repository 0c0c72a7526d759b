/// A programme and how it stands.
struct ProgrammeTurn: Sendable {
    /// Its slots, by its ``Programme/Timing``.
    enum Slots: Hashable, Sendable {
        case periodic(PeriodicSlots)
        case timetable(TimetableSlots)
    }

    /// A clip that is heard again.
    struct Repetition: Hashable, Sendable {
        var clip: ClipName
        /// How often it was heard to its end.
        var rounds: Int
    }

    let programme: Programme
    private var slots: Slots
    private var rotation: ClipRotation
    /// What of the present slot was heard already; `nil` for nothing.
    private(set) var repetition: Repetition?
    /// Whether the present slot's clip was cut by something more important before; it starts afresh once.
    private var wasCut = false
    /// Whether its schedule holds; while the time of day is unknown it may, so it counts as holding.
    private var scheduleHolds = true

    init(_ programme: Programme) {
        self.programme = programme
        rotation = ClipRotation(programme.clips)
        switch programme.timing {
        case .every(let gap): slots = .periodic(PeriodicSlots(gap: max(gap, Programme.shortestGap)))
        case .at(let times):
            slots = .timetable(TimetableSlots(Timetable(times: times, schedule: programme.schedule)))
        }
    }

    /// The slot that waits for its turn, if one does.
    func due(at now: Instant) -> Instant? {
        switch slots {
        case .periodic(let slots): slots.due(at: now)
        case .timetable(let slots): slots.due(at: now)
        }
    }

    /// When something must be decided if nothing else happens.
    func wakeAt(after now: Instant) -> Instant? {
        switch slots {
        case .periodic(let slots): slots.wakeAt(after: now)
        case .timetable(let slots): slots.wakeAt(after: now)
        }
    }

    /// The run of skipped slots that goes on.
    private var run: PeriodicSlots.Run? {
        guard case .periodic(let slots) = slots, case .skipping(let run) = slots.state else { return nil }
        return run
    }

    // MARK: Conditions

    /// Looks whether its schedule holds, and when the next time of its timetable comes.
    /// - Returns: when the schedule may change; `nil` if it will not, or nobody knows what time it is.
    mutating func lookAtSchedule(in context: PlayContext) -> Instant? {
        lookAtTimetable(in: context)
        guard let offset = context.clockOffset else {
            scheduleHolds = true
            return nil
        }
        let now = context.now, zone = context.settings.zone
        let time = offset.wallTime(at: now)
        scheduleHolds = programme.schedule.contains(zone.civilTime(at: time))
        guard let change = zone.nextChange(after: time, of: [programme.schedule]) else { return nil }
        // Civil time goes by whole milliseconds of the boot clock: the change comes with one, not a part of one later.
        return Instant(millisecondsSinceBoot: now.millisecondsSinceBoot) + (change - time)
    }

    /// The conditions that do not hold.
    func lacks(in context: PlayContext) -> [ProgrammeCondition] {
        programme.lacks(
            scheduleHolds: scheduleHolds,
            zones: context.zones,
            isMoving: context.isMoving,
            isOnDuty: context.isOnDuty
        )
    }

    /// The clip that would be played now: the next one that would end before quiet begins, or if none would, the next;
    /// only the one that is to be heard again, if one is. `nil` if none can be played.
    func clip(in context: PlayContext) -> Clip? {
        let names = repetition.map { [$0.clip] } ?? rotation.inTurn
        let candidates = names.compactMap(context.clips.clip)
        return candidates.first { context.wouldEndInTime($0, isExempt: false) } ?? candidates.first
    }

    /// What keeps it from using a slot.
    func inhibition(in context: PlayContext) -> Inhibition? {
        if let silencer = context.silencer(isExempt: false) {
            if case .quiet = silencer { return Inhibition(silencer, until: context.quiet.endsAt) }
            return Inhibition(silencer)
        }
        if !context.clips.areChecked { return Inhibition(.clipsUnchecked) }
        guard let clip = clip(in: context) else { return Inhibition(.noPlayableClip) }
        if let pauseEnds = context.device.pauseEnds(after: context.now) {
            return Inhibition(.loudspeakerFailed, until: pauseEnds)
        }
        return context.inhibitReason(of: clip, isExempt: false).map { Inhibition($0) }
    }

    /// What keeps this slot from being taken: of a timetable, that it is too late or that a condition is missing; of
    /// any, what inhibits all.
    func inhibition(at slot: Instant, in context: PlayContext) -> Inhibition? {
        guard case .timetable = slots else { return inhibition(in: context) }
        if context.now - slot > context.settings.timetablePatience { return Inhibition(.waitedTooLong) }
        if let inhibition = inhibition(in: context) { return inhibition }
        let lacks = lacks(in: context).filter { $0 != .schedule }
        return lacks.isEmpty ? nil : Inhibition(.conditionsMissing(lacks))
    }

    // MARK: Slots

    /// A change of the slots of a programme that speaks again and again; nothing for one with a timetable.
    @discardableResult
    private mutating func periodically<Result>(_ change: (inout PeriodicSlots) -> Result?) -> Result? {
        guard case .periodic(var slots) = slots else { return nil }
        defer { self.slots = .periodic(slots) }
        return change(&slots)
    }

    private mutating func lookAtTimetable(in context: PlayContext) {
        guard case .timetable(var slots) = slots else { return }
        slots.look(at: context.now, context.clockOffset, in: context.settings.zone)
        self.slots = .timetable(slots)
    }

    /// The time of day has become known.
    mutating func beginAnew(at now: Instant, _ events: inout [LoudspeakerEvent]) {
        let rest = periodically { $0.beginAnew(at: now) }
        // A repetition that was to come is a slot of its own now.
        if let next = wakeAt(after: now), next > now { abandonSlot() }
        if let rest { events.append(record(of: rest)) }
    }

    /// Lets slots begin and end with the conditions, and runs of skipped slots with what inhibited them.
    mutating func update(in context: PlayContext, _ events: inout [LoudspeakerEvent]) {
        let now = context.now
        let conditionsHold = lacks(in: context).isEmpty
        if let run {
            let inhibition = conditionsHold ? inhibition(in: context) : nil
            if let inhibition, inhibition.reason.continues(run.inhibitReason) {
                periodically { $0.stay(until: inhibition.until) }
            } else if let rest = periodically({ $0.endRun(at: now) }) {
                events.append(record(of: rest))
            }
        }
        if conditionsHold {
            periodically { $0.begin(at: now) }
        } else {
            endSlots(.conditionsEnded, in: context, &events)
        }
    }

    /// The conditions hold no longer, or the daemon stops.
    private mutating func endSlots(
        _ reason: InhibitReason,
        in context: PlayContext,
        _ events: inout [LoudspeakerEvent]
    ) {
        if let slot = periodically({ $0.end(at: context.now) }) {
            events.append(record(of: slot, reason, clip(in: context)))
        }
        if case .periodic(let slots) = slots, slots.state == .dormant { abandonSlot() }
    }

    /// The last word on all slots, before the daemon stops.
    mutating func end(in context: PlayContext, _ events: inout [LoudspeakerEvent]) {
        if let rest = periodically({ $0.endRun(at: context.now) }) { events.append(record(of: rest)) }
        endSlots(.daemonStops, in: context, &events)
        guard case .timetable = slots, let slot = due(at: context.now) else { return }
        events.append(skip(slot, Inhibition(.daemonStops), in: context))
    }

    /// The slot that is due cannot be played.
    /// - Returns: what is to be recorded.
    mutating func skip(_ slot: Instant, _ inhibition: Inhibition, in context: PlayContext) -> LoudspeakerEvent {
        let clip = clip(in: context)
        switch slots {
        case .periodic(var periodic):
            periodic.skip(slot, inhibition.reason, clip: clip?.name, until: inhibition.until)
            slots = .periodic(periodic)
        case .timetable(var timetable):
            timetable.skip(at: context.now)
            slots = .timetable(timetable)
        }
        abandonSlot()
        lookAtTimetable(in: context)
        return record(of: slot, inhibition.reason, clip)
    }

    /// Somebody wants silence: a slot that is due is not taken.
    /// - Returns: what is to be recorded.
    mutating func putOff(in context: PlayContext) -> LoudspeakerEvent? {
        guard let slot = due(at: context.now) else { return nil }
        let event = record(of: slot, .stoppedByPerson, clip(in: context))
        switch slots {
        case .periodic(var periodic):
            periodic.putOff(at: context.now)
            slots = .periodic(periodic)
        case .timetable(var timetable):
            timetable.skip(at: context.now)
            slots = .timetable(timetable)
        }
        abandonSlot()
        lookAtTimetable(in: context)
        return event
    }

    /// The clip was ordered.
    mutating func play(_ id: PlayID, dueAt slot: Instant, at now: Instant) {
        switch slots {
        case .periodic(var periodic):
            periodic.play(id, dueAt: slot)
            slots = .periodic(periodic)
        case .timetable(var timetable):
            timetable.play(id, at: now)
            slots = .timetable(timetable)
        }
    }

    /// The clip ended.
    /// - Parameter outcome: how.
    mutating func ended(_ outcome: PlayOutcome, _ end: PlayEnd, of clip: ClipName, in context: PlayContext) {
        let now = context.now
        let sequel = sequel(of: outcome)
        switch sequel {
        case .none:
            if outcome.advancesRotation(end) { rotation.advance(past: clip) }
            (repetition, wasCut) = (nil, false)
        case .afresh:
            // Cut again and again, one clip would keep the others from ever being heard.
            if wasCut { rotation.advance(past: clip) }
            wasCut.toggle()
        case .repetition:
            repetition = Repetition(clip: clip, rounds: (repetition?.rounds ?? 0) + 1)
        }
        switch slots {
        case .periodic(var periodic):
            periodic.ended(at: now, sequel, conditionsHold: lacks(in: context).isEmpty)
            slots = .periodic(periodic)
        case .timetable(var timetable):
            timetable.ended(at: now, sequel)
            slots = .timetable(timetable)
        }
        lookAtTimetable(in: context)
    }

    private func sequel(of outcome: PlayOutcome) -> SlotSequel {
        switch outcome {
        case .finished: (repetition?.rounds ?? 0) + 1 < programme.repeats ? .repetition : .none
        case .cut(.outranked): .afresh
        case .cut, .deviceFailed, .fileFailed: .none
        }
    }

    /// A clip that was to be heard again, and has gone meanwhile, gives its slot to the next one.
    mutating func abandonMissingRepetition(in context: PlayContext) {
        guard context.clips.areChecked, let repetition, context.clips.clip(repetition.clip) == nil else { return }
        abandonSlot()
    }

    /// Nothing more comes of the present slot.
    private mutating func abandonSlot() {
        if let repetition { rotation.advance(past: repetition.clip) }
        (repetition, wasCut) = (nil, false)
    }

    // MARK: Records

    private func record(of slot: Instant, _ reason: InhibitReason, _ clip: Clip?) -> LoudspeakerEvent {
        .announcementSkipped(
            SkippedAnnouncement(
                origin: .programme(programme.name),
                clip: clip?.name,
                inhibitReason: reason,
                firstDueAt: slot,
                slots: 1
            )
        )
    }

    private func record(of rest: PeriodicSlots.Rest) -> LoudspeakerEvent {
        .announcementSkipped(
            SkippedAnnouncement(
                origin: .programme(programme.name),
                clip: rest.run.clip,
                inhibitReason: rest.run.inhibitReason,
                firstDueAt: rest.run.untold,
                slots: rest.slots
            )
        )
    }

    /// For people.
    func status(in context: PlayContext) -> AnnouncerStatus.ProgrammeStatus {
        let lacks = lacks(in: context)
        // Before its first slot nothing is skipped.
        let isSkipping = run != nil || due(at: context.now) != nil
        return .init(
            name: programme.name,
            lacks: lacks,
            clip: clip(in: context)?.name,
            inhibitReason: lacks.isEmpty && isSkipping ? inhibition(in: context)?.reason : nil
        )
    }
}
