/// Names one command, from its arrival to its reply. Unique for one run of the daemon.
public struct CommandID: RawRepresentable, Hashable, Sendable {
    /// 1 for the first command of a run.
    public let rawValue: UInt64

    /// - Parameter rawValue: 1 for the first command of a run.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }
}

/// What somebody orders, at the cart or from the station.
public enum Command: Hashable, Sendable {
    /// Play a clip now, so many times (``SayRequest/allowedRepeats``).
    case say(ClipName, PlayPriority, reason: String?, repeats: Int)
    /// End what plays, and what waits as well if that is wanted.
    case stop(andQueue: Bool)
    /// Silence, until a time or until somebody ends it.
    case mute(until: WallTime?)
    /// The end of it.
    case unmute
    /// Sign on.
    case startDuty(DutyKind, officer: OfficerID?)
    /// Sign off.
    case endDuty
    /// Look at this moment.
    case mark(text: String?)
}

/// Who ordered it.
public enum CommandOrigin: Hashable, Sendable, CustomStringConvertible {
    /// A process at the cart.
    case process(LocalProcess)
    /// An operator at the station.
    case station(operator: String)
    /// The kernel did not say.
    case unknown

    /// As records show it: `uid 1000 (li), pid 4711 (patrolctl)`.
    public var description: String {
        switch self {
        case .process(let process): process.description
        case .station(let name): "station, \(name)"
        case .unknown: "unknown"
        }
    }
}

/// A process of the cart's computer, as the kernel names it.
public struct LocalProcess: Hashable, Sendable, CustomStringConvertible {
    /// Of its user.
    public var uid: UInt32
    /// The user's name, if it has one.
    public var user: String?
    /// Its number; another's once it has ended.
    public var pid: Int32
    /// The name of its program, if it could be seen.
    public var program: String?
    /// Whether it may order as much as it likes: root, the daemon's own user, and `patrol-admin`.
    public var isAdministrator: Bool

    /// See the properties.
    public init(uid: UInt32, user: String?, pid: Int32, program: String?, isAdministrator: Bool) {
        self.uid = uid
        self.user = user
        self.pid = pid
        self.program = program
        self.isAdministrator = isAdministrator
    }

    /// As records show it.
    public var description: String {
        "uid \(uid)" + (user.map { " (\($0))" } ?? "") + ", pid \(pid)" + (program.map { " (\($0))" } ?? "")
    }
}
