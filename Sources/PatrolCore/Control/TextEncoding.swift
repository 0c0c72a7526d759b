/// What editors on Windows put before a text.
public enum TextEncoding {
    /// UTF-8's byte order mark.
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// A file's bytes without the byte order mark of UTF-8, which says nothing and is no part of the text.
    public static func withoutMark(_ bytes: [UInt8]) -> [UInt8] {
        bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
    }

    /// The name of another encoding that a file's own mark says it has; `nil` for none.
    public static func foreignEncoding(of bytes: some Sequence<UInt8>) -> String? {
        let head = Array(bytes.prefix(2))
        return head == [0xFF, 0xFE] || head == [0xFE, 0xFF] ? "UTF-16" : nil
    }
}
