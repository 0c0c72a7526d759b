import Glibc
import NIOCore

/// Who is at the other end of a connection, as the kernel says it.
public enum ConnectionPeer: Hashable, Sendable {
    /// A process of this machine, at a Unix socket.
    case process(ProcessCredentials)
    /// A machine, by its address.
    case address(String)
    /// The connection ended before anybody could look.
    case unknown

    /// What places are counted by.
    public enum Origin: Hashable, Sendable {
        /// A user of this machine.
        case user(UInt32)
        /// An address, or of IPv6 the network that it belongs to.
        case network(String)
        /// All of whom nothing is known.
        case unknown
    }

    var origin: Origin {
        switch self {
        case .process(let process): .user(process.uid)
        case .address(let address): .network(Self.network(of: address))
        case .unknown: .unknown
        }
    }

    /// Whether it is on this machine: a Unix socket, 127.0.0.0/8, ::1, or the former written as IPv6.
    ///
    /// The system writes the address, so that each has one form only (inet_ntop(3)).
    public var isLocal: Bool {
        switch self {
        case .process: true
        case .address(let address):
            address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
        case .unknown: false
        }
    }

    /// An IPv6 host has 2^64 addresses of its own: they count as one.
    private static func network(of address: String) -> String {
        guard address.contains(":"), !address.contains(".") else { return address }
        var bytes = in6_addr()
        guard inet_pton(AF_INET6, address, &bytes) == 1 else { return address }
        return withUnsafeBytes(of: &bytes) { $0.prefix(8).map { String($0, radix: 16) }.joined(separator: ":") }
    }

    /// Looks at a channel, on its event loop.
    static func of(_ channel: any Channel) -> EventLoopFuture<ConnectionPeer> {
        if let address = channel.remoteAddress?.ipAddress {
            return channel.eventLoop.makeSucceededFuture(.address(address))
        }
        guard let provider = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededFuture(.unknown)
        }
        // unix(7): "the credentials that were in effect at the time of the call to connect(2)".
        let credentials: EventLoopFuture<ProcessCredentials> = provider.unsafeGetSocketOption(
            level: .socket,
            name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        )
        return credentials.map { .process($0) }.recover { _ in .unknown }
    }
}

/// `struct ucred` of unix(7), which Swift's Glibc does not show.
public struct ProcessCredentials: Hashable, Sendable {
    /// The process.
    public var pid: Int32 = 0
    /// Its user.
    public var uid: UInt32 = 0
    /// Its group.
    public var gid: UInt32 = 0
}
