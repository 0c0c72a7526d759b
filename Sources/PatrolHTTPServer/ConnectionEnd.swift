import NIOCore

/// The lowest of a connection's handlers, which can end it at once: a close from above passes TLS, which says goodbye and
/// waits 5 s for the other end to do so too.
final class ConnectionEnd: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    /// Ends the connection; what waits to be sent is not.
    private struct AtOnce: Sendable {}

    /// Ends a channel that this handler is in.
    static func endAtOnce(_ channel: any Channel) {
        channel.triggerUserOutboundEvent(AtOnce()).whenFailure { _ in channel.close(promise: nil) }
    }

    /// The same, on its event loop.
    static func endAtOnce(_ context: ChannelHandlerContext) {
        context.triggerUserOutboundEvent(AtOnce(), promise: nil)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is AtOnce else { return context.triggerUserOutboundEvent(event, promise: promise) }
        context.close(promise: nil)
        promise?.succeed()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // NIO's own handlers would wait for the rest of a request; ``ConnectionHandler`` is told by ``ServerStops``.
        guard !(event is ChannelShouldQuiesceEvent) else { return }
        context.fireUserInboundEventTriggered(event)
    }
}

/// Tells ``ConnectionHandler`` that the server stops.
struct ServerStops: Sendable {}
