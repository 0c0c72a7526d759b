import PatrolCore

/// A value as SQLite stores it.
public enum SQLValue: Hashable, Sendable {
    /// NULL.
    case null
    /// A whole number.
    case integer(Int64)
    /// A number with a fraction.
    case real(Double)
    /// Text, as its bytes of UTF-8.
    case text([UInt8])
    /// Bytes.
    case bytes([UInt8])
}

/// The checksum of a row: CRC-32C over the table's name and all its columns in one canonical encoding, each with its type
/// and length, so that no two rows have the same bytes.
///
/// Frozen: it lies in the files of carts. The SQL function ``Database/addRowChecksum()`` computes the same.
public struct RowChecksum: Sendable {
    private var crc = CRC32C()

    /// Of no values yet.
    public init() {}

    /// As it is kept in a column: SQLite needs four bytes for it, where the unsigned number would take six.
    public var value: Int64 { Int64(Int32(bitPattern: crc.value)) }

    /// Adds a value.
    public mutating func add(_ value: SQLValue) {
        switch value {
        case .null: addNull()
        case .integer(let integer): add(integer)
        case .real(let real): add(real)
        case .text(let text): text.withUnsafeBytes { add(text: $0) }
        case .bytes(let bytes): bytes.withUnsafeBytes { add(bytes: $0) }
        }
    }

    mutating func addNull() {
        crc.update(UInt8(0))
    }

    mutating func add(_ integer: Int64) {
        crc.update(UInt8(1))
        crc.update(integer)
    }

    mutating func add(_ real: Double) {
        crc.update(UInt8(4))
        crc.update(Int64(bitPattern: real.bitPattern))
    }

    mutating func add(text: UnsafeRawBufferPointer) {
        crc.update(UInt8(2))
        crc.update(Int64(text.count))
        crc.update(text)
    }

    mutating func add(bytes: UnsafeRawBufferPointer) {
        crc.update(UInt8(3))
        crc.update(Int64(bytes.count))
        crc.update(bytes)
    }
}
