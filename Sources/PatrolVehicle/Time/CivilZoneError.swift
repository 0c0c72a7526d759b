import PatrolCore

/// A time zone that cannot be had.
public struct CivilZoneError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Why not.
    public enum Reason: Hashable, Sendable {
        /// The text cannot be the name of a zone.
        case notAName
        /// The zone database has no such zone; what may have been meant.
        case unknown(nearest: String?)
        /// There is a file of that name, but it holds no zone, or cannot be read.
        case unreadable(String)
        /// `Etc/GMT+8` is eight hours *behind* UTC: the signs are those of POSIX. Who writes it means the opposite more
        /// often than not, and would be heard at night.
        case inverted(hours: Int)
        /// The system's zone is a link to a file that is not there.
        case danglingLink(to: String)
        /// Nobody has said that UTC is meant, and quiet hours depend on it.
        case unsaidUTC
        /// This process has another zone already.
        case otherZoneInForce(String)
    }

    /// The name that was asked for; `nil` for the system's zone.
    public let value: String?
    /// Why there is none.
    public let reason: Reason

    /// See the properties.
    public init(value: String?, reason: Reason) {
        self.value = value
        self.reason = reason
    }

    private static let allowed =
        "allowed is the name of a city's zone below \(ZoneDatabase.system.folder), such as \"Asia/Shanghai\" (Beijing time)"

    /// What is wrong, and what is allowed. Names from outside are shown without what a terminal would obey.
    public var description: String {
        let name =
            value.map { "\"\(VisibleText.of($0))\"" } ?? "the system's time zone, \(ZoneDatabase.system.systemZone),"
        switch reason {
        case .notAName:
            return "\(name) is no name of a time zone; \(Self.allowed)"
        case .unknown(let nearest):
            let meant = nearest.map { "; did you mean \"\($0)\"?" } ?? ""
            return "\(name) is no time zone that this system knows\(meant); \(Self.allowed) (package tzdata)"
        case .unreadable(let cause):
            return "\(name) cannot be used: \(cause); \(Self.allowed)"
        case .inverted(let hours):
            let (behind, ahead) = ("UTC-\(Self.twoDigits(hours)):00", "UTC+\(Self.twoDigits(hours)):00")
            return
                "\(name) means \(behind), for the zone database writes the sign as POSIX does; allowed for \(ahead) are "
                + "\"Etc/GMT-\(hours)\" and, better, a city's zone such as \"Asia/Shanghai\"; for \(behind) a city's zone "
                + "such as \"America/Los_Angeles\""
        case .danglingLink(let target):
            return "\(name) is a link to \(VisibleText.of(target)), which is not there (package tzdata); "
                + "allowed is a link to a zone's file, or time_zone in the configuration"
        case .unsaidUTC:
            return "\(name) is UTC, and the quiet hours of a loudspeaker must not rest on a default; allowed are "
                + "time_zone = \"Asia/Shanghai\" or another city's zone, and time_zone = \"UTC\" if UTC is meant"
        case .otherZoneInForce(let other):
            return "\(name) takes effect at the next start; \"\(other)\" is in force"
        }
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
