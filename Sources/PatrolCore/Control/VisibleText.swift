/// Text from outside as it may stand in a terminal, in a log or in a report: what a terminal would obey, what ends a line,
/// what turns the direction of writing and what is not seen at all is shown by its number instead, such as `\x1b` or `\u200b`.
///
/// A line end in a mark's text would forge a line of the record, and an escape sequence the whole screen; two names that
/// differ in what is not seen look the same.
public enum VisibleText {
    private static let joiner: Unicode.Scalar = "\u{200D}"
    private static let blackFlag: Unicode.Scalar = "\u{1F3F4}"

    /// The same text without control and format characters, line ends included.
    public static func of(_ text: String) -> String {
        guard !isVisible(text) else { return text }
        return text.map { character in
            let scalars = Array(character.unicodeScalars)
            return scalars.indices.map { isShown(at: $0, of: scalars) ? String(scalars[$0]) : escaped(scalars[$0]) }
                .joined()
        }.joined()
    }

    /// Whether ``of(_:)`` leaves a text as it is.
    public static func isVisible(_ text: String) -> Bool {
        // Nearly all that is shown is of these, line by line of half a million; 0x7F is a control character.
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return true }
        guard text.unicodeScalars.contains(where: isHidden) else { return true }
        return text.allSatisfy { character in
            let scalars = Array(character.unicodeScalars)
            return scalars.indices.allSatisfy { isShown(at: $0, of: scalars) }
        }
    }

    /// Whether a character, by itself, is obeyed or turned by instead of being seen: Unicode's control and format characters
    /// and separators of lines.
    public static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }

    /// - Parameter scalars: of one character of a text. A joiner between two emoji, and the tags that make a flag, are part of
    ///   what is seen (UTS #51).
    private static func isShown(at index: Int, of scalars: [Unicode.Scalar]) -> Bool {
        let scalar = scalars[index]
        guard isHidden(scalar) else { return true }
        if scalar == joiner, index + 1 < scalars.count {
            return isPartOfEmoji(scalars[0]) && isPartOfEmoji(scalars[index + 1])
        }
        return (0xE0020...0xE007F).contains(scalar.value) && scalars[0] == blackFlag && scalars.last?.value == 0xE007F
    }

    /// Digits, which are emoji too, join with nothing.
    private static func isPartOfEmoji(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isEmoji && scalar.value > 0x7F
    }

    /// A character by its number.
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
