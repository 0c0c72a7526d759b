/// Reads rows out of the pages of a database that may be damaged anywhere, and out of its write-ahead log, without
/// relying on its structure: each page is read for itself (sqlite.org/fileformat2.html, "B-tree Pages").
///
/// What it finds may be old, deleted or altered: whoever asks must be able to judge each row by itself.
public struct DamagedDatabase {
    /// One row, as its columns lie in the page.
    public struct Row: Hashable, Sendable {
        /// The rowid; `nil` for a row of a table without.
        public var rowid: Int64?
        /// In the order of the file: an INTEGER PRIMARY KEY is NULL here, and in a table without rowid the primary key's
        /// columns come first.
        public var columns: [SQLValue]
        /// Whether the log has a newer state of its page.
        public var isSuperseded: Bool
    }

    private let file: PageFile?
    private let logFile: PageFile?
    private let log: WriteAheadLog?
    private let pageSize: Int
    /// Which frames have a page, ascending by their place in the log.
    private var framesOfPage: [UInt32: [Int]] = [:]

    /// `PRAGMA user_version` as the file's header has it; 0 if there is none.
    public let userVersion: Int32

    /// - Parameters:
    ///   - path: of the database; it may be missing or empty beside its log.
    ///   - pageSize: of the program's files, taken if the header does not tell.
    /// - Throws: if something cannot be read.
    public init(path: String, pageSize: Int) throws(SQLiteError) {
        file = try PageFile(path: path)
        logFile = try PageFile(path: path + "-wal")
        log = try WriteAheadLog(path: path + "-wal")
        let header = try file?.bytes(at: 0, count: 100) ?? []
        let claimed = header.count == 100 ? header.bigEndian16(16) : 0
        let isPlausible = claimed >= 512 && claimed & (claimed - 1) == 0
        self.pageSize = isPlausible ? claimed : pageSize
        userVersion = header.count == 100 ? Int32(bitPattern: header.bigEndian(60)) : 0
        for (index, frame) in (log?.frames ?? []).enumerated() { framesOfPage[frame.page, default: []].append(index) }
    }

    /// Hands over every row that any page holds, those of the log last and in the log's order: so of two versions of a row
    /// the newer one comes later.
    public func forEachRow(_ body: (Row) throws(SQLiteError) -> Void) throws(SQLiteError) {
        if let file {
            for page in 0..<(file.size / pageSize) {
                let bytes = try file.bytes(at: page * pageSize, count: pageSize)
                try readRows(of: bytes, number: UInt32(page) + 1, nil, body)
            }
        }
        guard let log, let logFile, log.pageSize == pageSize else { return }
        for (index, frame) in log.frames.enumerated() {
            try readRows(of: try logFile.bytes(at: frame.offset, count: pageSize), number: frame.page, index, body)
        }
    }

    private func readRows(
        of page: [UInt8],
        number: UInt32,
        _ frame: Int?,
        _ body: (Row) throws(SQLiteError) -> Void
    ) throws(SQLiteError) {
        let start = number == 1 ? 100 : 0
        let isSuperseded = framesOfPage[number]?.last.map { $0 > frame ?? -1 } ?? false
        guard page.count == pageSize, let kind = PageKind(rawValue: page[start]) else { return }
        let count = page.bigEndian16(start + 3)
        for index in 0..<count {
            let pointer = start + kind.headerBytes + 2 * index
            guard pointer + 2 <= page.count else { return }
            guard var row = try row(at: page.bigEndian16(pointer), of: page, kind, frame) else { continue }
            row.isSuperseded = isSuperseded
            try body(row)
        }
    }

    private enum PageKind: UInt8 {
        case interiorIndex = 2
        case leafIndex = 10
        case leafTable = 13

        var headerBytes: Int { self == .interiorIndex ? 12 : 8 }
    }

    private func row(at offset: Int, of page: [UInt8], _ kind: PageKind, _ frame: Int?) throws(SQLiteError) -> Row? {
        var reader = RecordReader(page, from: kind == .interiorIndex ? offset + 4 : offset)
        guard let length = reader.varint(), (1...Self.maximumPayloadBytes).contains(length) else { return nil }
        var rowid: Int64?
        if kind == .leafTable {
            guard let number = reader.varint() else { return nil }
            rowid = number
        }
        guard let payload = try payload(Int(length), reader.rest, isTable: kind == .leafTable, frame) else {
            return nil
        }
        var record = RecordReader(payload, from: 0)
        return record.columns().map { Row(rowid: rowid, columns: $0, isSuperseded: false) }
    }

    /// Far more than any row of ours.
    private static let maximumPayloadBytes: Int64 = 1 << 20

    /// A cell's content, gathered from its overflow pages.
    private func payload(
        _ length: Int,
        _ rest: ArraySlice<UInt8>,
        isTable: Bool,
        _ frame: Int?
    ) throws(SQLiteError) -> [UInt8]? {
        let most = isTable ? pageSize - 35 : (pageSize - 12) * 64 / 255 - 23
        guard length > most else { return rest.count >= length ? Array(rest.prefix(length)) : nil }
        let least = (pageSize - 12) * 32 / 255 - 23
        let surplus = least + (length - least) % (pageSize - 4)
        let local = surplus <= most ? surplus : least
        guard rest.count >= local + 4 else { return nil }
        var payload = Array(rest.prefix(local))
        var next = Array(rest.dropFirst(local).prefix(4)).bigEndian(0)
        while payload.count < length {
            guard next > 0, let page = try page(next, asOf: frame), page.count == pageSize else { return nil }
            payload += page[4...].prefix(length - payload.count)
            next = page.bigEndian(0)
        }
        return payload
    }

    /// A page as the reader of a frame saw it: from the newest frame that is not newer, or from the file.
    private func page(_ number: UInt32, asOf frame: Int?) throws(SQLiteError) -> [UInt8]? {
        if let frame, let newest = framesOfPage[number]?.last(where: { $0 <= frame }), let log {
            return try logFile?.bytes(at: log.frames[newest].offset, count: pageSize)
        }
        return try file?.bytes(at: (Int(number) - 1) * pageSize, count: pageSize)
    }
}

/// Reads SQLite's record format.
private struct RecordReader {
    private let bytes: [UInt8]
    private var offset: Int

    init(_ bytes: [UInt8], from offset: Int) {
        (self.bytes, self.offset) = (bytes, offset)
    }

    var rest: ArraySlice<UInt8> { bytes[min(offset, bytes.count)...] }

    mutating func varint() -> Int64? {
        var value: UInt64 = 0
        for index in 0..<9 {
            guard offset >= 0, offset < bytes.count else { return nil }
            let byte = bytes[offset]
            offset += 1
            if index == 8 { return Int64(bitPattern: value << 8 | UInt64(byte)) }
            value = value << 7 | UInt64(byte & 0x7F)
            if byte & 0x80 == 0 { break }
        }
        return Int64(bitPattern: value)
    }

    mutating func columns() -> [SQLValue]? {
        guard let headerBytes = varint(), headerBytes > 0, headerBytes <= Int64(bytes.count) else { return nil }
        var types: [Int64] = []
        while Int64(offset) < headerBytes {
            guard let type = varint(), types.count < 32 else { return nil }
            types.append(type)
        }
        var columns: [SQLValue] = []
        for type in types {
            guard let value = value(of: type) else { return nil }
            columns.append(value)
        }
        return columns
    }

    private mutating func value(of type: Int64) -> SQLValue? {
        switch type {
        case 0: return .null
        case 1...4: return integer(Int(type))
        case 5: return integer(6)
        case 6: return integer(8)
        case 7:
            guard case .integer(let bits)? = integer(8) else { return nil }
            return .real(Double(bitPattern: UInt64(bitPattern: bits)))
        case 8: return .integer(0)
        case 9: return .integer(1)
        case 12...: return content(Int((type - 12) / 2)).map { type % 2 == 0 ? .bytes($0) : .text($0) }
        default: return nil
        }
    }

    private mutating func integer(_ count: Int) -> SQLValue? {
        guard let content = content(count), let first = content.first else { return nil }
        let start: Int64 = first & 0x80 == 0 ? 0 : -1
        return .integer(content.reduce(start) { $0 << 8 | Int64($1) })
    }

    private mutating func content(_ count: Int) -> [UInt8]? {
        guard count <= bytes.count - offset else { return nil }
        defer { offset += count }
        return Array(bytes[offset..<(offset + count)])
    }
}
