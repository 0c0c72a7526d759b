/// How long a server's connection may take over what it is doing.
///
/// | it | may take |
/// | --- | --- |
/// | sends the head of its first request | ``Settings/head`` |
/// | waits before its next request | ``Settings/idle`` |
/// | sends a body | ``Settings/body``, and 1 s more for each ``Settings/leastBytesPerSecond`` that have come |
/// | takes the answer | ``Settings/reply``, and 1 s more for each ``Settings/leastBytesPerSecond`` that wait for it |
///
/// While an answer is being made nothing is due: that is the server's own time.
public struct ConnectionProgress: Hashable, Sendable {
    /// The bounds.
    public struct Settings: Hashable, Sendable {
        /// From the connection to the end of the first request's head, the handshake of TLS included.
        public var head: Duration = .seconds(10)
        /// From one answer to the end of the next request's head.
        public var idle: Duration = .seconds(60)
        /// What any body may take.
        public var body: Duration = .seconds(20)
        /// What taking any answer may take.
        public var reply: Duration = .seconds(20)
        /// Slower is nobody: a modem of 1995 had 1,200.
        public var leastBytesPerSecond = 512

        /// The defaults.
        public init() {}
    }

    /// What took too long.
    public enum Overdue: Hashable, Sendable {
        /// The first request's head.
        case head
        /// The next request.
        case idle
        /// A request's body.
        case body
        /// An answer was not taken.
        case reply
    }

    private enum Request: Hashable {
        case awaited(since: Instant, isFirst: Bool)
        case receiving(since: Instant, bytes: Int)
        case complete
    }

    private let settings: Settings
    private var request: Request
    private var waitingBytes = 0
    private var waitingSince: Instant

    /// - Parameter now: when it was connected.
    public init(settings: Settings, at now: Instant) {
        self.settings = settings
        request = .awaited(since: now, isFirst: true)
        waitingSince = now
    }

    /// What is due when; `nil` if nothing is.
    public var deadline: (at: Instant, of: Overdue)? {
        if waitingBytes > 0 { return (waitingSince + settings.reply + time(for: waitingBytes), .reply) }
        return switch request {
        case .awaited(let since, true): (since + settings.head, .head)
        case .awaited(let since, false): (since + settings.idle, .idle)
        case .receiving(let since, let bytes): (since + settings.body + time(for: bytes), .body)
        case .complete: nil
        }
    }

    /// Whether nothing of an answer waits to be taken.
    public var isAnswerTaken: Bool { waitingBytes == 0 }

    /// The head of a request is complete.
    public mutating func headCame(at now: Instant) {
        request = .receiving(since: now, bytes: 0)
    }

    /// Some of its body came.
    public mutating func bodyCame(bytes: Int) {
        guard case .receiving(let since, let before) = request else { return }
        request = .receiving(since: since, bytes: before + bytes)
    }

    /// The request is complete.
    public mutating func requestEnded() {
        request = .complete
    }

    /// Some of the answer is on its way.
    public mutating func wrote(bytes: Int, at now: Instant) {
        if waitingBytes == 0 { waitingSince = now }
        waitingBytes += bytes
    }

    /// Some of it has been taken.
    public mutating func taken(bytes: Int, at now: Instant) {
        waitingBytes = max(0, waitingBytes - bytes)
        waitingSince = now
    }

    /// The answer is complete; the next request may come.
    public mutating func answerEnded(at now: Instant) {
        guard case .complete = request else { return }
        request = .awaited(since: now, isFirst: false)
    }

    private func time(for bytes: Int) -> Duration {
        .seconds(bytes / max(1, settings.leastBytesPerSecond))
    }
}
