import PatrolCore
import Testing

@Suite("What editors put before a text")
struct TextEncodingTests {
    @Test("One byte order mark is taken off, and nothing else")
    func mark() {
        #expect(TextEncoding.withoutMark([0xEF, 0xBB, 0xBF, 0x61]) == [0x61])
        #expect(TextEncoding.withoutMark([0xEF, 0xBB, 0xBF]) == [])
        #expect(TextEncoding.withoutMark([0xEF, 0xBB]) == [0xEF, 0xBB])
        #expect(TextEncoding.withoutMark([0x61, 0xEF, 0xBB, 0xBF]) == [0x61, 0xEF, 0xBB, 0xBF])
        #expect(TextEncoding.withoutMark([]) == [])
    }

    @Test("UTF-16 is told by its mark")
    func foreign() {
        #expect(TextEncoding.foreignEncoding(of: [0xFF, 0xFE, 0x61, 0] as [UInt8]) == "UTF-16")
        #expect(TextEncoding.foreignEncoding(of: [0xFE, 0xFF, 0, 0x61] as [UInt8]) == "UTF-16")
        #expect(TextEncoding.foreignEncoding(of: [0xFF] as [UInt8]) == nil)
        #expect(TextEncoding.foreignEncoding(of: Array("vehicle".utf8)) == nil)
        #expect(TextEncoding.foreignEncoding(of: []) == nil)
    }

    @Test("UTF-16 without a mark is told by its zeros, whichever byte comes first", arguments: [true, false])
    func unmarked(isLittleEndian: Bool) {
        for text in ["vehicle = \"cart-01\"\n", "v", "# 村庄 一号车\nvehicle = \"cart-01\"\n"] {
            let bytes = text.utf16.flatMap { unit in
                isLittleEndian
                    ? [UInt8(truncatingIfNeeded: unit), UInt8(unit >> 8)]
                    : [UInt8(unit >> 8), UInt8(truncatingIfNeeded: unit)]
            }
            #expect(TextEncoding.foreignEncoding(of: bytes) == "UTF-16", "\(text)")
            #expect(TextEncoding.foreignEncoding(of: Array(text.utf8)) == nil)
        }
        #expect(TextEncoding.foreignEncoding(of: Array("a\u{0}b = 1, and more of it".utf8)) == nil)
    }
}
