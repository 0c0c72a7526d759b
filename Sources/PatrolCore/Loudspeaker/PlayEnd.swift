/// How a play ended, as the player, or whoever had to kill it, says.
public struct PlayEnd: Hashable, Sendable {
    /// The ways in which a play ends; the raw values are those of the player's report.
    public enum How: String, CaseIterable, Sendable {
        /// The clip was played to its end.
        case finished
        /// The deadline came first.
        case deadline
        /// It was told to stop.
        case stopped
        /// Whoever had ordered it was gone.
        case parentGone = "parent-gone"
        /// The sound device is missing, vanished, or takes frames without playing them.
        case deviceFailed = "device-failed"
        /// The file cannot be decoded, or not to its end.
        case fileFailed = "file-failed"
        /// The player did not answer and was killed.
        case killed
    }

    /// In which way.
    public var how: How
    /// Frames that sounded, at the file's rate.
    public var framesPlayed: Int64
    /// Frames of the file; `nil` if the player could not tell.
    public var framesTotal: Int64?
    /// In words, if something went wrong.
    public var reason: String?

    /// See the properties.
    public init(_ how: How, framesPlayed: Int64, framesTotal: Int64?, reason: String? = nil) {
        self.how = how
        self.framesPlayed = framesPlayed
        self.framesTotal = framesTotal
        self.reason = reason
    }
}
