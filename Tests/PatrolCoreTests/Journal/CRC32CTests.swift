import Testing

@testable import PatrolCore

@Suite("The checksum")
struct CRC32CTests {
    @Test(
        "It is that of RFC 3720 and of everybody's test",
        arguments: [
            (Array("123456789".utf8), 0xE306_9283),
            ([], 0),
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
            ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
            ((0..<32).map { UInt8($0) }, 0x46DD_794E),
            ((0..<32).map { UInt8(31 - $0) }, 0x113F_DB5C),
        ] as [([UInt8], UInt32)]
    )
    func known(bytes: [UInt8], checksum: UInt32) {
        #expect(CRC32C.checksum(bytes) == checksum)
    }

    @Test("In pieces of any length it is the same as in one")
    func pieces() {
        let bytes = (0..<100).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        for cut in 0...100 {
            var crc = CRC32C()
            bytes[..<cut].withUnsafeBytes { crc.update($0) }
            bytes[cut...].withUnsafeBytes { crc.update($0) }
            #expect(crc.value == CRC32C.checksum(bytes))
        }
    }

    @Test("It sees each flipped bit")
    func flips() {
        var bytes = (0..<64).map { UInt8($0) }
        let checksum = CRC32C.checksum(bytes)
        for bit in 0..<(64 * 8) {
            bytes[bit / 8] ^= 1 << (bit % 8)
            #expect(CRC32C.checksum(bytes) != checksum)
            bytes[bit / 8] ^= 1 << (bit % 8)
        }
    }
}
