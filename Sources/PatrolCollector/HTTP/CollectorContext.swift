import Hummingbird
import Logging
import NIOCore

/// What a request brings along besides itself.
struct CollectorContext: InitializableFromSource, Sendable {
    let channel: any Channel
    let logger: Logger

    init(source: ApplicationRequestContextSource) {
        channel = source.channel
        logger = source.logger
    }

    /// Whether the other end is on this machine: 127.0.0.0/8, ::1, or the former written as IPv6.
    ///
    /// The system writes the address, so that each has one form only (inet_ntop(3)).
    var isLocal: Bool {
        guard let address = channel.remoteAddress?.ipAddress else { return false }
        return address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
    }
}
