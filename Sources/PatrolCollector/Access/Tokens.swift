import PatrolSystem

/// One secret that a client presents as `Authorization: Bearer`.
struct Token: Hashable, Sendable {
    private let bytes: [UInt8]

    /// `nil` unless the text is 1 to 1024 visible ASCII characters, which is what a header can carry.
    init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard (1...1024).contains(bytes.count), bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        self.bytes = bytes
    }

    /// The token of an `Authorization` header; `nil` if it is none. RFC 9110, section 11.1: the scheme's case does
    /// not matter.
    init?(authorization header: String?) {
        guard let parts = header?.split(separator: " ", omittingEmptySubsequences: true), parts.count == 2,
            parts[0].lowercased() == "bearer"
        else { return nil }
        self.init(parts[1])
    }

    /// Takes the same time wherever the two differ, so that an answer's delay does not tell how much was guessed
    /// right. Only the lengths show.
    func matches(_ other: Token) -> Bool {
        guard bytes.count == other.bytes.count else { return false }
        var difference: UInt8 = 0
        for (left, right) in zip(bytes, other.bytes) { difference |= left ^ right }
        return difference == 0
    }
}

/// Which vehicle a token belongs to: one `vehicle token` a line; a line that begins with `#` is a comment.
///
/// A vehicle may have several tokens, so that one can be replaced while the cart still uses the other.
struct VehicleTokens: Sendable {
    private let entries: [(vehicle: String, token: Token)]

    /// - Parameter path: for the errors, which name the line and never the token.
    init(parsing text: String, path: String) throws(FileError) {
        var entries: [(vehicle: String, token: Token)] = []
        var owners: [Token: Substring] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            func refused(_ reason: String) -> FileError {
                FileError(path, .content("line \(index + 1) \(reason)"))
            }
            let fields = line.split(whereSeparator: \.isWhitespace)
            if fields.isEmpty || fields[0].hasPrefix("#") { continue }
            guard fields.count == 2 else {
                throw refused("has \(fields.count) words; allowed: a vehicle and its token")
            }
            guard VehicleName.isValid(fields[0]) else {
                throw refused("names the vehicle \"\(fields[0])\"; allowed: \(VehicleName.allowed)")
            }
            guard let token = Token(fields[1]) else {
                throw refused("has a token that no header can carry; allowed: up to 1024 visible ASCII characters")
            }
            guard owners.updateValue(fields[0], forKey: token).map({ $0 == fields[0] }) ?? true else {
                throw refused("repeats another vehicle's token; allowed: each vehicle its own")
            }
            entries.append((String(fields[0]), token))
        }
        self.entries = entries
    }

    /// How many lines there are.
    var count: Int { entries.count }

    /// Compares with every token, so that the time does not tell which line matched.
    func vehicle(of presented: Token) -> String? {
        var found: String?
        for entry in entries where entry.token.matches(presented) { found = entry.vehicle }
        return found
    }
}

/// The operators' token, alone in its file.
enum OperatorToken {
    static func parse(_ text: String, path: String) throws(FileError) -> Token {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 1, let token = Token(words[0]) else {
            throw FileError(
                path,
                .content("holds \(words.count) words; allowed: one token of visible ASCII characters")
            )
        }
        return token
    }
}

/// The names that vehicles have, here and in the configuration of patrold: safe in a URL, a file name and a log line.
enum VehicleName {
    static let allowed = "1 to 64 of a-z, 0-9, \"-\", \"_\" and \".\""

    static func isValid(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { scalar in
                ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) || "-_.".unicodeScalars.contains(scalar)
            }
    }
}
