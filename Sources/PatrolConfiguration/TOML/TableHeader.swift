/// Looks at a file's table headers before the TOML parser does.
///
/// toml++, which TOMLKit wraps, takes for granted that a key follows `[`: for anything else an assertion ends the process,
/// and without assertions what happens is undefined. A person's slip of a finger must be an error with its line.
enum TableHeader {
    /// The first line that opens a table without naming it; `nil` if there is none.
    static func fault(in text: String) -> ConfigurationProblem? {
        // Bytes, because a character may span a line break: CR LF is one.
        for (index, line) in Substring(text).utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        {
            var rest = trimmed(line)
            guard rest.first == UInt8(ascii: "[") else { continue }
            rest = trimmed(rest.dropFirst())
            if rest.first == UInt8(ascii: "[") { rest = trimmed(rest.dropFirst()) }
            // A "]" is an error that the parser finds by itself.
            if let first = rest.first, first == UInt8(ascii: "]") || beginsKey(first) { continue }
            return ConfigurationProblem(
                key: "line \(index + 1)",
                message: "is not TOML: no name follows [; allowed: a table, such as [gps] or [[upload]]"
            )
        }
        return nil
    }

    private static func trimmed(_ line: Substring.UTF8View) -> Substring.UTF8View {
        line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }

    /// A letter, a digit, `_`, `-`, or a quote (toml.io/en/v1.0.0#keys).
    private static func beginsKey(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "\""),
            UInt8(ascii: "'"):
            true
        default: false
        }
    }
}
