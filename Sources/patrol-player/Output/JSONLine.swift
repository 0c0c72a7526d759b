/// One JSON object on one line (RFC 8259), written as it grows.
///
/// The few members of the protocol need no encoder: the player is started anew for every clip, and stays small.
struct JSONLine: Hashable, Sendable {
    private var members = ""

    var text: String { "{" + members + "}" }

    mutating func add(_ name: String, _ value: String?) { append(name, value.map(Self.quoted) ?? "null") }

    mutating func add(_ name: String, _ value: Int64?) { append(name, value.map { String($0) } ?? "null") }

    mutating func add(_ name: String, _ value: Bool) { append(name, value ? "true" : "false") }

    /// With at most a number of decimals, up to 6. JSON has no infinity and no NaN: they become null.
    mutating func add(_ name: String, _ value: Double, decimals: Int) {
        guard value.isFinite, abs(value) < 1e9 else { return append(name, "null") }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        append(name, "\((value * scale).rounded() / scale)")
    }

    private mutating func append(_ name: String, _ value: String) {
        if !members.isEmpty { members += "," }
        members += Self.quoted(name) + ":" + value
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{00}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
