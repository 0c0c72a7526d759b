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
    var slots: Slots
    var rotation: ClipRotation
    /// What of the present slot was heard already; `nil` for nothing.
    private(set) var repetition: Repetition?
    /// Whether the present slot's clip was cut by something more important before; it starts afresh once.
    private var wasCut = false
    /// Whether its schedule holds; while the time of day is unknown it may, so it counts as holding.
    var scheduleHolds = true

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
    var run: PeriodicSlots.Run? {
        guard case .periodic(let slots) = slots, case .skipping(let run) = slots.state else { return nil }
        return run
    }

    /// A change of the slots of a programme that speaks again and again; nothing for one with a timetable.
    @discardableResult
    mutating func periodically<Result>(_ change: (inout PeriodicSlots) -> Result?) -> Result? {
        guard case .periodic(var slots) = slots else { return nil }
        defer { self.slots = .periodic(slots) }
        return change(&slots)
    }

    /// Looks for the next slot of a timetable.
    mutating func look(at now: Instant, _ offset: ClockOffset?, in zone: CivilZone) {
        guard case .timetable(var slots) = slots else { return }
        slots.look(at: now, offset, in: zone)
        self.slots = .timetable(slots)
    }

    /// The slot that is due cannot be played.
    /// - Parameter until: when the inhibition ends, as far as is known.
    mutating func skip(
        _ slot: Instant,
        _ inhibitReason: InhibitReason,
        clip: ClipName?,
        until: Instant?,
        at now: Instant
    ) {
        switch slots {
        case .periodic(var periodic):
            periodic.skip(slot, inhibitReason, clip: clip, until: until)
            slots = .periodic(periodic)
        case .timetable(var timetable):
            timetable.skip(at: now)
            slots = .timetable(timetable)
        }
        abandonSlot()
    }

    /// The slot that is due is not taken: somebody wants silence.
    mutating func putOff(at now: Instant) {
        switch slots {
        case .periodic(var periodic):
            periodic.putOff(at: now)
            slots = .periodic(periodic)
        case .timetable(var timetable):
            timetable.skip(at: now)
            slots = .timetable(timetable)
        }
        abandonSlot()
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
    mutating func ended(
        _ outcome: PlayOutcome,
        _ end: PlayEnd,
        of clip: ClipName,
        at now: Instant,
        conditionsHold: Bool
    ) {
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
            periodic.ended(at: now, sequel, conditionsHold: conditionsHold)
            slots = .periodic(periodic)
        case .timetable(var timetable):
            timetable.ended(at: now, sequel)
            slots = .timetable(timetable)
        }
    }

    private func sequel(of outcome: PlayOutcome) -> SlotSequel {
        switch outcome {
        case .finished: (repetition?.rounds ?? 0) + 1 < programme.repeats ? .repetition : .none
        case .cut(.outranked): .afresh
        case .cut, .deviceFailed, .fileFailed: .none
        }
    }

    /// Nothing more comes of the present slot.
    mutating func abandonSlot() {
        if let repetition { rotation.advance(past: repetition.clip) }
        (repetition, wasCut) = (nil, false)
    }
}
