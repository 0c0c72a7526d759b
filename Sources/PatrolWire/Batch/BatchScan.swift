/// Counts what a batch of protobuf would make of memory, before anything is made of it.
///
/// A field of two bytes can stand for an object of hundreds: 8 MiB of empty blocks, which gzip makes 8 kB of, are
/// 4 million. Only the top level and the size of what lies in it are looked at; an element is no larger than
/// `BatchRules` allows, and what it holds in memory is in proportion to that.
///
/// protobuf.dev/programming-guides/encoding: a message is a row of tags, each with a value whose wire type says how long it
/// is.
struct BatchScan {
    private let bytes: [UInt8]
    private var offset = 0
    private var counts: [UInt64: Int] = [:]
    private var fields = 0

    /// Of `Batch` in patrol.proto.
    private enum Field {
        static let boots: UInt64 = 4
        static let blocks: UInt64 = 5
        static let events: UInt64 = 6
    }

    /// - Throws: an error that names the field that there is too much of, or for what is not protobuf.
    static func check(_ bytes: [UInt8]) throws(WireError) {
        var scan = BatchScan(bytes: bytes)
        try scan.run()
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func run() throws(WireError) {
        while offset < bytes.count {
            let tag = try varint()
            fields += 1
            guard fields <= BatchRules.maximumFields else {
                throw .tooMany("batch", "fields", fields, maximum: BatchRules.maximumFields)
            }
            try skip(field: tag >> 3, wireType: tag & 7)
        }
    }

    private mutating func skip(field: UInt64, wireType: UInt64) throws(WireError) {
        switch wireType {
        case 0: _ = try varint()
        case 1: try advance(by: 8)
        case 2:
            let length = try varint()
            guard length <= UInt64(bytes.count - offset) else { throw Self.damaged }
            try count(field, bytes: Int(length))
            try advance(by: Int(length))
        case 5: try advance(by: 4)
        // Groups, which proto3 does not have.
        default: throw Self.damaged
        }
    }

    private mutating func count(_ field: UInt64, bytes: Int) throws(WireError) {
        let (name, most, largest): (String, Int, Int)
        switch field {
        case Field.boots: (name, most, largest) = ("boots", BatchRules.maximumBoots, BatchRules.maximumBootBytes)
        case Field.blocks:
            (name, most, largest) = ("position_blocks", BatchRules.maximumBlocks, BatchRules.maximumBlockBytes)
        case Field.events: (name, most, largest) = ("events", BatchRules.maximumEvents, BatchRules.maximumEventBytes)
        default: return
        }
        let number = counts[field, default: 0] + 1
        counts[field] = number
        guard number <= most else { throw .tooMany(name, "elements", number, maximum: most) }
        guard bytes <= largest else { throw .tooMany("\(name)[\(number)]", "bytes", bytes, maximum: largest) }
    }

    private mutating func varint() throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard offset < bytes.count else { throw Self.damaged }
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7F) << min(shift, 63)
            if byte < 0x80 { return value }
        }
        throw Self.damaged
    }

    private mutating func advance(by count: Int) throws(WireError) {
        guard count <= bytes.count - offset else { throw Self.damaged }
        offset += count
    }

    private static var damaged: WireError { WireError(field: "batch", reason: "is not protobuf") }
}

/// Counts what a batch of JSON would make of memory, before anything is made of it: objects, and the commas between them
/// and within them. What is no JSON is somebody else's to say.
enum JSONScan {
    /// - Throws: if there is more than the largest batch has.
    static func check(_ bytes: [UInt8]) throws(WireError) {
        var objects = 0
        var commas = 0
        var isInText = false
        var isEscaped = false
        for byte in bytes {
            if isInText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): objects += 1
            case UInt8(ascii: ","): commas += 1
            default: break
            }
        }
        guard objects <= BatchRules.maximumObjects else {
            throw .tooMany("batch", "objects", objects, maximum: BatchRules.maximumObjects)
        }
        let most = BatchRules.maximumObjects * BatchRules.membersPerObject
        guard commas <= most else { throw .tooMany("batch", "members", commas, maximum: most) }
    }
}
