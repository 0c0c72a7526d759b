import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOSSL
import PatrolCore

/// A connection of ``HTTPServer``, from the bytes up: TLS if there is a certificate, HTTP/1, and ``ConnectionHandler``.
struct ConnectionChannel: HTTPChannelHandler {
    /// What a request's head may measure, in bytes.
    private static let largestField = 8192
    private static let largestHead = ReceivedHead.mostBytes

    /// A connection that nobody handles yet, and from which nothing is read. It is wrapped for async code only where it is
    /// handled: a `NIOAsyncChannel` that is thrown away unhandled, as when the server stops at that moment, ends the process.
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        /// `nil` if it has no place, and is closed already.
        let connection: Connection?
    }

    let settings: HTTPServerSettings
    let registry: ConnectionRegistry
    let answer: HTTPServer.Answer
    private(set) var responder: HTTPChannelHandler.Responder = { _, _, _ in }

    init(_ settings: HTTPServerSettings, answer: @escaping HTTPServer.Answer) {
        self.settings = settings
        self.answer = answer
        registry = ConnectionRegistry(settings.places, now: settings.now)
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        ConnectionPeer.of(channel).flatMapThrowing { peer in
            guard let place = registry.enter(channel, peer, isKnown: settings.isKnown(peer)) else {
                channel.close(promise: nil)
                return Value(channel: channel, connection: nil)
            }
            // Of a channel that is not registered yet this is done at once.
            channel.setOption(.autoRead, value: false).whenFailure { _ in channel.close(promise: nil) }
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(ConnectionEnd())
            let context = settings.tls?()
            if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
            let received = ReceivedHead()
            try pipeline.addHandler(received)
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = Self.largestField
            limits.maxHeaderListSize = Self.largestHead
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: true,
                withErrorHandling: false,
                withOutboundHeaderValidation: false,  // HTTPTypes has validated them.
                withEncoderConfiguration: .init(),
                withDecoderLimitConfiguration: limits
            )
            let facts = RequestFacts()
            let handler = ConnectionHandler(
                place,
                facts,
                received,
                isSecure: context != nil,
                settings: settings.deadlines,
                now: settings.now
            )
            try pipeline.addHandler(handler)
            return Value(
                channel: channel,
                connection: Connection(peer: peer, channel: channel, place: place, facts: facts)
            )
        }
    }

    func handle(value: Value, logger: Logger) async {
        guard let connection = value.connection else { return }
        var channel = self
        channel.responder = { [answer] request, writer, channel in
            var request = request
            let waitingChannel = request.headers[.expect] == nil ? nil : channel
            request.body = RequestBody(
                asyncSequence: ReceivedBody(body: request.body, facts: connection.facts, waitingChannel: waitingChannel)
            )
            let response = await answer(request, connection)
            try await writer.write(response: response.head, body: response.body)
        }
        do {
            let parts = try await Self.wrap(value.channel)
            await channel.handleHTTP(asyncChannel: parts, logger: logger)
        } catch {
            // It ended before it was handled.
            value.channel.close(promise: nil)
        }
    }

    private static func wrap(
        _ channel: any Channel
    ) async throws -> NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart> {
        try await channel.eventLoop.submit {
            let parts = try NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            )
            channel.triggerUserOutboundEvent(ConnectionHandler.Handled(), promise: nil)
            channel.setOption(.autoRead, value: true).whenFailure { _ in channel.close(promise: nil) }
            return parts
        }.get()
    }
}
