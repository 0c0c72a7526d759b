import Glibc
public import PatrolCore
public import PatrolSystem

/// The player on this machine and the card that it plays on.
public struct PlayerSettings: Hashable, Sendable {
    /// The path of `patrol-player`; nothing is looked up.
    public var program: String
    /// The name of the ALSA device.
    public var device: String
    /// All that the player finds in its environment: ALSA and a sound server look there for their files.
    public var environment: [String: String]

    /// - Parameters:
    ///   - program: the path of `patrol-player`.
    ///   - device: the name of the ALSA device.
    ///   - environment: all of the player's environment; see ``environment(from:)``.
    public init(program: String, device: String, environment: [String: String]) {
        self.program = program
        self.device = device
        self.environment = environment
    }

    /// Why the player cannot be started, in words; `nil` if nothing is known against it. stat(2) and access(2) say it without
    /// a start; a folder may be "executed" as well, by those who look into it.
    public var problem: String? {
        var status = stat()
        guard stat(program, &status) == 0, access(program, X_OK) == 0 else {
            return "\(program): \(SystemError.text(errno))"
        }
        return status.st_mode & S_IFMT == S_IFREG ? nil : "\(program) is not a program"
    }

    /// The daemon's own environment without what systemd means for the daemon alone: a child must neither feed its
    /// watchdog nor take its sockets (sd_notify(3), sd_listen_fds(3)) nor look for its secrets (systemd.exec(5)).
    public static func environment(from own: [String: String]) -> [String: String] {
        own.filter { name, _ in
            !["NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "CREDENTIALS_DIRECTORY"].contains(name)
                && !name.hasPrefix("LISTEN_")
        }
    }
}

/// What a player says when its device runs.
public struct PlayStart: Hashable, Sendable {
    /// When the first frames sounded.
    public var at: Instant
    /// Frames a second of the file.
    public var sampleRate: Int
    /// 1 or more.
    public var channels: Int
    /// What the file claims to hold; `nil` if it does not say.
    public var framesTotal: Int64?

    /// See the properties.
    public init(at: Instant, sampleRate: Int, channels: Int, framesTotal: Int64?) {
        self.at = at
        self.sampleRate = sampleRate
        self.channels = channels
        self.framesTotal = framesTotal
    }
}

/// What a ``PlayerProcess`` has to tell.
public enum PlayEvent: Hashable, Sendable {
    /// It sounds; told once at most.
    case started(PlayStart)
    /// It is over; told exactly once, last.
    case ended(PlayEnd)
}

/// The player could not be started.
public struct PlayerStartError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The path of the program.
    public let program: String
    /// The call that failed, and why.
    public let cause: SystemCallError

    /// See the properties.
    public init(program: String, cause: SystemCallError) {
        self.program = program
        self.cause = cause
    }

    /// `/usr/bin/patrol-player failed to start: posix_spawn: No such file or directory`.
    public var description: String {
        "\(program) failed to start: \(cause.call): \(SystemError.text(cause.errno))"
    }
}
