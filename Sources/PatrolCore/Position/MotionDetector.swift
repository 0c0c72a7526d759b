/// Whether the cart drives.
public enum Motion: String, CaseIterable, Sendable {
    /// It stands, or moves less than its receiver's error.
    case parked
    /// It drives, or stopped less than the dwell time ago.
    case moving
}

/// A change of ``Motion``.
public enum MotionChange: Hashable, Sendable {
    /// The cart set off from where it was parked.
    case started(from: Coordinate)
    /// The cart has been standing for the dwell time.
    case stopped
}

/// Tells driving from the jitter of a parked receiver, by reported speed and net displacement against the reported
/// error.
///
/// A receiver at rest wanders about within its error and reports speeds of up to 1 m/s; summed up, both look like a
/// drive. What never looks like one is the *net* displacement over a time. So:
///
/// - Parked → moving, either: the place stays farther from where the cart was parked than the reported error for 2 s.
///   The parked place follows the fixes slowly, which lets the receiver's drift pass and a push by hand at 0.3 m/s not.
///   Or: the speed stays at 1.5 m/s and more for 2 s, *and* the cart gets at least half as far as that speed says.
/// - Moving → parked: all fixes of the dwell time lie within half the reported error of one place, and the second rule
///   above never held in it. A stop at a traffic light is shorter.
///
/// Time is counted between fixes by the receiver's times if they can be used, so that a replayed log gives the same
/// changes at any speed. A report without a speed is no evidence for or against anything.
public struct MotionDetector: Hashable, Sendable {
    /// The detector's bounds.
    public struct Settings: Hashable, Sendable {
        /// How long the cart stands before it counts as parked.
        public var dwell: Duration = .seconds(60)
        /// m/s; receivers report up to 1 m/s at rest.
        public var startSpeed = 1.5
        /// How long evidence of a start must last: one wild fix is none.
        public var confirmation: Duration = .seconds(2)
        /// Metres of net displacement below which nothing counts as a start, however small the reported error.
        public var startFloor = 15.0
        /// Metres within which a standing cart's fixes may lie, however small the reported error.
        public var stopFloor = 8.0
        /// The time constant with which the parked place follows the fixes.
        public var followTime: Duration = .seconds(300)

        /// The defaults.
        public init() {}
    }

    private let settings: Settings
    private var state: State = .unknown
    private var lastFix: Fix?
    private var run: SpeedRun

    private enum State: Hashable {
        /// Before the first fix.
        case unknown
        /// The cart stands at a place; `outside` is how long it has been farther from it than the error.
        case parked(at: FollowedPlace, outside: Duration?)
        /// The cart drives, or has been standing near a place for a time.
        case moving(near: Coordinate, stood: Duration)
    }

    /// - Parameter settings: the bounds.
    public init(settings: Settings = Settings()) {
        self.settings = settings
        run = SpeedRun(startSpeed: settings.startSpeed, confirmation: settings.confirmation)
    }

    /// Parked until the fixes show a drive.
    public var motion: Motion {
        switch state {
        case .unknown, .parked: .parked
        case .moving: .moving
        }
    }

    /// An accepted fix.
    /// - Parameters:
    ///   - fix: for its speed, its error and its time.
    ///   - coordinate: where it is.
    ///   - relocated: the places before it were wrong; the motion stays, and displacement counts from here on.
    /// - Returns: the change of motion, if it is one.
    public mutating func handle(_ fix: Fix, at coordinate: Coordinate, relocated: Bool) -> MotionChange? {
        let elapsed = lastFix.map { fix.elapsed(since: $0) } ?? .zero
        lastFix = fix
        if relocated { relocate(to: coordinate) }
        let drives = run.take(speed: fix.speed, at: coordinate, after: elapsed)
        switch state {
        case .unknown:
            state = .parked(at: FollowedPlace(coordinate), outside: nil)
            return nil
        case .parked(let place, let outside):
            return whileParked(place, outside: outside, fix, at: coordinate, after: elapsed, drives: drives)
        case .moving(let place, let stood):
            return whileMoving(near: place, stood: stood, fix, at: coordinate, after: elapsed, drives: drives)
        }
    }

    private mutating func whileParked(
        _ place: FollowedPlace,
        outside: Duration?,
        _ fix: Fix,
        at coordinate: Coordinate,
        after elapsed: Duration,
        drives: Bool
    ) -> MotionChange? {
        let reach = max(settings.startFloor, fix.horizontalErrorOrTypical)
        let isOutside = coordinate.distanceInMetres(to: place.coordinate) > reach
        let outside = isOutside ? outside.map { $0 + elapsed } ?? .zero : nil
        if drives || (outside ?? .zero) >= settings.confirmation {
            state = .moving(near: coordinate, stood: .zero)
            return .started(from: place.coordinate)
        }
        var place = place
        if !isOutside { place.follow(coordinate, for: elapsed, timeConstant: settings.followTime) }
        state = .parked(at: place, outside: outside)
        return nil
    }

    private mutating func whileMoving(
        near place: Coordinate,
        stood: Duration,
        _ fix: Fix,
        at coordinate: Coordinate,
        after elapsed: Duration,
        drives: Bool
    ) -> MotionChange? {
        let radius = max(settings.stopFloor, fix.horizontalErrorOrTypical / 2)
        guard !drives, coordinate.distanceInMetres(to: place) <= radius else {
            state = .moving(near: coordinate, stood: .zero)
            return nil
        }
        guard stood + elapsed >= settings.dwell else {
            state = .moving(near: place, stood: stood + elapsed)
            return nil
        }
        state = .parked(at: FollowedPlace(coordinate), outside: nil)
        return .stopped
    }

    private mutating func relocate(to coordinate: Coordinate) {
        run.reset()
        switch state {
        case .unknown: break
        case .parked: state = .parked(at: FollowedPlace(coordinate), outside: nil)
        case .moving: state = .moving(near: coordinate, stood: .zero)
        }
    }
}

/// A stretch of fixes that all report a driving speed, and whether the cart really gets on.
private struct SpeedRun: Hashable {
    let startSpeed: Double
    let confirmation: Duration
    private var stretch: Stretch?

    private struct Stretch: Hashable {
        var start: Coordinate
        var lasted: Duration = .zero
        /// Metres, as the speeds say.
        var travelled = 0.0
    }

    init(startSpeed: Double, confirmation: Duration) {
        self.startSpeed = startSpeed
        self.confirmation = confirmation
    }

    mutating func reset() {
        stretch = nil
    }

    /// - Returns: whether speed and displacement agree that the cart drives.
    mutating func take(speed: Double?, at coordinate: Coordinate, after elapsed: Duration) -> Bool {
        guard let speed, speed >= startSpeed else {
            stretch = nil
            return false
        }
        guard var stretch else {
            stretch = Stretch(start: coordinate)
            return false
        }
        stretch.lasted += elapsed
        stretch.travelled += speed * elapsed.inSeconds
        guard stretch.lasted >= confirmation else {
            self.stretch = stretch
            return false
        }
        // Each stretch is judged by itself: a long one would end where a round trip began.
        self.stretch = Stretch(start: coordinate)
        return coordinate.distanceInMetres(to: stretch.start) >= stretch.travelled / 2
    }
}

/// A place that follows fixes slowly, so that it is their recent mean.
private struct FollowedPlace: Hashable {
    private(set) var coordinate: Coordinate
    /// Kept beside the coordinate, whose grid would swallow the small steps.
    private var latitude: Double
    private var longitude: Double

    init(_ coordinate: Coordinate) {
        self.coordinate = coordinate
        latitude = coordinate.latitude
        longitude = coordinate.longitude
    }

    /// Moves towards a coordinate by the share that a time has in the time constant, at most by a tenth.
    mutating func follow(_ target: Coordinate, for time: Duration, timeConstant: Duration) {
        guard timeConstant > .zero else { return }
        let share = min(0.1, time / timeConstant)
        latitude += (target.latitude - latitude) * share
        longitude = Self.wrapped(longitude + Self.wrapped(target.longitude - longitude) * share)
        coordinate = Coordinate(latitude: latitude, longitude: longitude) ?? coordinate
    }

    /// The same meridian within ±180°, for a sum or difference of two longitudes.
    private static func wrapped(_ degrees: Double) -> Double {
        degrees > 180 ? degrees - 360 : degrees < -180 ? degrees + 360 : degrees
    }
}
