/// Why a fix was not accepted. The names stand in logs and in the counters of the status.
public enum FixRejection: String, Error, CaseIterable, Sendable {
    /// The receiver has no fix (mode below 2D).
    case noFix = "no-fix"
    /// A fix without latitude or longitude, which gpsd does report at times.
    case noPosition = "no-position"
    /// Latitude or longitude is no number on the globe.
    case outOfRange = "out-of-range"
    /// Exactly 0° N 0° E: what a receiver says that knows nothing.
    case nullIsland = "null-island"
    /// The receiver itself says that it may be far off.
    case tooUncertain = "too-uncertain"
    /// The report repeats the last accepted one.
    case duplicate
    /// The reported speed is more than the cart can drive.
    case tooFast = "too-fast"
    /// The place lies farther away than the cart can have driven since the last accepted fix.
    case jump
}

/// How many fixes were accepted and refused since the daemon started.
public struct FixCounters: Hashable, Sendable {
    /// Accepted ones, those after a jump included.
    public private(set) var accepted: Int64 = 0
    /// Refused ones by reason; a reason that never occurred is absent.
    public private(set) var rejected: [FixRejection: Int64] = [:]

    /// Nothing counted yet.
    public init() {}

    /// Refused ones by the reason's name, for status and metrics.
    public var rejectedByName: [String: Int64] {
        Dictionary(uniqueKeysWithValues: rejected.map { ($0.key.rawValue, $0.value) })
    }

    mutating func count(_ verdict: FixFilter.Verdict) {
        if let reason = verdict.rejection {
            rejected[reason, default: 0] += 1
        } else {
            accepted += 1
        }
    }
}
