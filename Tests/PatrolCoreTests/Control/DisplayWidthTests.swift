import PatrolCore
import Testing

@Suite("What fits into a terminal")
struct DisplayWidthTests {
    @Test(
        "Columns",
        arguments: [
            ("", 0), ("abc", 3), ("西彭小学", 8), ("（a）", 5), ("e\u{301}", 1), ("🚓", 2), ("a\u{200E}b", 2), ("…", 1),
        ]
    )
    func columns(text: String, count: Int) {
        #expect(DisplayWidth.columns(of: text) == count)
    }

    @Test(
        "Cut",
        arguments: [
            ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("西彭小学", 8, "西彭小学"), ("西彭小学", 7, "西彭小…"), ("西彭小学", 6, "西彭…"),
            ("abc", 1, "…"), ("abc", 0, ""),
        ]
    )
    func cut(text: String, columns: Int, expected: String) {
        let fitting = DisplayWidth.fit(text, columns: columns)
        #expect(fitting == expected)
        #expect(DisplayWidth.columns(of: fitting) <= columns)
    }

    @Test("The last row stays free, and the end goes first")
    func screen() {
        let sections = [["1", "2"], ["3", "4", "5"]]
        #expect(ScreenFit.lines(sections, columns: 80, rows: 24) == ["1", "2", "3", "4", "5"])
        #expect(ScreenFit.lines(sections, columns: 80, rows: 4) == ["1", "2", "3"])
        #expect(ScreenFit.lines(sections, columns: 80, rows: 0) == ["1"])
    }
}
