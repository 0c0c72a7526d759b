import PatrolCore

import func Glibc.cos
import func Glibc.sin

/// A receiver's errors: it wanders about the true place, within what it reports, and never jumps.
///
/// The error to the east and to the north are Gauss–Markov processes of a time constant of 45 s, scaled by the very
/// accuracy that is reported; at rest that gives the crawl of about 0.3 m/s that recorded parked receivers show.
struct ReceiverNoise {
    /// The true state of the antenna.
    struct Truth: Hashable {
        var coordinate: Coordinate
        /// Metres above mean sea level.
        var altitude: Double
        /// m/s.
        var speed: Double
        /// Degrees from true north.
        var course: Double
    }

    /// HDOP wanders about its mean with the sky, and stays between these: reported errors of 2 to 5 m.
    static let hdops = 0.8...2.0
    /// Below this speed in m/s the course is noise, and receivers leave it out.
    static let courseThreshold = 0.3

    private static let meanHDOP = 1.2
    private static let hdopDeviation = 0.3

    private var generator: SplitMix64
    private var east: GaussMarkov
    private var north: GaussMarkov
    private var up: GaussMarkov
    private var sky: GaussMarkov

    /// - Parameter seed: the same one gives the same errors again.
    init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
        east = GaussMarkov(timeConstant: 45, using: &generator)
        north = GaussMarkov(timeConstant: 45, using: &generator)
        up = GaussMarkov(timeConstant: 90, using: &generator)
        sky = GaussMarkov(timeConstant: 180, using: &generator)
    }

    /// What the receiver says, so many seconds after it spoke last.
    mutating func observe(_ truth: Truth, at time: WallTime, after seconds: Double) -> ReceiverEpoch {
        east.advance(by: seconds, using: &generator)
        north.advance(by: seconds, using: &generator)
        up.advance(by: seconds, using: &generator)
        sky.advance(by: seconds, using: &generator)
        let accuracy = currentAccuracy
        // From the velocity's two components, so that a standing receiver reports some speed, as real ones do.
        let noise = (
            along: Accuracy.speedSigma * .gaussian(using: &generator),
            across: Accuracy.speedSigma * .gaussian(using: &generator)
        )
        let angle = truth.course * .pi / 180
        let velocity = (
            east: (truth.speed + noise.along) * sin(angle) + noise.across * cos(angle),
            north: (truth.speed + noise.along) * cos(angle) - noise.across * sin(angle)
        )
        let speed = (velocity.east * velocity.east + velocity.north * velocity.north).squareRoot()
        return ReceiverEpoch(
            time: time,
            coordinate: truth.coordinate.moved(
                eastMetres: accuracy.horizontalSigma * east.value,
                northMetres: accuracy.horizontalSigma * north.value
            ),
            altitude: truth.altitude + accuracy.verticalSigma * up.value,
            speed: speed,
            course: speed < Self.courseThreshold ? nil : Double.course(east: velocity.east, north: velocity.north),
            satellitesUsed: Self.satellites(for: accuracy.hdop),
            accuracy: accuracy
        )
    }

    private var currentAccuracy: Accuracy {
        let wanted = Self.meanHDOP + Self.hdopDeviation * sky.value
        let clamped = min(Self.hdops.upperBound, max(Self.hdops.lowerBound, wanted))
        // As printed, with two decimals, so that what is reported is what is simulated.
        return Accuracy(hdop: (clamped * 100).rounded() / 100)
    }

    /// The worse the geometry the fewer satellites: 11 at an HDOP of 0.8, 5 at 2.0.
    private static func satellites(for hdop: Double) -> Int {
        Int((15 - 5 * hdop).rounded())
    }
}
