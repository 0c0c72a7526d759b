/// Decides which reports of the receiver are positions of the cart, with a reason for each refusal.
///
/// gpsd's `status` is never looked at: most receivers leave it out, and a live 3D fix has been seen with 0.
///
/// **Jumps.** A fix may lie as far from the last accepted one as the cart can have driven since, plus the errors of
/// both and a floor. One that lies farther is refused, but remembered: if it is the last accepted fix that was wrong (a
/// receiver's first one often is, by a kilometre), the next fixes agree with the refused one, and the third of them is
/// accepted.
public struct FixFilter: Hashable, Sendable {
    /// The filter's bounds.
    public struct Settings: Hashable, Sendable {
        /// m/s; no patrol cart drives faster, and neither does its tow truck.
        public var maximumSpeed = 70.0
        /// A fix whose reported horizontal error is at least this many metres is of no use.
        public var maximumHorizontalError = 1500.0
        /// Metres that a fix may always be away from the last one: the errors that receivers do not report.
        public var jumpFloor = 50.0
        /// How many fixes at a new place, each consistent with the one before it, are the truth.
        public var fixesToBelieveAJump = 3
        /// Without a time, equal reports within this time of each other are one report.
        public var repeatWindow: Duration = .milliseconds(500)

        /// The defaults.
        public init() {}
    }

    /// What becomes of a fix.
    public enum Verdict: Hashable, Sendable {
        /// The cart is there.
        case accepted(Coordinate)
        /// The cart is there, and cannot have driven there: the places before this one were wrong.
        case relocated(Coordinate)
        /// The fix is refused.
        case rejected(FixRejection)
        /// The fix is refused as a jump of so many metres in so many seconds.
        case jumped(metres: Double, seconds: Double)

        /// Where the cart is; `nil` if the fix was refused.
        public var coordinate: Coordinate? {
            switch self {
            case .accepted(let coordinate), .relocated(let coordinate): coordinate
            case .rejected, .jumped: nil
            }
        }

        /// Why the fix was refused; `nil` if it was accepted.
        public var rejection: FixRejection? {
            switch self {
            case .accepted, .relocated: nil
            case .rejected(let reason): reason
            case .jumped: .jump
            }
        }
    }

    private let settings: Settings
    private var last: Placed?
    private var candidate: Candidate?

    /// How many fixes had which verdict.
    public private(set) var counters = FixCounters()

    /// A fix with its place on the grid.
    private struct Placed: Hashable {
        var fix: Fix
        var coordinate: Coordinate
    }

    /// A place far away that may turn out to be the truth, with the number of fixes in a row that say so.
    private struct Candidate: Hashable {
        var newest: Placed
        var fixes: Int
    }

    /// - Parameter settings: the bounds.
    public init(settings: Settings = Settings()) {
        self.settings = settings
    }

    /// Judges a fix.
    public mutating func handle(_ fix: Fix) -> Verdict {
        let verdict = judge(fix)
        counters.count(verdict)
        return verdict
    }

    private mutating func judge(_ fix: Fix) -> Verdict {
        let coordinate: Coordinate
        do throws(FixRejection) {
            coordinate = try fix.place(maximumHorizontalError: settings.maximumHorizontalError)
        } catch {
            return .rejected(error)
        }
        let placed = Placed(fix: fix, coordinate: coordinate)
        if [last, candidate?.newest].contains(where: { $0.map { repeats(placed, $0) } ?? false }) {
            return .rejected(.duplicate)
        }
        if let speed = fix.speed, !(speed <= settings.maximumSpeed) { return .rejected(.tooFast) }
        return place(placed)
    }

    private mutating func place(_ placed: Placed) -> Verdict {
        guard let last, !isWithinReach(placed, of: last) else {
            self.last = placed
            candidate = nil
            return .accepted(placed.coordinate)
        }
        let fixes = candidate.map { isWithinReach(placed, of: $0.newest) ? $0.fixes + 1 : 1 } ?? 1
        guard fixes < settings.fixesToBelieveAJump else {
            self.last = placed
            candidate = nil
            return .relocated(placed.coordinate)
        }
        candidate = Candidate(newest: placed, fixes: fixes)
        return .jumped(
            metres: placed.coordinate.distanceInMetres(to: last.coordinate),
            seconds: placed.fix.elapsed(since: last.fix).inSeconds
        )
    }

    /// Same time and same place; one log repeats each report nine times. Without a time: the same in everything, at
    /// once.
    private func repeats(_ placed: Placed, _ earlier: Placed) -> Bool {
        guard placed.coordinate == earlier.coordinate, placed.fix.time == earlier.fix.time else { return false }
        guard placed.fix.time == nil else { return true }
        return placed.fix.says(theSameAs: earlier.fix)
            && placed.fix.receivedAt - earlier.fix.receivedAt <= settings.repeatWindow
    }

    /// Whether the cart can have come from one place to the other in the time between.
    private func isWithinReach(_ placed: Placed, of earlier: Placed) -> Bool {
        let reach =
            settings.maximumSpeed * placed.fix.elapsed(since: earlier.fix).inSeconds
            + placed.fix.horizontalErrorOrTypical + earlier.fix.horizontalErrorOrTypical + settings.jumpFloor
        return placed.coordinate.distanceInMetres(to: earlier.coordinate) <= reach
    }
}
