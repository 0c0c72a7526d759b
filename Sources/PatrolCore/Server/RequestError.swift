/// Why something that was asked for over HTTP is not done; in an answer it is ``ErrorForm/error``.
public struct RequestError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of error it is.
    public var code: ErrorCode
    /// In place of ``ErrorCode/conflict`` a word that says more, such as `quiet` or `muted` for a clip that may not be played.
    public var reason: String?
    /// For people: what was wrong, with the value.
    public var message: String
    /// For people: what to do about it.
    public var hint: String?

    /// See the properties.
    public init(_ code: ErrorCode, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// Something was understood and is not done now.
    /// - Parameter reason: for programs.
    public init(conflict reason: String, _ message: String, hint: String? = nil) {
        self.init(.conflict, message, hint: hint)
        self.reason = reason
    }

    /// For programs, as it stands in an answer.
    public var word: String { reason ?? code.rawValue }

    /// The message with its hint, on one line.
    public var description: String { hint.map { "\(message) (\($0))" } ?? message }
}

extension RequestError: Codable {
    private enum CodingKeys: String, CodingKey {
        case code, message, hint
    }

    /// A code that this version does not know is the reason of a conflict.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let word = try values.decode(String.self, forKey: .code)
        self.init(
            ErrorCode(rawValue: word) ?? .conflict,
            try values.decode(String.self, forKey: .message),
            hint: try values.decodeIfPresent(String.self, forKey: .hint)
        )
        if code.rawValue != word { reason = word }
    }

    /// As `code`, `message` and, if there is one, `hint`.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(word, forKey: .code)
        try values.encode(message, forKey: .message)
        try values.encodeIfPresent(hint, forKey: .hint)
    }
}

/// The form in which the socket and the collector refuse: `{"error": {"code", "message", "hint"}}`.
public struct ErrorForm: Codable, Hashable, Sendable {
    /// What went wrong.
    public var error: RequestError

    /// - Parameter error: what went wrong.
    public init(_ error: RequestError) {
        self.error = error
    }
}
