/// A clip by its file's name in the clips folder: exactly these bytes.
///
/// Two of Swift's texts are equal if Unicode counts them as the same writing, however it is encoded. Two such names are
/// two files on the disk (path_resolution(7): a name is bytes), so a clip is never told by its text.
///
/// | one name | another | texts | clips |
/// | --- | --- | --- | --- |
/// | `café.wav`, é as C3 A9 (NFC) | `café.wav`, é as 65 CC 81 (NFD) | equal | two |
/// | `Fraud.wav` | `fraud.wav` | not equal | two |
public struct ClipName: Hashable, Sendable {
    /// As the file system has it; need not be UTF-8.
    public let bytes: [UInt8]

    /// A name as a file system has it.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// A name as a person or a configuration gives it: its UTF-8, unchanged.
    public init(_ text: some StringProtocol) {
        bytes = Array(text.utf8)
    }

    /// The same name as text; `nil` if it is no UTF-8. No repair is tried: it would name another file, or none.
    public var text: String? {
        String(validating: bytes, as: UTF8.self)
    }
}

extension ClipName: Comparable {
    /// In the order of the bytes.
    public static func < (left: ClipName, right: ClipName) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension ClipName: ExpressibleByStringLiteral {
    /// A name that is written in code.
    public init(stringLiteral text: String) {
        self.init(text)
    }
}

extension ClipName: CustomStringConvertible {
    /// For people, on one line that commands no terminal: the text as ``VisibleText`` shows it, with `\xnn` for every byte that
    /// is no UTF-8. The text itself for every name that a clip can have.
    public var description: String {
        if let text { return VisibleText.of(text) }
        var shown = ""
        var valid = ""
        var rest = bytes[...]
        while let first = rest.first {
            if let scalar = Self.firstScalar(of: rest) {
                valid.unicodeScalars.append(scalar)
                rest = rest.dropFirst(UTF8.width(scalar))
            } else {
                shown += VisibleText.of(valid) + Self.escaped(first)
                valid = ""
                rest = rest.dropFirst()
            }
        }
        return shown + VisibleText.of(valid)
    }

    /// Whether the name can be shown and typed as it is: UTF-8 without characters that are obeyed or not seen.
    public var isPlain: Bool {
        text.map(VisibleText.isVisible) ?? false
    }

    private static func firstScalar(of bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
        var decoder = UTF8()
        var input = bytes.makeIterator()
        if case .scalarValue(let scalar) = decoder.decode(&input) { return scalar }
        return nil
    }

    private static func escaped(_ byte: UInt8) -> String {
        "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
