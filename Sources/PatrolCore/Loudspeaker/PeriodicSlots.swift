/// The slots of a programme that speaks again and again: when the next one is due, and what became of each.
///
/// | happens | next slot |
/// | --- | --- |
/// | the conditions come true | at once, but not before a gap has passed since the last play's end or skipped slot |
/// | its clip ends | a gap after the end; a pause after it, if it is to be repeated |
/// | its clip is cut by a more important one | this slot is still due |
/// | the slot cannot be played | a gap after it, and so on, counted when the inhibition ends |
/// | the conditions cease to hold | none |
///
/// All on the boot clock: a step of the wall clock makes no burst, and what was missed is never made up for.
struct PeriodicSlots: Hashable, Sendable {
    /// How it stands.
    enum State: Hashable, Sendable {
        /// The conditions do not hold.
        case dormant
        /// The next slot; once it lies in the past it is due and waits for its turn.
        case next(Instant)
        /// The clip of the slot that was due at `dueAt` was ordered and has not ended.
        case playing(PlayID, dueAt: Instant)
        /// Slots come and go unplayed.
        case skipping(Run)
    }

    /// A run of skipped slots, of which the first was told when it came.
    struct Run: Hashable, Sendable {
        /// Why.
        var inhibitReason: InhibitReason
        /// The clip whose turn it would be.
        var clip: ClipName?
        /// The first slot that is not told yet.
        var untold: Instant
        /// When the inhibition ends, as far as is known.
        var until: Instant?
    }

    /// Further slots of a run, which has ended.
    struct Rest: Hashable {
        var run: Run
        var slots: Int64
    }

    private let gap: Duration
    private(set) var state: State = .dormant
    private var lastEnd: Instant?
    private var lastSkipped: Instant?

    init(gap: Duration) {
        self.gap = gap
    }

    /// The slot that waits for its turn, if one does.
    func due(at now: Instant) -> Instant? {
        guard case .next(let slot) = state, slot <= now else { return nil }
        return slot
    }

    /// When something must be decided if nothing else happens; `nil` while an inhibition of unknown length lasts.
    func wakeAt(after now: Instant) -> Instant? {
        switch state {
        case .dormant, .playing: nil
        case .next(let slot): slot > now ? slot : nil
        case .skipping(let run): run.until.map { slot(from: run.untold, atOrAfter: $0) }
        }
    }

    /// The conditions hold from here on.
    mutating func begin(at now: Instant) {
        guard case .dormant = state else { return }
        state = .next(earliest(at: now, after: [lastEnd, lastSkipped]))
    }

    /// The time of day has become known: what was skipped without knowing it does not count, and the first slot comes
    /// as if the conditions had come true now.
    mutating func beginAnew(at now: Instant) -> Rest? {
        let rest = endRun(at: now)
        lastSkipped = nil
        // One that is due already waits for the floor, and goes on waiting.
        if case .next(let slot) = state, slot >= now { state = .next(earliest(at: now, after: [lastEnd])) }
        return rest
    }

    private func earliest(at now: Instant, after last: [Instant?]) -> Instant {
        last.compactMap { $0 }.map { $0 + gap }.reduce(now, max)
    }

    /// The conditions hold no longer.
    /// - Returns: the slot that was waiting for its turn and will not be played.
    mutating func end(at now: Instant) -> Instant? {
        if case .playing = state { return nil }
        defer { state = .dormant }
        guard case .next(let slot) = state, slot < now else { return nil }
        return slot
    }

    /// The slot that is due cannot be played; it is told, and begins a run.
    mutating func skip(_ slot: Instant, _ inhibitReason: InhibitReason, clip: ClipName?, until: Instant?) {
        lastSkipped = slot
        state = .skipping(Run(inhibitReason: inhibitReason, clip: clip, untold: slot + gap, until: until))
    }

    /// The slot that is due is put off by a gap from now: somebody wants silence.
    mutating func putOff(at now: Instant) {
        guard case .next(let slot) = state, slot <= now else { return }
        lastSkipped = now
        state = .next(now + gap)
    }

    /// The inhibition lasts; when it ends may have changed.
    mutating func stay(until: Instant?) {
        guard case .skipping(var run) = state else { return }
        run.until = until
        state = .skipping(run)
    }

    /// The inhibition, if there was one, is over; the slots that fell into it are counted.
    /// - Returns: `nil` if there is nothing further to tell.
    mutating func endRun(at now: Instant) -> Rest? {
        guard case .skipping(let run) = state else { return nil }
        // A wake-up that came late must not swallow the slot that it was for.
        let ended = min(now, run.until ?? now)
        let next = slot(from: run.untold, atOrAfter: ended)
        state = .next(next)
        let slots = (next - run.untold).nanoseconds / gap.nanoseconds
        guard slots > 0 else { return nil }
        lastSkipped = next - gap
        return Rest(run: run, slots: slots)
    }

    private func slot(from first: Instant, atOrAfter instant: Instant) -> Instant {
        guard instant > first else { return first }
        let step = gap.nanoseconds
        let slots = ((instant - first).nanoseconds - 1) / step + 1
        return first + .nanoseconds(slots * step)
    }

    /// The clip was ordered.
    mutating func play(_ id: PlayID, dueAt slot: Instant) {
        state = .playing(id, dueAt: slot)
    }

    /// The clip ended.
    mutating func ended(at now: Instant, _ sequel: SlotSequel, conditionsHold: Bool) {
        guard case .playing(_, let slot) = state else { return }
        switch sequel {
        case .afresh:
            state = .next(slot)
        case .repetition:
            lastEnd = now
            state = conditionsHold ? .next(now + Programme.repeatPause) : .dormant
        case .none:
            lastEnd = now
            state = conditionsHold ? .next(now + gap) : .dormant
        }
    }
}
