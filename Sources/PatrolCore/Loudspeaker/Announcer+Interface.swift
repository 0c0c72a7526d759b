/// What goes in and what comes out.
extension Announcer {
    /// What happened.
    public enum Input: Sendable {
        /// The wall clock learned something; the more often it is told, the tighter the deadlines.
        case clockChanged(WallClock)
        /// The vehicle is in these zones now.
        case zonesChanged(Set<String>)
        /// It moves, or stands.
        case motionChanged(isMoving: Bool)
        /// Duty began or ended.
        case dutyChanged(isOn: Bool)
        /// The clips folder was checked; bad files are absent. A clip that kept failing gets a new chance.
        case clipsChanged([ClipName: Clip])
        /// The program that plays can be started, or why it cannot.
        case playerChanged(problem: String?)
        /// Somebody wants a clip played; answered by exactly one ``Action/reply(_:)``, the first of the actions.
        case say(SayRequest)
        /// A person orders silence; a mute that is in force is replaced.
        case mute(Mute)
        /// A person ends it.
        case unmute(requester: String)
        /// A person ends what plays, and what waits as well if that is wanted; answered by ``Action/stopReply(_:)``, the
        /// first of the actions.
        case stop(requester: String, andQueue: Bool)
        /// The player says that the first frames sound.
        case playStarted(PlayID)
        /// The player ended, or was killed.
        case playEnded(PlayID, PlayEnd)
        /// The time is ``Announcer/wakeAt`` or later.
        case wakeUp
        /// The daemon stops: nothing is started any more.
        case shutDown
    }

    /// What to do about it, in this order.
    public enum Action: Hashable, Sendable {
        /// Start a player. It will be told about with ``Input/playStarted(_:)``, if it gets so far, and always with
        /// ``Input/playEnded(_:_:)``.
        case play(PlayOrder)
        /// The play has another deadline.
        case changeDeadline(PlayID, Instant)
        /// The play is to fall silent at once.
        case stop(PlayID, StopReason)
        /// To the journal. Of a mute and its end it is also the moment to persist them.
        case record(LoudspeakerEvent)
        /// The answer to ``Input/say(_:)``.
        case reply(SayReply)
        /// The answer to ``Input/stop(requester:andQueue:)``.
        case stopReply(StopReply)
        /// An accepted request has ended, once for each. The name is that of its first play.
        case concluded(PlayID, SayConclusion)
    }
}

extension Announcer.Input {
    /// Whether the clock may be another one.
    var changesClock: Bool {
        if case .clockChanged = self { true } else { false }
    }
}
