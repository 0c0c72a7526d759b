/// Text from outside as it may stand in a terminal, in a log or in a report: what a terminal would obey, what ends a line,
/// and what turns the direction of writing is shown by its number instead, such as `\x1b` or `\u202e`.
///
/// A line end in a mark's text would forge a line of the record, and an escape sequence the whole screen.
public enum VisibleText {
    /// The same text without control characters, line ends included.
    public static func of(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        return text.unicodeScalars.map { isHidden($0) ? escaped($0) : String($0) }.joined()
    }

    /// Whether a character is obeyed or turned by instead of being seen.
    public static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: true
        // UAX #9: embeddings, overrides and isolates; the marks U+200E and U+200F turn nothing but themselves.
        default: (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        }
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default:
            let digits = String(scalar.value, radix: 16)
            let isByte = scalar.value < 0x100
            return (isByte ? "\\x" : "\\u") + String(repeating: "0", count: max(0, (isByte ? 2 : 4) - digits.count))
                + digits
        }
    }
}
