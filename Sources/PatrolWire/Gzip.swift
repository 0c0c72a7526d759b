import CZlib

/// gzip (RFC 1952) through zlib.
public enum Gzip {
    /// Why bytes cannot be compressed or decompressed.
    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// More than the limit would come out.
        case tooLarge(limit: Int)
        /// The bytes are not exactly one whole member, or zlib has no memory.
        case damaged(reason: String)

        /// For a person, on one line.
        public var description: String {
            switch self {
            case .tooLarge(let limit): "the gzip member holds more than \(limit) bytes; allowed: at most that"
            case .damaged(let reason): reason
            }
        }
    }

    /// zlib.h: "Add 16 to windowBits to write a simple gzip header"; 15 is the largest window.
    private static let windowBits: Int32 = 15 + 16
    private static let chunkBytes = 16 * 1024

    /// Compresses at zlib's default level.
    /// - Throws: only if zlib has no memory.
    public static func compress(_ bytes: [UInt8]) throws(Failure) -> [UInt8] {
        var stream = z_stream()
        // deflateInit2 is a macro, which Swift cannot import; this is what it stands for.
        let status = deflateInit2_(
            &stream,
            Z_DEFAULT_COMPRESSION,
            Z_DEFLATED,
            windowBits,
            8,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard status == Z_OK else { throw failure("the bytes cannot be compressed", status) }
        defer { deflateEnd(&stream) }
        // deflateBound: "an upper bound on the compressed size", so that one call finishes.
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        let result = run(&stream, bytes[...], &output) { deflate(&$0, Z_FINISH) }
        guard result == Z_STREAM_END else { throw failure("the bytes cannot be compressed", result) }
        return Array(output.prefix(Int(stream.total_out)))
    }

    /// Decompresses one gzip member, and nothing behind it.
    /// - Parameter limit: the most bytes that may come out; a bomb is stopped there, not measured afterwards.
    /// - Throws: for anything that is not exactly one whole member, and for one that is larger than the limit.
    public static func decompress(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
        var stream = z_stream()
        let status = inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw failure("the bytes cannot be decompressed", status) }
        defer { inflateEnd(&stream) }
        var plain: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: chunkBytes)
        while true {
            let consumed = Int(stream.total_in)
            let produced = Int(stream.total_out)
            let result = run(&stream, bytes[consumed...], &chunk) { inflate(&$0, Z_NO_FLUSH) }
            plain += chunk.prefix(Int(stream.total_out) - produced)
            guard plain.count <= limit else {
                throw .tooLarge(limit: limit)
            }
            if result == Z_STREAM_END { break }
            // inflate makes progress with each call, or the input ends before the member does.
            guard result == Z_OK, Int(stream.total_in) > consumed || Int(stream.total_out) > produced else {
                throw .damaged(reason: Self.words(result, isEmpty: bytes.isEmpty))
            }
        }
        guard Int(stream.total_in) == bytes.count else {
            throw .damaged(reason: "\(bytes.count - Int(stream.total_in)) bytes follow the gzip member; allowed: none")
        }
        return plain
    }

    /// One call of zlib with the memory that it reads and writes.
    private static func run(
        _ stream: inout z_stream,
        _ input: ArraySlice<UInt8>,
        _ output: inout [UInt8],
        _ call: (inout z_stream) -> Int32
    ) -> Int32 {
        input.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                // zlib reads through a pointer that it declares mutable and does not write.
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(clamping: input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(clamping: output.count)
                return call(&stream)
            }
        }
    }

    /// Why a member cannot be read to its end (zlib.h, inflate).
    private static func words(_ status: Int32, isEmpty: Bool) -> String {
        switch status {
        case Z_DATA_ERROR: "the bytes are not gzip, or were changed since"
        case Z_OK, Z_BUF_ERROR: isEmpty ? "there are no bytes" : "the bytes end before the gzip member does"
        case Z_MEM_ERROR: "there is no memory to decompress the bytes"
        default: "the bytes are not gzip that can be read"
        }
    }

    private static func failure(_ what: String, _ status: Int32) -> Failure {
        .damaged(reason: "\(what) (zlib \(status))")
    }
}
