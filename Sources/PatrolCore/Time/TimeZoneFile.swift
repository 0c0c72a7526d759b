/// A file of the zone database, as RFC 8536 lays it down, checked before glibc is told to use it: glibc takes a file that
/// it cannot use for UTC and says nothing, which would move the quiet hours by the width of the country.
public struct TimeZoneFile: Hashable, Sendable {
    /// What is wrong with a file.
    public enum Problem: Error, Hashable, Sendable, CustomStringConvertible {
        /// Not the file of a time zone at all.
        case notAZone
        /// Version 1, whose times end in 2037.
        case tooOld
        /// Shorter than it says.
        case cutOff
        /// What it says contradicts itself.
        case damaged(String)
        /// Times count leap seconds, which the machine's clock does not (tzdata's `right/`).
        case countsLeapSeconds

        /// In words.
        public var description: String {
            switch self {
            case .notAZone: "not the file of a time zone"
            case .tooOld: "a file of version 1, whose rules end in 2037"
            case .cutOff: "the file is cut off"
            case .damaged(let what): "the file is damaged: \(what)"
            case .countsLeapSeconds: "it counts leap seconds, which the machine's clock does not"
            }
        }
    }

    /// Whether its clocks have always shown UTC and always will.
    public let isAlwaysUTC: Bool

    /// - Parameter bytes: the whole file.
    public init(_ bytes: [UInt8]) throws(Problem) {
        guard bytes.starts(with: "TZif".utf8) else { throw .notAZone }
        var reader = Reader(bytes: bytes)
        // The first block is that of version 1, with times of four bytes, for programs of before 2005.
        let old = try reader.header()
        guard old.version >= UInt8(ascii: "2") else { throw .tooOld }
        try reader.skip(old.blockSize(bytesPerTime: 4))
        let header = try reader.header()
        let types = try reader.block(header)
        let rule = try reader.footer()
        // `<letters>0`, such as UTC0: no summer time and no offset.
        isAlwaysUTC = types.allSatisfy { $0 == 0 } && (rule.isEmpty || rule.hasSuffix("0") && !rule.contains(","))
    }

    private struct Header {
        var version: UInt8
        var utcIndicators, standardIndicators, leapSeconds, times, types, characters: Int

        func blockSize(bytesPerTime: Int) -> Int {
            times * (bytesPerTime + 1) + types * 6 + characters + leapSeconds * (bytesPerTime + 4)
                + standardIndicators + utcIndicators
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        mutating func skip(_ count: Int) throws(Problem) {
            guard count <= bytes.count - position else { throw .cutOff }
            position += count
        }

        private mutating func number(_ size: Int) throws(Problem) -> Int64 {
            let start = position
            try skip(size)
            let value = bytes[start..<position].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return size == 8 ? Int64(bitPattern: value) : Int64(Int32(truncatingIfNeeded: value))
        }

        private mutating func count() throws(Problem) -> Int {
            let value = try number(4)
            // Far more than any zone has; a larger one would only be found cut off.
            guard (0...1_000_000).contains(value) else { throw .damaged("a count of \(value)") }
            return Int(value)
        }

        mutating func header() throws(Problem) -> Header {
            let start = position
            try skip(20)
            guard bytes[start..<start + 4].elementsEqual("TZif".utf8) else {
                throw .damaged("no second header where it should be")
            }
            return Header(
                version: bytes[start + 4],
                utcIndicators: try count(),
                standardIndicators: try count(),
                leapSeconds: try count(),
                times: try count(),
                types: try count(),
                characters: try count()
            )
        }

        /// - Returns: the offsets of all types.
        mutating func block(_ header: Header) throws(Problem) -> [Int64] {
            guard header.leapSeconds == 0 else { throw .countsLeapSeconds }
            guard header.types > 0, header.characters > 0 else { throw .damaged("it names no offset") }
            let end = position + header.blockSize(bytesPerTime: 8)
            var last = Int64.min
            for index in 0..<header.times {
                let time = try number(8)
                guard index == 0 || time > last else { throw .damaged("its changes are out of order") }
                last = time
            }
            let indices = position
            try skip(header.times)
            guard bytes[indices..<position].allSatisfy({ $0 < header.types }) else {
                throw .damaged("a change to an offset that is not there")
            }
            var offsets: [Int64] = []
            for _ in 0..<header.types {
                let offset = try number(4)
                let flags = position
                try skip(2)
                // RFC 8536: from -25 h to +26 h, each bound excluded.
                guard (-89_999...93_599).contains(offset), bytes[flags] <= 1, bytes[flags + 1] < header.characters
                else {
                    throw .damaged("an offset of \(offset) s")
                }
                offsets.append(offset)
            }
            try skip(end - position)
            return offsets
        }

        /// The rule for the years to come, between two line ends.
        mutating func footer() throws(Problem) -> String {
            let rest = bytes[position...]
            guard rest.count >= 2, rest.last == UInt8(ascii: "\n") else { throw .cutOff }
            let rule = rest.dropFirst().dropLast()
            guard rest.first == UInt8(ascii: "\n"), rule.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw .damaged("its rule for the years to come")
            }
            return String(decoding: rule, as: UTF8.self)
        }
    }
}
