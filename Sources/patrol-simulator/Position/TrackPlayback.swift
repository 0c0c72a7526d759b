import PatrolCore

/// A recorded track, point by point at its own intervals, as a receiver without errors of its own would report it.
struct TrackPlayback: Playback {
    /// The time that the first point gets; the others keep their distance from it.
    enum Start: Hashable {
        /// When the reader came.
        case now
        /// As recorded.
        case recorded
        /// A time of the user's choice.
        case at(WallTime)
    }

    /// For a track that does not say how good its points are.
    private static let usualHDOP = 1.0
    private static let usualSatellites = 9

    private let points: [GPXTrack.Point]
    /// When each point is due after the first one.
    private let offsets: [Duration]
    private let start: Start
    /// The pass that goes on: when it began, how far the times are moved, which point is next.
    private var pass: (began: Instant, shift: Duration, next: Int)?

    /// - Parameter speedUp: above 0; how many times as fast as recorded. The reported times keep the recorded intervals.
    init(track: GPXTrack, speedUp: Double, start: Start) {
        points = track.completed
        self.start = start
        var offset = Duration.zero
        var offsets = [offset]
        for (before, point) in zip(points, points.dropFirst()) {
            // A time that goes backwards is reported as it is and waited for not at all.
            offset += max(.zero, point.time - before.time) / speedUp
            offsets.append(offset)
        }
        self.offsets = offsets
    }

    var isLive: Bool { true }

    mutating func begin(at now: Instant, machineTime: WallTime) {
        let first =
            switch start {
            case .now: machineTime
            case .recorded: points[0].time
            case .at(let time): time
            }
        pass = (now, first - points[0].time, 0)
    }

    mutating func next(at now: Instant, machineTime: WallTime) -> Burst? {
        guard let (began, shift, index) = pass, index < points.count else { return nil }
        pass?.next = index + 1
        return Burst(due: began + offsets[index], bytes: Self.epoch(points[index], shift: shift).bytes)
    }

    private static func epoch(_ point: GPXTrack.Point, shift: Duration) -> ReceiverEpoch {
        ReceiverEpoch(
            time: point.time + shift,
            coordinate: point.coordinate,
            altitude: point.altitude,
            speed: point.speed,
            course: point.course,
            satellitesUsed: min(point.satellites ?? usualSatellites, SatelliteSky.all.count),
            accuracy: Accuracy(hdop: point.hdop ?? usualHDOP)
        )
    }
}
