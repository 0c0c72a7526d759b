/// What the socket answers where it cannot do what was asked: `{"error": {"code", "message", "hint"}}`.
public struct APIError: Codable, Hashable, Error, Sendable, CustomStringConvertible {
    /// What went wrong.
    public var error: Body

    /// What went wrong.
    public struct Body: Codable, Hashable, Sendable {
        /// For programs: `bad_request`, `not_found`, `conflict`, `unavailable`; `not_durable` for an
        /// order that is not on disk; for a clip that may not be played the reason's own, such as `quiet` or `muted`.
        public var code: String
        /// For people: what was wrong, with the value.
        public var message: String
        /// For people: what to do about it.
        public var hint: String?
    }

    /// See the properties of the body.
    public init(code: String, message: String, hint: String? = nil) {
        error = Body(code: code, message: message, hint: hint)
    }

    /// The message with its hint, on one line.
    public var description: String {
        error.hint.map { "\(error.message) (\($0))" } ?? error.message
    }
}
