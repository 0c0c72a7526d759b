import PatrolCore

/// A DecodingError as people read it: where, what stands there, what is allowed.
public struct JSONFault: Hashable, Sendable {
    /// The path from the top, for example `features[3].geometry.coordinates[0][7]`; empty for the whole.
    public let key: String
    /// What is wrong with it, and what is allowed.
    public let message: String

    /// - Parameter firstIndex: the number of an array's first element: 0 as in JSON paths, or 1 as people count.
    public init(_ error: DecodingError, firstIndex: Int = 0) {
        let (path, message): ([any CodingKey], String) =
            switch error {
            case .typeMismatch(let type, let context):
                (context.codingPath, "is \(Self.found(context)); allowed: \(JSONWord.of(type))")
            case .valueNotFound(let type, let context):
                (context.codingPath, "is null; allowed: \(JSONWord.of(type))")
            case .keyNotFound(let key, let context):
                (context.codingPath + [key], "is missing")
            case .dataCorrupted(let context):
                (context.codingPath, Self.corrupted(context))
            @unknown default:
                ([], "\(error)")
            }
        key = Self.key(path, firstIndex)
        self.message = message
    }

    private static func key(_ path: [any CodingKey], _ firstIndex: Int) -> String {
        let joined = path.map { $0.intValue.map { "[\($0 + firstIndex)]" } ?? ".\($0.stringValue)" }.joined()
        return String(joined.drop { $0 == "." })
    }

    /// What stands there. Only Foundation's own words say it: "Expected to decode String but found number instead."
    private static func found(_ context: DecodingError.Context) -> String {
        let found = context.debugDescription.firstMatch(of: /but found (.+?) instead/).map { String($0.output.1) }
        return switch found {
        case "number": "a number"
        case "bool": "true or false"
        case "a string": "a text"
        case "a dictionary": "an object"
        case let other?: other
        case nil: "of another type"
        }
    }

    /// Without a path it is the parser that gave up, on what the grammar allows. With one it is a type of ours that says what it
    /// wants, or Foundation of a number: "Parsed JSON number <1.5> does not fit in Int."
    private static func corrupted(_ context: DecodingError.Context) -> String {
        let number = "a number that is too large, or not a whole one where it must be"
        guard !context.codingPath.isEmpty else {
            return "is JSON that cannot be read: it is nested too deeply, or has \(number)"
        }
        return context.debugDescription.contains("JSON number") ? "is \(number)" : context.debugDescription
    }
}
