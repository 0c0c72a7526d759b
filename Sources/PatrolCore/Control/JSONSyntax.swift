/// Finds where a text stops being JSON (RFC 8259).
///
/// Foundation's essentials say only that it is not, and let a comma before a bracket and more pass that other readers of
/// the text refuse. A person who edits a map by hand needs the line, and so does a programmer.
public struct JSONSyntax {
    /// The first place that is wrong, counted from 1, and what could stand there.
    public struct Fault: Hashable, Sendable {
        /// In lines that end with LF.
        public let line: Int
        /// In characters.
        public let column: Int
        /// What stands there, and what could.
        public let message: String
    }

    /// What may come next.
    private enum Expected: String {
        case value = "a value"
        case valueOrEnd = "a value or ]"
        case key = "a key in quotes"
        case keyOrEnd = "a key in quotes or }"
        case colon = "a colon"
        case separator = "a comma or the closing bracket"
        case nothing = "nothing more"
    }

    private let bytes: [UInt8]
    private var place = 0
    private var open: [UInt8] = []
    private var expected = Expected.value

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// `nil` if there is none.
    public static func fault(in text: String) -> Fault? { fault(in: Array(text.utf8)) }

    /// `nil` if there is none.
    /// - Parameter bytes: UTF-8; what is none is shown as such.
    public static func fault(in bytes: [UInt8]) -> Fault? {
        var scanner = JSONSyntax(bytes)
        while let byte = scanner.nextByte() {
            guard scanner.take(byte) else { return scanner.fault() }
        }
        return scanner.expected == .nothing ? nil : scanner.fault()
    }

    /// The next byte that is no white space.
    private mutating func nextByte() -> UInt8? {
        while place < bytes.count, Self.isSpace(bytes[place]) { place += 1 }
        return place < bytes.count ? bytes[place] : nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    /// Steps over one token; false, and stays before it, if it may not stand here.
    private mutating func take(_ byte: UInt8) -> Bool {
        switch (byte, expected) {
        case (UInt8(ascii: "{"), .value), (UInt8(ascii: "{"), .valueOrEnd):
            return enter(byte, .keyOrEnd)
        case (UInt8(ascii: "["), .value), (UInt8(ascii: "["), .valueOrEnd):
            return enter(byte, .valueOrEnd)
        case (UInt8(ascii: "}"), .keyOrEnd), (UInt8(ascii: "]"), .valueOrEnd):
            return leave()
        case (UInt8(ascii: "}"), .separator), (UInt8(ascii: "]"), .separator):
            // "{" and "}" are 2 apart in ASCII, and so are "[" and "]".
            return open.last == byte - 2 && leave()
        case (UInt8(ascii: ","), .separator):
            return advance(by: 1, to: open.last == UInt8(ascii: "{") ? .key : .value)
        case (UInt8(ascii: ":"), .colon):
            return advance(by: 1, to: .value)
        case (UInt8(ascii: "\""), .key), (UInt8(ascii: "\""), .keyOrEnd):
            return textLength().map { advance(by: $0, to: .colon) } ?? false
        case (UInt8(ascii: "\""), .value), (UInt8(ascii: "\""), .valueOrEnd):
            return textLength().map { advance(by: $0, to: afterValue) } ?? false
        case (_, .value), (_, .valueOrEnd):
            return wordLength().map { advance(by: $0, to: afterValue) } ?? false
        default:
            return false
        }
    }

    private var afterValue: Expected { open.isEmpty ? .nothing : .separator }

    private mutating func advance(by count: Int, to next: Expected) -> Bool {
        place += count
        expected = next
        return true
    }

    private mutating func enter(_ bracket: UInt8, _ next: Expected) -> Bool {
        open.append(bracket)
        return advance(by: 1, to: next)
    }

    private mutating func leave() -> Bool {
        open.removeLast()
        return advance(by: 1, to: afterValue)
    }

    /// The bytes of the text that begins here with its quotes; `nil` if it does not end before the line does.
    private func textLength() -> Int? {
        var index = place + 1
        while index < bytes.count, bytes[index] >= 0x20 {
            if bytes[index] == UInt8(ascii: "\"") { return index + 1 - place }
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }

    /// The bytes of the number, `true`, `false` or `null` that begins here.
    private func wordLength() -> Int? {
        var end = place
        while end < bytes.count, !Self.endsWord(bytes[end]) { end += 1 }
        let word = bytes[place..<end]
        let isWord = Self.words.contains { $0.elementsEqual(word) } || Self.isNumber(word)
        return isWord ? word.count : nil
    }

    private static let words = ["true", "false", "null"].map { Array($0.utf8) }

    private static func endsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
            UInt8(ascii: "}"), UInt8(ascii: "\""):
            true
        default:
            isSpace(byte)
        }
    }

    /// RFC 8259 §6: an integer without leading zeros, then perhaps a fraction, then perhaps an exponent.
    private static func isNumber(_ word: ArraySlice<UInt8>) -> Bool {
        var rest = word
        func skipDigits() -> Int {
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
            rest = rest.dropFirst(digits)
            return digits
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let isZero = rest.first == UInt8(ascii: "0")
        let digits = skipDigits()
        guard digits == 1 || digits > 1 && !isZero else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard skipDigits() > 0 else { return false }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
            guard skipDigits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    private func fault() -> Fault {
        let before = bytes[..<place]
        let line = before.count { $0 == 0x0A } + 1
        let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let column = String(decoding: before[start...], as: UTF8.self).count + 1
        let found =
            place < bytes.count
            ? "\"\(String(decoding: bytes[place...].prefix { $0 >= 0x20 }, as: UTF8.self).prefix(12))\"" : "the end"
        return Fault(line: line, column: column, message: "is not JSON: found \(found); allowed: \(expected.rawValue)")
    }
}
