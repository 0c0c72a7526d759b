/// Counts what a batch of protobuf would make of memory, before anything is made of it.
///
/// A field of two bytes can stand for an object of hundreds: 8 MiB of empty blocks, which gzip makes 8 kB of, are
/// 4 million. A byte in a block's columns can stand for a number of eight, and five in an event's details for a member of a
/// hundred: those are counted too, wherever they lie.
struct BatchScan {
    private let bytes: [UInt8]
    private var counts: [UInt64: Int] = [:]
    private var eventBytes = 0
    private var blockNumbers = 0
    private var detailMembers = 0
    private var blocks: [Block] = []

    /// Where a position block lies.
    struct Block {
        /// With its tag and its length.
        var field: Range<Int>
        var content: Range<Int>
        /// How many positions it says it has.
        var count: Int
    }

    /// Of `Batch` in patrol.proto.
    private enum Field {
        static let boots: UInt64 = 4
        static let blocks: UInt64 = 5
        static let events: UInt64 = 6
        static let absent: UInt64 = 8
        /// Of `Event`.
        static let details: UInt64 = 7
    }

    /// - Throws: an error that names the field that there is too much of, or for what is not protobuf.
    /// - Returns: where the position blocks lie.
    @discardableResult
    static func check(_ bytes: [UInt8]) throws(WireError) -> [Block] {
        var scan = BatchScan(bytes: bytes)
        try scan.run()
        return scan.blocks
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func run() throws(WireError) {
        var fields = ProtobufFields(bytes, in: bytes.indices)
        while true {
            let start = fields.offset
            guard let field = try fields.next() else { break }
            try Self.bound(fields.count, "batch", "fields", BatchRules.maximumFields)
            guard let field else { continue }
            switch field.number {
            case Field.boots: try count(field, "boots", BatchRules.maximumBoots, bytes: BatchRules.maximumBootBytes)
            case Field.blocks:
                try count(field, "position_blocks", BatchRules.maximumBlocks, bytes: BatchRules.maximumBlockBytes)
                try countNumbers(field)
                blocks.append(
                    Block(field: start..<fields.offset, content: field.range, count: try positions(in: field.range))
                )
            case Field.events:
                try count(field, "events", BatchRules.maximumEvents, bytes: BatchRules.maximumEventBytes)
                try countMembers(field)
            case Field.absent:
                try count(field, "absent", BatchRules.maximumAbsentRanges, bytes: BatchRules.maximumAbsentRangeBytes)
            default: break
            }
        }
    }

    private mutating func count(
        _ field: ProtobufFields.Delimited,
        _ name: String,
        _ most: Int,
        bytes largest: Int
    ) throws(WireError) {
        let number = counts[field.number, default: 0] + 1
        counts[field.number] = number
        try Self.bound(number, name, "elements", most)
        try Self.bound(field.range.count, "\(name)[\(number)]", "bytes", largest)
    }

    /// Each tag, length and number of a block ends with a byte below 0x80, so that those bytes are at least as many as the
    /// numbers, however its columns are nested.
    private mutating func countNumbers(_ block: ProtobufFields.Delimited) throws(WireError) {
        blockNumbers += bytes[block.range].reduce(0) { $0 + ($1 < 0x80 ? 1 : 0) }
        try Self.bound(blockNumbers, "position_blocks", "numbers", BatchRules.maximumBlockNumbers)
    }

    /// What a block says of itself.
    private func positions(in range: Range<Int>) throws(WireError) -> Int {
        try bytes.withUnsafeBytes { bytes in
            Result { () throws(WireError) in
                var cursor = VarintCursor(bytes).within(range)
                var count = 0
                while let field = try cursor.field() {
                    if case .number(2, let value) = field { count = Int(UInt32(truncatingIfNeeded: value)) }
                }
                return count
            }
        }.get()
    }

    private mutating func countMembers(_ event: ProtobufFields.Delimited) throws(WireError) {
        eventBytes += event.range.count
        try Self.bound(eventBytes, "events", "bytes", BatchRules.maximumEventsBytes)
        var fields = ProtobufFields(bytes, in: event.range)
        while let field = try fields.next() {
            guard let field, field.number == Field.details else { continue }
            let scan = try JSONScan(bytes[field.range], "details_json", mostObjects: 1)
            try Self.bound(scan.members, "details_json", "members", BatchRules.maximumMembersOfObject)
            detailMembers += scan.members
            try Self.bound(detailMembers, "events", "details", BatchRules.maximumDetails)
        }
    }

    private static func bound(_ count: Int, _ field: String, _ what: String, _ most: Int) throws(WireError) {
        guard count <= most else { throw .tooMany(field, what, count, maximum: most) }
    }
}
