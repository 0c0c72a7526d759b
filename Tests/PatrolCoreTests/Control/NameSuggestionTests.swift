import PatrolCore
import Testing

@Suite("Names that may have been meant, and text for a terminal")
struct NameSuggestionTests {
    @Test(
        "Case, extension, then letters",
        arguments: [
            ("Fire.WAV", "fire.wav"), ("fire", "fire.wav"), ("fire.mp3", "fire.wav"), ("fier.wav", "fire.wav"),
            ("fir", "fire.wav"), ("防诈骗宣传", "防诈骗宣传.ogg"), ("防诈骗宜传.ogg", "防诈骗宣传.ogg"), ("patrol", nil), ("", nil),
            ("\u{1B}[2J", nil),
        ]
    )
    func nearest(word: String, expected: String?) {
        #expect(NameSuggestion.nearest(to: word, among: ["fire.wav", "fraud-2.wav", "防诈骗宣传.ogg"]) == expected)
    }

    @Test("What a terminal would obey is shown by its number, letters of any script are not touched")
    func visible() {
        #expect(VisibleText.of("西彭小学 é 🚓") == "西彭小学 é 🚓")
        #expect(
            VisibleText.of("a\u{1B}[2Jb\r\n\u{9B}c\u{202E}d\u{2028}")
                == #"a\x1b[2Jb\r\n\x9bc\u202ed\u2028"#
        )
        #expect(VisibleText.of("\t\0\u{7F}") == #"\t\x00\x7f"#)
        #expect(VisibleText.of(#"\n is seen"#) == #"\n is seen"#)
    }
}
