import Glibc
import Hummingbird
import NIOCore

/// A question with the connection that it came over, which tells who asks.
struct ControlContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// Who asks, as records show it: `uid 1000, pid 4711`.
    var requester: String {
        get async {
            guard let provider = channel as? any SocketOptionProvider else { return "unknown" }
            do {
                // unix(7): "the credentials that were in effect at the time of the call to connect(2)".
                let peer: PeerCredentials = try await provider.unsafeGetSocketOption(
                    level: .socket,
                    name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
                ).get()
                return "uid \(peer.uid), pid \(peer.pid)"
            } catch {
                // The connection is gone, and so is whoever asked.
                return "unknown"
            }
        }
    }
}

/// `struct ucred` of unix(7), which Swift's Glibc does not show.
private struct PeerCredentials: Sendable {
    var pid: Int32 = 0
    var uid: UInt32 = 0
    var gid: UInt32 = 0
}
