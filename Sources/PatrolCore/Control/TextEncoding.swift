/// What editors on Windows put before a text.
public enum TextEncoding {
    /// UTF-8's byte order mark.
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// A file's bytes without the byte order mark of UTF-8, which says nothing and is no part of the text.
    public static func withoutMark(_ bytes: [UInt8]) -> [UInt8] {
        bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
    }

    /// How much of a file is looked at, in bytes.
    private static let lookedAt = 1024

    /// The name of another encoding that a file has, by its own mark or by its letters of ASCII, each of which UTF-16 gives a
    /// second byte, 0; `nil` for none. No text in UTF-8 has a 0.
    public static func foreignEncoding(of bytes: some Sequence<UInt8>) -> String? {
        let head = Array(bytes.prefix(lookedAt))
        if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) { return "UTF-16" }
        let zeros = [0, 1].map { first in stride(from: first, to: head.count, by: 2).count { head[$0] == 0 } }
        let (fewer, more) = (min(zeros[0], zeros[1]), max(zeros[0], zeros[1]))
        // Half of the letters at least: the others may be Chinese, of which some have a 0 on the other side (一 is 4E 00).
        return more > 0 && more * 4 >= head.count && fewer * 4 <= more ? "UTF-16" : nil
    }
}
