import HummingbirdCore
import NIOCore

/// A request's body whose sender waits to be told that it is wanted: it is told when somebody begins to read.
///
/// RFC 9110, section 10.1.1: who is refused instead never sends it.
struct ExpectedBody: AsyncSequence, Sendable {
    let body: RequestBody
    let channel: any Channel

    /// Tells ``ConnectionHandler`` to send `100 Continue`.
    struct Wanted: Sendable {}

    struct AsyncIterator: AsyncIteratorProtocol {
        var parts: RequestBody.AsyncIterator
        let channel: any Channel
        var isAsked = false

        mutating func next() async throws -> ByteBuffer? {
            if !isAsked {
                isAsked = true
                try await channel.triggerUserOutboundEvent(Wanted()).get()
            }
            return try await parts.next()
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(parts: body.makeAsyncIterator(), channel: channel)
    }
}
