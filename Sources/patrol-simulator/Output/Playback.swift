import PatrolCore

/// Bytes, and when they are due. What is due at once comes with a time that has passed.
struct Burst: Hashable {
    var due: Instant
    var bytes: [UInt8]
}

/// Something to play: it says what comes next and when, and an output sends it.
protocol Playback {
    /// Whether a burst that nobody took is worth nothing any more. Recorded bytes keep their worth.
    var isLive: Bool { get }

    /// A reader is there: a recording starts anew, a cart just goes on.
    mutating func begin(at now: Instant, machineTime: WallTime)

    /// The next burst; `nil` at the end of a recording.
    mutating func next(at now: Instant, machineTime: WallTime) -> Burst?
}
