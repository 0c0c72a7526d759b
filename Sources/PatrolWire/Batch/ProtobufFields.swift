/// The fields of one message of protobuf, one after the other, without making anything of them.
///
/// protobuf.dev/programming-guides/encoding: a message is a row of tags, each with a value whose wire type says how long it
/// is.
struct ProtobufFields {
    /// A value with a length: bytes, a text, a message or packed numbers.
    struct Delimited {
        var number: UInt64
        /// Where its bytes lie.
        var range: Range<Int>
    }

    private let bytes: [UInt8]
    private let end: Int
    /// Where the next field begins.
    private(set) var offset: Int
    /// The fields passed so far, of every wire type.
    private(set) var count = 0

    /// - Parameter range: where the message lies.
    init(_ bytes: [UInt8], in range: Range<Int>) {
        self.bytes = bytes
        offset = range.lowerBound
        end = range.upperBound
    }

    /// The next field: `nil` at the end, `.some(nil)` if it is a plain number.
    /// - Throws: for what is not protobuf.
    mutating func next() throws(WireError) -> Delimited?? {
        guard offset < end else { return nil }
        let tag = try varint()
        count += 1
        switch tag & 7 {
        case 0: _ = try varint()
        case 1: try advance(by: 8)
        case 2:
            let length = try varint()
            guard length <= UInt64(end - offset) else { throw Self.damaged }
            let start = offset
            try advance(by: Int(length))
            return .some(Delimited(number: tag >> 3, range: start..<offset))
        case 5: try advance(by: 4)
        // Groups, which proto3 does not have.
        default: throw Self.damaged
        }
        return .some(nil)
    }

    private mutating func varint() throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard offset < end else { throw Self.damaged }
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7F) << min(shift, 63)
            if byte < 0x80 { return value }
        }
        throw Self.damaged
    }

    private mutating func advance(by count: Int) throws(WireError) {
        guard count <= end - offset else { throw Self.damaged }
        offset += count
    }

    private static var damaged: WireError { WireError(field: "batch", reason: "is not protobuf") }
}
