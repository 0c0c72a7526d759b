/// The slots of a programme with a timetable: when the next one is due, and what became of each.
///
/// | happens | next slot |
/// | --- | --- |
/// | the clock learns something | as the timetable says by the new time; what it leaps over is not made up for |
/// | a slot is played or skipped | the one after it |
/// | the clock is set back by a little | not the one that was dealt with a moment ago |
/// | its clip is cut by a more important one | this slot is still due |
/// | nobody knows the time of day | none, but one that is due goes on waiting |
///
/// Times of the day are UTC here; the announcer turns them into instants by the clock as it is.
struct TimetableSlots: Hashable, Sendable {
    /// One turn.
    struct Slot: Hashable, Sendable {
        /// What the timetable says.
        var time: WallTime
        /// The same on the boot clock; a repetition's is later.
        var at: Instant
        /// Whether it is another round of a turn that was taken.
        var isRepetition = false
    }

    /// How it stands.
    enum State: Hashable, Sendable {
        /// None is known.
        case none
        /// The next one; once it lies in the past it is due and waits for its turn.
        case next(Slot)
        /// Its clip was ordered and has not ended.
        case playing(PlayID, Slot)
    }

    /// A slot that was dealt with.
    private struct Handled: Hashable {
        var time: WallTime
        var at: Instant
    }

    /// A clock that is set back by less than this shows the time of a slot again that was dealt with.
    private static let remembers: Duration = .seconds(1800)

    private let timetable: Timetable
    private(set) var state: State = .none
    /// Those of the last while.
    private var handled: [Handled] = []

    init(_ timetable: Timetable) {
        self.timetable = timetable
    }

    /// The slot that waits for its turn, if one does.
    func due(at now: Instant) -> Instant? {
        guard case .next(let slot) = state, slot.at <= now else { return nil }
        return slot.at
    }

    /// When something must be decided if nothing else happens.
    func wakeAt(after now: Instant) -> Instant? {
        guard case .next(let slot) = state, slot.at > now else { return nil }
        return slot.at
    }

    /// Looks for the next slot by the clock.
    /// - Parameter offset: of the clock; `nil` while it is not trusted.
    mutating func look(at now: Instant, _ offset: ClockOffset?, in zone: CivilZone) {
        switch state {
        case .playing: return
        // A round that is to come belongs to a turn that was taken, whatever the timetable says next.
        case .next(let slot) where slot.isRepetition || slot.at <= now: return
        case .next, .none: break
        }
        guard let offset else {
            state = .none
            return
        }
        state = .none
        let wholeMilliseconds = Instant(millisecondsSinceBoot: now.millisecondsSinceBoot)
        var time = offset.wallTime(at: now)
        while let due = timetable.next(after: time, in: zone) {
            let slot = Slot(time: due, at: wholeMilliseconds + (due - offset.wallTime(at: now)))
            guard isHandled(slot) else {
                state = .next(slot)
                return
            }
            time = due
        }
    }

    private func isHandled(_ slot: Slot) -> Bool {
        handled.contains { $0.time == slot.time && slot.at - $0.at < Self.remembers }
    }

    private mutating func handle(_ slot: Slot, at now: Instant) {
        handled.removeAll { now - $0.at >= Self.remembers }
        if !isHandled(slot) { handled.append(Handled(time: slot.time, at: now)) }
    }

    /// The slot that is due cannot be played.
    mutating func skip(at now: Instant) {
        guard case .next(let slot) = state else { return }
        handle(slot, at: now)
        state = .none
    }

    /// The clip was ordered.
    mutating func play(_ id: PlayID, at now: Instant) {
        guard case .next(let slot) = state else { return }
        handle(slot, at: now)
        state = .playing(id, slot)
    }

    /// The clip ended.
    mutating func ended(at now: Instant, _ sequel: SlotSequel) {
        guard case .playing(_, let slot) = state else { return }
        switch sequel {
        case .afresh: state = .next(slot)
        case .repetition: state = .next(Slot(time: slot.time, at: now + Programme.repeatPause, isRepetition: true))
        case .none: state = .none
        }
    }
}

/// What comes of a slot after its clip's end.
enum SlotSequel: Hashable, Sendable {
    /// Nothing more: the next slot comes in its time.
    case none
    /// The clip starts afresh: something more important had cut it.
    case afresh
    /// The clip is heard once more.
    case repetition
}
