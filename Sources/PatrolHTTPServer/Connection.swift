public import NIOCore
import Synchronization

/// The connection that a request came over.
public struct Connection: Sendable {
    /// Who is at its other end.
    public let peer: ConnectionPeer
    /// For what only the channel knows, such as a certificate.
    public let channel: any Channel
    let place: ConnectionPlace
    let facts: RequestFacts

    /// Whether its request is of HTTP/1.0, which nobody speaks but old programs, and proxies.
    public var usesHTTP10: Bool { facts.isHTTP10.load(ordering: .relaxed) }

    /// The field `Host` of its request; the request's authority is that of its first line if it has one (RFC 9112, section
    /// 3.2.2).
    public var hostField: String? { facts.hostField.withLock { $0 } }

    /// The other end has shown who it is (a good token): it counts as known from here on, and is not displaced by those
    /// who have not.
    public func recognise() { place.recognise() }
}

/// What ``ConnectionHandler`` knows of a connection's request that its head does not tell any more.
final class RequestFacts: Sendable {
    let isHTTP10 = Atomic(false)
    let isRequestComplete = Atomic(false)
    let hostField = Mutex<String?>(nil)
}
