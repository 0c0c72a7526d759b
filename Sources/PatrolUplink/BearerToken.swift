import PatrolSystem

/// The cart's token at the receiver, from a file of one line.
enum BearerToken {
    /// What stands before the token (RFC 6750).
    static let scheme = "Bearer "

    /// The value of `Authorization` for the token in this file.
    ///
    /// The token goes nowhere else: not into a message, not into a log.
    static func authorization(file path: String) throws(LocalProblem) -> String {
        var bytes = try LocalFile.read(path, what: "token file", for: .ownerAndGroup, maximumBytes: 4096)
        while bytes.last == UInt8(ascii: "\n") || bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard !bytes.isEmpty else { throw LocalProblem(description: "the token file \(path) is empty") }
        // RFC 6750 allows less than this, but receivers hand out more; a header can carry no more.
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw LocalProblem(
                description: "the token file \(path) holds a space, a second line or something that is not ASCII; "
                    + "allowed: one line with the token"
            )
        }
        return scheme + String(decoding: bytes, as: UTF8.self)
    }
}
