import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import PatrolCore
import Synchronization

/// HTTP/1 on one connection: its deadlines, the rules that hold for every request, and its end.
///
/// A request that is refused here is not seen by anybody else. What its client still sends is thrown away, as long as it
/// comes in time and nobody else wants the place (RFC 9112, section 9.6): a client whose connection ends while it sends takes
/// that for an outage, not for a refusal, and comes again for ever.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// For how long what is no HTTP is read on, so that its client sees the answer and not a reset.
    private static let lingering = TimeAmount.seconds(2)
    /// Who sends nothing for so long after an answer that is the last does not send any more.
    private static let silence = TimeAmount.seconds(1)
    /// For how long an answer goes on to one who will not ask any more.
    private static let lastAnswer = TimeAmount.seconds(5)
    /// How much of a request is thrown away after its answer.
    private static let largestRemainder = 16 * 1024 * 1024
    /// A head's length does not matter for how long its answer may take.
    private static let headBytes = 256

    private let place: ConnectionPlace
    private let facts: RequestFacts
    private let received: ReceivedHead
    private let isSecure: Bool
    private let now: @Sendable () -> Instant
    private var progress: ConnectionProgress
    private var exchange: Exchange?
    /// The answer that is under way is the last one.
    private var closesAfterAnswer = false
    /// The server stops.
    private var isStopping = false
    /// Nothing is said or heard any more.
    private var isEnding = false
    private var thrownAwayBytes = 0
    /// What comes is no HTTP, and has no end.
    private var isUnreadable = false
    /// What came before anybody handles the connection; `nil` from then on.
    private var waiting: [HTTPRequestPart]? = []
    private var isInputClosed = false

    /// Somebody handles the connection from here on: what came before is handed over.
    ///
    /// Nothing is read before, but for one thing: NIO reads to the end at once when the other end closes its side.
    struct Handled: Sendable {}
    private var timer: (at: Instant, task: Scheduled<Void>)?

    init(
        _ place: ConnectionPlace,
        _ facts: RequestFacts,
        _ received: ReceivedHead,
        isSecure: Bool,
        settings: ConnectionProgress.Settings,
        now: @escaping @Sendable () -> Instant
    ) {
        self.place = place
        self.facts = facts
        self.received = received
        self.isSecure = isSecure
        self.now = now
        progress = ConnectionProgress(settings: settings, at: now())
    }

    func channelActive(context: ChannelHandlerContext) {
        arm(context)
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        leave()
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    private func leave() {
        isEnding = true
        timer?.task.cancel()
        timer = nil
        place.leave()
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isEnding else { return throwAway(unwrapInboundIn(data), context) }
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let part):
            progress.bodyCame(bytes: part.readableBytes)
            deliver(.body(part), context)
        case .end(let trailers):
            exchange?.isRequestComplete = true
            progress.requestEnded()
            received.requestEnded()
            facts.isRequestComplete.store(true, ordering: .releasing)
            place.change(to: .answering)
            deliver(.end(trailers.map { HTTPFields($0, splitCookie: false) }), context)
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        exchange = Exchange(head)
        received.headCame()
        facts.isRequestComplete.store(false, ordering: .releasing)
        facts.isHTTP10.store(head.version.minor == 0, ordering: .relaxed)
        facts.hostField.withLock { $0 = head.headers.first(name: "host") }
        progress.headCame(at: now())
        if place.isRefused { return refuse(HTTPFailure.busy, context) }
        if let failure = RequestHeadRules.refusal(of: head) { return refuse(failure, context) }
        place.change(to: .receiving)
        var head = head
        let target = RequestTarget(head.uri, isOptions: head.method == .OPTIONS)
        if let authority = target.authority {
            head.uri = target.path
            head.headers.replaceOrAdd(name: "host", value: authority)
        }
        if exchange?.isHead == true { head.method = .GET }
        do {
            let request = try HTTPRequest(head, secure: isSecure, splitCookie: false)
            deliver(.head(request), context)
        } catch {
            return refuse(MalformedRequest(.badRequest, "the head of the request cannot be read"), context)
        }
        arm(context)
    }

    private func deliver(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        if waiting == nil {
            context.fireChannelRead(wrapInboundOut(part))
        } else {
            waiting?.append(part)
        }
    }

    private func deliverWaiting(_ context: ChannelHandlerContext) {
        let parts = waiting ?? []
        waiting = nil
        for part in parts { context.fireChannelRead(wrapInboundOut(part)) }
        if !parts.isEmpty { context.fireChannelReadComplete() }
        if isInputClosed { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // What is dropped makes nobody ask for more.
        if isEnding { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isEnding else {
            // What is thrown away has no end any more.
            if error is HTTPParserError { linger(context) }
            return
        }
        if let error = error as? HTTPParserError, exchange?.hasAnswerBegun != true {
            isUnreadable = true
            refuse(UnreadableRequest.refusal(of: error, head: received.bytes), context)
        } else {
            // A broken handshake, a connection that was reset: nobody is there to be told.
            context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ServerStops:
            stop(context)
        case ChannelEvent.inputClosed where isEnding || exchange == nil:
            context.close(promise: nil)
        case ChannelEvent.inputClosed:
            // Some close their side when they have asked; most of those who do are gone, and nothing else shows that while
            // there is nothing to send.
            context.eventLoop.assumeIsolated().scheduleTask(in: Self.lastAnswer) { context.close(promise: nil) }
            isInputClosed = true
            if waiting == nil { context.fireUserInboundEventTriggered(event) }
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// What needs nothing more from the other end goes on, and is the last; nothing else is waited for.
    private func stop(_ context: ChannelHandlerContext) {
        isStopping = true
        if !isEnding, let exchange {
            guard exchange.isRequestComplete else { return ConnectionEnd.endAtOnce(context) }
            if exchange.hasAnswerBegun { closesAfterAnswer = true }
        } else if progress.isAnswerTaken {
            ConnectionEnd.endAtOnce(context)
        }
    }

    // MARK: Answers

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        if event is Handled {
            deliverWaiting(context)
            promise?.succeed()
            return
        }
        guard event is ReceivedBody.Wanted else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        promise?.succeed()
        guard let exchange, exchange.expectsContinue, !exchange.hasAnswerBegun, !exchange.isRequestComplete, !isEnding
        else { return }
        self.exchange?.expectsContinue = false
        context.writeAndFlush(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))),
            promise: nil
        )
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isEnding, var exchange else {
            // The answer of somebody who could not know.
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let response):
            let (head, closes) = exchange.begin(response, mustClose: isStopping)
            self.exchange = exchange
            closesAfterAnswer = closes
            // Without a length there is no end but the connection's, and the body is not wanted.
            let isWhole = exchange.isHead && closes && !head.headers.contains(name: "content-length")
            send(.head(head), bytes: Self.headBytes, context, promise, isLast: isWhole)
        case .body(let part):
            guard !exchange.isHead else {
                promise?.succeed()
                return
            }
            send(.body(.byteBuffer(part)), bytes: part.readableBytes, context, promise)
        case .end(let trailers):
            // First, for the next request may come while the end of this one is written.
            if !closesAfterAnswer {
                self.exchange = nil
                progress.answerEnded(at: now())
                place.change(to: .waiting)
            }
            send(.end(trailers.map(HTTPHeaders.init)), bytes: 0, context, promise, isLast: closesAfterAnswer)
        }
    }

    /// - Parameter isLast: the connection ends when it is sent.
    private func send(
        _ part: HTTPServerResponsePart,
        bytes: Int,
        _ context: ChannelHandlerContext,
        _ promise: EventLoopPromise<Void>?,
        isLast: Bool = false
    ) {
        progress.wrote(bytes: bytes, at: now())
        let sent = context.eventLoop.makePromise(of: Void.self)
        if let promise { sent.futureResult.cascade(to: promise) }
        sent.futureResult.assumeIsolated().whenComplete { result in
            if case .success = result { self.progress.taken(bytes: bytes, at: self.now()) }
            if isLast || (self.isStopping && self.exchange == nil && self.progress.isAnswerTaken) {
                self.end(context)
            } else {
                self.arm(context)
            }
        }
        if isLast {
            isEnding = true
            place.change(to: .waiting)
            context.writeAndFlush(wrapOutboundOut(part), promise: sent)
        } else {
            context.write(wrapOutboundOut(part), promise: sent)
        }
        arm(context)
    }

    /// Answers in the place of whoever would, and ends the connection.
    private func refuse(_ refusal: any Refusal, _ context: ChannelHandlerContext) {
        let body = refusal.body
        var fields = refusal.headers
        fields[.contentLength] = String(body.readableBytes)
        var exchange = exchange ?? Exchange(HTTPRequestHead(version: .http1_1, method: .GET, uri: "/"))
        let (head, _) = exchange.begin(HTTPResponse(status: refusal.status, headerFields: fields), mustClose: true)
        self.exchange = exchange
        send(.head(head), bytes: Self.headBytes, context, nil)
        if !exchange.isHead { send(.body(.byteBuffer(body)), bytes: body.readableBytes, context, nil) }
        send(.end(nil), bytes: 0, context, nil, isLast: true)
    }

    /// All is sent.
    private func end(_ context: ChannelHandlerContext) {
        if isStopping { return ConnectionEnd.endAtOnce(context) }
        // Who waited for `100 Continue` and was refused sends nothing more.
        guard let exchange, !exchange.isRequestComplete, !exchange.expectsContinue else {
            return context.close(promise: nil)
        }
        context.read()
        guard isUnreadable else {
            arm(context)
            return awaitSilence(context)
        }
        context.close(mode: .output, promise: nil)
        linger(context)
    }

    private func linger(_ context: ChannelHandlerContext) {
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingering) {
            context.close(promise: nil)
        }
    }

    /// Who is still sending goes on; who only waits for the end of the connection sees it.
    private func awaitSilence(_ context: ChannelHandlerContext) {
        let before = thrownAwayBytes
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.silence) {
            guard context.channel.isActive else { return }
            if self.thrownAwayBytes == before { context.close(promise: nil) } else { self.awaitSilence(context) }
        }
    }

    private func throwAway(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head:
            break
        case .body(let part):
            progress.bodyCame(bytes: part.readableBytes)
            thrownAwayBytes += part.readableBytes
            if thrownAwayBytes > Self.largestRemainder { context.close(promise: nil) }
        case .end:
            exchange?.isRequestComplete = true
            progress.requestEnded()
            if progress.isAnswerTaken { context.close(promise: nil) }
        }
    }

    // MARK: Deadlines

    private func arm(_ context: ChannelHandlerContext) {
        guard let deadline = progress.deadline, context.channel.isActive else { return }
        // One that fires too early finds out, and nothing is paid for each part that comes.
        if let timer, timer.at <= deadline.at { return }
        timer?.task.cancel()
        let wait = max(.zero, deadline.at - now())
        let task = context.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(wait.nanoseconds)) {
            self.timer = nil
            self.look(context)
        }
        timer = (deadline.at, task)
    }

    private func look(_ context: ChannelHandlerContext) {
        guard let deadline = progress.deadline else { return }
        guard deadline.at <= now() else { return arm(context) }
        if deadline.of == .body, exchange?.hasAnswerBegun == false {
            refuse(HTTPFailure.bodyTimeout, context)
        } else {
            context.close(promise: nil)
        }
    }
}
