public import NIOSSL
public import PatrolCore

/// Where an ``HTTPServer`` listens, and how much it stands.
public struct HTTPServerSettings: Sendable {
    /// Where.
    public enum Address: Hashable, Sendable {
        /// The path of a Unix socket.
        case unixSocket(String)
        /// A host's name or address, and a port; 0 for any that is free.
        case host(String, port: Int)
    }

    /// Where it listens.
    public var address: Address
    /// How many may be connected.
    public var places: ConnectionPlaces<Origin>.Settings
    /// How long each step may take.
    public var deadlines = ConnectionProgress.Settings()
    /// How long answers that are under way when the server stops may take, and being taken.
    public var stopGrace: Duration = .seconds(3)
    /// Who is known by the connection alone.
    public var isKnown: @Sendable (ConnectionPeer) -> Bool = { _ in false }
    /// The certificate for a new connection; `nil` for connections without TLS.
    public var tls: (@Sendable () -> NIOSSLContext)?
    /// The boot clock.
    public var now: @Sendable () -> Instant

    /// What places are counted by: a user, a network.
    public typealias Origin = ConnectionPeer.Origin

    /// See the properties.
    public init(
        _ address: Address,
        places: ConnectionPlaces<Origin>.Settings,
        now: @escaping @Sendable () -> Instant
    ) {
        self.address = address
        self.places = places
        self.now = now
    }
}
