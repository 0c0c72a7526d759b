public import NIOCore

/// The connection that a request came over.
public struct Connection: Sendable {
    /// Who is at its other end.
    public let peer: ConnectionPeer
    /// For what only the channel knows, such as a certificate.
    public let channel: any Channel
    let place: ConnectionPlace

    /// The other end has shown who it is (a good token): it counts as known from here on, and is not displaced by those
    /// who have not.
    public func recognise() { place.recognise() }
}
