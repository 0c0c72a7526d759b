import Glibc

/// The write-ahead log of a database, as its bytes lie in the file (sqlite.org/fileformat2.html, "The Write-Ahead Log").
///
/// SQLite reads it up to the first frame that does not fit and takes the rest for the torn end of a commit that never was.
/// This reader tells that case from the other one: a frame in the middle that was damaged afterwards.
public struct WriteAheadLog: Sendable {
    /// One page as a commit wrote it.
    public struct Frame: Hashable, Sendable {
        /// The page's number, from 1.
        public var page: UInt32
        /// Where the page's bytes begin in the file.
        public var offset: Int
        /// Whether it is the last of its commit.
        public var isCommit: Bool
    }

    /// What the end of the log looks like.
    public enum End: Hashable, Sendable {
        /// Every commit is there; behind them at most a torn one that never ended, which nobody was told of.
        case whole
        /// Commits that had been synced cannot be read any more.
        case damaged
    }

    /// The frames of this log, those behind damage and of a commit that never ended included; not those that an earlier
    /// log left behind them.
    public let frames: [Frame]
    /// What its end looks like.
    public let end: End
    /// Of its pages, in bytes.
    public let pageSize: Int

    /// Reads the log of a database.
    /// - Parameter path: the log's own.
    /// - Returns: `nil` if there is none, none that was ever written, or one that was emptied in order.
    /// - Throws: an `errno`, if it cannot be read.
    public init?(path: String) throws(SQLiteError) {
        guard let file = try PageFile(path: path), file.size > Self.headerBytes else { return nil }
        let header = try file.bytes(at: 0, count: Self.headerBytes)
        guard header != Self.emptied else { return nil }
        let isBigEndian = header.bigEndian(0) == 0x377F_0683
        let magicIsGood = isBigEndian || header.bigEndian(0) == 0x377F_0682
        var sum = WALChecksum(isBigEndian: isBigEndian)
        sum.add(header[0..<24])
        guard magicIsGood, sum.matches(header, at: 24) else {
            // A log whose first word nobody can read may have held anything.
            (frames, end, pageSize) = ([], .damaged, 0)
            return
        }
        let pageSize = Int(header.bigEndian(8))
        let salt = Array(header[16..<24])
        var seen: [(frame: Frame, isSound: Bool)] = []
        var offset = Self.headerBytes
        var chain = sum
        while pageSize >= 512, offset + Self.frameHeaderBytes + pageSize <= file.size {
            let bytes = try file.bytes(at: offset, count: Self.frameHeaderBytes + pageSize)
            guard Array(bytes[8..<16]) == salt else {
                // One frame's salt may be what was damaged; two in a row belong to the log before this one.
                guard try Self.hasSalt(salt, file, at: offset + bytes.count) else { break }
                seen.append((Frame(page: 0, offset: 0, isCommit: false), false))
                chain = WALChecksum(isBigEndian: isBigEndian, stored: bytes, at: 16)
                offset += bytes.count
                continue
            }
            chain.add(bytes[0..<8])
            chain.add(bytes[Self.frameHeaderBytes...])
            let isSound = chain.matches(bytes, at: 16)
            let frame = Frame(
                page: bytes.bigEndian(0),
                offset: offset + Self.frameHeaderBytes,
                isCommit: bytes.bigEndian(4) != 0
            )
            seen.append((frame, isSound))
            // The next frame goes on from what this one says, so that it can be judged by itself.
            if !isSound { chain = WALChecksum(isBigEndian: isBigEndian, stored: bytes, at: 16) }
            offset += bytes.count
        }
        end = Self.isDamaged(seen) ? .damaged : .whole
        frames = seen.filter { $0.frame.page > 0 }.map(\.frame)
        self.pageSize = pageSize
    }

    /// A commit is synced before the next one is begun. So a frame that does not fit and lies behind no other commit's
    /// frames may be the torn end of a commit that nobody was told of; but if one of a later commit lies behind it, it was
    /// whole once.
    private static func isDamaged(_ seen: [(frame: Frame, isSound: Bool)]) -> Bool {
        guard let bad = seen.firstIndex(where: { !$0.isSound }), let sound = seen.lastIndex(where: \.isSound),
            bad < sound
        else { return false }
        return seen[bad..<sound].contains { $0.frame.isCommit }
    }

    private static let headerBytes = 32
    private static let frameHeaderBytes = 24

    private static func hasSalt(_ salt: [UInt8], _ file: PageFile, at offset: Int) throws(SQLiteError) -> Bool {
        guard offset + frameHeaderBytes <= file.size else { return false }
        return Array(try file.bytes(at: offset + 8, count: 8)) == salt
    }
}

/// The checksum of a log, "computed by interpreting the input as an even number of unsigned 32-bit integers".
private struct WALChecksum {
    private let isBigEndian: Bool
    private var first: UInt32 = 0
    private var second: UInt32 = 0

    init(isBigEndian: Bool) {
        self.isBigEndian = isBigEndian
    }

    /// Goes on from a stored one.
    init(isBigEndian: Bool, stored bytes: [UInt8], at offset: Int) {
        self.isBigEndian = isBigEndian
        first = bytes.bigEndian(offset)
        second = bytes.bigEndian(offset + 4)
    }

    mutating func add(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { bytes in
            for offset in stride(from: 0, to: bytes.count - 7, by: 8) {
                first = first &+ word(bytes, offset) &+ second
                second = second &+ word(bytes, offset + 4) &+ first
            }
        }
    }

    func matches(_ bytes: [UInt8], at offset: Int) -> Bool {
        bytes.bigEndian(offset) == first && bytes.bigEndian(offset + 4) == second
    }

    private func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
        let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return isBigEndian ? UInt32(bigEndian: word) : UInt32(littleEndian: word)
    }
}

extension [UInt8] {
    /// Four bytes as the file formats of SQLite have them.
    func bigEndian(_ offset: Int) -> UInt32 {
        UInt32(self[offset]) << 24 | UInt32(self[offset + 1]) << 16 | UInt32(self[offset + 2]) << 8
            | UInt32(self[offset + 3])
    }

    func bigEndian16(_ offset: Int) -> Int { Int(self[offset]) << 8 | Int(self[offset + 1]) }
}
