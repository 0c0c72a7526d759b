import HTTPTypes
import HummingbirdCore
import NIOCore
import PatrolCore
import PatrolHTTPServer

/// Reads the bodies of requests.
enum BoundedBody {
    /// How far beyond its limit a body is read and thrown away. A client that is still sending may not look for an
    /// answer, and one that is answered too early may take the broken connection for the answer: a cart would send the
    /// same batch for ever.
    static let patience = 16 * 1024 * 1024

    /// Reads a body to its end.
    /// - Returns: `nil` if it is larger than the limit.
    /// - Throws: ``HTTPFailure`` if it does not end within ``patience`` beyond the limit; ``BrokenRequest``.
    static func read(_ body: RequestBody, limit: Int) async throws -> ByteBuffer? {
        var kept = ByteBuffer()
        var count = 0
        var parts = body.makeAsyncIterator()
        while let part = try await parts.next() {
            count += part.readableBytes
            guard count <= limit + patience else {
                var failure = HTTPFailure(
                    .tooLarge,
                    "the body does not end",
                    hint: "the connection ends instead"
                )
                failure.headers[.connection] = "close"
                throw failure
            }
            if count <= limit { kept.writeImmutableBuffer(part) } else { kept = ByteBuffer() }
        }
        return count <= limit ? kept : nil
    }
}
