import NIOCore

/// Remembers a request's head while it comes, so that one that cannot be read can be explained: the parser says little.
final class ReceivedHead: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// As much as a head may have.
    static let mostBytes = 16 * 1024

    private var received: [UInt8] = []
    private var isComing = true

    /// What came since the last request ended; empty when the head is complete. Of a request that came together with the one
    /// before it the beginning may be missing.
    var bytes: [UInt8] { received }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isComing {
            received += unwrapInboundIn(data).readableBytesView.prefix(Self.mostBytes - received.count)
        }
        context.fireChannelRead(data)
    }

    func headCame() {
        isComing = false
        received = []
    }

    func requestEnded() {
        isComing = true
    }
}
