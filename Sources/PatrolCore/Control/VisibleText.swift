/// Text from outside as it may stand in a terminal: what a terminal would obey, and what turns the direction of writing,
/// is replaced by U+FFFD.
public enum VisibleText {
    /// The same text without control characters, line ends included.
    public static func of(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isHidden($0) ? "\u{FFFD}" : $0 }))
    }

    /// Whether a character is obeyed or turned by instead of being seen.
    public static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: true
        // UAX #9: embeddings, overrides and isolates; the marks U+200E and U+200F turn nothing but themselves.
        default: (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        }
    }
}
