/// Looks for the character with the number 0, as such or escaped, before the TOML parser does.
///
/// TOMLKit hands texts over as C strings, which end there: `"Asia/Shanghai\u0000x"` would be read as `"Asia/Shanghai"`.
enum NullCharacter {
    /// The first line with one; `nil` if there is none.
    static func fault(in text: String) -> ConfigurationProblem? {
        for (index, line) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        where line.contains(0) || isEscaped(in: String(Substring(line))) {
            return ConfigurationProblem(
                key: "line \(index + 1)",
                message: "has the character \\u0000, with which texts end; allowed: any other character"
            )
        }
        return nil
    }

    private static func isEscaped(in line: String) -> Bool {
        line.contains(/\\(u0000|U00000000)/)
    }
}
