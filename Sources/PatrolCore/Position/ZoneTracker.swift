/// In which zones the cart is, by its accepted fixes.
///
/// A zone may forbid sound, so the rule errs to one side: **in early, out late**.
///
/// - In: at the first fix within the zone, or outside it by no more than its reported error, at most 10 m. The bound keeps
///   a receiver with an error of hundreds of metres from being in every village at once.
/// - Out: at the second fix in a row that lies outside by more than 40 m *and* more than three times its reported error. One
///   wild fix, however far away, ends no silence.
/// - Between the two, nothing changes. That band is 30 m wide at least, whatever the receiver reports from one fix to the
///   next: jitter of ±10 m cannot go to and fro across it. Simulated with errors that wander with a time constant of 45 s
///   and are reported truly, a cart parked at the worst place beside a border makes one event in 60 hours with an error of
///   10 m, 0.4 an hour with 20 m; with 30 m and twice the error it would be 1.6 and 6.7.
/// - A zone that lies across the straight way between two fixes, neither of which is in it, was driven through: in, and out
///   too if the second fix is far enough. Only if they are at most 10 s apart; else the way is not known.
/// - Without fixes nothing changes: a cart that loses GPS in front of a school stays silent.
/// - The first fix decides by itself, and so does one after a relocation, which the filter has believed only at the third.
public struct ZoneTracker: Hashable, Sendable {
    /// The tracker's bounds.
    public struct Settings: Hashable, Sendable {
        /// Metres outside a zone at which a fix may still count as in it, if its error is at least as large.
        public var earliest = 10.0
        /// Metres outside a zone up to which the cart stays in it, however small the error. At least 20 more than
        /// ``earliest``, so that jitter of ±10 m has no effect.
        public var latest = 40.0
        /// The same in reported errors (95 %).
        public var latestInErrors = 3.0
        /// How many fixes in a row must lie farther away than that.
        public var fixesToLeave = 2
        /// How far apart two fixes may be in time so that the cart went straight from one to the other.
        public var longestWay: Duration = .seconds(10)

        /// The defaults.
        public init() {}
    }

    /// What happened; each names a zone's id.
    public enum Action: Hashable, Sendable {
        /// The cart is in the zone now.
        case entered(String)
        /// It is no longer.
        case left(String)
    }

    private enum Presence: Hashable {
        /// The cart is not in the zone.
        case outside
        /// It is, but so many of the last fixes, in a row, say that it is not.
        case inside(doubts: Int)
    }

    private struct Sighting: Hashable {
        var coordinate: Coordinate
        var at: Instant
    }

    /// Metres, for a receiver that does not report its error; see ``Fix/horizontalErrorOrTypical``.
    private static let typicalError = 20.0

    private let settings: Settings
    /// One for each zone.
    private var presences: [Presence]
    private var last: Sighting?

    /// The zones, in the order of the configuration.
    public private(set) var zones: [Zone] {
        didSet { extents = Self.extents(of: zones) }
    }
    private var extents: [Extent]

    /// The box around a polygon. They lie side by side in memory, so that a fix passes most zones by at the cost of a few
    /// comparisons each.
    private struct Extent: Hashable {
        var box: GridBox
        /// The index of the zone.
        var zone: Int
    }
    /// The ids of the zones in which the cart is.
    public private(set) var current: Set<String> = []

    /// A tracker before its first fix: in no zone.
    /// - Parameter zones: with different ids.
    public init(zones: [Zone], settings: Settings = Settings()) {
        self.zones = zones
        self.settings = settings
        presences = Array(repeating: .outside, count: zones.count)
        extents = Self.extents(of: zones)
    }

    private static func extents(of zones: [Zone]) -> [Extent] {
        zones.enumerated().flatMap { index, zone in zone.boxes.map { Extent(box: $0, zone: index) } }
    }

    /// An accepted fix.
    /// - Parameters:
    ///   - coordinate: where it is.
    ///   - errorMetres: its reported horizontal error in metres (95 %); `nil` counts as 20 m.
    ///   - relocated: the places before it were wrong.
    ///   - now: when it was received.
    /// - Returns: what changed, in the order in which the cart came by.
    public mutating func handle(
        _ coordinate: Coordinate,
        errorMetres: Double?,
        relocated: Bool = false,
        at now: Instant
    ) -> [Action] {
        let look = Look(
            coordinate,
            errorMetres: errorMetres,
            way: relocated ? nil : way(to: coordinate, at: now),
            doubtsToLeave: relocated ? 1 : settings.fixesToLeave,
            settings: settings
        )
        last = Sighting(coordinate: coordinate, at: now)
        var isNear = presences.map { $0 != .outside }
        for extent in extents where !isNear[extent.zone] { isNear[extent.zone] = look.isNear(extent.box) }
        var changes: [Change] = []
        for index in zones.indices where isNear[index] {
            presences[index] = look.judge(zones[index], presences[index], &changes)
        }
        // The sort is stable: at one place, the order of the zones decides.
        let actions = changes.sorted { $0.fraction < $1.fraction }.map(\.action)
        for action in actions {
            switch action {
            case .entered(let id): current.insert(id)
            case .left(let id): current.remove(id)
            }
        }
        return actions
    }

    private func way(to coordinate: Coordinate, at now: Instant) -> ZoneWay? {
        guard let last, (.zero...settings.longestWay).contains(now - last.at) else { return nil }
        return ZoneWay(from: last.coordinate, to: coordinate)
    }

    /// An action with its place on the way from the last fix: 0 there, 1 at this one.
    private struct Change {
        var fraction: Double
        var action: Action
    }

    /// One fix, ready to be held against every zone.
    private struct Look {
        let plane: LocalPlane
        let way: ZoneWay?
        /// Metres.
        let entering: Double
        /// Metres.
        let leaving: Double
        let doubtsToLeave: Int

        init(
            _ coordinate: Coordinate,
            errorMetres: Double?,
            way: ZoneWay?,
            doubtsToLeave: Int,
            settings: Settings
        ) {
            // An error that is no number is none that was reported.
            let reported = errorMetres.flatMap { $0 >= 0 ? $0 : nil } ?? ZoneTracker.typicalError
            plane = LocalPlane(around: coordinate)
            self.way = way
            entering = min(settings.earliest, reported)
            leaving = max(settings.latest, settings.latestInErrors * reported)
            self.doubtsToLeave = doubtsToLeave
        }

        /// Whether this fix or the way to it can have to do with a polygon in the box.
        func isNear(_ box: GridBox) -> Bool {
            plane.isWithin(entering, of: box) || way.map { $0.meets(box) } ?? false
        }

        /// What becomes of the presence in a zone; a change of it is added to `changes`.
        func judge(_ zone: Zone, _ presence: Presence, _ changes: inout [Change]) -> Presence {
            switch presence {
            case .inside(let doubts):
                guard !isWithin(leaving, of: zone) else { return .inside(doubts: 0) }
                guard doubts + 1 >= doubtsToLeave else { return .inside(doubts: doubts + 1) }
                changes.append(Change(fraction: contact(zone)?.upperBound ?? 0, action: .left(zone.id)))
                return .outside
            case .outside:
                if isWithin(entering, of: zone) {
                    changes.append(Change(fraction: contact(zone)?.lowerBound ?? 1, action: .entered(zone.id)))
                    return .inside(doubts: 0)
                }
                guard let contact = contact(zone) else { return .outside }
                changes.append(Change(fraction: contact.lowerBound, action: .entered(zone.id)))
                guard !isWithin(leaving, of: zone) else { return .inside(doubts: 0) }
                changes.append(Change(fraction: contact.upperBound, action: .left(zone.id)))
                return .outside
            }
        }

        private func isWithin(_ metres: Double, of zone: Zone) -> Bool {
            zone.distance(from: plane, within: metres) <= metres
        }

        private func contact(_ zone: Zone) -> ClosedRange<Double>? {
            way.flatMap { zone.contact(with: $0) }
        }
    }
}
