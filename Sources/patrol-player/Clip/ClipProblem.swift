import PatrolSystem

/// Why a file is no clip: one sentence, with what is allowed where a number is outside its range.
struct ClipProblem: Error, Hashable, Sendable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// - Parameters:
    ///   - what: what could not be done.
    ///   - code: the `errno` of the call that failed, read right after it.
    init(_ what: String, errno code: CInt) {
        description = "\(what): \(SystemError.text(code))"
    }
}

/// What a clip may be.
enum ClipBounds {
    static let bytes: Int64 = 64 << 20
    static let seconds = 30 * 60
    static let channels = 1...8
    static let rates = 8000...192_000
}
