/// How many columns of a terminal a text takes: Chinese characters take two.
///
/// Unicode Standard Annex #11 calls them wide; Swift's standard library does not tell the property, so the blocks that hold
/// them stand here.
public enum DisplayWidth {
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
        0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
        0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]

    /// The columns that a text takes.
    public static func columns(of text: String) -> Int {
        text.reduce(0) { $0 + columns(of: $1) }
    }

    /// As much of a text as fits, with `…` where something is missing.
    public static func fit(_ text: String, columns: Int) -> String {
        guard self.columns(of: text) > columns else { return text }
        var fitting = ""
        var used = 1
        for character in text {
            used += self.columns(of: character)
            guard used <= columns else { break }
            fitting.append(character)
        }
        return columns > 0 ? fitting + "…" : ""
    }

    private static func columns(of character: Character) -> Int {
        // What follows the first scalar is drawn over it.
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return wide.contains { $0.contains(scalar.value) } ? 2 : 1
        }
    }
}

/// Lines as they fit into a terminal: none is broken, and what does not fit goes from the end.
public enum ScreenFit {
    /// - Parameters:
    ///   - sections: the most important first; of each as many lines as are left.
    ///   - columns: the terminal's width.
    ///   - rows: its height; the last row stays free for the cursor.
    public static func lines(_ sections: [[String]], columns: Int, rows: Int) -> [String] {
        sections.joined().prefix(max(1, rows - 1)).map { DisplayWidth.fit($0, columns: columns) }
    }
}
