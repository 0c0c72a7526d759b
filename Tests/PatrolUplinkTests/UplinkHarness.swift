import NIOPosix
import NIOSSL
import PatrolCore
import PatrolUplink
import PatrolWire
import Testing

/// An uplink and the receiver that it talks to, both gone when `body` is over.
func withUplink(
    _ answers: [TestReceiver.Answer],
    scheme: String = "http",
    host: String = "127.0.0.1",
    path: String = "",
    tls: TLSConfiguration? = nil,
    isMute: Bool = false,
    configure: (inout HTTPUplinkSettings) -> Void = { _ in },
    _ body: (HTTPUplink, TestReceiver) async throws -> Void
) async throws {
    let receiver = try await TestReceiver.start(answers, tls: tls, isMute: isMute)
    var settings = HTTPUplinkSettings(url: "\(scheme)://\(host):\(receiver.port)\(path)", encoding: .protobuf)
    configure(&settings)
    let uplink = HTTPUplink(settings: settings, eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
    do {
        try await body(uplink, receiver)
    } catch {
        _ = await uplink.shutdown(within: .seconds(10))
        try await receiver.stop()
        throw error
    }
    #expect(await uplink.shutdown(within: .seconds(10)))
    try await receiver.stop()
}

extension UploadOutcome {
    /// The reason of a failure; `nil` for an acknowledgement.
    var reason: String? {
        switch self {
        case .acknowledged: nil
        case .retryLater(let reason, _), .foreignAnswer(let reason, _), .heldUntilPersonActs(let reason),
            .tooLarge(let reason, _), .rejected(let reason, _), .contradicted(_, let reason):
            reason
        }
    }

    /// The same again later, whoever answered.
    var isRetryLater: Bool {
        switch self {
        case .retryLater, .foreignAnswer: true
        default: false
        }
    }
    var isHeld: Bool { if case .heldUntilPersonActs = self { true } else { false } }
}
