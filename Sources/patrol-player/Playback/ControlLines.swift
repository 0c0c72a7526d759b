import PatrolCore

/// The lines that come on standard input, cut out of the bytes as they arrive.
struct ControlLines: Hashable, Sendable {
    enum Line: Hashable, Sendable {
        /// `deadline NS`, in nanoseconds of CLOCK_BOOTTIME.
        case deadline(Instant)
        /// `stop`.
        case stop
        /// Anything else, with what to say about it.
        case unknown(String)
    }

    /// The longest line of the protocol has 28 bytes; a stranger who never ends his line costs no memory.
    static let longestLine = 64

    private var rest: [UInt8] = []

    /// Takes bytes and gives the lines that they complete. Empty lines are nothing.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [Line] {
        var lines: [Line] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                if !rest.isEmpty { lines.append(Self.parse(rest)) }
                rest.removeAll(keepingCapacity: true)
            } else if rest.count <= Self.longestLine {
                rest.append(byte)
            }
        }
        return lines
    }

    private static func parse(_ bytes: [UInt8]) -> Line {
        let text = String(decoding: bytes, as: UTF8.self)
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        switch (words.first, words.count) {
        case ("stop", 1):
            return .stop
        case ("deadline", 2):
            guard let nanoseconds = Int64(words[1]), nanoseconds >= 0 else { fallthrough }
            return .deadline(Instant(nanosecondsSinceBoot: nanoseconds))
        default:
            return .unknown("control line not understood; allowed: \"deadline NANOSECONDS\" or \"stop\"")
        }
    }
}
