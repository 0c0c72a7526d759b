/// The identity of a journal, made once when its store is created: a cart with a new SD card counts from 1 again, and
/// the receiver tells the two apart by it. A random UUID (RFC 9562, version 4).
public struct JournalID: Hashable, Sendable, CustomStringConvertible {
    /// The 16 bytes of the UUID.
    public let bytes: [UInt8]

    /// `nil` unless there are 16 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// A new random identity.
    public static func random(using generator: inout some RandomNumberGenerator) -> JournalID {
        var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        return JournalID(sixteenBytes: bytes)
    }

    private init(sixteenBytes bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Lower-case hexadecimal in the form 8-4-4-4-12.
    public var description: String {
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return text
    }

    /// Parses the form that ``description`` has, in either case; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [8, 4, 4, 4, 12] else { return nil }
        var digits: [UInt8] = []
        for character in parts.joined() {
            guard let digit = character.hexDigitValue, character.isASCII else { return nil }
            digits.append(UInt8(digit))
        }
        self.init(bytes: stride(from: 0, to: 32, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    }
}
