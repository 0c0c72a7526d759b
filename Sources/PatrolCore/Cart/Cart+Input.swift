/// Names one record on its way to the journal; each has the next number of a run.
public struct RecordID: RawRepresentable, Hashable, Comparable, Sendable {
    /// 1 for the first record of a run.
    public let rawValue: UInt64

    /// - Parameter rawValue: 1 for the first record of a run.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Recorded earlier.
    public static func < (left: RecordID, right: RecordID) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension Cart {
    /// What happened.
    public enum Input: Sendable {
        /// The daemon runs; the first input.
        case started(version: String, lastRunEndedWithoutStop: Bool)
        /// gpsd, or the connection to it, has said something.
        case gps(GPSSource.Message)
        /// The kernel's clock was read.
        case kernelClock(KernelTime)
        /// The folder of the clips was checked.
        case clipsChecked(ClipFindings)
        /// The program that plays can be started, or why it cannot.
        case playerChecked(problem: String?)
        /// The player says that the first frames sound.
        case playStarted(PlayID)
        /// The player ended, or was killed.
        case playEnded(PlayID, PlayEnd)
        /// The light was written to, with the reason if that failed.
        case lightWritten(LightSetting, failure: String?)
        /// The light was read back.
        case lightRead(LightReading)
        /// Somebody orders something; answered by exactly one ``Action/reply(_:_:)``, and one
        /// ``Action/conclude(_:_:)`` if it is a clip that is accepted.
        case command(CommandID, Command, CommandOrigin)
        /// Something else happened that goes on record.
        case happened(EventKind)
        /// What became of a record, told once for each ``Action/record(_:_:keeping:)``, in their order.
        case recorded(RecordID, Durability)
        /// How many events the journal keeps in memory because the disk does not take them.
        case journalBacklog(events: Int)
        /// Somebody looks: the moment to see whether light and player are as they should be.
        case lookedAt
        /// The time is ``Cart/wakeAt`` or later.
        case wakeUp
        /// Nobody may wait any longer for the end of a clip.
        case concludeAll
        /// The daemon stops: no sound is begun any more.
        case shutDown
        /// The last input: everything else has stopped.
        case stopped(reason: String)
    }

    /// What to do about it, in this order.
    public enum Action: Hashable, Sendable {
        /// Begin to connect to gpsd.
        case connectGPS
        /// Drop the connection, or the attempt.
        case disconnectGPS
        /// To the journal, in order; told about with ``Input/recorded(_:_:)``. The state is to become durable with it.
        case record(RecordID, Event, keeping: KeptState?)
        /// To the journal, within its commit interval.
        case append(Position)
        /// What the boot's clock turned out to be, to be kept with the boot.
        case learnClock(ClockOffset)
        /// Start a player; told about with ``Input/playEnded(_:_:)`` in any case.
        case play(PlayOrder)
        /// The play has another deadline.
        case changeDeadline(PlayID, Instant)
        /// The play is to fall silent at once.
        case stopPlay(PlayID)
        /// See whether the player can be started; told with ``Input/playerChecked(problem:)``.
        case checkPlayer
        /// Write to the light; told with ``Input/lightWritten(_:failure:)``.
        case writeLight(LightSetting)
        /// Read the light back; told with ``Input/lightRead(_:)``.
        case readLight
        /// The answer to a command.
        case reply(CommandID, CommandReply)
        /// How a clip ended that a command asked for; `nil` if the daemon stops before.
        case conclude(CommandID, SayConclusion?)
        /// It began to move, or was parked.
        case motionChanged(isMoving: Bool)
        /// A fix was believed: for those who watch.
        case positionChanged
        /// For the log.
        case note(Note)
    }

    /// What is worth a line in the log and is not on record.
    public enum Note: Hashable, Sendable {
        /// Which receivers gpsd has, and which one is used.
        case receivers(ReceiverChoice.Report)
        /// How it stands with gpsd and the receiver.
        case gps(GPSLinkState)
        /// A fix was refused.
        case refused(Fix, FixRejection)
        /// The player cannot be started.
        case player(problem: String)
    }
}

/// What a look at the folder of the clips found.
public struct ClipFindings: Hashable, Sendable {
    /// Those that can be played.
    public var clips: [ClipName: Clip]
    /// What is wrong with others.
    public var problems: [ClipName: String]
    /// Why the folder, or the player that checks it, cannot be used; then there are none.
    public var failure: String?

    /// See the properties.
    public init(clips: [ClipName: Clip], problems: [ClipName: String] = [:], failure: String? = nil) {
        self.clips = clips
        self.problems = problems
        self.failure = failure
    }
}
