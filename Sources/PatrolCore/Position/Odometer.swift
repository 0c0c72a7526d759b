/// Counts the metres that the cart has driven.
///
/// It adds up net displacement in steps of at least 5 m, and only while the cart moves: neither the jitter of a parked
/// receiver nor that of a stop at a traffic light turns it, and walking pace does. When a parked cart sets off, its way
/// from the last counted place counts.
///
/// **Gaps.** After a tunnel, a garage or a receiver that was unplugged, the straight line to the next fix counts up to
/// 10 km: the cart has driven at least that. A longer one has most likely been driven on a truck, and is not counted. A
/// relocation never counts: nothing can have driven it, the places before it were wrong.
public struct Odometer: Hashable, Sendable {
    /// The odometer's bounds.
    public struct Settings: Hashable, Sendable {
        /// Metres of net displacement that are counted in one step at least.
        public var step = 5.0
        /// Metres between two fixes beyond which nothing is counted.
        public var longestGap = 10_000.0

        /// The defaults.
        public init() {}
    }

    private let settings: Settings
    private var metres: Double
    /// Up to where the way is counted.
    private var counted: Coordinate?

    /// - Parameters:
    ///   - metres: where it stood when the last run of the daemon ended; a negative one is taken as 0.
    ///   - settings: the bounds.
    public init(metres: Int64, settings: Settings = Settings()) {
        // Beyond 2^53 metres a Double would lose whole ones; 9 × 10^15 m is a light year.
        self.metres = Double(min(max(0, metres), 1 << 53))
        self.settings = settings
    }

    /// Whole metres, rounded down.
    public var wholeMetres: Int64 { Int64(metres) }

    /// An accepted fix.
    /// - Parameters:
    ///   - coordinate: where it is.
    ///   - motion: the motion with this fix.
    ///   - change: the change of motion that this fix brought.
    ///   - relocated: the places before it were wrong.
    public mutating func handle(
        _ coordinate: Coordinate,
        motion: Motion,
        change: MotionChange?,
        relocated: Bool
    ) {
        if relocated {
            counted = coordinate
        } else if case .started(let from) = change {
            advance(from: counted ?? from, to: coordinate)
        } else if motion == .moving, let counted, coordinate.distanceInMetres(to: counted) >= settings.step {
            advance(from: counted, to: coordinate)
        }
    }

    private mutating func advance(from start: Coordinate, to end: Coordinate) {
        let way = end.distanceInMetres(to: start)
        if way <= settings.longestGap { metres += way }
        counted = end
    }
}
