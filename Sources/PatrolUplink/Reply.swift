import FoundationEssentials

/// What came back from the receiver; all of it untrusted.
struct Reply: Sendable {
    /// The body, as far as it came.
    enum Body: Sendable {
        /// All of it.
        case complete([UInt8])
        /// It was longer than anything that can be meant.
        case tooLong
        /// The connection ended before it did.
        case cutShort
    }

    var status: Int
    /// The standard text for the status, not the receiver's.
    var phrase: String
    var retryAfter: String?
    var date: String?
    var location: String?
    var body: Body

    /// What the receiver said in its body, made fit for one line of a message; empty if that is nothing for people.
    var remark: String {
        guard case .complete(let bytes) = body, bytes.first != UInt8(ascii: "<") else { return "" }
        let text = Self.message(inJSON: bytes) ?? String(decoding: bytes.prefix(600), as: UTF8.self)
        let line = text.onOneLine(maximumCharacters: 160)
        return line.isEmpty ? "" : ": " + line
    }

    /// An error as the collector and the daemon's own interface write it.
    private struct ErrorBody: Decodable {
        struct Details: Decodable {
            let message: String
            let hint: String?
        }
        let error: Details
    }

    private static func message(inJSON bytes: [UInt8]) -> String? {
        do {
            let error = try JSONDecoder().decode(ErrorBody.self, from: Data(bytes)).error
            return error.message + (error.hint.map { " (\($0))" } ?? "")
        } catch {
            // Then it is something else, and is shown as it is.
            return nil
        }
    }
}

extension String {
    /// Text from outside without line breaks, control and formatting characters, and not longer than that.
    func onOneLine(maximumCharacters: Int) -> String {
        var line = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
                .spaceSeparator:
                if !line.isEmpty, line.last != " " { line += " " }
            default:
                line.unicodeScalars.append(scalar)
            }
        }
        while line.last == " " { line.removeLast() }
        return line.count > maximumCharacters ? line.prefix(maximumCharacters) + "…" : line
    }
}
