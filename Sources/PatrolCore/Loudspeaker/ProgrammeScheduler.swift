/// Whose turn it is: the programmes with their slots, and in which order those that are due together speak.
struct ProgrammeScheduler: Sendable {
    /// A slot whose clip is to be played.
    struct TakenSlot {
        /// The programme's place in the configuration.
        var index: Int
        var programme: Programme
        var clip: Clip
        /// The how-manieth time it is heard in this slot, from 1 on.
        var round: Int
    }

    /// In the order of the configuration.
    private(set) var turns: [ProgrammeTurn]
    /// When the schedule of one begins or ends to hold; `nil` if none ever does, or nobody knows what time it is.
    private(set) var schedulesChangeAt: Instant?

    init(_ programmes: [Programme], at now: Instant) {
        turns = programmes.map(ProgrammeTurn.init)
        schedulesChangeAt = now
    }

    /// When a slot comes while the floor is free; while something plays, slots wait for its end.
    func slotComesAt(after now: Instant) -> Instant? {
        turns.compactMap { $0.wakeAt(after: now) }.min()
    }

    /// Looks whose schedule holds, if that may have changed, and when it next may.
    /// - Parameter isNews: whether the clock has learned something.
    mutating func lookAtSchedules(in context: PlayContext, isNews: Bool) {
        let isTimeToLook = schedulesChangeAt.map { context.now >= $0 } ?? false
        guard isNews || isTimeToLook else { return }
        schedulesChangeAt = nil
        for index in turns.indices {
            guard let change = turns[index].lookAtSchedule(in: context) else { continue }
            schedulesChangeAt = min(schedulesChangeAt ?? change, change)
        }
    }

    /// The time of day has become known.
    mutating func beginAnew(at now: Instant) -> [LoudspeakerEvent] {
        var events: [LoudspeakerEvent] = []
        for index in turns.indices { turns[index].beginAnew(at: now, &events) }
        return events
    }

    /// Lets slots begin and end with the conditions, and runs of skipped slots with what inhibited them.
    mutating func update(in context: PlayContext) -> [LoudspeakerEvent] {
        var events: [LoudspeakerEvent] = []
        for index in turns.indices { turns[index].update(in: context, &events) }
        return events
    }

    /// The last word on all slots, before the daemon stops.
    mutating func end(in context: PlayContext) -> [LoudspeakerEvent] {
        var events: [LoudspeakerEvent] = []
        for index in turns.indices { turns[index].end(in: context, &events) }
        return events
    }

    /// Somebody stopped what played: no programme that waits for its turn begins in its place.
    mutating func putOff(in context: PlayContext) -> [LoudspeakerEvent] {
        turns.indices.compactMap { turns[$0].putOff(in: context) }
    }

    /// Gives the free floor to the programme that has waited longest; slots that cannot be played are skipped.
    /// - Parameters:
    ///   - id: the name of the play that comes of it.
    ///   - events: what is to be recorded of the others.
    /// - Returns: `nil` if nobody's turn has come.
    mutating func takeSlot(_ id: PlayID, in context: PlayContext, _ events: inout [LoudspeakerEvent]) -> TakenSlot? {
        let now = context.now
        for index in turns.indices { turns[index].abandonMissingRepetition(in: context) }
        // Nothing comes between a clip and its repetition.
        guard turns.allSatisfy({ $0.repetition == nil || $0.due(at: now) != nil }) else { return nil }
        for (index, slot) in waiting(at: now) {
            if let inhibition = turns[index].inhibition(at: slot, in: context) {
                if Self.isWorthWaiting(for: inhibition, slot, patience: context.settings.patience) { continue }
                events.append(turns[index].skip(slot, inhibition, in: context))
            } else if let clip = turns[index].clip(in: context) {
                turns[index].play(id, dueAt: slot, at: now)
                let round = (turns[index].repetition?.rounds ?? 0) + 1
                return TakenSlot(index: index, programme: turns[index].programme, clip: clip, round: round)
            }
        }
        return nil
    }

    /// Those that are due: repetitions, then by the time that they have waited. A stable order: those that are due at
    /// the same instant follow the configuration.
    private func waiting(at now: Instant) -> [(index: Int, slot: Instant)] {
        let due = turns.indices.compactMap { index in turns[index].due(at: now).map { (index: index, slot: $0) } }
        guard due.count > 1 else { return due }
        return due.sorted { left, right in
            (turns[left.index].repetition == nil ? 1 : 0, left.slot, left.index)
                < (turns[right.index].repetition == nil ? 1 : 0, right.slot, right.index)
        }
    }

    private static func isWorthWaiting(for inhibition: Inhibition, _ slot: Instant, patience: Duration) -> Bool {
        // They will have been looked at in a moment, and then one knows more.
        if inhibition.reason == .clipsUnchecked { return true }
        guard case .quiet = inhibition.reason, let until = inhibition.until else { return false }
        return until - slot <= patience
    }

    /// A programme's clip has ended.
    mutating func playEnded(
        _ index: Int,
        _ outcome: PlayOutcome,
        _ end: PlayEnd,
        of clip: ClipName,
        in context: PlayContext
    ) {
        turns[index].ended(outcome, end, of: clip, in: context)
    }

    /// The condition at whose end a programme's clip is stopped, if there is one that has ended.
    func conditionEnded(of index: Int, in context: PlayContext) -> ProgrammeCondition? {
        turns[index].lacks(in: context).first(where: turns[index].programme.stopsAtEndOf.contains)
    }
}
