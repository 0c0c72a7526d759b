import PatrolCore
import Testing

@Suite("Text from outside as it is shown")
struct VisibleTextTests {
    /// A text, and how it is shown.
    private static let table: [(text: String, shown: String)] = [
        ("防诈骗 提醒, café", "防诈骗 提醒, café"),
        ("a\nb\tc\r\u{1B}[2J\u{9B}\u{7F}\u{0}", #"a\nb\tc\r\x1b[2J\x9b\x7f\x00"#),
        ("\r\n", #"\r\n"#),
        ("a\u{2028}b\u{202E}c\u{2066}", #"a\u2028b\u202ec\u2066"#),
        // Not seen: zero-width space, non-joiner, byte order mark, word joiner, soft hyphen, direction marks.
        ("a\u{200B}b\u{200C}c\u{FEFF}\u{2060}", #"a\u200bb\u200cc\ufeff\u2060"#),
        ("a\u{AD}b\u{200E}\u{200F}\u{61C}", #"a\xadb\u200e\u200f\u061c"#),
        // Emoji: a joiner between two, a variation, a skin, the tags of a flag.
        ("👩‍🚒 👨‍👩‍👧 🏳️‍🌈 👮🏽‍♂️ ❤️", "👩‍🚒 👨‍👩‍👧 🏳️‍🌈 👮🏽‍♂️ ❤️"),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
        // A joiner or tags elsewhere are not seen.
        ("a\u{200D}b 1\u{200D}2 👩\u{200D}", #"a\u200db 1\u200d2 👩\u200d"#),
        ("a\u{E0061}", #"a\ue0061"#),
    ]

    @Test("What is obeyed or not seen is shown by its number, and what is seen as it is", arguments: table.indices)
    func shown(index: Int) {
        let (text, shown) = Self.table[index]
        #expect(VisibleText.of(text).unicodeScalars.elementsEqual(shown.unicodeScalars), "\(VisibleText.of(text))")
        #expect(VisibleText.isVisible(text) == (text == shown))
        #expect(VisibleText.isVisible(VisibleText.of(text)))
    }
}
