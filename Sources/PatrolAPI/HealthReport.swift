/// `GET /v1/health`: is the cart all right, and if not, what is wrong.
public struct HealthReport: Codable, Hashable, Sendable {
    /// How a check stands; the report's own state is the worst of its checks.
    public enum State: String, Codable, Sendable, CaseIterable {
        /// As it should be.
        case ok
        /// It works, but somebody should look.
        case degraded
    }

    /// One thing that was looked at.
    public struct Check: Codable, Hashable, Sendable {
        /// `gps`, `clock`, `journal` or `upload.NAME`.
        public var name: String
        /// How it stands.
        public var state: State
        /// In words.
        public var message: String

        /// See the properties.
        public init(name: String, state: State, message: String) {
            self.name = name
            self.state = state
            self.message = message
        }
    }

    /// The worst of the checks.
    public var state: State
    /// Each thing that was looked at.
    public var checks: [Check]
    /// The name of the vehicle's time zone; `nil` if nobody knows it.
    public var timeZone: String?

    enum CodingKeys: String, CodingKey {
        case state, checks
        case timeZone = "time_zone"
    }

    /// - Parameter checks: the report's state is the worst of theirs.
    public init(checks: [Check]) {
        self.checks = checks
        state = checks.contains { $0.state == .degraded } ? .degraded : .ok
    }
}
