/// The Castagnoli checksum of bytes (RFC 3720, appendix B.4; polynomial 0x1EDC6F41, reflected), eight bytes a step.
///
/// It finds every single flipped bit and every burst of up to 32 of them; what is left undetected is one damage in 2^32.
public struct CRC32C: Sendable {
    private var state: UInt32 = .max

    /// Of no bytes.
    public init() {}

    /// The checksum of everything so far.
    public var value: UInt32 { ~state }

    /// Adds bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var crc = state
        var index = 0
        Self.tables.withUnsafeBufferPointer { tables in
            while bytes.count - index >= 8 {
                let word =
                    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ UInt64(crc)
                crc =
                    tables[Int(word & 0xFF) + 7 * 256] ^ tables[Int(word >> 8 & 0xFF) + 6 * 256]
                    ^ tables[Int(word >> 16 & 0xFF) + 5 * 256] ^ tables[Int(word >> 24 & 0xFF) + 4 * 256]
                    ^ tables[Int(word >> 32 & 0xFF) + 3 * 256] ^ tables[Int(word >> 40 & 0xFF) + 2 * 256]
                    ^ tables[Int(word >> 48 & 0xFF) + 256] ^ tables[Int(word >> 56)]
                index += 8
            }
            while index < bytes.count {
                crc = tables[Int((crc ^ UInt32(bytes[index])) & 0xFF)] ^ crc >> 8
                index += 1
            }
        }
        state = crc
    }

    /// Adds a number as its eight bytes, the lowest first.
    public mutating func update(_ number: Int64) {
        withUnsafeBytes(of: number.littleEndian) { update($0) }
    }

    /// Adds one byte.
    public mutating func update(_ byte: UInt8) {
        withUnsafeBytes(of: byte) { update($0) }
    }

    /// The checksum of some bytes.
    public static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var crc = CRC32C()
        bytes.withUnsafeBytes { crc.update($0) }
        return crc.value
    }

    /// Table `n` at `n * 256`: what a byte does to the checksum when `n` more follow it.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
            tables[byte] = crc
        }
        for index in 256..<(8 * 256) {
            let before = tables[index - 256]
            tables[index] = tables[Int(before & 0xFF)] ^ before >> 8
        }
        return tables
    }()
}
