/// The clips that can be played: those that are there and good, but for those whose files keep failing.
struct PlayableClips: Sendable {
    private let largestNumberOfFailures: Int
    /// The good ones by their names; `nil` until the clips folder was checked for the first time.
    private(set) var checked: [ClipName: Clip]?
    /// How often in a row a clip's file has failed.
    private var failures: [ClipName: Int] = [:]

    /// - Parameter largestNumberOfFailures: with so many in a row a clip counts as bad.
    init(_ clips: [ClipName: Clip]?, largestNumberOfFailures: Int) {
        checked = clips
        self.largestNumberOfFailures = largestNumberOfFailures
    }

    /// Whether the folder was checked.
    var areChecked: Bool { checked != nil }

    /// The clip of a name, if it can be played.
    func clip(_ name: ClipName) -> Clip? {
        failures[name, default: 0] < largestNumberOfFailures ? checked?[name] : nil
    }

    /// The folder was checked; one that kept failing gets a new chance.
    mutating func replace(by clips: [ClipName: Clip]) {
        checked = clips
        failures = [:]
    }

    /// A play of a clip has ended.
    mutating func playEnded(_ clip: ClipName, _ end: PlayEnd) {
        switch end.how {
        case .fileFailed: failures[clip, default: 0] += 1
        case .finished: failures[clip] = nil
        case .deadline, .stopped, .parentGone, .deviceFailed, .killed: break
        }
    }
}
