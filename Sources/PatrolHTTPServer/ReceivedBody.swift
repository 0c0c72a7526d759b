import HummingbirdCore
import NIOCore
import Synchronization

/// A request's body as it comes. If its sender waits to be told that it is wanted, it is told when somebody begins to read.
///
/// RFC 9110, section 10.1.1: who is refused instead never sends it.
struct ReceivedBody: AsyncSequence, Sendable {
    let body: RequestBody
    let facts: RequestFacts
    /// Of a sender that waits; else `nil`.
    let waitingChannel: (any Channel)?

    /// Tells ``ConnectionHandler`` to send `100 Continue`.
    struct Wanted: Sendable {}

    struct AsyncIterator: AsyncIteratorProtocol {
        var parts: RequestBody.AsyncIterator
        let facts: RequestFacts
        var waitingChannel: (any Channel)?

        mutating func next() async throws(BrokenRequest) -> ByteBuffer? {
            do {
                if let channel = waitingChannel {
                    waitingChannel = nil
                    try await channel.triggerUserOutboundEvent(Wanted()).get()
                }
                if let part = try await parts.next() { return part }
            } catch {
                throw BrokenRequest()
            }
            // Hummingbird takes the end of the connection for that of the body, and half an order for a whole one.
            guard facts.isRequestComplete.load(ordering: .acquiring) else { throw BrokenRequest() }
            return nil
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(parts: body.makeAsyncIterator(), facts: facts, waitingChannel: waitingChannel)
    }
}

/// The connection ended or became unreadable before the request did: there is nobody to be answered, or the server has
/// answered already.
public struct BrokenRequest: Error {}
