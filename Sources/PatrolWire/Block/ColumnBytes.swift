/// A position block as its fields lie in the bytes, before anybody looked whether they make sense: what the generated
/// message would hold, read in one pass and without its many small objects.
///
/// protobuf.dev/programming-guides/encoding: a repeated number may be packed or not and may come in several pieces; of
/// any other field the last one counts, and pieces of a message are merged. A known number under another wire type is an
/// unknown field.
struct ColumnBytes {
    var firstSequence: UInt64 = 0
    var count: UInt32 = 0
    var boot: UInt64 = 0
    var sequenceSteps: [UInt32] = []
    var latitudes: [Int64] = []
    var longitudes: [Int64] = []
    var odometers: [Int64] = []
    var received: Runs?
    var times: Runs?
    var timePresence: [UInt32] = []
    var timeMarks: Runs?
    var altitudes: [Int64] = []
    var altitudePresence: [UInt32] = []
    var speeds: [Int64] = []
    var speedPresence: [UInt32] = []
    var courses: [Int64] = []
    var coursePresence: [UInt32] = []
    var errors: Runs?
    var errorPresence: [UInt32] = []
    var satellites: Runs?
    var satellitesPresence: [UInt32] = []
    var modes: Runs?
    var statuses: Runs?
    /// Whether there is something that this version does not know: then only the bytes themselves are the whole block.
    var hasUnknownFields = false

    /// `Column` of patrol.proto.
    struct Runs {
        var each: [Int64] = []
        var values: [Int64] = []
        var lengths: [UInt32] = []
    }

    /// - Throws: for what is not protobuf.
    init(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
        var cursor = VarintCursor(bytes)
        while let field = try cursor.field() {
            switch field {
            case .number(1, let value): firstSequence = value
            case .number(2, let value): count = UInt32(truncatingIfNeeded: value)
            case .number(3, let value): boot = value
            case .number(4, let value): sequenceSteps.append(UInt32(truncatingIfNeeded: value))
            case .bytes(4, let range): try cursor.plain(range, into: &sequenceSteps)
            case .number(let number, let value): take(number, value)
            case .bytes(let number, let range): try take(number, range, cursor)
            case .other: hasUnknownFields = true
            }
        }
    }

    /// A number of a column that is not packed.
    private mutating func take(_ number: UInt64, _ value: UInt64) {
        let signed = VarintCursor.zigzag(value)
        let plain = UInt32(truncatingIfNeeded: value)
        switch number {
        case 5: latitudes.append(signed)
        case 6: longitudes.append(signed)
        case 7: odometers.append(signed)
        case 10: timePresence.append(plain)
        case 12: altitudes.append(signed)
        case 13: altitudePresence.append(plain)
        case 14: speeds.append(signed)
        case 15: speedPresence.append(plain)
        case 16: courses.append(signed)
        case 17: coursePresence.append(plain)
        case 19: errorPresence.append(plain)
        case 21: satellitesPresence.append(plain)
        default: hasUnknownFields = true
        }
    }

    private mutating func take(_ number: UInt64, _ range: Range<Int>, _ cursor: VarintCursor) throws(WireError) {
        switch number {
        case 5: try cursor.signed(range, into: &latitudes)
        case 6: try cursor.signed(range, into: &longitudes)
        case 7: try cursor.signed(range, into: &odometers)
        case 8: received = try merged(received, range, cursor)
        case 9: times = try merged(times, range, cursor)
        case 10: try cursor.plain(range, into: &timePresence)
        case 11: timeMarks = try merged(timeMarks, range, cursor)
        case 12: try cursor.signed(range, into: &altitudes)
        case 13: try cursor.plain(range, into: &altitudePresence)
        case 14: try cursor.signed(range, into: &speeds)
        case 15: try cursor.plain(range, into: &speedPresence)
        case 16: try cursor.signed(range, into: &courses)
        case 17: try cursor.plain(range, into: &coursePresence)
        case 18: errors = try merged(errors, range, cursor)
        case 19: try cursor.plain(range, into: &errorPresence)
        case 20: satellites = try merged(satellites, range, cursor)
        case 21: try cursor.plain(range, into: &satellitesPresence)
        case 22: modes = try merged(modes, range, cursor)
        case 23: statuses = try merged(statuses, range, cursor)
        default: hasUnknownFields = true
        }
    }

    private mutating func merged(
        _ column: Runs?,
        _ range: Range<Int>,
        _ cursor: VarintCursor
    ) throws(WireError) -> Runs {
        var runs = column ?? Runs()
        var inner = cursor.within(range)
        while let field = try inner.field() {
            switch field {
            case .number(1, let value): runs.each.append(VarintCursor.zigzag(value))
            case .number(2, let value): runs.values.append(VarintCursor.zigzag(value))
            case .number(3, let value): runs.lengths.append(UInt32(truncatingIfNeeded: value))
            case .bytes(1, let range): try inner.signed(range, into: &runs.each)
            case .bytes(2, let range): try inner.signed(range, into: &runs.values)
            case .bytes(3, let range): try inner.plain(range, into: &runs.lengths)
            case .number, .bytes, .other: hasUnknownFields = true
            }
        }
        return runs
    }
}

/// Reads protobuf's fields and packed numbers where they lie.
struct VarintCursor {
    enum Field {
        case number(UInt64, UInt64)
        /// Where the bytes of a text, a message or packed numbers lie.
        case bytes(UInt64, Range<Int>)
        /// A number of four or eight bytes.
        case other
    }

    private let bytes: UnsafeRawBufferPointer
    private var offset: Int
    private let end: Int

    init(_ bytes: UnsafeRawBufferPointer) {
        self.init(bytes, bytes.indices)
    }

    private init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.bytes = bytes
        offset = range.lowerBound
        end = range.upperBound
    }

    func within(_ range: Range<Int>) -> VarintCursor { VarintCursor(bytes, range) }

    static func zigzag(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }

    /// The next field; `nil` at the end.
    mutating func field() throws(WireError) -> Field? {
        guard offset < end else { return nil }
        let tag = try varint()
        let number = tag >> 3
        guard number >= 1, number < 1 << 29 else { throw Self.damaged }
        switch tag & 7 {
        case 0: return .number(number, try varint())
        case 1: return try skip(8)
        case 2:
            let length = try varint()
            guard length <= UInt64(end - offset) else { throw Self.damaged }
            let start = offset
            offset += Int(length)
            return .bytes(number, start..<offset)
        case 5: return try skip(4)
        // Groups, which proto3 does not have.
        default: throw Self.damaged
        }
    }

    private mutating func skip(_ count: Int) throws(WireError) -> Field {
        guard count <= end - offset else { throw Self.damaged }
        offset += count
        return .other
    }

    /// Adds packed `sint64`.
    func signed(_ range: Range<Int>, into values: inout [Int64]) throws(WireError) {
        var inner = within(range)
        values.reserveCapacity(values.count + range.count)
        while inner.offset < inner.end { values.append(Self.zigzag(try inner.varint())) }
    }

    /// Adds packed `uint32`.
    func plain(_ range: Range<Int>, into values: inout [UInt32]) throws(WireError) {
        var inner = within(range)
        while inner.offset < inner.end { values.append(UInt32(truncatingIfNeeded: try inner.varint())) }
    }

    @inline(__always)
    private mutating func varint() throws(WireError) -> UInt64 {
        guard offset < end else { throw Self.damaged }
        let first = bytes[offset]
        offset += 1
        if first < 0x80 { return UInt64(first) }
        return try rest(of: UInt64(first & 0x7F))
    }

    private mutating func rest(of first: UInt64) throws(WireError) -> UInt64 {
        var value = first
        for shift in stride(from: UInt64(7), to: 70, by: 7) {
            guard offset < end else { throw Self.damaged }
            let byte = bytes[offset]
            offset += 1
            // Ten bytes carry 70 bits, of which the last six are nobody's.
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw Self.damaged
    }

    private static var damaged: WireError { WireError(field: "position_block", reason: "is not protobuf") }
}
