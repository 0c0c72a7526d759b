/// Why something cannot be put on the wire, or what came from it cannot be used: which field, what stands there, what is
/// allowed.
public struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The field with its message, for example `position_blocks[2].count`.
    public var field: String
    /// What is wrong, with the value and what is allowed.
    public var reason: String

    /// Whether there is too much of something, so that less of it at a time would do.
    public var isTooLarge = false

    /// See the properties.
    public init(field: String, reason: String) {
        self.field = field
        self.reason = reason
    }

    /// For a person, on one line.
    public var description: String { "\(field) \(reason)" }

    /// A number outside of what is allowed.
    static func outOfRange(_ field: String, _ value: some BinaryInteger, allowed: String) -> WireError {
        WireError(field: field, reason: "is \(value); allowed: \(allowed)")
    }

    /// More than any sender has in a batch.
    static func tooMany(_ field: String, _ what: String, _ count: Int, maximum: Int) -> WireError {
        var error = WireError(field: field, reason: "has \(count) \(what) or more; allowed: at most \(maximum)")
        error.isTooLarge = true
        return error
    }

    /// The same error, seen from the message around it.
    func inside(_ outer: String) -> WireError {
        var error = self
        error.field = "\(outer).\(field)"
        return error
    }
}
