/// How a play ended.
struct Ending: Hashable, Sendable {
    /// The words of the protocol.
    enum How: String, CaseIterable, Sendable {
        /// The whole clip was played.
        case finished
        /// The deadline came first.
        case deadline
        /// `stop` or a signal asked for it.
        case stopped
        /// Standard input ended, or another process took over this one: whoever started it does not live any more.
        case parentGone = "parent-gone"
        /// The sound device failed, or stands still.
        case deviceFailed = "device-failed"
        /// The file cannot be played, or not to its end.
        case fileFailed = "file-failed"
    }

    var how: How
    /// Why, for a person; never there for ``How/finished`` and ``How/deadline``.
    var reason: String?

    /// The exit code of the program; 1 is wrong usage.
    var exitCode: Int32 {
        switch how {
        case .finished, .deadline, .stopped, .parentGone: 0
        case .fileFailed: 2
        case .deviceFailed: 3
        }
    }
}
