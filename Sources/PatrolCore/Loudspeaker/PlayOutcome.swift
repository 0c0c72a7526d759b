/// What a play's end means, once what the player says is held against what it was told.
///
/// | the player says | it was told to stop | outcome |
/// | --- | --- | --- |
/// | finished | either | finished |
/// | deadline | either | cut: what it was told, else the deadline |
/// | stopped, parent gone | yes | cut: what it was told |
/// | stopped, parent gone | no | cut, unasked |
/// | killed | yes, or its deadline has passed | cut: it would not obey, but it is silent |
/// | killed | no | device failed: it hung, and it is the device that players hang on |
/// | device failed | either | device failed |
/// | file failed | either | file failed |
enum PlayOutcome: Hashable {
    case finished
    case cut(StopReason)
    case deviceFailed(reason: String)
    case fileFailed

    init(_ end: PlayEnd, stopped: StopReason?, deadline: Instant?, at now: Instant) {
        switch end.how {
        case .finished:
            self = .finished
        case .deadline:
            self = .cut(stopped ?? .deadline)
        case .stopped, .parentGone:
            self = .cut(stopped ?? .unasked)
        case .killed:
            let isPastDeadline = deadline.map { now >= $0 } ?? false
            if let stopped {
                self = .cut(stopped)
            } else if isPastDeadline {
                self = .cut(.deadline)
            } else {
                self = .deviceFailed(reason: end.reason ?? "the player did not answer and was killed")
            }
        case .deviceFailed:
            self = .deviceFailed(reason: end.reason ?? "the player gives no reason")
        case .fileFailed:
            self = .fileFailed
        }
    }

    func event(_ announcement: Announcement, _ end: PlayEnd) -> LoudspeakerEvent {
        switch self {
        case .finished: .announcementFinished(announcement, end)
        case .cut(let reason): .announcementCut(announcement, end, reason)
        case .deviceFailed, .fileFailed: .announcementFailed(announcement, end)
        }
    }

    /// Whether the next clip's turn has come: after one that was heard, to its end or not, and after one that would
    /// keep the programme from ever getting further. A player that hung may have hung on the file.
    func advancesRotation(_ end: PlayEnd) -> Bool {
        switch self {
        case .finished, .fileFailed, .cut: true
        case .deviceFailed: end.how == .killed || end.framesPlayed > 0
        }
    }
}
