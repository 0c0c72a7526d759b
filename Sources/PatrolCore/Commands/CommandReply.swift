/// What became of a ``Command``. It is given when the record of it is on disk, but for ``Command/say(_:_:reason:repeats:)``,
/// which sounds at once and has records of its own.
public enum CommandReply: Hashable, Sendable {
    /// It is in force, and on disk.
    case done
    /// It plays now (`ahead` is 0), or after `ahead` others, one of which may be playing.
    case accepted(PlayID, ahead: Int)
    /// What there was to end.
    case stopped(StopReply)
    /// It was not done.
    case refused(CommandRefusal)
    /// Its record is not on disk.
    /// - isInForce: whether it has an effect all the same, until the power is cut.
    case notDurable(Durability, isInForce: Bool)
}

/// Why a command was not done.
public enum CommandRefusal: Hashable, Sendable {
    /// The cart has no loudspeaker.
    case noLoudspeaker
    /// The time up to which something should hold is not one to come.
    case timePassed(WallTime, now: WallTime)
    /// The clip is not played.
    case say(SayRefusal)
    /// Duty cannot be started or ended.
    case duty(DutyError)
    /// One mark too many: `burst` at once, then one each `interval`.
    case tooManyMarks(wait: Duration, burst: Int, interval: Duration)
    /// The daemon stops.
    case stopping
}

/// How far a command has come.
public enum CommandProgress: Sendable {
    /// What became of it.
    case reply(CommandReply)
    /// A clip that was accepted has ended; `nil` if the daemon stops before.
    case concluded(SayConclusion?)
}
