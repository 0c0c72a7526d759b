/// An order that has not ended.
struct ActivePlay: Hashable, Sendable {
    /// What it was given for.
    enum Cause: Hashable, Sendable {
        /// The turn of a programme, which has this place in the configuration.
        case programme(Int)
        /// Somebody asked for it; an exempt one is not held back by quiet hours.
        case request(RequestQueue.Entry, isExempt: Bool)
    }

    let order: PlayOrder
    let cause: Cause
    /// What its records say.
    var announcement: Announcement
    /// What the player was told last.
    var deadline: Instant?

    /// Whether quiet hours do not hold it back.
    var isExempt: Bool {
        if case .request(_, isExempt: true) = cause { true } else { false }
    }

    /// The play of a request.
    init(_ id: PlayID, _ clip: Clip, for entry: RequestQueue.Entry, in context: PlayContext) {
        let request = entry.request
        let isExempt = context.isExempt(request)
        order = PlayOrder(
            id: id,
            clip: clip,
            priority: request.priority,
            programme: nil,
            gainDecibels: context.gainDecibels(of: clip, adding: request.priority == .emergency ? nil : 0),
            deadline: context.deadline(isExempt: isExempt)
        )
        cause = .request(entry, isExempt: isExempt)
        announcement = Announcement(
            id: id,
            clip: clip,
            programme: nil,
            priority: request.priority,
            reason: request.hasReason ? request.reason : nil,
            requester: request.requester,
            zones: context.zones.sorted(),
            inSpiteOfQuiet: context.quiet.rule
        )
        if request.repeats > 1 { announcement.round = .init(number: entry.round, of: request.repeats) }
        deadline = order.deadline
    }

    /// The play of a programme's turn.
    init(_ id: PlayID, _ slot: ProgrammeScheduler.TakenSlot, in context: PlayContext) {
        let programme = slot.programme
        order = PlayOrder(
            id: id,
            clip: slot.clip,
            priority: .scheduled,
            programme: programme.name,
            gainDecibels: context.gainDecibels(of: slot.clip, adding: programme.volumeDecibels),
            deadline: context.deadline(isExempt: false)
        )
        cause = .programme(slot.index)
        announcement = Announcement(
            id: id,
            clip: slot.clip,
            programme: programme.name,
            priority: .scheduled,
            reason: nil,
            requester: nil,
            zones: context.zones.sorted(),
            inSpiteOfQuiet: nil
        )
        if programme.repeats > 1 { announcement.round = .init(number: slot.round, of: programme.repeats) }
        deadline = order.deadline
    }
}
